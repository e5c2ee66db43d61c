use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;

use crate::budget::Budget;
use crate::checks::headroom::marks;
use crate::checks::{Ctx, count};

check! {
    /// If one port fills the queues of all others at once, it is paused while each queue is still short. Two conditions, then:
    /// strict, where no way of filling queues pauses before ECN marks, and incast, where many ports fill one queue. Fabrics
    /// run well with the second alone; the first asks for thresholds so low that they cost throughput.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="9MB" max="12MB"
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
    Note "buffers/ecn-not-strict" "PFC that may come before ECN" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for mark in marks(ctx, Budget::strict) {
        let (min, budget) = (mark.min, mark.budget);
        let ports: u64 = budget.groups.iter().map(|g| g.ports).sum();
        let (strict, incast) = (budget.strict(mark.half), budget.incast(mark.half, 1));
        if min < strict || min >= incast {
            continue;
        }
        let who = budget.who(ctx.fabric);
        let message = format!("ECN before PFC on {who}: strict: no, incast: yes");
        let found = RULE.at(mark.ecn.min.at, message).note(format!(
            "strict: {} B is not below {} B, where one port fills {}",
            grouped(min),
            grouped(strict),
            count(ports, "queue")
        ));
        findings.push(found.note(format!("incast: below {} B, where ports fill one queue", grouped(incast))));
    }
}
