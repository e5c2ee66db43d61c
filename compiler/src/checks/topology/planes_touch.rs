use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Lower;

use crate::checks::Ctx;

check! {
    /// Planes are there so that a fault in one leaves the other untouched, and so that a NIC's two ports
    /// never share a queue. A tier that stands in no plane and is joined to a tier that does carries the
    /// traffic, and the faults, of all of them.
    ///
    /// Move the tier into the `plane` block: it then exists once for each plane.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic ports=2 speed="200G"; }
    /// plane "a" "b" {
    ///     tier "leaf" count=1 switch="dell-z9864f"
    ///     link "gpu" "leaf" by="rail"
    /// }
    /// tier "spine" count=1 switch="dell-z9864f"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic ports=2 speed="200G"; }
    /// plane "a" "b" {
    ///     tier "leaf" count=1 switch="dell-z9864f"
    ///     link "gpu" "leaf" by="rail"
    ///     tier "spine" count=1 switch="dell-z9864f"
    ///     link "leaf" "spine" speed="800G" per-pair=1
    /// }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "topology/planes-touch" "planes that meet" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for line in &ctx.fabric.lines {
        let Lower::Tier(lower) = line.lower else { continue };
        let (lower, upper) = (&ctx.fabric.tiers[lower], &ctx.fabric.tiers[line.upper]);
        let (inside, outside) = match (lower.planes.len() > 1, upper.planes.len() > 1) {
            (true, false) => (lower, upper),
            (false, true) => (upper, lower),
            _ => continue,
        };
        let message = format!("planes {} meet in tier `{}`", inside.planes.join(" and "), outside.path);
        let found = RULE.at(line.at, message).label(outside.node.at, "stands in no plane");
        findings.push(found.help(format!("move `tier \"{}\"` into the `plane` block", outside.node.name.v)));
    }
}
