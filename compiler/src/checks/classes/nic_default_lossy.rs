use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// NICs mark RoCE with DSCP 26 unless they are told otherwise. This file has a lossless class, but DSCP
    /// 26 isn't in it: with default NICs all RDMA traffic would be dropped under load, and the lossless queue
    /// stay empty.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "rdma" dscp=24 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "classes/nic-default-lossy" "the DSCP of RoCE in a lossy class" => run
}

/// DSCP of RoCE, as NICs have it from the factory.
const ROCE: u8 = 26;

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let classes = &ctx.fabric.intent.classes;
    let Some(lossless) = classes.iter().find(|c| c.is_lossless()) else { return };
    let named = classes.iter().find(|c| c.dscp.iter().any(|d| d.v == ROCE));
    let Some(class) = named.or(classes.iter().find(|c| c.is_default())).filter(|c| !c.is_lossless()) else {
        return;
    };
    let (lossy, name) = (&class.name.v, &lossless.name.v);
    let found = RULE.at(lossless.at, format!("DSCP {ROCE} goes to lossy class `{lossy}`, not to `{name}`"));
    let found = found.label(class.at, format!("takes DSCP {ROCE}"));
    findings.push(found.help(format!("add {ROCE} to the DSCPs of `{name}`, if NICs keep their default")));
}
