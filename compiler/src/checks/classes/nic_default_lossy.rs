use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::nics::{class_of, roce};

check! {
    /// NICs mark RoCE with a DSCP of their own unless they are told otherwise, most with 26; a `nic` with a
    /// `model=` of the catalogue with what is known of it, if anything. This file has a lossless class, but
    /// that DSCP isn't in it: with default NICs all RDMA traffic would be dropped under load, and the lossless
    /// queue stay empty.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
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
    /// link "gpu" "leaf" by="rail" { length "3m"; }
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

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let classes = &ctx.fabric.intent.classes;
    let Some(lossless) = classes.iter().find(|c| c.is_lossless()) else { return };
    for mark in roce(ctx.fabric) {
        let Some(class) = class_of(classes, mark.dscp).filter(|c| !c.is_lossless()) else { continue };
        let (lossy, name, dscp) = (&class.name.v, &lossless.name.v, mark.dscp);
        let message = format!("DSCP {dscp} goes to lossy class `{lossy}`, not to `{name}`");
        let found = RULE.at(lossless.at, message).label(class.at, format!("takes DSCP {dscp}"));
        let help = format!("add {dscp} to the DSCPs of `{name}`, if NICs keep their default");
        findings.push(mark.label(found, "RoCE").help(help));
    }
}
