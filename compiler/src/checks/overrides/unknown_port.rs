use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::selector::{Meets, for_each_selector, meets};

check! {
    /// A port is a cage (`17`), a child of it (`"17/2"`, from 1), or a SONiC name as the build has it
    /// (`"Ethernet132"`). A child is there only where the cage is broken out.
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
    /// switch "leaf-01" { port 99 { admin "down"; }; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { port 1 { admin "down"; }; }
    /// ```
    Error "overrides/unknown-port" "an override for a port that is not there" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for_each_selector(ctx.fabric, |switch, selector| {
        if meets(ctx.fabric, switch, &selector.v) == Meets::Nothing {
            let (tier, switch) =
                (ctx.fabric.tier_of(&ctx.fabric.switches[switch]), &ctx.fabric.switches[switch]);
            let message = format!("`{}` has no port `{}`", switch.name, selector.v);
            let found = RULE.at(selector.at, message).label(tier.node.switch.at, "its platform");
            findings.push(found.help(format!("cages are 1 to {}, children `\"1/2\"`", tier.cages.len())));
        }
    });
}
