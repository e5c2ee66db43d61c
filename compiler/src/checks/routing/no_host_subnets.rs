use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Lower;

use crate::checks::Ctx;

check! {
    /// Lines from hosts need addresses: a /31 for each NIC port, from `host-subnets`. Without it server ports
    /// are up and lead nowhere.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    /// }
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
    /// ```
    Warning "routing/no-host-subnets" "no addresses for servers" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let Some(routing) = &ctx.fabric.intent.routing else { return };
    let line = ctx.fabric.lines.iter().find(|l| matches!(l.lower, Lower::Hosts { .. }));
    if let (None, Some(line)) = (routing.host_subnets, line) {
        let found = RULE.at(routing.at, "servers have no addresses").label(line.at, "joins servers");
        findings.push(found.help("add `host-subnets \"10.64.0.0/12\"`"));
    }
}
