use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::{Class, Schedule};

use crate::checks::Ctx;
use crate::checks::nics::{cnp_classes, strict_class};

check! {
    /// Congestion notifications are few and urgent. Where another class is strict and theirs is not, they
    /// wait for as long as that class has packets: senders go on as before, and PFC does what ECN should have
    /// done. Of two strict queues the higher one is served first, so a strict class with a higher priority makes
    /// them wait just as well.
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
    /// class "cnp" dscp=48 priority=6 { schedule weight=5; }
    /// class "bulk" default=#true priority=0 { schedule strict=#true; }
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
    Warning "classes/cnp-starved" "congestion notifications behind a strict queue" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let classes = &ctx.fabric.intent.classes;
    let strict = |class: &&Class| class.schedule.is_some_and(|s| s.v == Schedule::Strict);
    for (mark, own) in cnp_classes(ctx.fabric) {
        if own.is_lossless() {
            continue;
        }
        let others = || classes.iter().filter(strict).filter(|other| !std::ptr::eq(*other, own));
        let (a, priority) = (&own.name.v, own.priority.v);
        let found = if strict(&own) {
            // A lossless one has a warning of its own.
            let above = others().filter(|other| !other.is_lossless() && other.priority.v > priority);
            let Some(other) = above.max_by_key(|other| other.priority.v) else { continue };
            let (b, higher) = (&other.name.v, other.priority.v);
            let message = format!(
                "class `{a}` carries congestion notifications in queue {priority} and waits for strict `{b}` in queue {higher}"
            );
            let found = RULE.at(own.priority.at, message).label(other.priority.at, "served first");
            found.help(format!("a priority above that of `{b}`, or `schedule weight=30` on `{b}`"))
        } else {
            let Some(other) = others().next() else { continue };
            let b = &other.name.v;
            let message = format!("class `{a}` carries congestion notifications and waits for `{b}`");
            let found = RULE.at(own.schedule.map_or(own.at, |s| s.at), message).label(other.at, "strict");
            found.help(strict_class(classes, own, mark.dscp))
        };
        findings.push(mark.label(found, "them"));
    }
}
