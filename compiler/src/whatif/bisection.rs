//! What goes from one half of the leaves to the other: the exact minimum cut of one split, which is named.
//!
//! Of each part of the fabric (a plane, a rail: switches that are joined) the first half of the leaves by name sends to the
//! second, each as much as hangs on it, up and then down. Of a regular Clos this is its bisection, for all splits in halves
//! are alike there; elsewhere it is what this split has, and another may have less.

use std::collections::VecDeque;

use fabc_lang::fabric::Fabric;

use crate::checks::flow::Network;
use crate::checks::graph::{Classes, Edge, Graph};

/// The half of each leaf: `false` the first, `true` the second; none of what is no leaf or alone in its part.
pub(crate) fn halves(graph: &Graph) -> Vec<Option<bool>> {
    let count = graph.up.len();
    let (mut halves, mut seen) = (vec![None; count], vec![false; count]);
    for start in 0..count {
        let (mut leaves, mut queue) = (Vec::new(), VecDeque::from([start]));
        while let Some(switch) = queue.pop_front() {
            if std::mem::replace(&mut seen[switch], true) {
                continue;
            }
            if !graph.servers[switch].is_empty() {
                leaves.push(switch);
            }
            queue.extend(graph.up[switch].iter().chain(&graph.down[switch]).map(|e| e.to as usize));
        }
        leaves.sort_unstable();
        let first = leaves.len() / 2;
        for (i, leaf) in leaves.into_iter().enumerate().filter(|_| first > 0) {
            halves[leaf] = Some(i >= first);
        }
    }
    halves
}

/// Mb/s from the first halves to the second; none where no two leaves are joined.
pub(crate) fn bisection(fabric: &Fabric, graph: &Graph, halves: &[Option<bool>]) -> Option<u64> {
    halves.iter().any(Option::is_some).then(|| {
        let speed = |line: u32| u64::from(fabric.lines[line as usize].speed.v.0);
        let hosts =
            |s: usize| -> u64 { graph.servers[s].iter().map(|e| speed(e.line) * u64::from(e.links)).sum() };
        let keys = (0..halves.len()).map(|s| (halves[s], hosts(s), &graph.up[s], &graph.down[s]));
        let classes = Classes::by(keys);
        // Going up at 2 + 2c, going down at 3 + 2c.
        let mut net = Network::new(2 + 2 * classes.members.len());
        for (class, members) in classes.members.iter().enumerate() {
            let (switch, size, up, down) = (members[0], members.len() as u64, 2 + 2 * class, 3 + 2 * class);
            net.join(up, down, u64::MAX / 4, 0);
            match halves[switch] {
                Some(false) => net.join(0, up, hosts(switch) * size, 0),
                Some(true) => net.join(down, 1, hosts(switch) * size, 0),
                None => {}
            }
            for Edge { to, line, links } in &graph.up[switch] {
                let (upper, room) =
                    (2 + 2 * classes.of[*to as usize], speed(*line) * u64::from(*links) * size);
                net.join(up, upper, room, 0);
                net.join(upper + 1, down, room, 0);
            }
        }
        net.flow()
    })
}
