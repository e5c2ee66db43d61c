use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;

use crate::checks::Ctx;

check! {
    /// Enterprise SONiC's command line calls ports by one of three ways, and ConfigDB says which. Community SONiC has but one
    /// name for a port in ConfigDB, and no field for another.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505" interface-naming="standard"; }
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
    /// fabric "f" { nos "enterprise-sonic" release="4.5" interface-naming="standard"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "nos/no-interface-naming" "a way of naming ports that this system doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let node = &ctx.fabric.intent.fabric;
    let Some(naming) = node.naming.filter(|_| node.nos.v == Nos::Sonic) else { return };
    let found =
        RULE.at(naming.at, "community SONiC has no `interface-naming`").label(node.nos.at, "chosen here");
    findings.push(found.help("remove it, or `nos \"enterprise-sonic\"`"));
}
