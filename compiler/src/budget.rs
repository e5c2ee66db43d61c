//! The headroom of a switch against the memory that holds it, half by half.
//!
//! What is computed is computed once for switches that are alike: same tier, and in each half of the buffer the same
//! ports at the same speeds with the same lengths. A pool's figures are totals of the chip, and each half has its part.

use std::collections::BTreeMap;
use std::sync::Arc;

use fabc_lang::fabric::{Fabric, Headroom, Tier};
use fabc_lang::intent::Class;
use fabc_lang::platform::Platform;
use fabc_lang::platform::buffers::Threshold;
use fabc_lang::source::Span;
use fabc_lang::units::{Length, Ratio, Speed};
use fabc_targets::sonic::qos::{self, LOSSLESS_POOL, StatedPool, role};

/// Cables and classes for which a vendor's pool is weighed where no oversubscription is given.
const USUAL: (Length, u64) = (Length(40_000), 2);

/// Ports of a switch that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// Half of the buffer, where it is known of all ports.
    pub(crate) half: Option<u8>,
    /// Line rate.
    pub(crate) speed: Speed,
    /// Planned length.
    pub(crate) length: Length,
    /// Nobody says the length.
    pub(crate) assumed: bool,
}

/// Ports of a switch that are alike, and what they need.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// What they have in common.
    pub(crate) kind: Kind,
    /// How many.
    pub(crate) ports: u64,
    /// Of one of them; none where the platform has no figures.
    pub(crate) headroom: Option<Headroom>,
}

impl Group {
    /// What the ports need for one class.
    pub(crate) fn xoff(&self) -> u64 {
        self.ports * self.headroom.map_or(0, |h| h.xoff)
    }
}

/// A pool, and where its figures are stated.
#[derive(Debug, Clone)]
pub(crate) struct LosslessPool {
    /// Its size.
    pub(crate) size: (u64, Span),
    /// Shared headroom, where the box has it.
    pub(crate) xoff: Option<(u64, Span)>,
    /// Whether the size contains it.
    pub(crate) holds_xoff: Option<bool>,
    /// The most that the box admits for `xoff`.
    pub(crate) xoff_max: Option<u64>,
}

/// What headroom may exceed its pool by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Oversubscription {
    /// Need over pool.
    pub(crate) ratio: Ratio,
    /// Where it is declared.
    pub(crate) at: Option<Span>,
}

/// One part of the buffer.
#[derive(Debug, Clone)]
pub(crate) struct Half {
    /// Its number; none where the whole chip is looked at, its halves not being known.
    pub(crate) number: Option<u8>,
    /// Its ports.
    pub(crate) groups: Vec<Group>,
    /// What they need, all lossless classes together.
    pub(crate) need: u64,
    /// Its part of the pool's xoff.
    pub(crate) pool: u64,
    /// What is left to be shared out after headroom and what is reserved.
    pub(crate) shared: u64,
    /// What is reserved by the lossless priority groups.
    pub(crate) reserved: u64,
    /// Parts into which the chip's totals are divided.
    pub(crate) parts: u64,
}

/// The budget of switches that are alike.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    /// Index of the tier.
    pub(crate) tier: usize,
    /// Their platform.
    pub(crate) platform: Arc<Platform>,
    /// Indexes, in order of names.
    pub(crate) switches: Vec<u32>,
    /// All ports.
    pub(crate) groups: Vec<Group>,
    /// Their pool; none where the platform has none.
    pub(crate) pool: Option<LosslessPool>,
    /// What it may be exceeded by.
    pub(crate) oversubscription: Oversubscription,
    /// By number; empty where pool or headroom isn't known.
    pub(crate) halves: Vec<Half>,
    /// Lossless classes.
    pub(crate) classes: u64,
    /// Limit of a lossless priority group: two to this power, times what is free.
    pub(crate) dynamic_th: i32,
}

impl Half {
    /// What the ports may need at most.
    pub(crate) fn limit(&self, oversubscription: Ratio) -> u64 {
        times(self.pool, oversubscription)
    }

