//! Which switches at the same time: waves that never break the limits of `rollout`.
//!
//! Tiers go one after another, the topmost first; each begins with its canaries, one of each kind of change before a second
//! of any. What interrupts nothing goes in one wave. What does is packed greedily in order of the names: as many switches as `max-unavailable` lets, while `keep` holds on
//! every switch that stays in service, and none of these loses its last way up.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::units::Ratio;

use crate::checks::load::{Load, loads, without};
use crate::checks::lost::Lost;
use crate::checks::select::select;

/// How many switches in a row may be passed over before a wave is taken to be full.
const PATIENCE: usize = 64;
/// Canaries of each tier, unless the fabric says otherwise.
const CANARIES: usize = 1;
/// How long they are watched, ms, unless the fabric says otherwise.
const SOAK: u64 = 300_000;

/// A switch that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its index in the fabric.
    pub switch: usize,
    /// Switches of the same number go through the same on boxes of one model.
    pub kind: usize,
    /// What is out while it changes; nothing where nothing is interrupted.
    pub out: Out,
    /// Links whose two ends must agree on what changes (speed, lanes, an address): where the far end changes too, they are
    /// out from the first of the two until the second.
    pub paired: BTreeSet<u32>,
    /// About how long it takes, ms.
    pub ms: u64,
}

/// What is out of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    /// Nothing.
    Nothing,
    /// These links, by index.
    Links(BTreeSet<u32>),
    /// All of the switch.
    Whole,
}

/// Switches that change at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Indices of switches, in order.
    pub switches: Vec<usize>,
    /// Whether it is watched before the next one begins.
    pub canary: bool,
    /// Whether anything is interrupted.
    pub interrupts: bool,
    /// By tier with a line up: the worst ratio of below to above on switches in service, where it isn't what it always is.
    pub ratios: BTreeMap<usize, Ratio>,
    /// About how long it takes, ms, with the watching.
    pub ms: u64,
}

/// A switch that no wave can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Its index.
    pub switch: usize,
    /// Why, with both numbers.
    pub why: String,
}

/// The limits of a fabric, looked up.
pub struct Limits<'a> {
    fabric: &'a Fabric,
    /// Switches that are drained by the file: out before anything changes.
    drained: Lost,
    /// What hangs on each switch without them.
    loads: Vec<Load>,
    /// Groups of switches with how many of them may be out.
    unavailable: Vec<(BTreeSet<usize>, usize)>,
    /// By switch: the groups that it is in.
    groups: Vec<Vec<usize>>,
    /// By switch: the largest ratio, where one is set.
    keep: BTreeMap<usize, Ratio>,
    canaries: usize,
    soak: u64,
}

