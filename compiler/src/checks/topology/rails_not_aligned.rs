use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Lower;
use fabc_lang::intent::By;

use crate::checks::Ctx;

check! {
    /// On a rail leaf NIC k of one server meets NIC k of the others, so that traffic of a rail stays on its
    /// leaf. Where two groups of GPU servers share leaves with different NICs, all their common traffic
    /// crosses the spine.
    ///
    /// Give both groups the same number of NICs, or each its own tier of leaves.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// hosts "small" count=4 { nic count=1 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "small" "leaf" by="rail" servers-per-leaf=2
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// hosts "small" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" servers-per-leaf=4
    /// link "small" "leaf" by="rail" servers-per-leaf=4
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "topology/rails-not-aligned" "rails of two host groups that are not aligned" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut said: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (index, switch) in fabric.switches.iter().enumerate() {
        // By group: its NICs on this leaf, one bit each, and its line.
        let mut groups: BTreeMap<usize, (u64, u32)> = BTreeMap::new();
        for wire in fabric.switch_wires(index) {
            let link = &fabric.links[wire.link as usize];
            let Lower::Hosts { group, .. } = fabric.line_of(link).lower else { continue };
            if fabric.line_of(link).by == Some(By::Rail) && fabric.groups[group].gpus > 0 {
                let nics = groups.entry(group).or_insert((0, link.line));
                nics.0 |= 1 << (link.a_port.cage % 64);
            }
        }
        let groups: Vec<(usize, (u64, u32))> = groups.into_iter().collect();
        for pair in groups.windows(2) {
            let [(a, (of_a, first)), (b, (of_b, second))] = [pair[0], pair[1]];
            if of_a & of_b == 0 && said.insert((a, b)) {
                let (a, b) = (&fabric.groups[a].path, &fabric.groups[b].path);
                let (k, l) = (of_a.trailing_zeros(), of_b.trailing_zeros());
                let message = format!("on `{}` rail {k} of `{a}` meets rail {l} of `{b}`", switch.name);
                let found = RULE.at(fabric.lines[second as usize].at, message);
                let found = found.label(fabric.lines[first as usize].at, format!("the line of `{a}`"));
                findings.push(found.help("give both groups as many NICs, or each its own leaves"));
            }
        }
    }
}
