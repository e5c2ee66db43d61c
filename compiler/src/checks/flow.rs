//! The greatest flow through a network (Dinic's algorithm).

use std::collections::VecDeque;

/// A network: node 0 is the source, node 1 the sink.
#[derive(Debug, Default)]
pub(crate) struct Network {
    /// Edges at each node.
    at: Vec<Vec<usize>>,
    /// Far end of each edge, and what it can still carry; edge `e ^ 1` is its reverse.
    edges: Vec<(usize, u64)>,
}

impl Network {
    /// So many nodes, nothing between them.
    pub(crate) fn new(nodes: usize) -> Self {
        Network { at: vec![Vec::new(); nodes.max(2)], edges: Vec::new() }
    }

    /// Joins two nodes: so much can be carried from `a` to `b`, and so much back.
    pub(crate) fn join(&mut self, a: usize, b: usize, there: u64, back: u64) {
        if there > 0 || back > 0 {
            self.at[a].push(self.edges.len());
            self.edges.push((b, there));
            self.at[b].push(self.edges.len());
            self.edges.push((a, back));
        }
    }

    /// The greatest flow from node 0 to node 1.
    pub(crate) fn flow(&mut self) -> u64 {
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