    /// The oversubscription that would do, in hundredths, rounded up.
    pub(crate) fn needed_ratio(&self) -> Option<Ratio> {
        Some(Ratio::new(self.need.saturating_mul(100).div_ceil((self.pool > 0).then_some(self.pool)?), 100))
    }

    /// Ports that may pause at the same instant with all their classes, whichever they are.
    pub(crate) fn safe_ports(&self, classes: u64) -> u64 {
        self.paused_together(classes).into_iter().map(|(ports, _)| ports).sum()
    }

    /// Its ports.
    pub(crate) fn ports(&self) -> u64 {
        self.groups.iter().map(|g| g.ports).sum()
    }

    /// What each of `queues` priority groups may fill when all are congested.
    pub(crate) fn threshold(&self, queues: u64, dynamic_th: i32) -> u64 {
        share(self.shared, queues, dynamic_th)
    }

    /// Ports that may pause at once, the hungriest first: how many, and what each needs for all its classes.
    pub(crate) fn paused_together(&self, classes: u64) -> Vec<(u64, u64)> {
        let mut groups: Vec<(u64, u64)> = self
            .groups
            .iter()
            .filter_map(|g| Some((g.headroom?.xoff.saturating_mul(classes), g.ports)))
            .collect();
        groups.sort_unstable_by(|a, b| b.cmp(a));
        let (mut left, mut safe) = (self.pool, Vec::new());
        for (each, ports) in groups {
            let fit = left.checked_div(each).map_or(ports, |n| n.min(ports));
            left -= fit * each;
            safe.push((fit, each));
            if fit < ports {
                break;
            }
        }
        safe
    }
}

impl Budget {
    /// Halves that need more than their pool may be asked for.
    pub(crate) fn over(&self) -> impl Iterator<Item = &Half> {
        self.halves.iter().filter(|h| h.need > h.limit(self.oversubscription.ratio))
    }

    /// What all halves together need, and may be asked for.
    pub(crate) fn total(&self) -> (u64, u64) {
        let limit = |h: &Half| h.limit(self.oversubscription.ratio);
        (self.halves.iter().map(|h| h.need).sum(), self.halves.iter().map(limit).sum())
    }

    /// The whole chip's headroom that a pool needs so that a half closes.
    pub(crate) fn needed_pool(&self, half: &Half) -> u64 {
        let ratio = self.oversubscription.ratio;
        let part = (u128::from(half.need) * u128::from(ratio.den)).div_ceil(u128::from(ratio.num.max(1)));
        u64::try_from(part).unwrap_or(u64::MAX).saturating_mul(half.parts)
    }

    /// The longest length, in whole metres, to which all of its cables may be cut so that this half closes.
    pub(crate) fn longest(&self, fabric: &Fabric, half: &Half) -> Option<Length> {
        let limit = half.limit(self.oversubscription.ratio);
        let fits = |metres: u32| {
            let cut = |g: &Group| {
                let length = g.kind.length.min(Length(metres * 1000));
                fabric.headroom_for(&self.platform, g.kind.speed, length).map(|h| h.xoff * g.ports)
            };
            let need: Option<u64> = half.groups.iter().map(cut).sum();
            need.is_some_and(|need| need * self.classes <= limit)
        };
        let longest = half.groups.iter().map(|g| g.kind.length.metres_up()).max()?;
        let (mut low, mut high) = (0, longest);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if fits(middle) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        (low > 0).then_some(Length(low * 1000))
    }

    /// What a queue must stay below so that no way of filling queues pauses first: one port of `half` fills those of all
    /// ports, and all its lossless groups are congested.
    pub(crate) fn strict(&self, half: &Half) -> u64 {
        let ports: u64 = self.groups.iter().map(|g| g.ports).sum();
        half.threshold(self.classes, self.dynamic_th) / ports.max(1)
    }

    /// What a queue may hold before the first of `ports` ports of `half` that fill it alone is paused.
    pub(crate) fn incast(&self, half: &Half, ports: u64) -> u64 {
        half.threshold(ports, self.dynamic_th).saturating_mul(ports)
    }

