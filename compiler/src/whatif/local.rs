//! Traffic that needs no link between switches: how many GPUs of different servers meet on one.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower};

use super::hosts::unit;
use crate::checks::lost::stands;

/// Pairs of GPUs in different servers, and those of them that hang on one switch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    pub(crate) all: u64,
    pub(crate) met: u64,
}

impl Pairs {
    /// Thousandths that meet; none where there are no pairs.
    pub(crate) fn thousandths(self) -> Option<u64> {
        (self.all > 0).then(|| (self.met * 1000 + self.all / 2) / self.all)
    }
}

/// All pairs, and those of GPUs with the same place in their servers, as collectives along rails use them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Meeting {
    pub(crate) any: Pairs,
    pub(crate) rail: Pairs,
}

/// The switches that a GPU hangs on, by number in a list of all such sets.
type Set = usize;

/// GPUs that are wired alike: the place of their NICs in the server, and their switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sort {
    place: u32,
    set: Set,
}

/// Counts them.
pub(crate) fn meeting(fabric: &Fabric) -> Meeting {
    let mut sets: BTreeMap<Vec<u32>, Set> = BTreeMap::new();
    // By server: how many GPUs of each sort.
    let mut servers: Vec<Vec<(Sort, u64)>> = Vec::new();
    for (index, host) in fabric.hosts.iter().enumerate().filter(|(_, h)| !h.absent) {
        let mut units: BTreeMap<u32, (u64, BTreeSet<u32>)> = BTreeMap::new();
        for wire in fabric.host_wires(index) {
            let link = &fabric.links[wire.link as usize];
            let (place, gpus) = unit(&fabric.groups[host.group], wire.port.cage);
            if gpus > 0 && stands(fabric, link) && matches!(fabric.line_of(link).lower, Lower::Hosts { .. }) {
                let entry = units.entry(place).or_insert((u64::from(gpus), BTreeSet::new()));
                entry.1.insert(link.b);
            }
        }
        let sort = |(place, (gpus, switches)): (u32, (u64, BTreeSet<u32>))| {
            let next = sets.len();
            let set = *sets.entry(switches.into_iter().collect()).or_insert(next);
            (Sort { place, set }, gpus)
        };
        servers.push(units.into_iter().map(sort).collect());
    }
    let beside = beside(&sets);
    let meets = |a: Set, b: Set| a == b || beside.get(a).is_some_and(|all| all.contains(&b));
    // Between all GPUs, then without those of the same server.
    let mut counts: BTreeMap<Sort, u64> = BTreeMap::new();
    servers.iter().flatten().for_each(|&(sort, gpus)| *counts.entry(sort).or_default() += gpus);
    let mut by_set: BTreeMap<Set, u64> = BTreeMap::new();
    let mut by_place: BTreeMap<u32, Vec<(Set, u64)>> = BTreeMap::new();
    for (&Sort { place, set }, &gpus) in &counts {
        *by_set.entry(set).or_default() += gpus;
        by_place.entry(place).or_default().push((set, gpus));
    }
    let by_set: Vec<(Set, u64)> = by_set.into_iter().collect();
    let mut meeting = Meeting { any: pairs(&by_set, &beside), ..Meeting::default() };
    for all in by_place.values() {
        let Pairs { all, met } = pairs(all, &beside);
        meeting.rail.all += all;
        meeting.rail.met += met;
    }
    for server in &servers {
        for (at, &(one, gpus)) in server.iter().enumerate() {
            let inside = gpus * (gpus - 1) / 2;
            meeting.any.all -= inside;
            meeting.any.met -= inside;
            meeting.rail.all -= inside;
            meeting.rail.met -= inside;
            for &(other, more) in server.iter().skip(at + 1) {
                meeting.any.all -= gpus * more;
                meeting.any.met -= if meets(one.set, other.set) { gpus * more } else { 0 };
            }
        }
    }
    meeting
}

