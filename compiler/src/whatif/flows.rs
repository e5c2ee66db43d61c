//! What plain ECMP costs, and where it doesn't spread at all.
//!
//! Flows are taken to be equal and to choose their links at random, each for itself: balls in bins. What the fullest link
//! carries then is worked out, not sampled: the chance that no link has more than k flows follows from that of two halves of
//! the links, the flows being shared out between them binomially. All terms are positive, in fixed point of 60 bits, and what
//! is left out at the tails is below 2^-60 of the middle, so that the digits that are shown are certain.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Link, Lower};
use fabc_lang::intent::Nos;

use super::figures::Intact;
use super::hosts::unit;
use crate::checks::lost::stands;
use crate::hash_seed::seed;

/// One, in fixed point.
const ONE: u64 = 1 << 60;
/// More flows than this are not worked out.
pub(crate) const MOST_FLOWS: u64 = 8192;

/// The expected number of flows on the fullest link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fullest {
    flows: u64,
    links: u64,
    /// Fixed point.
    expected: u128,
}

impl Fullest {
    /// Of so many flows over so many links; none of either, or too many flows, is no answer.
    pub(crate) fn of(flows: u64, links: u64) -> Option<Self> {
        if flows == 0 || links == 0 || flows > MOST_FLOWS || links > MOST_FLOWS {
            return None;
        }
        let shares = Shares::of(flows, links);
        // The sum over k of the chance that some link has more than k; certain below the mean.
        let first = flows.div_ceil(links);
        let mut expected = u128::from(first) * u128::from(ONE);
        for k in first..flows {
            let beyond = ONE.saturating_sub(shares.none_beyond(k));
            expected += u128::from(beyond);
            if beyond < 1 << 20 {
                break;
            }
        }
        Some(Fullest { flows, links, expected })
    }

    /// Flows, in thousandths.
    pub(crate) fn thousandths(self) -> u64 {
        self.scaled(1, 1)
    }

    /// In terms of the mean, in thousandths.
    pub(crate) fn over_mean(self) -> u64 {
        self.scaled(self.links, self.flows)
    }

    /// The expected number of links without any flow, in thousandths.
    pub(crate) fn idle(self) -> u64 {
        let missed = u128::from(ONE) * u128::from(self.links - 1) / u128::from(self.links);
        let none = (0..self.flows).fold(u128::from(ONE), |chance, _| (chance * missed) >> 60);
        let idle = none * u128::from(self.links) * 1000;
        u64::try_from((idle + u128::from(ONE) / 2) / u128::from(ONE)).unwrap_or(u64::MAX)
    }

    /// Times `num / den`, in thousandths.
    pub(crate) fn scaled(self, num: u64, den: u64) -> u64 {
        let (num, den) = (self.expected * 1000 * u128::from(num), u128::from(den.max(1)) * u128::from(ONE));
        u64::try_from((num + den / 2) / den).unwrap_or(u64::MAX)
    }
}

/// How flows are shared out between two halves of some links: chances of 0, 1, … flows in the first one, from `from` on.
struct Share {
    from: u64,
    chances: Vec<u64>,
}

/// The halves of some links, for each number of flows that may come to them.
struct Level {
    /// The first number of flows.
    from: u64,
    shares: Vec<Share>,
}

/// The links, halved until they are single.
struct Shares {
    flows: u64,
    /// By number of links: what may come to them. One link has no halves.
    levels: BTreeMap<u64, Level>,
}

impl Shares {
    fn of(flows: u64, links: u64) -> Self {
        let mut wanted = BTreeMap::from([(links, (flows, flows))]);
        let mut levels = BTreeMap::new();
        while let Some((links, (low, high))) = wanted.pop_last() {
            if links == 1 {
                levels.insert(
                    1,
                    Level {
                        from: low,
                        shares: (low..=high).map(|_| Share { from: 0, chances: Vec::new() }).collect(),
                    },
                );
                continue;
            }
            let (one, other) = (links / 2, links - links / 2);
            let shares: Vec<Share> = (low..=high).map(|n| binomial(n, one, other)).collect();
            for (flows, share) in (low..=high).zip(&shares) {
                let last = share.from + share.chances.len() as u64 - 1;
                for (half, low, high) in [(one, share.from, last), (other, flows - last, flows - share.from)]
                {
                    let range = wanted.entry(half).or_insert((low, high));
                    *range = (range.0.min(low), range.1.max(high));
                }
            }
            levels.insert(links, Level { from: low, shares });
        }
        Shares { flows, levels }
    }

