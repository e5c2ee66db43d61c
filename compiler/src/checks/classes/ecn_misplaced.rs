use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Schedule;

use crate::checks::Ctx;

check! {
    /// ECN slows RDMA senders down before PFC has to. On a strict queue, which is empty or in trouble, or on
    /// a lossy class, whose TCP senders mostly ignore it, it does little. Not wrong; worth a second look.
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
    /// class "bulk" default=#true priority=0 { schedule weight=30; ecn min="1MiB" max="4MiB"; }
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
    Note "classes/ecn-misplaced" "ECN on a class that needs none" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for class in &ctx.fabric.intent.classes {
        let Some(ecn) = class.ecn.first() else { continue };
        let strict = class.schedule.is_some_and(|s| s.v == Schedule::Strict);
        let what = match (strict, class.is_lossless()) {
            (true, _) => "strict",
            (_, false) => "lossy",
            _ => continue,
        };
        let message = format!("class `{}` is {what} and marks by ECN", class.name.v);
        findings.push(RULE.at(ecn.at, message).help("remove it, unless its senders are known to react"));
    }
}
