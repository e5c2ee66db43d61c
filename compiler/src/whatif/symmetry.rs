//! Switches and links that can't be told apart.
//!
//! A fabric is mostly alike: what fails of it matters by its place only. Two things make that exact:
//!
//! - *Twins*: devices of one node with the very same neighbours (and, for leaves, beside the very same other ports of every
//!   NIC). Any of them can stand for any other, so they are one class, and what is between two classes is complete.
//! - *Moves*: swaps of two groups of classes, such as two pods, two planes or two rails. Groups are what is joined within a
//!   band of tiers; a swap is taken only if every neighbour of every class in it is found to be mapped onto a neighbour,
//!   all else staying in place.
//!
//! Once something is picked, only moves that leave it in place count further on. So two picks are taken for alike only where
//! some relabelling of the whole fabric maps one onto the other; things that are alike may still be told apart, which costs
//! time and no truth.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::Fabric;

use super::figures::Intact;
use super::hosts::unit;
use crate::checks::graph::{Classes, Edge};
use crate::checks::lost::stands;
use crate::checks::select::select;

/// A port of a unit of NICs: its leaf, and its line.
pub(super) type Leg = (usize, u32);

/// One way in which a class is tied to others: kind, class, line or own legs, how many, and the other legs of the NIC.
type Tie = (u8, usize, Vec<u32>, u32, Vec<Leg>);

/// Classes of twins, and what may be swapped.
#[derive(Debug)]
pub(crate) struct Symmetry {
    /// The class of each switch, then of each server.
    pub(super) class: Vec<usize>,
    /// Members of each class, ascending; servers follow after switches.
    pub(super) members: Vec<Vec<usize>>,
    /// Swaps that change nothing: pairs of classes, each in both directions.
    pub(super) moves: Vec<BTreeMap<usize, usize>>,
}

/// A unit of a server's NICs: GPUs that it serves, and its legs in order.
pub(super) type Unit = (u32, Vec<Leg>);

/// Units of each server, in order of their NICs.
pub(super) fn units(fabric: &Fabric) -> Vec<Vec<Unit>> {
    let of = |host: usize| {
        let group = &fabric.groups[fabric.hosts[host].group];
        let mut units: BTreeMap<u32, Unit> = BTreeMap::new();
        for wire in fabric.host_wires(host) {
            let link = &fabric.links[wire.link as usize];
            if stands(fabric, link) {
                let (number, gpus) = unit(group, wire.port.cage);
                units.entry(number).or_insert((gpus, Vec::new())).1.push((link.b as usize, link.line));
            }
        }
        units.into_values().map(|(gpus, mut legs)| {
            legs.sort_unstable();
            (gpus, legs)
        })
    };
    (0..fabric.hosts.len()).map(|host| of(host).collect()).collect()
}