    /// The chance that no link has more than `k` flows.
    fn none_beyond(&self, k: u64) -> u64 {
        // By number of links: chances for each number of flows of its level.
        let mut chances: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (&links, level) in &self.levels {
            let flows = (level.from..).zip(&level.shares);
            let of = |links: u64, flows: u64| {
                let from = self.levels.get(&links)?.from;
                chances.get(&links)?.get(usize::try_from(flows.checked_sub(from)?).ok()?).copied()
            };
            let (one, other) = (links / 2, links - links / 2);
            let chance = |(flows, share): (u64, &Share)| {
                if links == 1 {
                    return if flows <= k { ONE } else { 0 };
                }
                let mut sum: u128 = 0;
                for (n, &chance) in (share.from..).zip(&share.chances) {
                    // More than fits has no chance.
                    if n > one * k || flows - n > other * k {
                        continue;
                    }
                    let (a, b) = (of(one, n).unwrap_or(0), of(other, flows - n).unwrap_or(0));
                    let both = (u128::from(a) * u128::from(b)) >> 60;
                    sum += (both * u128::from(chance)) >> 60;
                }
                u64::try_from(sum).unwrap_or(ONE).min(ONE)
            };
            let row: Vec<u64> = flows.map(chance).collect();
            chances.insert(links, row);
        }
        chances
            .last_key_value()
            .and_then(|(_, row)| row.first().copied())
            .filter(|_| self.flows > 0)
            .unwrap_or(ONE)
    }
}

/// Chances of so many of `flows` in `one` of `one + other` links: from the likeliest outwards, as long as there are any.
fn binomial(flows: u64, one: u64, other: u64) -> Share {
    let likeliest = ((flows + 1) * one / (one + other)).min(flows);
    let step = |weight: u64, num: u64, den: u64| {
        u64::try_from(u128::from(weight) * u128::from(num) / u128::from(den)).unwrap_or(0)
    };
    let (mut below, mut weight) = (Vec::new(), ONE);
    for n in (1..=likeliest).rev() {
        weight = step(weight, n * other, (flows - n + 1) * one);
        if weight == 0 {
            break;
        }
        below.push(weight);
    }
    let from = likeliest - below.len() as u64;
    let mut weights: Vec<u64> = below.into_iter().rev().chain([ONE]).collect();
    weight = ONE;
    for n in likeliest..flows {
        weight = step(weight, (flows - n) * one, (n + 1) * other);
        if weight == 0 {
            break;
        }
        weights.push(weight);
    }
    let sum: u128 = weights.iter().map(|&w| u128::from(w)).sum();
    let chance = |w: u64| u64::try_from((u128::from(w) << 60) / sum).unwrap_or(ONE);
    Share { from, chances: weights.into_iter().map(chance).collect() }
}

/// Flows of a leaf over its links up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spread {
    /// Index of the tier.
    pub(crate) tier: usize,
    /// NIC ports of GPUs on its fullest switch.
    pub(crate) ports: u64,
    /// Links up among which that switch chooses.
    pub(crate) links: u64,
    /// What those ports send at the most, Mb/s.
    pub(crate) sent: u64,
    /// What the slowest of the links up carries, Mb/s. They are chosen by count, so it gets as much as any.
    pub(crate) slowest: u64,
    /// What the fastest of them carries, Mb/s.
    pub(crate) fastest: u64,
}

/// Speeds of the links up among which a switch chooses, Mb/s.
fn chosen(fabric: &Fabric, switch: usize) -> Vec<u64> {
    links(fabric, switch).into_iter().map(|link| u64::from(fabric.line_of(link).speed.v.0)).collect()
}

/// The links up among which a switch chooses, by port: not those to drained switches, unless there are no others.
fn links(fabric: &Fabric, switch: usize) -> Vec<&Link> {
    let wires = fabric.switch_wires(switch).iter().map(|w| &fabric.links[w.link as usize]);
    let up = wires.filter(|l| l.b as usize != switch && stands(fabric, l));
    let (drained, live): (Vec<&Link>, Vec<&Link>) =
        up.partition(|l| fabric.switches[l.b as usize].maintenance);
    if live.is_empty() { drained } else { live }
}

/// Of each tier with GPUs below and links above: its switch with most GPUs, the first of them.
pub(crate) fn spreads(intact: &Intact) -> Vec<Spread> {
    let fabric = intact.fabric;
    let mut spreads: BTreeMap<usize, Spread> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let (mut ports, mut sent) = (0, 0);
        for wire in fabric.switch_wires(index) {
            let link = &fabric.links[wire.link as usize];
            let line = fabric.line_of(link);
            if let Lower::Hosts { group, .. } = line.lower
                && stands(fabric, link)
                && unit(&fabric.groups[group], link.a_port.cage).1 > 0
            {
                (ports, sent) = (ports + 1, sent + u64::from(line.speed.v.0));
            }
        }
        let up = chosen(fabric, index);
        let (links, slowest, fastest) = (up.len() as u64, up.iter().copied().min(), up.iter().copied().max());
        let Some((slowest, fastest)) = slowest.zip(fastest) else { continue };
        let spread = Spread { tier: switch.tier, ports, links, sent, slowest, fastest };
        if ports > 0 && spreads.get(&switch.tier).is_none_or(|known| ports > known.ports) {
            spreads.insert(switch.tier, spread);
        }
    }
    spreads.into_values().collect()
}