    /// What one lossless queue may hold on its way out before it drops; none where the box's data don't say.
    pub(crate) fn egress_queue(&self, fabric: &Fabric, half: &Half) -> Option<u64> {
        let role = role(&fabric.tiers[self.tier]);
        let profile = qos::egress_lossless(&self.platform, role)?;
        let pool = StatedPool::new(fabric, self.platform.pool(&profile.v.pool, role)?);
        let part = pool.size.0 / half.parts.max(1);
        Some(match profile.v.threshold {
            Threshold::Static(most) => most.0.min(part),
            Threshold::Dynamic(th) => share(part, 1, i32::try_from(th).unwrap_or_default()),
        })
    }

    /// Name of the first switch, and how many more are like it.
    pub(crate) fn who(&self, fabric: &Fabric) -> String {
        let first = self.switches.first().map_or("", |&s| fabric.switches[s as usize].name.as_str());
        match self.switches.len() {
            0 | 1 => format!("`{first}`"),
            n => format!("`{first}` and {} more", n - 1),
        }
    }
}

/// Lossless classes of the file.
pub(crate) fn lossless(fabric: &Fabric) -> impl Iterator<Item = &Class> {
    fabric.intent.classes.iter().filter(|c| c.is_lossless())
}

/// Alpha of a dynamic threshold: `1`, `8`, `1/4`.
pub(crate) fn alpha(dynamic_th: i32) -> String {
    let power = 1u64 << dynamic_th.unsigned_abs().min(16);
    if dynamic_th >= 0 { power.to_string() } else { format!("1/{power}") }
}

/// The budgets of all switches that are there, one for those that are alike, by tier and first switch.
pub(crate) fn budgets(fabric: &Fabric) -> Vec<Budget> {
    let classes = lossless(fabric).count() as u64;
    let mut budgets: Vec<Budget> = alike(fabric)
        .into_iter()
        .map(|((tier, kinds), switches)| Budget::new(fabric, tier, &kinds, switches, classes))
        .collect();
    budgets.sort_by_key(|b| (b.tier, b.switches.first().copied()));
    budgets
}

/// The budget of one switch.
pub(crate) fn budget(fabric: &Fabric, switch: usize) -> Budget {
    let classes = lossless(fabric).count() as u64;
    let lengths = lengths(fabric);
    let tier = fabric.switches[switch].tier;
    let kinds = kinds(fabric, switch, &halves(fabric, tier), &lengths);
    Budget::new(fabric, tier, &kinds, u32::try_from(switch).into_iter().collect(), classes)
}

/// Kinds of ports and how many there are of each.
type Kinds = Vec<(Kind, u64)>;

/// Switches that are there, by tier and ports.
fn alike(fabric: &Fabric) -> BTreeMap<(usize, Kinds), Vec<u32>> {
    let lengths = lengths(fabric);
    let halves: Vec<_> = (0..fabric.tiers.len()).map(|t| halves(fabric, t)).collect();
    let mut alike: BTreeMap<(usize, Kinds), Vec<u32>> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let key = (switch.tier, kinds(fabric, index, &halves[switch.tier], &lengths));
        alike.entry(key).or_default().extend(u32::try_from(index));
    }
    alike
}

/// Length of each link, and whether it is assumed.
fn lengths(fabric: &Fabric) -> Vec<(Length, bool)> {
    fabric.links.iter().map(|link| fabric.planned_length(link)).collect()
}

/// Half of each cage of a tier's switches, by place; all none where one of those in use isn't known.
fn halves(fabric: &Fabric, tier: usize) -> Vec<Option<u8>> {
    let tier = &fabric.tiers[tier];
    let known = fabric.platform_of(tier).cages();
    let halves: Vec<Option<u8>> = known.iter().map(|c| c.half).collect();
    let used = tier.cages.iter().filter(|c| c.line.is_some());
    let whole = used.map(|c| halves.get(usize::from(c.number) - 1)).all(|h| h.is_some_and(Option::is_some));
    if whole { halves } else { vec![None; halves.len()] }
}

