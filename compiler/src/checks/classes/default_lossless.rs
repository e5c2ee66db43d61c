use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// The default class takes everything that no class names: ARP, SSH, whatever a host sends by mistake.
    /// Made lossless, any of it can pause a port, and the pause spreads.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// watchdog detect="200ms" restore="400ms"
    /// class "bulk" default=#true priority=4 lossless=#true { schedule weight=30; ecn min="1MiB" max="4MiB"; }
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
    Error "classes/default-lossless" "a lossless default class" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for class in &ctx.fabric.intent.classes {
        let (Some(default), Some(lossless)) = (class.default, class.lossless) else { continue };
        if default.v && lossless.v {
            let message = format!("class `{}` is the default and lossless", class.name.v);
            let found = RULE.at(lossless.at, message).label(default.at, "takes what no class names");
            findings.push(found.help("remove `lossless=#true`, or make another class the default"));
        }
    }
}
