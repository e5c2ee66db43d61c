//! The fabric as a graph, with twins merged: switches (or servers) with the very same neighbours are one node.
//!
//! Twins are told apart by no path and no cut, so answers stay exact, while a fabric of thousands of switches becomes a
//! graph of a few nodes for each pod. Absent devices are left out, and
//! links that are put down.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, Link, Lower, Wire};

use super::lost::{Lost, stands};

/// Links of one device to another, of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    /// Index of the other device.
    pub(crate) to: u32,
    /// Index of the line.
    pub(crate) line: u32,
    /// How many.
    pub(crate) links: u32,
}

/// Neighbours of one device, ascending.
pub(crate) type Near = Vec<Edge>;

/// Who is joined to whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    /// Upper neighbours of each switch.
    pub(crate) up: Vec<Near>,
    /// Lower neighbours of each switch.
    pub(crate) down: Vec<Near>,
    /// Servers on each switch.
    pub(crate) servers: Vec<Near>,
    /// Switches of each server.
    pub(crate) leaves: Vec<Near>,
}

impl Graph {
    /// The graph of what is there.
    pub(crate) fn of(fabric: &Fabric) -> Self {
        let mut graph = Graph::default();
        let edge = |link: &Link, to| Edge { to, line: link.line, links: 1 };
        let (mut up, mut down, mut servers) = (Near::new(), Near::new(), Near::new());
        for switch in 0..fabric.switches.len() {
            for link in standing(fabric, fabric.switch_wires(switch)) {
                match fabric.line_of(link).lower {
                    Lower::Hosts { .. } => servers.push(edge(link, link.a)),
                    Lower::Tier(_) if link.a as usize == switch => up.push(edge(link, link.b)),
                    Lower::Tier(_) => down.push(edge(link, link.a)),
                }
            }
            graph.up.push(tallied(&mut up));
            graph.down.push(tallied(&mut down));
            graph.servers.push(tallied(&mut servers));
        }
        for host in 0..fabric.hosts.len() {
            up.extend(standing(fabric, fabric.host_wires(host)).map(|link| edge(link, link.b)));
            graph.leaves.push(tallied(&mut up));
        }
        graph
    }

    /// The same without what has failed; work is that of what has.
    pub(crate) fn without(&self, fabric: &Fabric, lost: &Lost) -> Self {
        let mut graph = self.clone();
        for index in lost.links_gone(fabric) {
            let link = &fabric.links[index as usize];
            let (lower, upper) = match fabric.line_of(link).lower {
                Lower::Hosts { .. } => (&mut graph.leaves, &mut graph.servers),
                Lower::Tier(_) => (&mut graph.up, &mut graph.down),
            };
            remove(&mut lower[link.a as usize], link.b, link.line);
            remove(&mut upper[link.b as usize], link.a, link.line);
        }
        graph
    }
}

/// Links at these ends that stand.
fn standing<'f>(fabric: &'f Fabric, wires: &'f [Wire]) -> impl Iterator<Item = &'f Link> {
    let links = wires.iter().map(|wire| &fabric.links[wire.link as usize]);
    links.filter(|link| stands(fabric, link))
}

/// Takes one link out.
fn remove(near: &mut Near, to: u32, line: u32) {
    if let Ok(at) = near.binary_search_by_key(&(to, line), |e| (e.to, e.line)) {
        match near[at].links {
            0 | 1 => drop(near.remove(at)),
            _ => near[at].links -= 1,
        }
    }
}

/// Sorts by neighbour and adds up links of one line to the same one.
fn tally(near: &mut Near) {
    near.sort_unstable();
    near.dedup_by(|b, a| {
        let same = (a.to, a.line) == (b.to, b.line);
        a.links += if same { b.links } else { 0 };
        same
    });
}

/// The same in memory of its own; `near` is empty again.
fn tallied(near: &mut Near) -> Near {
    tally(near);
    let tallied = near.clone();
    near.clear();
    tallied
}

/// Devices by class of twins.
#[derive(Debug)]
pub(crate) struct Classes {
    /// The class of each device.
    pub(crate) of: Vec<usize>,
    /// Members of each class, ascending.
    pub(crate) members: Vec<Vec<usize>>,
}

impl Classes {
    /// Devices with equal keys are twins.
    pub(crate) fn by<K: Ord>(keys: impl Iterator<Item = K>) -> Self {
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

    /// The classes of neighbours, each once for each line, with the links to one member.
    pub(crate) fn near(&self, near: &Near) -> Vec<Edge> {
        let class = |e: &Edge| Edge { to: u32::try_from(self.of[e.to as usize]).unwrap_or(u32::MAX), ..*e };
        let mut classes: Vec<Edge> = near.iter().map(class).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// A small graph of three tiers and servers, regular in parts, for tests.
#[cfg(test)]
pub(crate) fn random(seed: u64) -> Graph {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut roll = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let one = |to: u64| Edge { to: to as u32, line: 0, links: 1 };
    let (servers, tiers) = (2 + roll(5), [2 + roll(4), 2 + roll(3), 1 + roll(3)]);
    let starts = [0, tiers[0], tiers[0] + tiers[1], tiers.iter().sum()];
    let none = |count: u64| vec![Near::new(); count as usize];
    let mut graph =
        Graph { up: none(starts[3]), down: none(starts[3]), servers: none(starts[3]), leaves: none(servers) };
    for host in 0..servers {
        for _ in 0..1 + roll(2) {
            let leaf = roll(tiers[0]);
            graph.leaves[host as usize].push(one(leaf));
            graph.servers[leaf as usize].push(one(host));
        }
    }
    for (lower, upper) in [(0, 1), (1, 2)] {
        let links = 1 + roll(2);
        for (a, b) in (starts[lower]..starts[lower + 1])
            .flat_map(|a| (starts[upper]..starts[upper + 1]).map(move |b| (a, b)))
        {
            for _ in 0..if roll(5) == 0 { 0 } else { links } {
                graph.up[a as usize].push(one(b));
                graph.down[b as usize].push(one(a));
            }
        }
    }
    let all = [&mut graph.up, &mut graph.down, &mut graph.servers, &mut graph.leaves];
    all.into_iter().flatten().for_each(tally);
    graph
}
