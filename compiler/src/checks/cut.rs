//! Edge-disjoint paths between leaves, by maximum flow.

use std::collections::{BTreeMap, VecDeque};

use fabc_lang::fabric::Fabric;

use super::graph::{Classes, Graph, Near};

/// Two leaves with as few disjoint paths between them as any two.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Narrowest {
    /// One leaf.
    pub(super) a: usize,
    /// The other.
    pub(super) b: usize,
    /// Edge-disjoint paths between them.
    pub(super) paths: u64,
}

/// The two leaves (switches that hold servers, of one plane) with the fewest edge-disjoint paths; none with fewer than
/// two in every plane.
///
/// The narrowest cut of all parts any fixed leaf from some other, so one leaf against each class is enough.
pub(super) fn narrowest(fabric: &Fabric) -> Option<Narrowest> {
    let graph = Graph::of(fabric);
    let classes = Classes::by(graph.up.iter().zip(&graph.down));
    let mut leaves: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|&(i, _)| !graph.servers[i].is_empty()) {
        let plane = (!fabric.tier_of(switch).planes.is_empty()).then_some(switch.plane);
        leaves.entry(plane).or_default().push(index);
    }
    let narrowest = leaves.values().filter_map(|leaves| search(&graph, &classes, leaves));
    narrowest.min_by_key(|n| n.paths)
}

fn search(graph: &Graph, classes: &Classes, leaves: &[usize]) -> Option<Narrowest> {
    let (&a, others) = leaves.split_first()?;
    let mut tried = vec![false; classes.members.len()];
    let fresh = others.iter().filter(|b| !std::mem::replace(&mut tried[classes.of[**b]], true));
    let narrow = fresh.map(|&b| Narrowest { a, b, paths: Network::between(graph, classes, a, b).flow() });
    narrow.min_by_key(|n| n.paths)
}

/// An undirected network: node 0 is the source, node 1 the sink, the rest are classes.
#[derive(Debug, Default)]
struct Network {
    /// Edges at each node.
    at: Vec<Vec<usize>>,
    /// Far end of each edge, and what it can still carry; edge `e ^ 1` is its reverse.
    edges: Vec<(usize, u64)>,
}

impl Network {
    /// Classes with the leaves `a` and `b` taken out of theirs.
    fn between(graph: &Graph, classes: &Classes, a: usize, b: usize) -> Self {
        let count = classes.members.len();
        let mut size: Vec<u64> = classes.members.iter().map(|m| m.len() as u64).collect();
        size[classes.of[a]] -= 1;
        size[classes.of[b]] -= 1;
        let mut net = Network { at: vec![Vec::new(); count + 2], edges: Vec::new() };
        for (class, members) in classes.members.iter().enumerate() {
            for (upper, links) in classes.near(&graph.up[members[0]]) {
                net.join(class + 2, upper + 2, u64::from(links) * size[class] * size[upper]);
            }
        }
        let ends = [(0, a), (1, b)];
        for (node, leaf) in ends {
            let both: Near = graph.up[leaf].iter().chain(&graph.down[leaf]).copied().collect();
            for (class, links) in classes.near(&both) {
                net.join(node, class + 2, u64::from(links) * size[class]);
            }
        }
        let direct = graph.up[a].iter().chain(&graph.down[a]).find(|n| n.0 as usize == b);
        net.join(0, 1, direct.map_or(0, |n| u64::from(n.1)));
        net
    }

    fn join(&mut self, a: usize, b: usize, links: u64) {
        if links > 0 {
            self.at[a].push(self.edges.len());
            self.edges.push((b, links));
            self.at[b].push(self.edges.len());
            self.edges.push((a, links));
        }
    }

    /// The greatest flow from node 0 to node 1 (Dinic's algorithm).
    fn flow(&mut self) -> u64 {
        let mut total = 0;
        while let Some(level) = self.levels() {
            let mut tried = vec![0; self.at.len()];
            loop {
                let pushed = self.push(0, u64::MAX, &level, &mut tried);
                if pushed == 0 {
                    break;
                }
                total += pushed;
            }
        }
        total
    }

    /// Distance of every node from the source; none where the sink is out of reach.
    fn levels(&self) -> Option<Vec<usize>> {
        let mut level = vec![usize::MAX; self.at.len()];
        level[0] = 0;
        let mut queue = VecDeque::from([0]);
        while let Some(node) = queue.pop_front() {
            for &edge in &self.at[node] {
                let (to, room) = self.edges[edge];
                if room > 0 && level[to] == usize::MAX {
                    level[to] = level[node] + 1;
                    queue.push_back(to);
                }
            }
        }
        (level[1] != usize::MAX).then_some(level)
    }

    /// Pushes up to `most` from `node` towards the sink along one path; the depth is at most that of the fabric.
    fn push(&mut self, node: usize, most: u64, level: &[usize], tried: &mut [usize]) -> u64 {
        if node == 1 {
            return most;
        }
        while let Some(&edge) = self.at[node].get(tried[node]) {
            let (to, room) = self.edges[edge];
            if room > 0 && level[to] == level[node] + 1 {
                let pushed = self.push(to, most.min(room), level, tried);
                if pushed > 0 {
                    self.edges[edge].1 -= pushed;
                    self.edges[edge ^ 1].1 += pushed;
                    return pushed;
                }
            }
            tried[node] += 1;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::graph::random;

    /// `leaves` and `spines`, each pair joined by `links`; servers on every leaf.
    fn clos(leaves: usize, spines: usize, links: u32) -> Graph {
        let near = |range: std::ops::Range<usize>| range.map(|n| (n as u32, links)).collect::<Near>();
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
            assert_eq!(Network::between(&graph, &classes, 0, 1).flow(), paths);
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
            let all = pairs.map(|(a, b)| Network::between(&graph, &alone, a, b).flow()).min();
            let merged = Classes::by(graph.up.iter().zip(&graph.down));
            assert_eq!(search(&graph, &merged, &leaves).map(|n| n.paths), all, "seed {seed}");
        }
    }

    #[test]
    fn no_way_is_no_path() {
        let graph = Graph { up: vec![Near::new(); 2], down: vec![Near::new(); 2], ..Graph::default() };
        let classes = Classes::by(graph.up.iter().zip(&graph.down));
        assert_eq!(Network::between(&graph, &classes, 0, 1).flow(), 0);
    }
}