fn kinds(fabric: &Fabric, switch: usize, halves: &[Option<u8>], lengths: &[(Length, bool)]) -> Kinds {
    let tier = fabric.tier_of(&fabric.switches[switch]);
    let wires = fabric.switch_wires(switch).iter();
    let present = wires.filter(|wire| fabric.is_present(&fabric.links[wire.link as usize]));
    let kinds = present.filter_map(|wire| {
        let (length, assumed) = lengths[wire.link as usize];
        let half = halves.get(usize::from(wire.port.cage).checked_sub(1)?).copied()?;
        Some(Kind { half, speed: tier.spec(wire.port)?.speed, length, assumed })
    });
    // There are few of them, and neighbours are mostly of one.
    let mut counted: Kinds = Vec::new();
    for kind in kinds {
        match counted.iter_mut().rev().find(|(known, _)| *known == kind) {
            Some((_, n)) => *n += 1,
            None => counted.push((kind, 1)),
        }
    }
    counted.sort_unstable();
    counted
}

impl Budget {
    fn new(fabric: &Fabric, tier: usize, kinds: &Kinds, switches: Vec<u32>, classes: u64) -> Self {
        let platform = Arc::clone(&fabric.platforms[fabric.tiers[tier].platform]);
        let group = |&(kind, ports): &(Kind, u64)| {
            let headroom = fabric.headroom_for(&platform, kind.speed, kind.length);
            Group { kind, ports, headroom: headroom.map(|h| Headroom { assumed: kind.assumed, ..h }) }
        };
        let groups: Vec<Group> = kinds.iter().map(group).collect();
        let pool = LosslessPool::of(fabric, &fabric.tiers[tier]);
        let oversubscription = Oversubscription::of(fabric, &platform, role(&fabric.tiers[tier]));
        let th = groups.iter().filter_map(|g| g.headroom).map(|h| h.dynamic_th).min();
        let known = groups.iter().all(|g| g.headroom.is_some());
        let halves = match &pool {
            Some(pool) if known => Half::all(&platform, &groups, pool, classes),
            _ => Vec::new(),
        };
        let dynamic_th = th.unwrap_or_default();
        Budget { tier, platform, switches, groups, pool, oversubscription, halves, classes, dynamic_th }
    }
}

impl Half {
    fn all(platform: &Platform, groups: &[Group], pool: &LosslessPool, classes: u64) -> Vec<Half> {
        let Some((xoff, _)) = pool.xoff else { return Vec::new() };
        let mut parts: BTreeMap<Option<u8>, Vec<Group>> = BTreeMap::new();
        for group in groups {
            parts.entry(group.kind.half).or_default().push(group.clone());
        }
        let known = parts.keys().all(Option::is_some);
        let count = platform.asic.v.mmu.as_ref().map_or(1, |m| u64::from(m.v.halves));
        let count = if known { count.max(1) } else { 1 };
        let half = |(number, groups): (Option<u8>, Vec<Group>)| {
            let need = groups.iter().map(Group::xoff).sum::<u64>() * classes;
            let kept = |g: &Group| g.ports * g.headroom.map_or(0, |h| h.size);
            let reserved = groups.iter().map(kept).sum::<u64>() * classes;
            let inside = if pool.holds_xoff == Some(false) { 0 } else { xoff };
            let free = (pool.size.0.saturating_sub(inside) / count).saturating_sub(reserved);
            Half { number, groups, need, pool: xoff / count, shared: free, reserved, parts: count }
        };
        parts.into_iter().map(half).collect()
    }
}

impl LosslessPool {
    /// The pool of the tier's switches: the platform's for their role, with what the file says instead. A pool that the
    /// platform hasn't isn't made by a size alone.
    fn of(fabric: &Fabric, tier: &Tier) -> Option<Self> {
        let vendor = fabric.platform_of(tier).pool(LOSSLESS_POOL, role(tier))?;
        let stated = StatedPool::new(fabric, vendor);
        let placed = |(bytes, at): (u64, Option<Span>)| (bytes, at.unwrap_or(vendor.at));
        Some(LosslessPool {
            size: placed(stated.size),
            xoff: stated.xoff.map(placed),
            holds_xoff: vendor.v.size_includes_xoff,
            xoff_max: vendor.v.xoff_max.map(|x| x.0),
        })
    }
}