/// How two tiers, one above the other, choose among their links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Polarised {
    /// Index of the lower tier.
    pub(crate) lower: usize,
    /// Index of the upper tier.
    pub(crate) upper: usize,
    /// Links among which a lower switch chooses.
    pub(crate) first: u64,
    /// Links among which an upper one chooses: up, or to one switch below where there is nothing above.
    pub(crate) second: u64,
    /// Whether they hash with the same seed; none where that is not known.
    pub(crate) same_seed: Option<bool>,
    /// Of the upper one's links, those that flows over one link from below take where the seeds are the same.
    pub(crate) used: u64,
    /// The same of flows over all links from one switch below. It hangs on how those are numbered: links that lie side by
    /// side spread.
    pub(crate) together: u64,
}

/// Every two tiers that are joined, where both choose.
pub(crate) fn polarised(intact: &Intact) -> Vec<Polarised> {
    let fabric = intact.fabric;
    let widest = |tier: usize| {
        let all = fabric.switches.iter().enumerate().filter(|(_, s)| s.tier == tier && !s.absent);
        all.map(|(index, _)| chosen(fabric, index).len() as u64).max().unwrap_or(0)
    };
    let seeds = |tier: usize| match fabric.intent.fabric.nos.v {
        Nos::Sonic => seed(&fabric.tiers[tier].kind),
        Nos::EnterpriseSonic => None,
    };
    let pair = |line: &fabc_lang::fabric::Line| {
        let Lower::Tier(lower) = line.lower else { return None };
        let up = widest(line.upper);
        let (first, second) = (widest(lower), if up > 0 { up } else { u64::from(line.parallel) });
        let same_seed = seeds(lower).zip(seeds(line.upper)).map(|(a, b)| a == b);
        let used = fan_out(first, second);
        let together = together(fabric, lower, line.upper, second);
        (first > 1 && second > 1).then_some(Polarised {
            lower,
            upper: line.upper,
            first,
            second,
            same_seed,
            used,
            together,
        })
    };
    fabric.lines.iter().filter_map(pair).collect()
}

/// Of `second` links of an upper switch, those that flows from one switch below take when both choose by the same hash: of all
/// such pairs the fewest. A switch is taken to number its links up in the order of its ports.
fn together(fabric: &Fabric, lower: usize, upper: usize, second: u64) -> u64 {
    let of_tier = fabric.switches.iter().enumerate().filter(|(_, s)| s.tier == lower && !s.absent);
    let fewest = of_tier.filter_map(|(index, _)| {
        let far: Vec<u32> = links(fabric, index).into_iter().map(|l| l.b).collect();
        let mut places: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for (place, &peer) in (0u64..).zip(&far) {
            if fabric.switches[peer as usize].tier == upper {
                places.entry(peer).or_default().push(place);
            }
        }
        places.values().map(|places| taken(places, far.len() as u64, second)).min()
    });
    fewest.min().unwrap_or(second)
}

/// Of `second` links, those that flows over the links at `places` of `first` take when both are chosen by the same hash.
pub(crate) fn taken(places: &[u64], first: u64, second: u64) -> u64 {
    let each = fan_out(first, second);
    let common = (second / each.max(1)).max(1);
    let classes: BTreeSet<u64> = places.iter().map(|place| place % common).collect();
    classes.len() as u64 * each
}

/// Of `second` links, those that flows over one of `first` links take when both are chosen by the same hash.
pub(crate) fn fan_out(first: u64, second: u64) -> u64 {
    let (mut a, mut b) = (first, second);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    second / a.max(1)
}

