use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Lower;

use crate::checks::Ctx;

check! {
    /// Leaves of one tier (and plane) have uplinks, and yet no way leads from one to another: the fabric falls into parts.
    /// Leaves without any uplinks, as in rail-only fabrics, are apart by design.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" uplinks=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" uplinks=2
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "topology/parts-apart" "leaves that no way joins" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    let fabric = ctx.fabric;
    let mut root: Vec<usize> = (0..fabric.switches.len()).collect();
    // Absent devices count: what is cut off by them has a finding of its own.
    for link in &fabric.links {
        if let Lower::Tier(_) = fabric.line_of(link).lower {
            let (a, b) = (find(&mut root, link.a as usize), find(&mut root, link.b as usize));
            root[a.max(b)] = a.min(b);
        }
    }
    for (index, tier) in fabric.tiers.iter().enumerate().filter(|(_, t)| t.host_facing && !t.up.is_empty()) {
        for plane in 0..tier.planes.len().max(1) {
            let here = |i: &usize| {
                let s = &fabric.switches[*i];
                s.tier == index && s.plane as usize == plane && !s.absent
            };
            let leaves: Vec<usize> = (0..fabric.switches.len()).filter(here).collect();
            let Some(&first) = leaves.first() else { continue };
            let part = find(&mut root, first);
            let Some(&other) = leaves.iter().find(|&&i| find(&mut root, i) != part) else { continue };
            let (a, b) = (&fabric.switches[first].name, &fabric.switches[other].name);
            let line = &fabric.lines[tier.up[0]];
            let found = RULE
                .at(line.at, format!("no way leads from `{a}` to `{b}`"))
                .label(tier.node.at, "leaves with uplinks");
            findings.push(found.help("more uplinks, or a tier above that joins them"));
            break;
        }
    }
}

/// The smallest switch of a part, with the way to it made short.
fn find(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}
