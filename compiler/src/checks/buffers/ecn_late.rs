use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;

use crate::checks::Ctx;
use crate::checks::headroom::marks;

check! {
    /// Marking grows from `min` to `max`. If two ports that fill one queue are paused before it is `max` deep, the upper part
    /// of the ramp is never used, and senders are slowed down too late.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="50MB"
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
    Warning "buffers/ecn-late" "ECN that is cut short by PFC" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for mark in marks(ctx, |b, h| b.incast(h, 2)) {
        let (min, max) = (mark.min, mark.max);
        let (one, two) = (mark.budget.incast(mark.half, 1), mark.budget.incast(mark.half, 2));
        if max <= two || min >= one {
            continue;
        }
        let who = mark.budget.who(ctx.fabric);
        let message = format!(
            "ECN ends at {} B, {who} pauses two ports of one queue at {} B",
            grouped(max),
            grouped(two)
        );
        findings
            .push(RULE.at(mark.ecn.max.at, message).help("set `max` below that; four times `min` is usual"));
    }
}
