use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::Feature;

use crate::checks::{Ctx, features};

check! {
    /// Cut-through sends a frame on while it still comes in. Enterprise SONiC has a word for it; community SONiC has none, and
    /// stores every frame first unless a vendor's image says otherwise. Where it isn't certain that a box can,
    /// `nos/uncertain-feature` says so.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; switching "cut-through"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; switching "cut-through"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// platform "sure" like="dell-z9864f" { feature "cut-through" source="a box that was asked"; }
    /// ```
    Error "nos/no-cut-through" "cut-through that this switch doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    features::refuse(&RULE, Feature::CutThrough, ctx.fabric, "or remove `switching`", findings);
}
