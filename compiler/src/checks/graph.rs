//! The fabric as a graph, with twins merged: switches (or servers) with the very same neighbours are one node.
//!
//! Twins are told apart by no path and no cut, so answers stay exact, while a fabric of thousands of switches becomes a
//! graph of a few nodes for each pod. Absent devices are left out.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, Lower};

/// Neighbours of one device: index and number of links, ascending.
pub(super) type Near = Vec<(u32, u32)>;

/// Who is joined to whom.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// Upper neighbours of each switch.
    pub(super) up: Vec<Near>,
    /// Lower neighbours of each switch.
    pub(super) down: Vec<Near>,
    /// Servers on each switch.
    pub(super) servers: Vec<Near>,
    /// Switches of each server.
    pub(super) leaves: Vec<Near>,
}

impl Graph {
    /// The graph of what is there.
    pub(super) fn of(fabric: &Fabric) -> Self {
        let (switches, hosts) = (fabric.switches.len(), fabric.hosts.len());
        let none = |count: usize| vec![Near::new(); count];
        let mut graph =
            Graph { up: none(switches), down: none(switches), servers: none(switches), leaves: none(hosts) };
        for link in fabric.links.iter().filter(|l| fabric.is_present(l)) {
            let (lower, upper) = match fabric.line_of(link).lower {
                Lower::Hosts { .. } => (&mut graph.leaves, &mut graph.servers),
                Lower::Tier(_) => (&mut graph.up, &mut graph.down),
            };
            lower[link.a as usize].push((link.b, 1));
            upper[link.b as usize].push((link.a, 1));
        }
        let all = [&mut graph.up, &mut graph.down, &mut graph.servers, &mut graph.leaves];
        all.into_iter().flatten().for_each(tally);
        graph
    }
}

/// Sorts by neighbour and adds up links to the same one.
fn tally(near: &mut Near) {
    near.sort_unstable();
    near.dedup_by(|b, a| {
        let same = a.0 == b.0;
        a.1 += if same { b.1 } else { 0 };
        same
    });
}

/// Devices by class of twins.
#[derive(Debug)]
pub(super) struct Classes {
    /// The class of each device.
    pub(super) of: Vec<usize>,
    /// Members of each class, ascending.
    pub(super) members: Vec<Vec<usize>>,
}

impl Classes {
    /// Devices with equal keys are twins.
    pub(super) fn by<K: Ord>(keys: impl Iterator<Item = K>) -> Self {
        let mut known: BTreeMap<K, usize> = BTreeMap::new();
        let mut classes = Classes { of: Vec::new(), members: Vec::new() };
        for (device, key) in keys.enumerate() {
            let fresh = known.len();
            let class = *known.entry(key).or_insert(fresh);
            if class == fresh {
                classes.members.push(Vec::new());
            }
            classes.members[class].push(device);
            classes.of.push(class);
        }
        classes
    }

    /// The classes of neighbours, each once, with the links to one member.
    pub(super) fn near(&self, near: &Near) -> Vec<(usize, u32)> {
        let mut classes: Vec<(usize, u32)> = near.iter().map(|&(n, w)| (self.of[n as usize], w)).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// A small graph of three tiers and servers, regular in parts, for tests.
#[cfg(test)]
pub(super) fn random(seed: u64) -> Graph {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut roll = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (servers, tiers) = (2 + roll(5), [2 + roll(4), 2 + roll(3), 1 + roll(3)]);
    let starts = [0, tiers[0], tiers[0] + tiers[1], tiers.iter().sum()];
    let none = |count: u64| vec![Near::new(); count as usize];
    let mut graph =
        Graph { up: none(starts[3]), down: none(starts[3]), servers: none(starts[3]), leaves: none(servers) };
    for host in 0..servers {
        for _ in 0..1 + roll(2) {
            let leaf = roll(tiers[0]);
            graph.leaves[host as usize].push((leaf as u32, 1));
            graph.servers[leaf as usize].push((host as u32, 1));
        }
    }
    for (lower, upper) in [(0, 1), (1, 2)] {
        let links = 1 + roll(2);
        for (a, b) in (starts[lower]..starts[lower + 1])
            .flat_map(|a| (starts[upper]..starts[upper + 1]).map(move |b| (a, b)))
        {
            for _ in 0..if roll(5) == 0 { 0 } else { links } {
                graph.up[a as usize].push((b as u32, 1));
                graph.down[b as usize].push((a as u32, 1));
            }
        }
    }
    let all = [&mut graph.up, &mut graph.down, &mut graph.servers, &mut graph.leaves];
    all.into_iter().flatten().for_each(tally);
    graph
}