impl<'a> Limits<'a> {
    /// Those of a fabric; tiers that it doesn't have limit nothing.
    pub fn of(fabric: &'a Fabric) -> Limits<'a> {
        let rollout = fabric.intent.rollout.as_ref();
        let said = rollout.map_or(&[][..], |rollout| &rollout.max_unavailable);
        let mut unavailable: Vec<(BTreeSet<usize>, usize)> = Vec::new();
        let mut named: BTreeSet<usize> = BTreeSet::new();
        for (tier, most) in said {
            let switches: BTreeSet<usize> = select(fabric, &tier.v).switches.into_iter().collect();
            named.extend(&switches);
            unavailable.push((switches, most.v as usize));
        }
        for tier in 0..fabric.tiers.len() {
            let rest =
                fabric.switches.iter().enumerate().filter(|(i, s)| s.tier == tier && !named.contains(i));
            unavailable.push((rest.map(|(i, _)| i).collect(), 1));
        }
        let mut groups = vec![Vec::new(); fabric.switches.len()];
        for (group, (switches, _)) in unavailable.iter().enumerate() {
            for of in switches {
                groups.get_mut(*of).into_iter().for_each(|of: &mut Vec<usize>| of.push(group));
            }
        }
        let mut keep: BTreeMap<usize, Ratio> = BTreeMap::new();
        for (tier, max) in rollout.map_or(&[][..], |rollout| &rollout.keep) {
            for switch in select(fabric, &tier.v).switches {
                let known = keep.entry(switch).or_insert(max.v);
                *known = (*known).min(max.v);
            }
        }
        let canaries = rollout.and_then(|r| r.canary.as_ref()).map_or(CANARIES, |count| count.v as usize);
        let soak = rollout.and_then(|r| r.soak.as_ref()).map_or(SOAK, |time| time.v.0 / 1000);
        let drained = fabric.switches.iter().enumerate().filter(|(_, s)| s.maintenance && !s.absent);
        let drained = Lost { switches: drained.map(|(i, _)| i).collect(), links: BTreeSet::new() };
        let loads = without(&loads(fabric), fabric, &drained);
        Limits { fabric, drained, loads, unavailable, groups, keep, canaries, soak }
    }

    /// What is out while all of these change, and while some links wait for their other end.
    fn lost(&self, items: &[&Item], waiting: &BTreeSet<u32>) -> Lost {
        let mut lost = self.drained.clone();
        lost.links.extend(waiting);
        for item in items {
            match &item.out {
                Out::Nothing => {}
                Out::Links(links) => lost.links.extend(links),
                Out::Whole => {
                    lost.switches.insert(item.switch);
                }
            }
            lost.links.extend(&item.paired);
        }
        lost
    }

    /// Whether one switch may be without these links, or out as a whole, when nothing else is.
    pub fn bears(&self, switch: usize, out: Out) -> bool {
        let item = Item { switch, kind: 0, out, paired: BTreeSet::new(), ms: 0 };
        self.breaks(&[&item], &BTreeSet::new()).is_none()
    }

    /// What breaks when all of these are out; nothing where all limits hold.
    fn breaks(&self, items: &[&Item], waiting: &BTreeSet<u32>) -> Option<String> {
        let fabric = self.fabric;
        let name = |switch: usize| fabric.switches[switch].name.as_str();
        for (switches, most) in &self.unavailable {
            let out = items
                .iter()
                .filter(|item| item.out != Out::Nothing && switches.contains(&item.switch))
                .count();
            if out > *most {
                return Some(format!("{out} switches would be out, and max-unavailable is {most}"));
            }
        }
        let lost = self.lost(items, waiting);
        let loads = without(&self.loads, fabric, &lost);
        for switch in touched(fabric, &lost) {
            let (Some(now), Some(before)) = (loads.get(switch), self.loads.get(switch)) else { continue };
            if now.up == 0 && before.up > 0 && now.down > 0 {
                return Some(format!("{} would lose its last way up", name(switch)));
            }
            let Some(max) = self.keep.get(&switch) else { continue };
            let ratio = now.ratio();
            // What the limit doesn't allow even when nothing is out isn't the wave's doing.
            let always = before.ratio().is_some_and(|before| before > *max && Some(before) == ratio);
            if let Some(ratio) = ratio.filter(|ratio| ratio > max && !always) {
                return Some(format!(
                    "{} would have an oversubscription of {}, and keep asks for at most {max}",
                    name(switch),
                    ratio.exact()
                ));
            }
        }
        self.cut_off(&lost)
    }

    /// A server on several switches that would lose all of them. One that hangs on a single switch goes down with it
    /// whatever the order.
    fn cut_off(&self, lost: &Lost) -> Option<String> {
        let fabric = self.fabric;
        let gone = lost.links_gone(fabric);
        let mut hosts = BTreeSet::new();
        for &link in &gone {
            let link = &fabric.links[link as usize];
            if matches!(fabric.line_of(link).lower, Lower::Hosts { .. }) {
                hosts.insert(link.a as usize);
            }
        }
        hosts.into_iter().find_map(|host| {
            let wires = fabric.host_wires(host);
            let leaves: BTreeSet<u32> = wires.iter().map(|w| fabric.links[w.link as usize].b).collect();
            let all = wires.iter().all(|wire| gone.contains(&wire.link));
            (all && leaves.len() > 1).then(|| format!("{} would be cut off", fabric.hosts[host].name))
        })
    }

    /// The worst ratio of each tier that is not as it always is.
    fn ratios(&self, items: &[&Item], waiting: &BTreeSet<u32>) -> BTreeMap<usize, Ratio> {
        let lost = self.lost(items, waiting);
        let loads = without(&self.loads, self.fabric, &lost);
        let mut worst = BTreeMap::new();
        for switch in touched(self.fabric, &lost) {
            let (Some(now), Some(before)) = (loads.get(switch), self.loads.get(switch)) else { continue };
            let changed = |ratio: &Ratio| before.ratio() != Some(*ratio) && ratio.num > 0;
            let Some(ratio) = now.ratio().filter(changed) else { continue };
            let known = worst.entry(self.fabric.switches[switch].tier).or_insert(ratio);
            *known = (*known).max(ratio);
        }
        worst
    }

    fn wave(&self, items: &[&Item], canary: bool, waiting: &BTreeSet<u32>) -> Wave {
        let interrupts = items.iter().any(|item| item.out != Out::Nothing);
        let ratios =
            if interrupts || !waiting.is_empty() { self.ratios(items, waiting) } else { BTreeMap::new() };
        Wave {
            switches: items.iter().map(|item| item.switch).collect(),
            canary,
            interrupts,
            ratios,
            ms: items.iter().map(|item| item.ms).max().unwrap_or(0) + if canary { self.soak } else { 0 },
        }
    }

    /// Packs switches into waves; those that break a limit whatever went before are blocked.
    pub fn waves(&self, items: &[Item]) -> (Vec<Wave>, Vec<Blocked>) {
        let mut tiers: Vec<usize> = (0..self.fabric.tiers.len()).collect();
        tiers.sort_by_key(|&tier| (Reverse(self.fabric.tiers[tier].distance), tier));
        let mut waves = Vec::new();
        let mut pairs = Pairs::of(items);
        let mut by_tier: Vec<Vec<&Item>> = vec![Vec::new(); self.fabric.tiers.len()];
        for item in items {
            if let Some(of) = by_tier.get_mut(self.fabric.switches[item.switch].tier) {
                of.push(item);
            }
        }
        for of in &mut by_tier {
            of.sort_by_key(|item| item.out == Out::Nothing);
            canaries_first(of, self.canaries);
        }
        let mut canaries: Vec<usize> = by_tier.iter().map(|of| self.canaries.min(of.len())).collect();
        // What waits for other tiers is tried again once they are done.
        loop {
            let before = waves.len();
            for &tier in &tiers {
                let (Some(waiting), Some(canaries)) = (by_tier.get_mut(tier), canaries.get_mut(tier)) else {
                    continue;
                };
                while !waiting.is_empty() {
                    let most = if *canaries > 0 { *canaries } else { waiting.len() };
                    let wave = self.pack(waiting, most, *canaries == 0, &pairs);
                    if wave.is_empty() {
                        break;
                    }
                    let canary = *canaries > 0 && !waiting.is_empty();
                    *canaries = canaries.saturating_sub(wave.len());
                    waves.push(self.wave(&wave, canary, &pairs.waiting));
                    pairs.done(&wave);
                }
            }
            if waves.len() == before {
                break;
            }
        }
        let left = by_tier.into_iter().flatten();
        let blocked = left.map(|item| {
            let why = self.breaks(&[item], &pairs.waiting).unwrap_or_default();
            let why = match pairs.waiting.is_empty() && pairs.open(item).is_empty() {
                true => why,
                false => format!("{why}; both ends of links change in a way that they must agree on, so these are down from one end's turn to the other's"),
            };
            Blocked { switch: item.switch, why }
        });
        let mut blocked: Vec<Blocked> = blocked.collect();
        blocked.sort_by_key(|b| b.switch);
        (waves, blocked)
    }

    /// Takes the next wave of at most so many off what waits; none where each breaks a limit. With `live` those that
    /// interrupt nothing go all at once.
    fn pack<'i>(&self, waiting: &mut Vec<&'i Item>, most: usize, live: bool, pairs: &Pairs) -> Vec<&'i Item> {
        let idle = |item: &&Item| item.out == Out::Nothing && item.paired.is_empty();
        if live && waiting.iter().any(idle) {
            let (wave, rest) = waiting.drain(..).partition(idle);
            *waiting = rest;
            return wave;
        }
        let mut wave: Vec<&Item> = Vec::new();
        let mut left = Vec::new();
        let mut passed = 0;
        let mut rest = waiting.drain(..);
        let mut out = vec![0; self.unavailable.len()];
        for item in rest.by_ref() {
            let groups = self.groups.get(item.switch).filter(|_| item.out != Out::Nothing);
            let groups = groups.map_or(&[][..], Vec::as_slice);
            let is_full = |of: &usize| out.get(*of) >= self.unavailable.get(*of).map(|(_, most)| most);
            wave.push(item);
            // Asked first, as it costs nothing.
            let full = groups.iter().any(is_full);
            if !full && wave.len() <= most && self.breaks(&wave, &pairs.waiting).is_none() {
                for of in groups {
                    out.get_mut(*of).into_iter().for_each(|count| *count += 1);
                }
            } else {
                wave.pop();
                left.push(item);
                passed += 1;
                if passed >= PATIENCE || wave.len() >= most {
                    break;
                }
            }
        }
        left.extend(rest);
        *waiting = left;
        wave
    }
}

