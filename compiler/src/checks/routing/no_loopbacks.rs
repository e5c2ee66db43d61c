use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// A switch's loopback is its BGP router id and the address by which it is known. Without `loopbacks` FRR
    /// takes whatever address it finds, and the id changes when that one does.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     host-subnets "10.64.0.0/12"
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
    Warning "routing/no-loopbacks" "no loopbacks" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let Some(routing) = &ctx.fabric.intent.routing else { return };
    if routing.loopbacks.is_none() {
        let found = RULE.at(routing.at, "switches have no loopback: their BGP router id is left to chance");
        findings.push(found.help("add `loopbacks \"10.255.0.0/20\"`"));
    }
}
