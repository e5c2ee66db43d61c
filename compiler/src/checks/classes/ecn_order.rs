use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// Marking begins at `min`, and from `max` on every packet is marked: `min` must be the smaller one.
    /// Switches that are told otherwise refuse the profile or mark nothing.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="4MiB" max="1MiB"
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
    Error "classes/ecn-order" "ECN that ends before it begins" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for ecn in ctx.fabric.intent.classes.iter().flat_map(|c| &c.ecn) {
        if ecn.min.v >= ecn.max.v {
            let message = format!("ECN begins at {} and ends at {}", ecn.min.v, ecn.max.v);
            let found = RULE.at(ecn.min.at, message).label(ecn.max.at, "not above `min`");
            findings.push(found.help("set `min` below `max`"));
        }
    }
}