/// Puts so many in front: one of each kind, then a second of each. Kinds that interrupt most come first, then those of most
/// switches.
fn canaries_first(items: &mut Vec<&Item>, most: usize) {
    let weight = |item: &Item| match item.out {
        Out::Whole => 0,
        Out::Links(_) => 1,
        Out::Nothing => 2,
    };
    // By kind: how hard it is, how many there are, and where the first one stands.
    let mut kinds: BTreeMap<usize, (usize, Reverse<usize>, usize)> = BTreeMap::new();
    let mut round = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let of = kinds.entry(item.kind).or_insert((weight(item), Reverse(0), at));
        of.0 = of.0.min(weight(item));
        round.push(of.1.0);
        of.1.0 += 1;
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|at| {
        let kind = items.get(*at).and_then(|item| kinds.get(&item.kind)).copied();
        (round.get(*at).copied(), kind, *at)
    });
    let chosen: BTreeSet<usize> = order.iter().take(most).copied().collect();
    let first = order.iter().take(most).filter_map(|at| items.get(*at));
    let rest = items.iter().enumerate().filter(|(at, _)| !chosen.contains(at)).map(|(_, item)| item);
    *items = first.chain(rest).copied().collect();
}

/// Links of which both ends change in a way that they must agree on.
struct Pairs {
    /// By link: how many of its ends are still to change.
    open: BTreeMap<u32, usize>,
    /// Links of which one end has changed.
    waiting: BTreeSet<u32>,
}

