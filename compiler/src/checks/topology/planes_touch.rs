use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Line, Lower};

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
    let tiers = &ctx.fabric.tiers;
    let mut outside: BTreeMap<usize, Vec<(&Line, &[String])>> = BTreeMap::new();
    for line in &ctx.fabric.lines {
        let Lower::Tier(lower) = line.lower else { continue };
        let (below, above) = (&tiers[lower].planes, &tiers[line.upper].planes);
        match (below.is_empty(), above.is_empty()) {
            (false, true) => outside.entry(line.upper).or_default().push((line, below)),
            (true, false) => outside.entry(lower).or_default().push((line, above)),
            (false, false) if below != above => {
                let message =
                    format!("planes {} and {} meet on this line", below.join(", "), above.join(", "));
                findings.push(RULE.at(line.at, message).help("join tiers of one `plane` block"));
            }
            _ => {}
        }
    }
    for (tier, lines) in outside {
        let node = &tiers[tier].node;
        let names: BTreeSet<&str> =
            lines.iter().flat_map(|(_, planes)| *planes).map(String::as_str).collect();
        if names.len() < 2 {
            continue;
        }
        let names: Vec<&str> = names.into_iter().collect();
        let message = format!("planes {} meet in tier `{}`", names.join(" and "), tiers[tier].path);
        for (line, _) in lines {
            let found = RULE.at(line.at, &message).label(node.at, "stands in no plane");
            findings.push(found.help(format!("move `tier \"{}\"` into the `plane` block", node.name.v)));
        }
    }
}
