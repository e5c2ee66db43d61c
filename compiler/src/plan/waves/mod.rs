//! Which switches at the same time: waves that never break the limits of `rollout`.
//!
//! Tiers go one after another, the topmost first; each begins with its canaries, one of each kind of change before a second
//! of any. What interrupts nothing goes in one wave. What does is packed greedily in order of the names: as many switches as
//! `max-unavailable` lets, while `keep` holds on every switch that stays in service, none of these loses its last way up, and
//! no two leaves their ways to each other.

mod limits;
mod standing;
mod ways;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::units::Ratio;

use limits::Rest;
pub use limits::{Alone, Limits};
pub use standing::Begin;
use standing::Standing;

/// How many switches in a row may be passed over before a wave is taken to be full.
const PATIENCE: usize = 64;

/// A switch that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its index in the fabric.
    pub switch: usize,
    /// Switches of the same number go through the same on boxes of one model.
    pub kind: usize,
    /// What is out while it changes; nothing where nothing is interrupted.
    pub out: Out,
    /// Links whose two ends must agree on what changes (speed, lanes, an address, the cable): they are out from the first
    /// end's turn until the last one's.
    pub paired: BTreeSet<u32>,
    /// About how long it takes, ms.
    pub ms: u64,
}

/// What is out of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    /// Nothing.
    Nothing,
    /// These links, by index, one part after another.
    Links(Vec<BTreeSet<u32>>),
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

impl Limits<'_> {
    fn wave(&self, items: &[&Item], canary: bool, standing: &Standing<'_>, rest: &Rest<'_>) -> Wave {
        let interrupts = items.iter().any(|item| item.out != Out::Nothing);
        let changes = interrupts || standing.has_links() || items.iter().any(|item| !item.paired.is_empty());
        let ratios = if changes { self.ratios(items, standing, rest) } else { BTreeMap::new() };
        Wave {
            switches: items.iter().map(|item| item.switch).collect(),
            canary,
            interrupts,
            ratios,
            ms: items.iter().map(|item| item.ms).max().unwrap_or(0) + if canary { self.soak } else { 0 },
        }
    }

    /// Packs switches into waves; those that break a limit whatever went before are blocked.
    pub fn waves(&self, items: &[Item], begin: &Begin) -> (Vec<Wave>, Vec<Blocked>) {
        let mut standing = Standing::of(self.fabric, begin);
        let rest = self.rest(&standing, begin);
        let mut tiers: Vec<usize> = (0..self.fabric.tiers.len()).collect();
        tiers.sort_by_key(|&tier| (Reverse(self.fabric.tiers[tier].distance), tier));
        let mut waves = Vec::new();
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
                    let wave = self.pack(waiting, most, *canaries == 0, &standing, &rest);
                    if wave.is_empty() {
                        break;
                    }
                    let canary = *canaries > 0 && !waiting.is_empty();
                    *canaries = canaries.saturating_sub(wave.len());
                    waves.push(self.wave(&wave, canary, &standing, &rest));
                    standing.done(&wave);
                }
            }
            if waves.len() == before {
                break;
            }
        }
        let left = by_tier.into_iter().flatten();
        let blocked = left.map(|item| {
            let why = self.breaks(&[item], &standing, &rest).unwrap_or_default();
            let why = match standing.has_links() || standing.waits(item) {
                false => why,
                true => format!(
                    "{why}; links whose ends must agree are down from one end's turn to the other's; a tier of which `max-unavailable` allows all is given up meanwhile"
                ),
            };
            Blocked { switch: item.switch, why }
        });
        let mut blocked: Vec<Blocked> = blocked.collect();
        blocked.sort_by_key(|b| b.switch);
        (waves, blocked)
    }

    /// Takes the next wave of at most so many off what waits; none where each breaks a limit. With `live` those that
    /// interrupt nothing go all at once.
    fn pack<'i>(
        &self,
        waiting: &mut Vec<&'i Item>,
        most: usize,
        live: bool,
        standing: &Standing<'_>,
        rest: &Rest<'_>,
    ) -> Vec<&'i Item> {
        let idle = |item: &&Item| item.out == Out::Nothing && item.paired.is_empty();
        if live && waiting.iter().any(idle) {
            let (wave, later) = waiting.drain(..).partition(idle);
            *waiting = later;
            return wave;
        }
        let mut wave: Vec<&Item> = Vec::new();
        let mut left = Vec::new();
        let mut passed = 0;
        let mut later = waiting.drain(..);
        let mut out = self.out(standing);
        for item in later.by_ref() {
            let groups = if Self::is_more(item, standing) { self.groups_of(item.switch) } else { &[] };
            let is_full = |of: &usize| out.get(*of).copied() >= self.groups.get(*of).map(|group| group.most);
            wave.push(item);
            // Asked first, as it costs nothing.
            let full = groups.iter().any(is_full);
            if !full && wave.len() <= most && self.breaks(&wave, standing, rest).is_none() {
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
        left.extend(later);
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use fabc_lang::fabric::Fabric;

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
        let (waves, blocked) = Limits::of(fabric).waves(&items, &Begin::as_declared(fabric));
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
        let out = Out::Links(vec![BTreeSet::from([link])]);
        let item = Item { switch: spine, kind: 0, out, paired: BTreeSet::new(), ms: 1 };
        let (waves, _) = limits.waves(&[item], &Begin::as_declared(&fabric));
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
            let (waves, blocked) = Limits::of(&fabric).waves(&items, &Begin::as_declared(&fabric));
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
