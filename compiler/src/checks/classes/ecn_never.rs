use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// `probability=0` marks nothing up to `max`. Congestion then shows only when the queue is at `max`, all
    /// at once, or when PFC pauses the port.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB" probability=0
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
    ///     ecn min="1MiB" max="4MiB" probability=10
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
    Warning "classes/ecn-never" "ECN with probability 0" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for ecn in ctx.fabric.intent.classes.iter().flat_map(|c| &c.ecn) {
        if let Some(probability) = ecn.probability.filter(|p| p.v == 0) {
            let message = format!("nothing is marked between {} and {}", ecn.min.v, ecn.max.v);
            findings.push(RULE.at(probability.at, message).help("`probability=10`, or leave it out"));
        }
    }
}
