use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::Feature;

use crate::checks::{Ctx, features};

check! {
    /// Hashing on the destination queue pair spreads RDMA flows that look alike to ECMP. Enterprise SONiC has it on chips that
    /// can; community SONiC has no field for it. Where it isn't certain that a box can, `nos/uncertain-feature` says so.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { hash qpn=#true; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { hash qpn=#true; }
    /// platform "sure" like="dell-z9864f" { feature "qpn-hash" source="a box that was asked"; }
    /// ```
    Error "nos/no-qpn-hash" "a hash that this switch doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let instead = "or remove `qpn` and let NICs vary the UDP source port";
    features::refuse(&RULE, Feature::QpnHash, ctx.fabric, instead, findings);
}
