//! Which leaves have a way to each other: up from both to a switch that they share, never down and up again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fabc_lang::fabric::{Fabric, Level, Lower};

use crate::checks::lost::{Lost, stands};

/// Switches above one, a bit each.
type Above = Arc<[u64]>;

fn meet(a: &Above, b: &Above) -> bool {
    a.iter().zip(b.iter()).any(|(a, b)| a & b != 0)
}

/// What is above each switch.
pub(super) struct Ways<'a> {
    fabric: &'a Fabric,
    /// By switch: links up, with the far end.
    up: Vec<Vec<(u32, usize)>>,
    /// By switch: switches right below.
    below: Vec<BTreeSet<usize>>,
    /// By switch, when nothing is out.
    full: Vec<Above>,
    /// Leaves that were in service before the first wave, by what was above them.
    leaves: BTreeMap<Above, Vec<usize>>,
}

impl<'a> Ways<'a> {
    pub(super) fn of(fabric: &'a Fabric, lost: &Lost) -> Ways<'a> {
        let count = fabric.switches.len();
        let (mut up, mut below) = (vec![Vec::new(); count], vec![BTreeSet::new(); count]);
        for (number, link) in (0u32..).zip(&fabric.links) {
            let (lower, upper) = (link.a as usize, link.b as usize);
            if matches!(fabric.line_of(link).lower, Lower::Tier(_)) && stands(fabric, link) {
                up[lower].push((number, upper));
                below[upper].insert(lower);
            }
        }
        let nothing: Above = vec![0; count.div_ceil(64)].into();
        let mut ways = Ways { fabric, up, below, full: vec![nothing; count], leaves: BTreeMap::new() };
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|switch| Reverse(ways.height(*switch)));
        for switch in order {
            ways.full[switch] = ways.reach(switch, &Lost::default(), &BTreeMap::new());
        }
        let now = ways.above(lost);
        for (leaf, switch) in fabric.switches.iter().enumerate() {
            if fabric.tier_of(switch).level == Level::Bottom && lost.spares(fabric, leaf) {
                let above = now.get(&leaf).unwrap_or(&ways.full[leaf]);
                ways.leaves.entry(Arc::clone(above)).or_default().push(leaf);
            }
        }
        ways
    }

    fn height(&self, switch: usize) -> u32 {
        self.fabric.tier_of(&self.fabric.switches[switch]).distance
    }

    /// All switches that traffic may go up to.
    fn reach(&self, switch: usize, lost: &Lost, now: &BTreeMap<usize, Above>) -> Above {
        let mut found = vec![0u64; self.fabric.switches.len().div_ceil(64)];
        let mut last = None;
        for &(link, far) in &self.up[switch] {
            if last == Some(far) || lost.links.contains(&link) || !lost.spares(self.fabric, far) {
                continue;
            }
            last = Some(far);
            found[far / 64] |= 1 << (far % 64);
            let above = now.get(&far).unwrap_or(&self.full[far]);
            found.iter_mut().zip(above.iter()).for_each(|(word, more)| *word |= more);
        }
        found.into()
    }

    /// What is above switches of which that isn't all.
    fn above(&self, lost: &Lost) -> BTreeMap<usize, Above> {
        let gone = lost.links_gone(self.fabric);
        let lower = gone.iter().map(|&link| &self.fabric.links[link as usize]);
        let lower = lower.filter(|link| matches!(self.fabric.line_of(link).lower, Lower::Tier(_)));
        let mut open: BTreeSet<(Reverse<u32>, usize)> =
            lower.map(|link| link.a as usize).map(|switch| (Reverse(self.height(switch)), switch)).collect();
        let mut now: BTreeMap<usize, Above> = BTreeMap::new();
        // Upper switches come first.
        while let Some((_, switch)) = open.pop_first() {
            let above = self.reach(switch, lost, &now);
            if above != self.full[switch] {
                open.extend(self.below[switch].iter().map(|&below| (Reverse(self.height(below)), below)));
                now.insert(switch, above);
            }
        }
        now
    }

    /// Two leaves in service that had a way to each other and have none; of those that `counts`.
    pub(super) fn parted(&self, lost: &Lost, counts: impl Fn(usize) -> bool) -> Option<(usize, usize)> {
        let now = self.above(lost);
        // By what was above and what is: one leaf, and another if there is one.
        let mut groups: BTreeMap<(&Above, &Above), (usize, Option<usize>)> = BTreeMap::new();
        for (was, leaves) in &self.leaves {
            for &leaf in leaves.iter().filter(|leaf| lost.spares(self.fabric, **leaf) && counts(**leaf)) {
                let is = now.get(&leaf).unwrap_or(&self.full[leaf]);
                let group = groups.entry((was, is)).or_insert((leaf, None));
                if group.0 != leaf {
                    group.1.get_or_insert(leaf);
                }
            }
        }
        let groups: Vec<_> = groups.into_iter().collect();
        let changed = groups.iter().filter(|((was, is), _)| was != is);
        for ((was, is), (leaf, twin)) in changed {
            if let Some(twin) = twin.filter(|_| meet(was, was) && !meet(is, is)) {
                return Some((*leaf, twin));
            }
            let apart = |other: &&((&Above, &Above), (usize, Option<usize>))| {
                other.1.0 != *leaf && meet(was, other.0.0) && !meet(is, other.0.1)
            };
            if let Some((_, (other, _))) = groups.iter().find(apart) {
                return Some((*leaf.min(other), *leaf.max(other)));
            }
        }
        None
    }
}
