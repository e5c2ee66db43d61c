use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::Feature;

use crate::checks::{Ctx, features};

check! {
    /// Packet trimming came to community SONiC with 202505; Enterprise SONiC's tables, as far as they are published, have no field for it.
    /// Where it isn't certain that a box can, `nos/uncertain-feature` says so.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202411"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// trimming "spray" to="cut"
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// trimming "spray" to="cut"
    /// platform "sure" like="dell-z9864f" { feature "packet-trimming" source="a box that was asked"; }
    /// ```
    Error "nos/no-trimming" "packet trimming that this switch doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    features::refuse(&RULE, Feature::PacketTrimming, ctx.fabric, "or remove `trimming`", findings);
}
