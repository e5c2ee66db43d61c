use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Schedule;

use crate::checks::Ctx;
use crate::checks::nics::{cnp_classes, strict_class};

check! {
    /// Congestion notifications are what ECN lives by: senders slow down only when one arrives. In a queue that is
    /// served by weight, or one that they share with bulk traffic, they wait when the network is full, which is when
    /// they are needed.
    ///
    /// NICs mark them with DSCP 48 unless their model is known to do otherwise.
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
    Warning "classes/cnp-not-strict" "congestion notifications in a queue that waits" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let classes = &ctx.fabric.intent.classes;
    let strict = |schedule: Option<Schedule>| schedule == Some(Schedule::Strict);
    let marked = |class: &fabc_lang::intent::Class| class.is_lossless() && !class.ecn.is_empty();
    // Behind a strict queue they starve, which has a rule of its own.
    if !ctx.sound || !classes.iter().any(marked) || classes.iter().any(|c| strict(c.schedule.map(|s| s.v))) {
        return;
    }
    for (mark, class) in cnp_classes(ctx.fabric) {
        if class.is_lossless() {
            continue;
        }
        let (name, dscp) = (&class.name.v, mark.dscp);
        let message =
            format!("DSCP {dscp}, congestion notifications, goes to class `{name}`, which isn't strict");
        let found = RULE.at(class.schedule.map_or(class.at, |s| s.at), message);
        findings.push(mark.label(found, "them").help(strict_class(classes, class, dscp)));
    }
}