impl Symmetry {
    /// Of what is there. `marked` switches are told from others.
    pub(crate) fn of(intact: &Intact, marked: &[bool]) -> Self {
        let Intact { fabric, graph, halves, .. } = intact;
        let switches = fabric.switches.len();
        let units = units(fabric);
        let claims: Vec<Vec<bool>> =
            fabric.intent.expect.iter().filter_map(|e| select_of(fabric, e)).collect();
        // Servers on each switch, with their GPUs, their ports here and the NIC's other ports; interned, to compare fast.
        let mut shapes: BTreeMap<(u32, Vec<u32>, Vec<Leg>), u32> = BTreeMap::new();
        let mut hung: Vec<Vec<(usize, u32)>> = vec![Vec::new(); switches];
        for (host, units) in units.iter().enumerate() {
            for (gpus, legs) in units {
                let mut leaves: Vec<usize> = legs.iter().map(|l| l.0).collect();
                leaves.dedup();
                for leaf in leaves {
                    let (own, others) = around(legs, leaf);
                    let fresh = u32::try_from(shapes.len()).unwrap_or(u32::MAX);
                    hung[leaf].push((host, *shapes.entry((*gpus, own, others)).or_insert(fresh)));
                }
            }
        }
        hung.iter_mut().for_each(|h| h.sort_unstable());
        let label = |s: usize| {
            let switch = &fabric.switches[s];
            let claims: Vec<bool> = claims.iter().map(|c| c[s]).collect();
            (switch.tier, switch.absent, halves[s], marked[s], claims)
        };
        let of_switches =
            Classes::by((0..switches).map(|s| (label(s), &graph.up[s], &graph.down[s], &hung[s])));
        let sorted = |units: &Vec<Unit>| {
            let mut units = units.clone();
            units.sort_unstable();
            units
        };
        let of_hosts = Classes::by(
            fabric.hosts.iter().zip(&units).map(|(host, units)| (host.group, host.absent, sorted(units))),
        );
        let first = of_switches.members.len();
        let class: Vec<usize> =
            of_switches.of.iter().copied().chain(of_hosts.of.iter().map(|c| c + first)).collect();
        let hosts = of_hosts.members.into_iter().map(|m| m.into_iter().map(|h| h + switches).collect());
        let members: Vec<Vec<usize>> = of_switches.members.into_iter().chain(hosts).collect();

        let shapes: BTreeMap<u32, (u32, Vec<u32>, Vec<Leg>)> =
            shapes.into_iter().map(|(s, i)| (i, s)).collect();
        let legs = |legs: &[Leg]| {
            let mut legs: Vec<Leg> = legs.iter().map(|l| (class[l.0], l.1)).collect();
            legs.sort_unstable();
            legs
        };
        let ties = |node: usize| -> Vec<Tie> {
            let mut ties: Vec<Tie> = Vec::new();
            if let Some(host) = node.checked_sub(switches) {
                ties.extend(units[host].iter().map(|(gpus, all)| (3, 0, Vec::new(), *gpus, legs(all))));
                ties.sort_unstable();
                return ties;
            }
            let near = |kind: u8, e: &Edge| (kind, class[e.to as usize], vec![e.line], e.links, Vec::new());
            ties.extend(graph.up[node].iter().map(|e| near(0, e)));
            ties.extend(graph.down[node].iter().map(|e| near(1, e)));
            for same in hung[node].chunk_by(|a, b| a == b) {
                let (host, shape) = same[0];
                if let Some((gpus, own, others)) = shapes.get(&shape) {
                    let own = own.iter().copied().chain([*gpus]).collect();
                    let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
                    ties.push((2, class[switches + host], own, count, legs(others)));
                }
            }
            ties.sort_unstable();
            ties.dedup();
            ties
        };
        let ties: Vec<Vec<Tie>> = members.iter().map(|m| ties(m[0])).collect();
        let key = |c: usize| match members[c][0].checked_sub(switches) {
            None => (Ok(label(members[c][0])), members[c].len()),
            Some(host) => (Err((fabric.hosts[host].group, fabric.hosts[host].absent)), members[c].len()),
        };
        let keys = Classes::by((0..members.len()).map(key)).of;
        let level = |c: usize| match members[c][0].checked_sub(switches) {
            None => fabric.tier_of(&fabric.switches[members[c][0]]).distance + 1,
            Some(_) => 0,
        };
        let levels: Vec<u32> = (0..members.len()).map(level).collect();
        let moves = Swaps { ties, keys, levels }.all();
        Symmetry { class, members, moves }
    }
}

/// Ports of a NIC on `leaf`, by line, and its others.
pub(super) fn around(legs: &[Leg], leaf: usize) -> (Vec<u32>, Vec<Leg>) {
    let (own, others): (Vec<Leg>, Vec<Leg>) = legs.iter().partition(|l| l.0 == leaf);
    (own.into_iter().map(|l| l.1).collect(), others)
}

/// Which switches a claim speaks of; none where it speaks of all.
fn select_of(fabric: &Fabric, expect: &fabc_lang::intent::Expect) -> Option<Vec<bool>> {
    use fabc_lang::intent::Claim;
    let (Claim::Oversubscription(tier, _) | Claim::Survive(tier, ..)) = &expect.claim else { return None };
    let mut meant = vec![false; fabric.switches.len()];
    select(fabric, &tier.v).switches.into_iter().for_each(|s| meant[s] = true);
    Some(meant)
}

