//! What must hold while switches are out.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::units::Ratio;

use super::standing::{Begin, Standing};
use super::ways::Ways;
use super::{Item, Out};
use crate::checks::load::{Load, loads, without};
use crate::checks::lost::Lost;
use crate::checks::select::select;

/// Canaries of each tier, unless the fabric says otherwise.
const CANARIES: usize = 1;
/// How long they are watched, ms, unless the fabric says otherwise.
const SOAK: u64 = 300_000;

/// Switches of which so many may be out.
pub(super) struct Group {
    switches: BTreeSet<usize>,
    pub(super) most: usize,
    /// Whether the fabric gives them up: it says that all of them may be out.
    given_up: bool,
}

/// The limits of a fabric, looked up.
pub struct Limits<'a> {
    pub(super) fabric: &'a Fabric,
    /// What hangs on each switch when nothing is out.
    full: Vec<Load>,
    pub(super) groups: Vec<Group>,
    /// By switch: the groups that it is in.
    in_groups: Vec<Vec<usize>>,
    /// By switch: the largest ratio, where one is set.
    keep: BTreeMap<usize, Ratio>,
    pub(super) canaries: usize,
    pub(super) soak: u64,
}

/// What is so before the first wave, and isn't any wave's doing.
pub(super) struct Rest<'a> {
    loads: Vec<Load>,
    /// The same while no cable is moved yet.
    unmoved: Vec<Load>,
    /// Links that are out.
    gone: BTreeSet<u32>,
    ways: Ways<'a>,
}

