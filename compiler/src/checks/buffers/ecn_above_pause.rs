use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;

use crate::checks::Ctx;
use crate::checks::headroom::marks;

check! {
    /// A queue that one port fills is paused when that port's share of the buffer is full: with a threshold of 2^0 half of
    /// what is free. If marking begins above that, senders are never asked to slow down, and PFC does all the work.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="40MB" max="60MB"
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
    Error "buffers/ecn-above-pause" "ECN that begins after PFC" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for mark in marks(ctx, |b, h| b.incast(h, 1)) {
        let (min, point) = (mark.min, mark.budget.incast(mark.half, 1));
        if min < point {
            continue;
        }
        let who = mark.budget.who(ctx.fabric);
        let message =
            format!("ECN begins at {} B, {who} pauses a single port at {} B", grouped(min), grouped(point));
        findings.push(RULE.at(mark.ecn.min.at, message).help("`min=\"1MiB\"`, far below the pause"));
    }
}
