use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::{Class, Schedule};

use crate::checks::Ctx;
use crate::checks::nics::{cnp_classes, strict_class};

check! {
    /// Congestion notifications are few and urgent. Where another class is strict and theirs is not, they
    /// wait for as long as that class has packets: senders go on as before, and PFC does what ECN should have
    /// done.
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
    let strict = |class: &&Class| class.schedule.is_some_and(|s| s.v == Schedule::Strict);
    let Some(other) = ctx.fabric.intent.classes.iter().find(strict) else { return };
    for (mark, own) in cnp_classes(ctx.fabric) {
        if strict(&own) || own.is_lossless() {
            continue;
        }
        let (a, b) = (&own.name.v, &other.name.v);
        let message = format!("class `{a}` carries congestion notifications and waits for `{b}`");
        let found = RULE.at(own.schedule.map_or(own.at, |s| s.at), message).label(other.at, "strict");
        findings.push(mark.label(found, "them").help(strict_class(
            &ctx.fabric.intent.classes,
            own,
            mark.dscp,
        )));
    }
}
