use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::PortId;
use fabc_lang::intent::Nic;

use crate::checks::Ctx;

check! {
    /// Linux takes at most 15 characters for an interface, none of them a slash, a colon or white space, and
    /// each name once. hosts.csv and the cabling plan would name interfaces that can't exist.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G" name="mellanox-port{index}-{port}"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G" name="ens{index}np0"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "names/interface-name" "an interface name that no server takes" => run
}

/// IFNAMSIZ without its final zero.
const LONGEST: usize = 15;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for (index, host) in fabric.hosts.iter().enumerate() {
        let group = &fabric.groups[host.group];
        if !seen.insert(host.group) {
            continue;
        }
        let mut names: BTreeMap<String, &Nic> = BTreeMap::new();
        let mut number = 0;
        for nic in &group.node.nics {
            let ports = (0..nic.count.v).flat_map(|n| (0..nic.ports.v).map(move |p| (n, p)));
            let ports = ports.map(|(n, p)| (narrow(number + n), narrow(p)));
            let all = ports.map(|(cage, child)| fabric.host_interface(index, PortId { cage, child }));
            let wrong = |name: String| match names.insert(name.clone(), nic) {
                Some(_) => Some(format!("`{name}` is the name of two interfaces")),
                None => wrong(&name).map(|why| format!("`{name}` is no interface name: {why}")),
            };
            if let Some(message) = all.into_iter().find_map(wrong) {
                let found = RULE.at(nic.name.as_ref().map_or(nic.at, |n| n.at), message);
                findings.push(found.help("a short template with all numbers: `name=\"ens{index}p{port}\"`"));
            }
            number += nic.count.v;
        }
    }
}

fn narrow(n: u32) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

fn wrong(name: &str) -> Option<String> {
    if name.len() > LONGEST {
        return Some(format!("{} characters, {LONGEST} at the most", name.len()));
    }
    let strange = |c: &char| !c.is_ascii_graphic() || matches!(c, '/' | ':' | '{' | '}');
    match name.chars().find(strange) {
        Some(c) => Some(format!("{c:?} may not be in it")),
        None => matches!(name, "" | "." | "..").then(|| "it is a path".to_owned()),
    }
}