/// With more tiers above each other than any fabric has, no swaps are looked for: all pairs of levels are tried.
const HIGHEST: u32 = 8;

/// The search for swaps.
struct Swaps {
    ties: Vec<Vec<Tie>>,
    /// What two classes must have in common to be swapped, as a number.
    keys: Vec<usize>,
    /// 0 for servers, then tiers by their distance from them.
    levels: Vec<u32>,
}

impl Swaps {
    fn all(&self) -> Vec<BTreeMap<usize, usize>> {
        let top = self.levels.iter().copied().max().unwrap_or(0);
        let mut moves = BTreeSet::new();
        if top > HIGHEST {
            return Vec::new();
        }
        // Planes are joined by NICs alone, and swapped as wholes; rails of both planes go together.
        let bands = (0..=top)
            .flat_map(|low| (low..=top).flat_map(move |high| [(low, high, true), (low, high, false)]));
        for (low, high, by_nics) in bands {
            let mut groups: BTreeMap<Vec<usize>, Vec<Vec<usize>>> = BTreeMap::new();
            for group in self.joined(low, high, by_nics) {
                let kind = group.iter().map(|&c| self.keys[c]).collect();
                groups.entry(kind).or_default().push(group);
            }
            for groups in groups.values() {
                for (i, pair) in groups.windows(2).enumerate() {
                    let swap = self.swap(&pair[0], &pair[1]);
                    moves.extend(swap.or_else(|| (i > 0).then(|| self.swap(&groups[0], &pair[1]))?));
                }
            }
        }
        moves.into_iter().collect()
    }

    /// Classes that are joined within a band of levels, by ports of one NIC too where that is wanted; each group in order of
    /// what its classes are.
    fn joined(&self, low: u32, high: u32, by_nics: bool) -> Vec<Vec<usize>> {
        let within = |c: usize| (low..=high).contains(&self.levels[c]);
        let mut seen = vec![false; self.keys.len()];
        let mut groups = Vec::new();
        for start in (0..self.keys.len()).filter(|&c| within(c)) {
            let (mut group, mut rest) = (Vec::new(), vec![start]);
            while let Some(class) = rest.pop() {
                if std::mem::replace(&mut seen[class], true) {
                    continue;
                }
                group.push(class);
                for (kind, near, .., legs) in &self.ties[class] {
                    let legs = legs.iter().map(|l| l.0).filter(|_| by_nics || *kind == 3);
                    let near = (*kind != 3).then_some(*near).into_iter().chain(legs);
                    rest.extend(near.filter(|&c| within(c) && !seen[c]));
                }
            }
            if !group.is_empty() {
                group.sort_unstable_by_key(|&c| (self.keys[c], c));
                groups.push(group);
            }
        }
        groups
    }

    /// The swap of two groups, class by class in order; none where it isn't certain that it changes nothing.
    fn swap(&self, one: &[usize], other: &[usize]) -> Option<BTreeMap<usize, usize>> {
        let pairs = || one.iter().copied().zip(other.iter().copied());
        let swap: BTreeMap<usize, usize> = pairs().chain(pairs().map(|(a, b)| (b, a))).collect();
        let to = |class: usize| swap.get(&class).copied().unwrap_or(class);
        let fits = |(a, b): (usize, usize)| {
            let mapped = self.ties[a].iter().map(|(kind, class, own, count, legs)| {
                let mut legs: Vec<Leg> = legs.iter().map(|l| (to(l.0), l.1)).collect();
                legs.sort_unstable();
                (*kind, if *kind == 3 { 0 } else { to(*class) }, own.clone(), *count, legs)
            });
            let mut mapped: Vec<Tie> = mapped.collect();
            mapped.sort_unstable();
            mapped == self.ties[b]
        };
        (one.len() == other.len() && pairs().all(fits)).then_some(swap)
    }
}
