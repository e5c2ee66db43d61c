use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::Feature;

use crate::checks::{Ctx, features};

check! {
    /// Dynamic load balancing moves flows to the less loaded of equal paths. Enterprise SONiC has it on chips that can; in
    /// community SONiC no release has it yet. Where it isn't certain that a box can, `nos/uncertain-feature` says so.
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
    /// load-balancing { adaptive; }
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
    /// load-balancing { adaptive; }
    /// platform "sure" like="dell-z9864f" { feature "adaptive" source="a box that was asked"; }
    /// ```
    Error "nos/no-adaptive" "adaptive load balancing that this switch doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    features::refuse(&RULE, Feature::Adaptive, ctx.fabric, "or remove `adaptive`", findings);
}
