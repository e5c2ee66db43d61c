//! The longest of all shortest ways between two servers.

use super::graph::{Classes, Edge, Graph};

/// Two servers that are as far apart as any two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Farthest {
    /// One server.
    pub(crate) a: usize,
    /// The other.
    pub(crate) b: usize,
    /// Switches between them; none where no way leads from one to the other.
    pub(crate) hops: Option<u32>,
}

/// Upper, lower and server neighbours of each class of switches.
struct Steps {
    up: Vec<Vec<usize>>,
    down: Vec<Vec<usize>>,
    servers: Vec<Vec<usize>>,
}

/// The two servers farthest apart; none with fewer than two. Ways lead up, then down, as routes do.
pub(crate) fn farthest(graph: &Graph) -> Option<Farthest> {
    let switches = Classes::by(graph.up.iter().zip(&graph.down).zip(&graph.servers));
    let hosts = Classes::by(graph.leaves.iter());
    search(graph, &switches, &hosts)
}

fn search(graph: &Graph, switches: &Classes, hosts: &Classes) -> Option<Farthest> {
    let firsts = || switches.members.iter().map(|m| m[0]);
    let only = |near: Vec<Edge>| near.into_iter().map(|edge| edge.to as usize).collect::<Vec<_>>();
    let unique = |mut near: Vec<usize>| {
        near.dedup();
        near
    };
    let steps = Steps {
        up: firsts().map(|s| unique(only(switches.near(&graph.up[s])))).collect(),
        down: firsts().map(|s| unique(only(switches.near(&graph.down[s])))).collect(),
        servers: firsts().map(|s| unique(only(hosts.near(&graph.servers[s])))).collect(),
    };
    let wired: Vec<&Vec<usize>> = hosts.members.iter().filter(|m| !graph.leaves[m[0]].is_empty()).collect();
    let mut worst: Option<Farthest> = None;
    for from in &wired {
        let own = unique(only(switches.near(&graph.leaves[from[0]])));
        let distance = distances(&steps, &own, hosts.members.len());
        for to in &wired {
            let b = if to[0] == from[0] { to.get(1) } else { to.first() };
            let Some(&b) = b else { continue };
            let hops = distance[hosts.of[b]];
            if worst.as_ref().is_none_or(|w| w.hops.is_some_and(|old| hops.is_none_or(|h| h > old))) {
                worst = Some(Farthest { a: from[0], b, hops });
            }
        }
    }
    worst
}

/// Switches on the way from the switches `start` to each class of servers.
fn distances(steps: &Steps, start: &[usize], hosts: usize) -> Vec<Option<u32>> {
    let mut reached = vec![None; hosts];
    // A switch that was reached on the way down leads only further down.
    let mut seen = [vec![false; steps.up.len()], vec![false; steps.up.len()]];
    let mut front: Vec<(usize, bool)> = start.iter().map(|&s| (s, true)).collect();
    let mut hops = 0;
    while !front.is_empty() {
        hops += 1;
        let mut next = Vec::new();
        for (switch, rising) in front {
            if seen[1][switch] || (!rising && seen[0][switch]) {
                continue;
            }
            seen[usize::from(rising)][switch] = true;
            for &host in &steps.servers[switch] {
                reached[host] = reached[host].or(Some(hops));
            }
            next.extend(steps.down[switch].iter().map(|&s| (s, false)));
            if rising {
                next.extend(steps.up[switch].iter().map(|&s| (s, true)));
            }
        }
        front = next;
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::graph::random;

    #[test]
    fn merging_twins_changes_no_distance() {
        for seed in 0..300 {
            let graph = random(seed);
            let alone = |count: usize| Classes::by(0..count);
            let whole = search(&graph, &alone(graph.up.len()), &alone(graph.leaves.len()));
            let switches = Classes::by(graph.up.iter().zip(&graph.down).zip(&graph.servers));
            let merged = search(&graph, &switches, &Classes::by(graph.leaves.iter()));
            assert_eq!(merged.map(|f| f.hops), whole.map(|f| f.hops), "seed {seed}");
        }
    }
}
