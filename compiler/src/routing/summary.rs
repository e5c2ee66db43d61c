//! What the prediction comes to: routes and next-hop groups of every switch, and the ways between two.

use std::collections::BTreeSet;

use rayon::prelude::*;
use twox_hash::XxHash3_64;

use super::net::Sort;
use super::predict::{Hop, Predictor, Way, Weights};

/// What one switch ends up with from BGP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// IPv4 routes.
    pub(crate) routes: usize,
    /// IPv6 routes.
    pub(crate) routes6: usize,
    /// Sets of next hops that differ.
    pub(crate) groups: BTreeSet<Group>,
    /// Routes that hang on which of several equal ones came first.
    pub(crate) unsure: usize,
    /// Switches that it doesn't reach, though they are there.
    pub(crate) unreached: usize,
}

/// A set of next hops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group {
    /// Next hops, no more than the switch takes.
    pub(crate) width: usize,
    /// Whether some of them get more than others.
    pub(crate) weighted: bool,
    /// Tells sets apart.
    id: u64,
}

impl Table {
    /// The most next hops of one route.
    pub(crate) fn widest(&self) -> usize {
        self.groups.last().map_or(0, |g| g.width)
    }

    /// Sets of next hops some of which get more than others.
    pub(crate) fn weighted(&self) -> usize {
        self.groups.iter().filter(|g| g.weighted).count()
    }

    fn add(mut self, other: Table) -> Table {
        self.routes += other.routes;
        self.routes6 += other.routes6;
        self.unsure += other.unsure;
        self.unreached += other.unreached;
        self.groups.extend(other.groups);
        self
    }
}

impl Predictor<'_> {
    /// How much there is to do for the tables: switches × ends of links.
    pub(crate) fn work(&self) -> u64 {
        let switches =
            (0u32..).zip(&self.fabric().switches).filter(|(i, _)| self.is_there(*i)).count() as u64;
        let ends: usize = (0u32..).zip(&self.fabric().switches).map(|(i, _)| self.hops(i).len()).sum();
        switches.saturating_mul(ends as u64)
    }

    /// What every switch ends up with, by index. Takes time in switches × links.
    pub(crate) fn tables(&self) -> Vec<Table> {
        let count = self.fabric().switches.len();
        let none = || vec![Table::default(); count];
        let targets: Vec<u32> = (0u32..).take(count).filter(|&t| self.is_there(t)).collect();
        let one = |mut tables: Vec<Table>, &target: &u32| {
            self.count(target, &mut tables);
            tables
        };
        let both = |a: Vec<Table>, b: Vec<Table>| a.into_iter().zip(b).map(|(a, b)| a.add(b)).collect();
        targets.par_iter().with_min_len(targets.len().div_ceil(8).max(1)).fold(none, one).reduce(none, both)
    }

    /// Counts the routes towards one switch.
    fn count(&self, target: u32, tables: &mut [Table]) {
        let mut known: Vec<(Sort, Vec<Option<Way>>)> = Vec::new();
        let mut reached = vec![false; tables.len()];
        for sort in self.announces(target) {
            let same = known.iter().position(|(other, _)| self.alike(target, *other, sort));
            let at = same.unwrap_or_else(|| {
                known.push((sort, self.toward(target, sort)));
                known.len() - 1
            });
            for ((switch, way), table) in (0u32..).zip(&known[at].1).zip(&mut *tables) {
                let Some(way) = way else { continue };
                reached[switch as usize] = true;
                *(if sort == Sort::Loopback6 { &mut table.routes6 } else { &mut table.routes }) += 1;
                table.unsure += usize::from(!way.sure);
                // What was counted for a sort that goes the same ways needn't be again.
                if same.is_none() {
                    table.groups.insert(self.group(switch, way));
                }
            }
        }
        let there = (0u32..).zip(reached).filter(|&(switch, reached)| !reached && self.is_there(switch));
        for (switch, _) in there.filter(|(switch, _)| *switch != target) {
            tables[switch as usize].unreached += 1;
        }
    }

    fn group(&self, switch: u32, way: &Way) -> Group {
        let mut bytes: Vec<u8> = way.hops.iter().flat_map(|h| h.link.to_le_bytes()).collect();
        let weighted = if let Weights::Of(weights) = &way.weights {
            bytes.extend(weights.iter().flat_map(|w| w.to_le_bytes()));
            true
        } else {
            false
        };
        Group { width: way.hops.len().min(self.width(switch)), weighted, id: XxHash3_64::oneshot(&bytes) }
    }
}

/// The ways from one switch to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ways {
    /// How many there are, link by link; none beyond what 128 bits count.
    pub(crate) count: Option<u128>,
    /// Switches on each of them, both ends counted.
    pub(crate) switches: usize,
    /// Each switch on the way, with the links that it leaves by and how much each of them gets, from the first one on.
    pub(crate) steps: Vec<(u32, Vec<Hop>, Weights)>,
    /// Whether no order of arrival could give another result.
    pub(crate) sure: bool,
}

/// Follows the routes towards `to` from one switch; none where it isn't reached.
pub(crate) fn ways(routes: &[Option<Way>], from: u32, to: u32) -> Option<Ways> {
    let first = routes.get(from as usize)?.as_ref()?;
    let mut steps: Vec<(u32, Vec<Hop>, Weights)> = Vec::new();
    let mut level = BTreeSet::from([from]);
    let mut sure = true;
    while !level.is_empty() {
        let mut next = BTreeSet::new();
        for at in level {
            let Some(way) = routes.get(at as usize).and_then(Option::as_ref) else { continue };
            sure &= way.sure;
            next.extend(way.hops.iter().map(|h| h.peer).filter(|&peer| peer != to));
            steps.push((at, way.hops.clone(), way.weights.clone()));
        }
        level = next;
    }
    // From the end backwards: every hop is one AS nearer.
    let mut counts: std::collections::BTreeMap<u32, Option<u128>> = [(to, Some(1))].into();
    for (at, hops, _) in steps.iter().rev() {
        let sum = hops
            .iter()
            .try_fold(0u128, |sum, hop| sum.checked_add(counts.get(&hop.peer).copied().unwrap_or(Some(0))?));
        counts.insert(*at, sum);
    }
    let count = counts.get(&from).copied().flatten();
    Some(Ways { count, switches: usize::from(first.length) + 1, steps, sure })
}
