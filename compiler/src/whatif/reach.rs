//! Leaves that reach each other by routes: up any number of times, then down.
//!
//! Two leaves do where they have a switch in common that both reach by going up only. Where lines skip tiers this is an
//! upper bound: BGP announces only its best path, so a switch that prefers a way from above keeps another from those above.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, Lower};

use crate::checks::graph::{Classes, Graph};

/// Pairs of leaves that a failure parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Apart {
    /// Pairs of leaves that stand and reach each other in the intact fabric.
    pub(crate) pairs: u64,
    /// How many of them no way joins any more.
    pub(crate) apart: u64,
    /// One of those.
    pub(crate) example: Option<(usize, usize)>,
}

/// Switches above each switch, by class of switches with the same upper neighbours.
struct Above {
    class: Vec<usize>,
    /// Bits by switch.
    bits: Vec<Vec<u64>>,
}

impl Above {
    fn of(graph: &Graph) -> Self {
        let near = |up: &Vec<_>| up.iter().map(|e: &crate::checks::graph::Edge| e.to).collect::<Vec<u32>>();
        let classes = Classes::by(graph.up.iter().map(near));
        let words = graph.up.len().div_ceil(64);
        let mut above = Above { class: classes.of, bits: vec![Vec::new(); classes.members.len()] };
        for members in &classes.members {
            above.fill(graph, members[0], words);
        }
        above
    }

    /// Of a source whose lines lead round in a circle it is a part, and ends all the same.
    fn fill(&mut self, graph: &Graph, switch: usize, words: usize) {
        let class = self.class[switch];
        if !self.bits[class].is_empty() {
            return;
        }
        self.bits[class] = vec![0; words];
        let mut bits = vec![0u64; words];
        for edge in &graph.up[switch] {
            let upper = edge.to as usize;
            self.fill(graph, upper, words);
            bits[upper / 64] |= 1 << (upper % 64);
            for (own, theirs) in bits.iter_mut().zip(&self.bits[self.class[upper]]) {
                *own |= theirs;
            }
        }
        self.bits[class] = bits;
    }

    /// Whether two switches have one above in common; each also counts as above itself.
    fn meet(&self, a: usize, b: usize) -> bool {
        let (of_a, of_b) = (&self.bits[self.class[a]], &self.bits[self.class[b]]);
        let has = |bits: &[u64], switch: usize| bits[switch / 64] >> (switch % 64) & 1 == 1;
        of_a.iter().zip(of_b).any(|(a, b)| a & b != 0) || has(of_a, b) || has(of_b, a)
    }
}

/// Pairs among `leaves` (ascending, all of them standing) that `before` joins and `after` doesn't.
pub(crate) fn apart(before: &Graph, after: &Graph, leaves: &[usize]) -> Apart {
    let (old, new) = (Above::of(before), Above::of(after));
    // Leaves below which others hang are told apart: they may be what two others have in common.
    let mut groups: BTreeMap<(usize, usize, usize), Vec<usize>> = BTreeMap::new();
    for &leaf in leaves {
        let alone = if before.down[leaf].is_empty() { 0 } else { leaf + 1 };
        groups.entry((old.class[leaf], new.class[leaf], alone)).or_default().push(leaf);
    }
    let groups: Vec<Vec<usize>> = groups.into_values().collect();
    let mut found = Apart::default();
    for (i, group) in groups.iter().enumerate() {
        let inside = group.get(1).map(|&other| (other, pairs(group.len())));
        let across = groups[i + 1..].iter().map(|other| (other[0], (group.len() * other.len()) as u64));
        for (other, pairs) in inside.into_iter().chain(across) {
            if !old.meet(group[0], other) {
                continue;
            }
            found.pairs += pairs;
            if !new.meet(group[0], other) {
                found.apart += pairs;
                let pair = (group[0].min(other), group[0].max(other));
                found.example = Some(found.example.map_or(pair, |known| known.min(pair)));
            }
        }
    }
    found
}

fn pairs(n: usize) -> u64 {
    (n * n.saturating_sub(1) / 2) as u64
}

/// Whether some line between switches passes over a tier.
pub(crate) fn skips_tiers(fabric: &Fabric) -> bool {
    fabric.lines.iter().any(|line| match line.lower {
        Lower::Tier(lower) => fabric.tiers[line.upper].distance > fabric.tiers[lower].distance + 1,
        Lower::Hosts { .. } => false,
    })
}
