use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use crate::checks::{Ctx, count};

check! {
    /// All that this device is joined to above is marked `absent`: a leaf without its spines reaches nothing
    /// but its own servers, a server without its leaves nothing at all.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f" { absent 1 2; }
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
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
    /// tier "spine" count=2 switch="dell-z9864f" { absent 2; }
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "topology/cut-off" "a device whose every way up is absent" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let fabric = ctx.fabric;
    // By upper tier: the first device that is cut off, and how many are.
    let mut cut: BTreeMap<usize, (&str, u64)> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let ways = fabric.switch_wires(index).iter().map(|w| &fabric.links[w.link as usize]);
        let mut up = ways.filter(|l| l.b as usize != index).peekable();
        let Some(first) = up.peek().map(|l| fabric.line_of(l).upper) else { continue };
        if up.all(|l| fabric.switches[l.b as usize].absent) {
            cut.entry(first).or_insert((&switch.name, 0)).1 += 1;
        }
    }
    for (index, host) in fabric.hosts.iter().enumerate().filter(|(_, h)| !h.absent) {
        let mut ways = fabric.host_wires(index).iter().map(|w| &fabric.links[w.link as usize]).peekable();
        let Some(first) = ways.peek().map(|l| fabric.line_of(l).upper) else { continue };
        if ways.all(|l| fabric.switches[l.b as usize].absent) {
            cut.entry(first).or_insert((&host.name, 0)).1 += 1;
        }
    }
    for (tier, (name, devices)) in cut {
        let tier = &fabric.tiers[tier];
        let at = tier.node.absent.first().map_or(tier.node.at, |a| a.at);
        let message = format!("`{name}` is cut off: all that it is joined to in `{}` is absent", tier.path);
        let found = RULE.at(at, message).help("bring one of them back");
        let more = format!("{} in all are cut off so", count(devices, "device"));
        findings.push(if devices > 1 { found.note(more) } else { found });
    }
}
