use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::nics::cnp_classes;

check! {
    /// Congestion notification packets (DSCP 48 by the NICs' default) tell senders to slow down. In a
    /// lossless class they are paused by the very congestion that they report, and PFC deadlocks come within
    /// reach. DSCP 48 also carries BGP and BFD.
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
    /// class "cnp" dscp=48 priority=4 lossless=#true { schedule weight=5; ecn min="1MiB" max="4MiB"; }
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
    Error "classes/cnp-lossless" "lossless congestion notifications" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for (mark, class) in cnp_classes(ctx.fabric) {
        let Some(lossless) = class.lossless.filter(|l| l.v && !class.is_default()) else { continue };
        let message = format!("class `{}` carries congestion notifications and is lossless", class.name.v);
        let found = mark.label(RULE.at(lossless.at, message), "them");
        findings.push(found.help("remove `lossless=#true`; make it `strict`"));
    }
}
