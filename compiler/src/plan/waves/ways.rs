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
    /// Leaves that were in service before the first wave, by what was above them, in order of both.
    kinds: Vec<Kind>,
    /// By leaf: where it stands there.
    kind_of: BTreeMap<usize, usize>,
}

/// Leaves below the same.
struct Kind {
    was: Above,
    leaves: Vec<usize>,
    /// Leaves of which that isn't all that there is when nothing is out.
    less: BTreeSet<usize>,
}

/// Leaves below the same that have the same left: the kind and what is left, one of them, and another if there is one.
type Group<'a> = (usize, &'a Above, usize, Option<usize>);

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
        let (full, kinds, kind_of) = (vec![nothing; count], Vec::new(), BTreeMap::new());
        let mut ways = Ways { fabric, up, below, full, kinds, kind_of };
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|switch| Reverse(ways.height(*switch)));
        for switch in order {
            ways.full[switch] = ways.reach(switch, &Lost::default(), &BTreeMap::new());
        }
        let now = ways.above(lost);
        let mut leaves: BTreeMap<&Above, Vec<usize>> = BTreeMap::new();
        for (leaf, switch) in fabric.switches.iter().enumerate() {
            if fabric.tier_of(switch).level == Level::Bottom && lost.spares(fabric, leaf) {
                let above = now.get(&leaf).unwrap_or(&ways.full[leaf]);
                leaves.entry(above).or_default().push(leaf);
            }
        }
        let kinds = leaves.into_iter().map(|(was, leaves)| {
            let less = leaves.iter().filter(|leaf| ways.full[**leaf] != *was).copied().collect();
            Kind { was: Arc::clone(was), leaves, less }
        });
        ways.kinds = kinds.collect();
        let of = |(kind, of): (usize, &Kind)| -> Vec<(usize, usize)> {
            of.leaves.iter().map(|&leaf| (leaf, kind)).collect()
        };
        ways.kind_of = ways.kinds.iter().enumerate().flat_map(of).collect();
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
        let in_service = |leaf: &usize| lost.spares(self.fabric, *leaf) && counts(*leaf);
        let is = |leaf: usize| now.get(&leaf).unwrap_or(&self.full[leaf]);
        // Only of these it may be another.
        let mut suspects: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for leaf in now.keys() {
            self.kind_of
                .get(leaf)
                .into_iter()
                .for_each(|&kind| _ = suspects.entry(kind).or_default().insert(*leaf));
        }
        for (kind, of) in self.kinds.iter().enumerate().filter(|(_, of)| !of.less.is_empty()) {
            suspects.entry(kind).or_default().extend(&of.less);
        }
        let mut changed: BTreeMap<(usize, &Above), (usize, Option<usize>)> = BTreeMap::new();
        for (&kind, leaves) in &suspects {
            let was = &self.kinds[kind].was;
            for &leaf in leaves.iter().filter(|leaf| in_service(leaf) && is(**leaf) != was) {
                let group = changed.entry((kind, is(leaf))).or_insert((leaf, None));
                if group.0 != leaf {
                    group.1.get_or_insert(leaf);
                }
            }
        }
        if changed.is_empty() {
            return None;
        }
        let mut groups: Vec<Group<'_>> =
            changed.iter().map(|(&(kind, is), &(leaf, twin))| (kind, is, leaf, twin)).collect();
        for (kind, Kind { was, leaves, .. }) in self.kinds.iter().enumerate() {
            let stays = |leaf: &&usize| in_service(leaf) && is(**leaf) == was;
            groups.extend(leaves.iter().find(stays).map(|&leaf| (kind, was, leaf, None)));
        }
        groups.sort_unstable_by_key(|&(kind, is, ..)| (kind, is));
        for &(kind, is, leaf, twin) in &groups {
            let was = &self.kinds[kind].was;
            if is == was {
                continue;
            }
            if let Some(twin) = twin.filter(|_| meet(was, was) && !meet(is, is)) {
                return Some((leaf, twin));
            }
            let apart = |&&(other, left, of, _): &&Group<'_>| {
                of != leaf && meet(was, &self.kinds[other].was) && !meet(is, left)
            };
            if let Some(&(_, _, other, _)) = groups.iter().find(apart) {
                return Some((leaf.min(other), leaf.max(other)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    /// Two pods of four leaves, each with two spines, which have two of the four cores each.
    const FABRIC: &str = r#"fabric "f" { nos "sonic" release="202505"; }
pod "pod" count=2 {
    hosts "gpu" count=2 { nic count=4 speed="400G"; }
    tier "leaf" count=4 switch="dell-z9864f"
    tier "spine" count=2 switch="dell-z9864f"
    link "gpu" "leaf" by="rail"
    link "leaf" "spine" speed="400G" per-pair=1
}
tier "core" count=4 switch="dell-z9864f"
link "spine" "core" speed="400G" uplinks=2
routing {
    asn leaf=4210000000 spine=4201000000 core=4200000000
    loopbacks "172.16.0.0/16"
    host-subnets "10.0.0.0/8"
}"#;

    #[test]
    fn a_pair_is_parted_where_looking_at_all_pairs_finds_one() {
        let host = MemoryHost::default().file("f.kdl", FABRIC);
        let analysis = analyze(Path::new("f.kdl"), &host, &Options::default());
        let errors: Vec<String> = analysis.findings.iter().map(|f| f.message.clone()).collect();
        let fabric = analysis.fabric.unwrap_or_else(|| panic!("{errors:?}"));
        let mut dice = 1u64;
        let mut below = |most: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) as usize % most
        };
        let (mut parted, mut whole) = (0, 0);
        for _ in 0..2000 {
            let mut some = |before: &Lost| {
                let mut lost = before.clone();
                (0..below(3)).for_each(|_| _ = lost.switches.insert(below(fabric.switches.len())));
                (0..below(8)).for_each(|_| _ = lost.links.insert(below(fabric.links.len()) as u32));
                lost
            };
            let before = some(&Lost::default());
            let lost = some(&before);
            let spared = below(fabric.switches.len());
            let ways = Ways::of(&fabric, &before);
            let (was, now) = (ways.above(&before), ways.above(&lost));
            let leaves: Vec<usize> = (0..fabric.switches.len())
                .filter(|&leaf| fabric.tier_of(&fabric.switches[leaf]).level == Level::Bottom)
                .filter(|&leaf| before.spares(&fabric, leaf) && lost.spares(&fabric, leaf) && leaf != spared)
                .collect();
            let met = |all: &BTreeMap<usize, Above>, a: usize, b: usize| {
                let of = |leaf| all.get(&leaf).unwrap_or(&ways.full[leaf]);
                meet(of(a), of(b))
            };
            let pairs: BTreeSet<(usize, usize)> = leaves
                .iter()
                .flat_map(|&a| leaves.iter().map(move |&b| (a, b)))
                .filter(|&(a, b)| a < b && met(&was, a, b) && !met(&now, a, b))
                .collect();
            match ways.parted(&lost, |leaf| leaf != spared) {
                Some(pair) => {
                    assert!(pairs.contains(&pair), "{before:?} {lost:?}: {pair:?} of {pairs:?}");
                    parted += 1;
                }
                None => {
                    assert!(pairs.is_empty(), "{before:?} {lost:?}: none of {pairs:?}");
                    whole += 1;
                }
            }
        }
        assert!(parted > 200 && whole > 200, "{parted} parted, {whole} whole");
    }
}
