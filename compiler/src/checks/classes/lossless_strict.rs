use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Schedule;

use crate::checks::Ctx;

check! {
    /// A strict queue is served before all weighted ones. RDMA fills whatever it is given, so a strict
    /// lossless class starves the rest of the port: management, routing, and the notifications that would
    /// slow it down.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule strict=#true
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
    Warning "classes/lossless-strict" "a lossless class before all others" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for class in ctx.fabric.intent.classes.iter().filter(|c| c.is_lossless()) {
        let Some(schedule) = class.schedule.filter(|s| s.v == Schedule::Strict) else { continue };
        let message = format!("lossless class `{}` is served before all others", class.name.v);
        findings.push(RULE.at(schedule.at, message).help("give it a weight: `schedule weight=70`"));
    }
}