impl Oversubscription {
    /// As declared, else what the vendor's own pool comes to with two classes and 40 m on every cage; never below 1.
    fn of(fabric: &Fabric, platform: &Platform, role: &str) -> Self {
        let declared = fabric.intent.buffers.as_ref().and_then(|b| b.oversubscription);
        if let Some(ratio) = declared {
            return Oversubscription { ratio: ratio.v.max(Ratio::new(1, 1)), at: Some(ratio.at) };
        }
        let usual = usual_oversubscription(platform, LOSSLESS_POOL, role);
        Oversubscription { ratio: usual.unwrap_or(Ratio::new(1, 1)), at: None }
    }
}

/// What the vendor's own pool of this name comes to with two classes and 40 m on every cage, never below 1; none where it
/// or headroom isn't known.
pub(crate) fn usual_oversubscription(platform: &Platform, pool: &str, role: &str) -> Option<Ratio> {
    let vendor = platform.pool(pool, role)?.v.xoff.filter(|xoff| xoff.0 > 0)?;
    Some(Ratio::new(full(platform)?, vendor.0).max(Ratio::new(1, 1)))
}

/// What all cages at their full speed need at 40 m for two classes.
fn full(platform: &Platform) -> Option<u64> {
    let (length, classes) = USUAL;
    let each = platform.cages().iter().map(|cage| {
        let fastest = platform.modes(cage).iter().max_by_key(|mode| {
            let whole = u64::from(mode.v.ports) * u64::from(mode.v.speed.0);
            (whole, std::cmp::Reverse(mode.v.ports))
        })?;
        Some(u64::from(fastest.v.ports) * platform.usual_xoff(fastest.v.speed, length)?)
    });
    each.sum::<Option<u64>>().map(|sum| sum * classes)
}

