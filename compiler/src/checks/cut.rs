//! Edge-disjoint paths between leaves, by maximum flow.

use std::collections::BTreeMap;

use fabc_lang::fabric::Fabric;

use super::flow::Network;
use super::graph::{Classes, Edge, Graph, Near};

/// Two leaves with as few disjoint paths between them as any two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Narrowest {
    /// One leaf.
    pub(crate) a: usize,
    /// The other.
    pub(crate) b: usize,
    /// Edge-disjoint paths between them.
    pub(crate) paths: u64,
}

/// The two leaves (switches that hold servers, of one plane) with the fewest edge-disjoint paths; none with fewer than
/// two in every plane.
///
/// The narrowest cut of all parts any fixed leaf from some other, so one leaf against each class is enough.
pub(crate) fn narrowest(fabric: &Fabric, graph: &Graph) -> Option<Narrowest> {
    let classes = Classes::by(graph.up.iter().zip(&graph.down));
    let mut leaves: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|&(i, _)| !graph.servers[i].is_empty()) {
        let plane = (!fabric.tier_of(switch).planes.is_empty()).then_some(switch.plane);
        leaves.entry(plane).or_default().push(index);
    }
    let narrowest = leaves.values().filter_map(|leaves| search(graph, &classes, leaves));
    narrowest.min_by_key(|n| n.paths)
}

fn search(graph: &Graph, classes: &Classes, leaves: &[usize]) -> Option<Narrowest> {
    let (&a, others) = leaves.split_first()?;
    let mut tried = vec![false; classes.members.len()];
    let fresh = others.iter().filter(|b| !std::mem::replace(&mut tried[classes.of[**b]], true));
    let narrow = fresh.map(|&b| Narrowest { a, b, paths: between(graph, classes, a, b).flow() });
    narrow.min_by_key(|n| n.paths)
}

/// The undirected network of classes, with the leaves `a` (node 0) and `b` (node 1) taken out of theirs.
fn between(graph: &Graph, classes: &Classes, a: usize, b: usize) -> Network {
    let count = classes.members.len();
    let mut size: Vec<u64> = classes.members.iter().map(|m| m.len() as u64).collect();
    size[classes.of[a]] -= 1;
    size[classes.of[b]] -= 1;
    let mut net = Network::new(count + 2);
    let mut join = |a: usize, b: usize, links: u64| net.join(a, b, links, links);
    for (class, members) in classes.members.iter().enumerate() {
        for Edge { to, links, .. } in classes.near(&graph.up[members[0]]) {
            let upper = to as usize;
            join(class + 2, upper + 2, u64::from(links) * size[class] * size[upper]);
        }
    }
    let ends = [(0, a), (1, b)];
    for (node, leaf) in ends {
        let both: Near = graph.up[leaf].iter().chain(&graph.down[leaf]).copied().collect();
        for Edge { to, links, .. } in classes.near(&both) {
            join(node, to as usize + 2, u64::from(links) * size[to as usize]);
        }
    }
    let direct = graph.up[a].iter().chain(&graph.down[a]).filter(|n| n.to as usize == b);
    join(0, 1, direct.map(|n| u64::from(n.links)).sum());
    net
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::graph::random;

    /// `leaves` and `spines`, each pair joined by `links`; servers on every leaf.
    fn clos(leaves: usize, spines: usize, links: u32) -> Graph {
        let edge = |n: usize| Edge { to: n as u32, line: 0, links };
        let near = |range: std::ops::Range<usize>| range.map(edge).collect::<Near>();
        let (lower, upper) = (near(0..leaves), near(leaves..leaves + spines));
        let rows = |a: &Near, b: &Near| {
            std::iter::repeat_n(a.clone(), leaves).chain(std::iter::repeat_n(b.clone(), spines)).collect()
        };
        Graph { up: rows(&upper, &Near::new()), down: rows(&Near::new(), &lower), ..Graph::default() }
    }

    #[test]
    fn leaf_to_leaf_is_the_number_of_uplinks() {
        for (leaves, spines, links, paths) in [(4, 2, 16, 32), (64, 32, 1, 32), (16, 8, 4, 32), (2, 3, 2, 6)]
        {
            let graph = clos(leaves, spines, links);
            let classes = Classes::by(graph.up.iter().zip(&graph.down));
            assert_eq!(classes.members.len(), 2);
            assert_eq!(between(&graph, &classes, 0, 1).flow(), paths);
        }
    }

    #[test]
    fn merging_twins_and_fixing_a_leaf_changes_no_cut() {
        for seed in 0..200 {
            let graph = random(seed);
            let leaves: Vec<usize> = (0..graph.up.len()).filter(|&s| !graph.servers[s].is_empty()).collect();
            let alone = Classes::by(0..graph.up.len());
            let pairs =
                leaves.iter().enumerate().flat_map(|(i, a)| leaves[..i].iter().map(move |b| (*a, *b)));
            let all = pairs.map(|(a, b)| between(&graph, &alone, a, b).flow()).min();
            let merged = Classes::by(graph.up.iter().zip(&graph.down));
            assert_eq!(search(&graph, &merged, &leaves).map(|n| n.paths), all, "seed {seed}");
        }
    }

    #[test]
    fn no_way_is_no_path() {
        let graph = Graph { up: vec![Near::new(); 2], down: vec![Near::new(); 2], ..Graph::default() };
        let classes = Classes::by(graph.up.iter().zip(&graph.down));
        assert_eq!(between(&graph, &classes, 0, 1).flow(), 0);
    }
}