/// Whether packets, rather than flows, are moved to the less loaded link; none where nothing is.
pub(crate) fn adaptive(fabric: &Fabric) -> Option<&str> {
    let adaptive = fabric.intent.load_balancing.as_ref()?.adaptive.as_ref()?;
    Some(adaptive.mode.as_ref().map_or("flowlet", |m| m.v.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flows, links, the fullest link and that over the mean, in thousandths: worked out by conditioning Poisson counts.
    const KNOWN: &[(u64, u64, u64, u64)] = &[
        (2, 4, 1250, 2500),
        (4, 4, 2125, 2125),
        (8, 4, 3538, 1769),
        (16, 4, 6139, 1535),
        (32, 4, 10994, 1374),
        (64, 4, 20202, 1263),
        (128, 4, 37909, 1185),
        (4, 8, 1648, 3297),
        (8, 8, 2597, 2597),
        (16, 8, 4201, 2101),
        (32, 8, 7048, 1762),
        (64, 8, 12235, 1529),
        (128, 8, 21910, 1369),
        (256, 8, 40273, 1259),
        (8, 16, 2063, 4126),
        (16, 16, 3078, 3078),
        (32, 16, 4830, 2415),
        (64, 16, 7880, 1970),
        (128, 16, 13357, 1670),
        (256, 16, 23436, 1465),
        (512, 16, 42370, 1324),
        (16, 32, 2392, 4785),
        (32, 32, 3533, 3533),
        (64, 32, 5415, 2707),
        (128, 32, 8651, 2163),
        (256, 32, 14384, 1798),
        (30, 60, 2689, 5378),
        (60, 60, 3918, 3918),
        (120, 60, 5917, 2959),
        (240, 60, 9305, 2326),
        (480, 60, 15250, 1906),
        (32, 64, 2722, 5444),
        (64, 64, 3958, 3958),
        (128, 64, 5967, 2984),
        (256, 64, 9370, 2343),
        (512, 64, 15336, 1917),
        (64, 128, 3078, 6157),
        (128, 128, 4379, 4379),
        (256, 128, 6493, 3246),
    ];

    #[test]
    fn the_fullest_link_carries_what_is_known() {
        for &(flows, links, fullest, over_mean) in KNOWN {
            let found = Fullest::of(flows, links).unwrap();
            assert_eq!((found.thousandths(), found.over_mean()), (fullest, over_mean), "{flows} on {links}");
        }
    }

    #[test]
    fn sixteen_flows_and_32_on_32_links() {
        let over = |flows: u64| Fullest::of(flows * 32, 32).unwrap().over_mean();
        assert_eq!((over(16), over(32)), (1551, 1383));
        // 64 NICs of 200G on 32 links of 400G: the slowest is 2.71 times over.
        assert_eq!(Fullest::of(64, 32).unwrap().scaled(200, 400), 2707);
        // 64 GPUs with 16 flows each.
        assert_eq!(Fullest::of(64 * 16, 32).unwrap().over_mean(), 1383);
    }

    /// By counting every way in which the flows may choose.
    fn by_hand(flows: u32, links: u64) -> u64 {
        let ways = links.pow(flows);
        let mut sum = 0;
        for way in 0..ways {
            let (mut load, mut rest) = (vec![0; links as usize], way);
            for _ in 0..flows {
                load[(rest % links) as usize] += 1;
                rest /= links;
            }
            sum += load.into_iter().max().unwrap_or(0);
        }
        (sum * 1000 + ways / 2) / ways
    }

    #[test]
    fn few_flows_are_counted_by_hand() {
        for (flows, links) in
            [(1, 1), (1, 3), (2, 2), (3, 2), (3, 3), (5, 3), (4, 5), (6, 5), (7, 3), (5, 7), (9, 2)]
        {
            let found = Fullest::of(u64::from(flows), links).unwrap().thousandths();
            assert_eq!(found, by_hand(flows, links), "{flows} on {links}");
        }
    }

    #[test]
    fn what_is_no_question_has_no_answer() {
        assert_eq!(Fullest::of(0, 4), None);
        assert_eq!(Fullest::of(4, 0), None);
        assert_eq!(Fullest::of(MOST_FLOWS + 1, 4), None);
        assert_eq!(Fullest::of(5, 1).map(Fullest::over_mean), Some(1000));
    }

    #[test]
    fn links_stay_idle_and_flows_meet() {
        assert_eq!(Fullest::of(32, 32).map(Fullest::idle), Some(11_586));
        assert_eq!(Fullest::of(5, 1).map(Fullest::idle), Some(0));
        // The chance that no two flows meet, in ten thousandths.
        let alone = |flows, links| (u128::from(Shares::of(flows, links).none_beyond(1)) * 10_000) >> 60;
        assert_eq!((alone(8, 32), alone(16, 32)), (3857, 104));
    }

    #[test]
    fn parallel_links_side_by_side_spread() {
        // 32 links up, four to each of eight spines, which have four back to each leaf.
        let apart: Vec<u64> = (0..4).map(|n| 3 + 8 * n).collect();
        let beside: Vec<u64> = (12..16).collect();
        assert_eq!((taken(&apart, 32, 4), taken(&beside, 32, 4)), (1, 4));
        assert_eq!(taken(&[7], 32, 4), fan_out(32, 4));
        assert_eq!((taken(&[0, 1], 16, 24), taken(&[0, 8], 16, 24)), (6, 3));
    }

    #[test]
    fn the_same_hash_twice_spreads_less() {
        for (first, second, used) in
            [(32, 32, 1), (32, 64, 2), (60, 128, 32), (8, 4, 1), (16, 24, 3), (18, 16, 8), (32, 31, 31)]
        {
            assert_eq!(fan_out(first, second), used, "{first} then {second}");
        }
    }
}