/// What each of `queues` groups may take of `total` when all are congested: `alpha / (1 + queues × alpha)` of it.
pub(crate) fn share(total: u64, queues: u64, dynamic_th: i32) -> u64 {
    let power = 1u128 << dynamic_th.unsigned_abs().min(16);
    let (num, den) = if dynamic_th >= 0 { (power, 1) } else { (1, power) };
    let share = u128::from(total) * num / (den + u128::from(queues) * num);
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// `n × ratio`, rounded down.
fn times(n: u64, ratio: Ratio) -> u64 {
    u64::try_from(u128::from(n) * u128::from(ratio.num) / u128::from(ratio.den)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    fn fabric(switch: &str, more: &str) -> Fabric {
        let text = format!(
            r#"
                fabric "f" {{ nos "sonic" release="202505"; }}
                hosts "gpu" count=64 {{ nic speed="400G"; }}
                tier "leaf" count=1 switch="{switch}"
                link "gpu" "leaf" by="rail" {{ length "40m"; }}
                class "a" dscp=26 priority=3 lossless=#true
                class "b" dscp=27 priority=4 lossless=#true
                {more}
            "#
        );
        let host = MemoryHost::default().file("fabric.kdl", text);
        analyze(Path::new("fabric.kdl"), &host, &Options::default()).fabric.unwrap()
    }

    #[test]
    fn the_usual_oversubscription_is_the_vendors_own() {
        for (name, shown) in [("dell-z9864f", "~3.204"), ("dell-z9664f", "~1.073")] {
            let budgets = budgets(&fabric(name, ""));
            assert_eq!(budgets[0].oversubscription.ratio.to_string(), shown, "{name}");
        }
        let declared = budgets(&fabric("dell-z9864f", "buffers { headroom oversubscription=0.5; }"));
        assert_eq!(declared[0].oversubscription.ratio, Ratio::new(1, 1));
        // Twice the pool, stated: the vendor's own pool still sets the usual figure.
        let stated = budgets(&fabric("dell-z9864f", "buffers { pool xoff=\"66749168B\"; }"));
        assert_eq!(stated[0].oversubscription.ratio.to_string(), "~3.204");
        assert_eq!(stated[0].halves[0].pool, 33_374_584);
    }

    #[test]
    fn every_half_has_its_own_ports_and_the_chip_all_where_they_are_not_known() {
        let th5 = &budgets(&fabric("dell-z9864f", ""))[0];
        let parts: Vec<_> = th5.halves.iter().map(|h| (h.number, h.ports(), h.need)).collect();
        // Two ports to a cage: cages 1 to 32, of which 1 to 8 and 25 to 32 are in half 0.
        assert_eq!(parts, [(Some(0), 32, 2 * 32 * 446_024), (Some(1), 32, 2 * 32 * 446_024)]);
        let th4 = &budgets(&fabric("dell-z9664f", ""))[0];
        // The table's row for 40 m; one class of 64 ports fits, of two all but a few.
        assert_eq!((th4.halves.len(), th4.halves[0].number), (1, None));
        assert_eq!(th4.halves[0].need, 2 * 64 * 424_434);
        assert_eq!(th4.halves[0].pool, 50_653_696);
        assert_eq!(th4.halves[0].safe_ports(2), 50_653_696 / (2 * 424_434));
    }

    #[test]
    fn the_longest_cable_that_fits_fits_and_a_metre_more_does_not() {
        let fabric = fabric("dell-z9864f", "buffers { headroom oversubscription=1.6; }");
        let budget = &budgets(&fabric)[0];
        let half = budget.over().next().unwrap();
        let longest = budget.longest(&fabric, half).unwrap();
        let need = |metres: u32| {
            let each = fabric.headroom_for(&budget.platform, Speed(400_000), Length(metres * 1000));
            each.unwrap().xoff * 32 * 2
        };
        let limit = half.limit(Ratio::new(8, 5));
        assert!(need(longest.metres_up()) <= limit && need(longest.metres_up() + 1) > limit, "{longest}");
        assert_eq!(half.needed_ratio().map(|r| r.to_string()).as_deref(), Some("1.72"));
    }

    #[test]
    fn the_pool_that_is_named_closes_and_a_byte_less_for_each_half_does_not() {
        let with = |more: &str| {
            let text = format!("buffers {{ headroom oversubscription=1.1; {more}; }}");
            budgets(&fabric("dell-z9864f", &text)).remove(0)
        };
        let short = with("margin \"0%\"");
        let wanted = short.needed_pool(short.over().next().unwrap());
        assert_eq!(with(&format!("pool xoff=\"{wanted}B\"")).over().count(), 0);
        assert_eq!(with(&format!("pool xoff=\"{}B\"", wanted - 2)).over().count(), 2);
    }

    #[test]
    fn lossless_queues_have_a_limit_on_their_way_out_too() {
        let queue = |name, more| {
            let fabric = fabric(name, more);
            let budget = budgets(&fabric).remove(0);
            budget.egress_queue(&fabric, &budget.halves[0])
        };
        // Static, and above its pool: half of the pool is the limit. Dynamic: eight ninths.
        assert_eq!(queue("dell-z9864f", ""), Some(162_539_680 / 2));
        assert_eq!(queue("nokia-ixr7220-h4", ""), Some(56_571_896 * 8 / 9));
        // What the file says of the pool is what the queue shares in.
        let said = "buffers { pool \"egress_lossless_pool\" size=\"110MB\"; }";
        assert_eq!(queue("nokia-ixr7220-h4", said), Some(110_000_000 * 8 / 9));
    }

    #[test]
    fn thresholds_are_shared_as_the_rule_says() {
        let half = Half {
            number: None,
            groups: Vec::new(),
            need: 0,
            pool: 0,
            shared: 100_000_000,
            reserved: 0,
            parts: 1,
        };
        let kilobytes = |th| half.threshold(1, th) / 64 / 100;
        // Choudhury and Hahne: alpha / (1 + alpha), shared among 64 queues; hundreds of bytes.
        assert_eq!([-3, -1, 0, 1, 3].map(kilobytes), [1736, 5208, 7812, 10_416, 13_888]);
        let groups = |n| half.threshold(n, 0);
        assert_eq!([1, 4, 32].map(groups), [50_000_000, 20_000_000, 3_030_303]);
    }
}
