use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::fabric::Line;
use fabc_lang::intent::By;
use fabc_lang::units::grouped;

use crate::checks::{Ctx, count};

check! {
    /// In a rail design each NIC of a server is on a leaf of its own: NCCL's rings and trees keep to their
    /// rail, and the loss of a leaf costs every server one NIC. Two NICs on one leaf share its uplinks and
    /// its fate. By rack that is the plan, and nothing is said; where there are fewer leaves than NICs it
    /// can't be had otherwise, and it is a note.
    ///
    /// Give the line as many leaves as a server has NICs.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// hosts "store" count=2 gpus=0 { nic count=2 speed="200G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "store" "leaf" by="spread" leaves=1
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// hosts "store" count=2 gpus=0 { nic count=2 speed="200G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "store" "leaf" by="spread"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "topology/two-rails-on-one-leaf" "a server with two rails on one leaf" => run
}

/// Servers of one line that are so joined, and the first of them.
struct Met {
    host: usize,
    leaf: usize,
    nics: (u16, u16),
    hosts: u64,
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut lines: BTreeMap<u32, Met> = BTreeMap::new();
    for host in 0..fabric.hosts.len() {
        let ends = fabric.host_wires(host).iter().map(|w| (fabric.links[w.link as usize], w.port.cage));
        let mut ends: Vec<(u32, u16, u32)> = ends.map(|(link, nic)| (link.b, nic, link.line)).collect();
        ends.sort_unstable();
        let met = |p: &&[(u32, u16, u32)]| p[0].0 == p[1].0 && p[0].1 != p[1].1;
        let Some(pair) = ends.windows(2).find(met) else { continue };
        let first = Met { host, leaf: pair[0].0 as usize, nics: (pair[0].1, pair[1].1), hosts: 0 };
        lines.entry(pair[0].2.max(pair[1].2)).or_insert(first).hosts += 1;
    }
    for (line, met) in lines {
        let line = &fabric.lines[line as usize];
        if line.by != Some(By::Rack) {
            findings.push(finding(ctx, line, &met));
        }
    }
}

fn finding(ctx: &Ctx, line: &Line, met: &Met) -> Diagnostic {
    let fabric = ctx.fabric;
    let (host, leaf) = (&fabric.hosts[met.host], &fabric.switches[met.leaf]);
    let (nics, tier) = (fabric.groups[host.group].nics, &fabric.tiers[line.upper]);
    let (name, leaf, (a, b)) = (&host.name, &leaf.name, met.nics);
    let mut found = RULE.at(line.at, format!("NICs {a} and {b} of `{name}` are both on `{leaf}`"));
    found = found.label(tier.node.count.at, count(tier.node.count.v, "leaf"));
    if met.hosts > 1 {
        found = found.note(format!("so is a pair of NICs of each of {} servers", grouped(met.hosts)));
    }
    if line.shared_rails || tier.node.count.v < nics {
        found.severity = Severity::Note;
        return found.note(format!("{nics} NICs a server on fewer leaves: rails share leaves in turn"));
    }
    found.help(format!("let the line reach {nics} leaves: one for each NIC of a server"))
}