/// For each set, the others that have a switch in common with it.
fn beside(sets: &BTreeMap<Vec<u32>, Set>) -> Vec<BTreeSet<Set>> {
    let mut on: BTreeMap<u32, Vec<Set>> = BTreeMap::new();
    for (switches, &set) in sets {
        switches.iter().for_each(|&switch| on.entry(switch).or_default().push(set));
    }
    let mut beside = vec![BTreeSet::new(); sets.len()];
    for all in on.values().filter(|all| all.len() > 1) {
        for &set in all {
            beside[set].extend(all.iter().copied().filter(|other| *other != set));
        }
    }
    beside
}

/// Pairs among so many GPUs of each set.
fn pairs(counts: &[(Set, u64)], beside: &[BTreeSet<Set>]) -> Pairs {
    let gpus: u64 = counts.iter().map(|(_, n)| n).sum();
    let two = |n: u64| n * n.saturating_sub(1) / 2;
    let known: BTreeMap<Set, u64> = counts.iter().copied().collect();
    let apart = |&(set, n): &(Set, u64)| {
        let others = beside.get(set).into_iter().flatten().filter(move |other| **other > set);
        n * others.filter_map(|other| known.get(other)).sum::<u64>()
    };
    let met = counts.iter().map(|(_, n)| two(*n)).sum::<u64>() + counts.iter().map(apart).sum::<u64>();
    Pairs { all: two(gpus), met }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatif::tests::fabric;

    /// Pair by pair.
    fn by_hand(fabric: &Fabric) -> Meeting {
        let mut gpus: Vec<(usize, u32, BTreeSet<u32>)> = Vec::new();
        for (index, host) in fabric.hosts.iter().enumerate() {
            let mut units: BTreeMap<u32, (u32, BTreeSet<u32>)> = BTreeMap::new();
            for wire in fabric.host_wires(index) {
                let (place, serves) = unit(&fabric.groups[host.group], wire.port.cage);
                let entry = units.entry(place).or_insert((serves, BTreeSet::new()));
                entry.1.insert(fabric.links[wire.link as usize].b);
            }
            for (place, (serves, on)) in units {
                (0..serves).for_each(|_| gpus.push((index, place, on.clone())));
            }
        }
        let mut meeting = Meeting::default();
        for (at, one) in gpus.iter().enumerate() {
            for other in gpus[at + 1..].iter().filter(|g| g.0 != one.0) {
                let met = u64::from(!one.2.is_disjoint(&other.2));
                meeting.any = Pairs { all: meeting.any.all + 1, met: meeting.any.met + met };
                if one.1 == other.1 {
                    meeting.rail = Pairs { all: meeting.rail.all + 1, met: meeting.rail.met + met };
                }
            }
        }
        meeting
    }

    #[test]
    fn pairs_are_those_that_are_counted_one_by_one() {
        for (hosts, leaf, line) in [
            ("count=8 { nic count=4 speed=\"400G\"; }", 8, "by=\"rail\" servers-per-leaf=4"),
            ("count=6 { nic count=4 speed=\"400G\"; }", 3, "by=\"rack\" servers-per-leaf=2"),
            ("count=8 gpus=4 { nic count=2 ports=2 speed=\"200G\"; }", 4, "by=\"spread\""),
            ("count=5 gpus=3 { nic count=2 speed=\"400G\"; }", 4, "by=\"spread\""),
            (
                "count=4 gpus=2 { nic count=2 speed=\"400G\"; nic count=1 speed=\"200G\"; }",
                5,
                "by=\"spread\"",
            ),
            ("count=4 gpus=0 { nic count=2 speed=\"400G\"; }", 2, "by=\"rail\""),
        ] {
            let fabric = fabric(&format!(
                r#"fabric "f" {{ nos "sonic" release="202505"; }}
                hosts "gpu" {hosts}
                tier "leaf" count={leaf} switch="dell-z9864f"
                tier "spine" count=2 switch="dell-z9864f"
                link "gpu" "leaf" {line}
                link "leaf" "spine" speed="800G" per-pair=1
                routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/18"; host-subnets "10.64.0.0/12"; }}"#
            ));
            assert_eq!(meeting(&fabric), by_hand(&fabric), "{hosts}");
        }
    }
}