impl<'a> Limits<'a> {
    /// Those of a fabric; tiers that it doesn't have limit nothing.
    pub fn of(fabric: &'a Fabric) -> Limits<'a> {
        let rollout = fabric.intent.rollout.as_ref();
        let said = rollout.map_or(&[][..], |rollout| &rollout.max_unavailable);
        let mut groups: Vec<Group> = Vec::new();
        let mut named: BTreeSet<usize> = BTreeSet::new();
        for (tier, most) in said {
            let switches: BTreeSet<usize> = select(fabric, &tier.v).switches.into_iter().collect();
            named.extend(&switches);
            let most = most.v as usize;
            groups.push(Group { given_up: most >= switches.len(), switches, most });
        }
        for tier in 0..fabric.tiers.len() {
            let rest =
                fabric.switches.iter().enumerate().filter(|(i, s)| s.tier == tier && !named.contains(i));
            groups.push(Group { switches: rest.map(|(i, _)| i).collect(), most: 1, given_up: false });
        }
        let mut in_groups = vec![Vec::new(); fabric.switches.len()];
        for (number, group) in groups.iter().enumerate() {
            for of in &group.switches {
                in_groups.get_mut(*of).into_iter().for_each(|of: &mut Vec<usize>| of.push(number));
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
        Limits { fabric, full: loads(fabric), groups, in_groups, keep, canaries, soak }
    }

    /// What is so before the first wave.
    pub(super) fn rest(&self, standing: &Standing<'_>, begin: &Begin) -> Rest<'a> {
        let mut unmoved = standing.lost.clone();
        unmoved.links.retain(|link| !begin.moved.contains(link));
        Rest {
            loads: without(&self.full, self.fabric, &standing.lost),
            unmoved: without(&self.full, self.fabric, &unmoved),
            gone: standing.lost.links_gone(self.fabric),
            ways: Ways::of(self.fabric, &standing.lost),
        }
    }

    /// Groups of a switch.
    pub(super) fn groups_of(&self, switch: usize) -> &[usize] {
        self.in_groups.get(switch).map_or(&[], Vec::as_slice)
    }

    fn given_up(&self, switch: usize) -> bool {
        self.groups_of(switch).iter().any(|&group| self.groups.get(group).is_some_and(|g| g.given_up))
    }

    /// By group: how many are out between waves.
    pub(super) fn out(&self, standing: &Standing<'_>) -> Vec<usize> {
        let mut out = vec![0; self.groups.len()];
        for &group in standing.out().flat_map(|switch| self.groups_of(switch)) {
            out.get_mut(group).into_iter().for_each(|count| *count += 1);
        }
        out
    }

    /// Whether a switch that changes is one more that is out.
    pub(super) fn is_more(item: &Item, standing: &Standing<'_>) -> bool {
        item.out != Out::Nothing && !standing.lost.switches.contains(&item.switch)
    }

    /// What is out while all of these change, one part of links after another.
    fn lost(items: &[&Item], standing: &Standing<'_>) -> Vec<Lost> {
        let parts = items.iter().map(|item| match &item.out {
            Out::Links(parts) => parts.len(),
            _ => 1,
        });
        let mut lost = standing.lost.clone();
        for item in items {
            lost.links.extend(&item.paired);
            if item.out == Out::Whole {
                lost.switches.insert(item.switch);
            }
        }
        let mut all = vec![lost; parts.max().unwrap_or(1).max(1)];
        for item in items {
            let Out::Links(parts) = &item.out else { continue };
            for (lost, part) in all.iter_mut().zip(parts) {
                lost.links.extend(part);
            }
        }
        all
    }

    /// Whether one switch may be without these links, or out as a whole, when nothing else is.
    pub fn bears(&self, alone: &Alone<'_>, switch: usize, out: Out) -> bool {
        let item = Item { switch, kind: 0, out, paired: BTreeSet::new(), ms: 0 };
        self.breaks(&[&item], &alone.standing, &alone.rest).is_none()
    }

    /// What breaks while all of these are out, or once they have changed; nothing where all limits hold.
    pub(super) fn breaks(&self, items: &[&Item], standing: &Standing<'_>, rest: &Rest<'_>) -> Option<String> {
        let before = self.out(standing);
        let mut more = vec![0; self.groups.len()];
        for item in items.iter().filter(|item| Self::is_more(item, standing)) {
            for &group in self.groups_of(item.switch) {
                more.get_mut(group).into_iter().for_each(|count| *count += 1);
            }
        }
        for ((group, before), more) in self.groups.iter().zip(before).zip(more) {
            if more > 0 && before + more > group.most {
                let already = match before {
                    0 => String::new(),
                    _ => format!(", {before} of them anyway"),
                };
                return Some(format!(
                    "{} switches would be out{already}, and max-unavailable is {}",
                    before + more,
                    group.most
                ));
            }
        }
        let all = Self::lost(items, standing);
        let after = standing.after(items);
        all.iter().chain(&after).find_map(|lost| self.broken(lost, rest))
    }

    /// What breaks without all of this.
    fn broken(&self, lost: &Lost, rest: &Rest<'_>) -> Option<String> {
        let fabric = self.fabric;
        let name = |switch: usize| fabric.switches[switch].name.as_str();
        for (switch, now) in self.left(lost) {
            let Some(before) = rest.loads.get(switch) else { continue };
            if now.up == 0 && before.up > 0 && now.down > 0 && !self.given_up(switch) {
                return Some(format!("{} would lose its last way up", name(switch)));
            }
            let Some(max) = self.keep.get(&switch) else { continue };
            // What the limit doesn't allow even when nothing is out isn't the wave's doing.
            let Some(always) = rest.unmoved.get(switch).and_then(Load::ratio) else { continue };
            let limit = (*max).max(always);
            if now.down > 0 && now.ratio().is_none_or(|ratio| ratio > limit) {
                let has = now.ratio().map_or("nothing up".to_owned(), |ratio| ratio.exact().to_string());
                return Some(format!(
                    "{} would have an oversubscription of {has}, and keep asks for at most {max}",
                    name(switch)
                ));
            }
        }
        if !lost.links.is_empty()
            && let Some((one, other)) = rest.ways.parted(lost, |leaf| !self.given_up(leaf))
        {
            return Some(format!("{} and {} would have no way to each other", name(one), name(other)));
        }
        self.cut_off(lost, rest)
    }

    /// What hangs on switches in service whose links are not all there.
    fn left(&self, lost: &Lost) -> BTreeMap<usize, Load> {
        let fabric = self.fabric;
        let mut left = BTreeMap::new();
        for link in lost.links_gone(fabric) {
            let link = &fabric.links[link as usize];
            let line = fabric.line_of(link);
            let speed = u64::from(line.speed.v.0);
            let mut less = |switch: u32, take: &dyn Fn(&mut Load)| {
                let switch = switch as usize;
                if lost.spares(fabric, switch)
                    && let Some(full) = self.full.get(switch)
                {
                    take(left.entry(switch).or_insert(*full));
                }
            };
            less(link.b, &|load| load.down -= speed);
            if matches!(line.lower, Lower::Tier(_)) {
                less(link.a, &|load| load.up -= speed);
            }
        }
        left
    }

    /// A server on several switches that would lose all of them. One that hangs on a single switch goes down with it
    /// whatever the order.
    fn cut_off(&self, lost: &Lost, rest: &Rest<'_>) -> Option<String> {
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
            let leaves: BTreeSet<usize> =
                wires.iter().map(|w| fabric.links[w.link as usize].b as usize).collect();
            let all = |gone: &BTreeSet<u32>| wires.iter().all(|wire| gone.contains(&wire.link));
            let given_up = leaves.iter().all(|leaf| self.given_up(*leaf));
            (leaves.len() > 1 && !given_up && all(&gone) && !all(&rest.gone))
                .then(|| format!("{} would be cut off", fabric.hosts[host].name))
        })
    }

    /// The worst ratio of each tier that is not as it was before the first wave.
    pub(super) fn ratios(
        &self,
        items: &[&Item],
        standing: &Standing<'_>,
        rest: &Rest<'_>,
    ) -> BTreeMap<usize, Ratio> {
        let mut worst = BTreeMap::new();
        for (switch, now) in Self::lost(items, standing).iter().flat_map(|lost| self.left(lost)) {
            let Some(before) = rest.loads.get(switch) else { continue };
            let changed = |ratio: &Ratio| before.ratio() != Some(*ratio) && ratio.num > 0;
            let Some(ratio) = now.ratio().filter(changed) else { continue };
            let known = worst.entry(self.fabric.switches[switch].tier).or_insert(ratio);
            *known = (*known).max(ratio);
        }
        worst
    }
}

/// A fabric that runs as declared, of which one switch at a time is looked at.
pub struct Alone<'a> {
    standing: Standing<'a>,
    rest: Rest<'a>,
}

impl<'a> Alone<'a> {
    /// Of the fabric of these limits.
    pub fn of(limits: &Limits<'a>) -> Alone<'a> {
        let begin = Begin::as_declared(limits.fabric);
        let standing = Standing::of(limits.fabric, &begin);
        let rest = limits.rest(&standing, &begin);
        Alone { standing, rest }
    }
}