impl Pairs {
    fn of(items: &[Item]) -> Pairs {
        let mut open: BTreeMap<u32, usize> = BTreeMap::new();
        for &link in items.iter().flat_map(|item| &item.paired) {
            *open.entry(link).or_default() += 1;
        }
        Pairs { open, waiting: BTreeSet::new() }
    }

    /// Links of a switch whose other end is still to change.
    fn open(&self, item: &Item) -> Vec<u32> {
        item.paired.iter().filter(|link| self.open.get(link).is_some_and(|open| *open > 1)).copied().collect()
    }

    fn done(&mut self, items: &[&Item]) {
        for link in items.iter().flat_map(|item| &item.paired) {
            let Some(open) = self.open.get_mut(link) else { continue };
            *open = open.saturating_sub(1);
            match *open {
                0 => _ = self.waiting.remove(link),
                _ => _ = self.waiting.insert(*link),
            }
        }
    }
}

/// Switches in service whose links are not all as they were.
fn touched(fabric: &Fabric, lost: &Lost) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for link in lost.links_gone(fabric) {
        let link = &fabric.links[link as usize];
        let lower = match fabric.line_of(link).lower {
            Lower::Tier(_) => Some(link.a as usize),
            Lower::Hosts { .. } => None,
        };
        found
            .extend(lower.into_iter().chain([link.b as usize]).filter(|switch| lost.spares(fabric, *switch)));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    fn fabric(more: &str) -> Fabric {
        let text = format!(
            r#"fabric "f" {{ nos "sonic" release="202505"; }}
hosts "gpu" count=8 {{ nic count=8 speed="400G"; }}
tier "leaf" count=8 switch="dell-z9864f"
tier "spine" count=4 switch="dell-z9864f"
link "gpu" "leaf" by="rail"
link "leaf" "spine" speed="800G" per-pair=1
routing {{
    asn leaf=4210000000 spine=4200000000
    loopbacks "10.0.0.0/20"
    host-subnets "10.64.0.0/12"
}}
{more}"#
        );
        let host = MemoryHost::default().file("fabric.kdl", text);
        analyze(Path::new("fabric.kdl"), &host, &Options::default()).fabric.unwrap()
    }

    fn told(fabric: &Fabric, out: impl Fn(usize) -> Out) -> (Vec<String>, Vec<String>) {
        let items: Vec<Item> = (0..fabric.switches.len())
            .map(|switch| Item { switch, kind: 0, out: out(switch), paired: BTreeSet::new(), ms: 1_000 })
            .collect();
        let (waves, blocked) = Limits::of(fabric).waves(&items);
        let waves = waves.iter().map(|wave| {
            let names: Vec<&str> = wave.switches.iter().map(|s| fabric.switches[*s].name.as_str()).collect();
            format!("{}{}", if wave.canary { "canary " } else { "" }, names.join(" "))
        });
        (waves.collect(), blocked.into_iter().map(|b| b.why).collect())
    }

    #[test]
    fn one_of_a_tier_at_a_time_unless_more_is_allowed() {
        let (waves, blocked) = told(&fabric(""), |_| Out::Whole);
        assert!(blocked.is_empty());
        assert_eq!(waves.len(), 12);
        assert_eq!((waves[0].as_str(), waves[4].as_str()), ("canary spine-01", "canary leaf-01"));
        let more = "rollout { max-unavailable spine=2 leaf=8; canary 2; }";
        let (waves, _) = told(&fabric(more), |_| Out::Whole);
        assert_eq!(
            waves,
            [
                "canary spine-01 spine-02",
                "spine-03 spine-04",
                "canary leaf-01 leaf-02",
                "leaf-03 leaf-04 leaf-05 leaf-06 leaf-07 leaf-08"
            ]
        );
    }

    #[test]
    fn what_interrupts_nothing_goes_at_once() {
        let (waves, _) = told(&fabric(""), |_| Out::Nothing);
        assert_eq!(waves.len(), 4);
        assert_eq!(waves[1], "spine-02 spine-03 spine-04");
        let (waves, _) = told(&fabric("rollout { canary 0; }"), |_| Out::Nothing);
        assert_eq!(waves.len(), 2);
    }

    #[test]
    fn oversubscription_is_kept() {
        // Eight NICs of 400G on each leaf against four uplinks of 800G: 1.0; with one spine out 4/3, with two 2.
        let limit = |max: &str| {
            format!(
                "rollout {{ max-unavailable spine=4; keep \"oversubscription\" \"leaf\" max={max}; canary 0; }}"
            )
        };
        let of = |max: &str| {
            let fabric = fabric(&limit(max));
            told(&fabric, |switch| match fabric.switches[switch].name.starts_with("spine") {
                true => Out::Whole,
                false => Out::Nothing,
            })
        };
        let (waves, blocked) = of("1.5");
        assert!(blocked.is_empty());
        assert_eq!(waves.iter().filter(|w| w.contains("spine")).count(), 4, "{waves:?}");
        let (waves, _) = of("2.0");
        assert!(waves.contains(&"spine-01 spine-02".to_owned()), "{waves:?}");
        let (_, blocked) = of("1.2");
        assert_eq!(blocked.len(), 4);
        assert!(blocked[0].contains("would have an oversubscription of 4/3"), "{blocked:?}");
        // Four at once would leave no way up.
        let (waves, _) = of("100.0");
        assert!(waves.contains(&"spine-01 spine-02 spine-03".to_owned()), "{waves:?}");
    }

    #[test]
    fn links_alone_are_less_than_a_switch() {
        let fabric = fabric("rollout { canary 0; }");
        let spine = fabric.switches.iter().position(|s| s.name == "spine-01").unwrap();
        let link = fabric.switch_wires(spine)[0].link;
        let limits = Limits::of(&fabric);
        let out = Out::Links(BTreeSet::from([link]));
        let item = Item { switch: spine, kind: 0, out, paired: BTreeSet::new(), ms: 1 };
        let (waves, _) = limits.waves(&[item]);
        assert_eq!(waves.len(), 1);
        assert!(waves[0].interrupts && waves[0].ratios.len() == 1, "{waves:?}");
    }

    #[test]
    fn canaries_are_one_of_each_kind() {
        let of = |canary: usize| {
            let fabric = fabric(&format!("rollout {{ max-unavailable leaf=8; canary {canary}; }}"));
            let leaves = (0..fabric.switches.len()).filter(|s| fabric.switches[*s].name.starts_with("leaf"));
            // The last one is of a kind of its own, the first two interrupt nothing.
            let items: Vec<Item> = leaves
                .enumerate()
                .map(|(at, switch)| {
                    let (kind, out) = match at {
                        0 | 1 => (7, Out::Nothing),
                        7 => (3, Out::Whole),
                        _ => (5, Out::Whole),
                    };
                    Item { switch, kind, out, paired: BTreeSet::new(), ms: 1 }
                })
                .collect();
            let (waves, blocked) = Limits::of(&fabric).waves(&items);
            assert!(blocked.is_empty());
            let name = |s: &usize| fabric.switches[*s].name.trim_start_matches("leaf-").to_owned();
            let waves = waves.iter().map(|wave| {
                let names = wave.switches.iter().map(name).collect::<Vec<_>>().join(" ");
                format!("{}{names}", if wave.canary { "canary " } else { "" })
            });
            waves.collect::<Vec<_>>()
        };
        assert_eq!(of(1), ["canary 03", "01 02", "04 05 06 07 08"]);
        assert_eq!(of(2), ["canary 03 08", "01 02", "04 05 06 07"]);
        assert_eq!(of(3), ["canary 03 08 01", "02", "04 05 06 07"]);
        assert_eq!(of(5), ["canary 03 08 01 04 02", "05 06 07"]);
    }
}
