//! What is out of service between waves, and how it changes with each of them.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Link, Lower};

use super::Item;
use crate::checks::lost::Lost;

/// What is so before the first wave. Indices of switches and links of the fabric as it becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begin {
    /// Switches that traffic is led away from.
    pub drained: BTreeSet<usize>,
    /// Switches that are there in the fabric only.
    pub missing: BTreeSet<usize>,
    /// Switches of which it is known what they run.
    pub known: BTreeSet<usize>,
    /// By link: the switches that must change for its ends to agree, whether a wave holds them or not.
    pub paired: BTreeMap<u32, BTreeSet<usize>>,
    /// Those of them that come: they carry nothing before all of these have changed.
    pub fresh: BTreeSet<u32>,
    /// Those of them whose cable moves: nobody knows when it carries nothing any more.
    pub moved: BTreeSet<u32>,
}

impl Begin {
    /// A fabric that runs as its files say.
    pub fn as_declared(fabric: &Fabric) -> Begin {
        let there = fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent);
        let drained = there.clone().filter(|(_, s)| s.maintenance).map(|(i, _)| i).collect();
        Begin { drained, known: there.map(|(i, _)| i).collect(), ..Begin::default() }
    }
}

/// What is out between two waves.
pub(super) struct Standing<'a> {
    fabric: &'a Fabric,
    pub(super) lost: Lost,
    missing: BTreeSet<usize>,
    /// By link: the ends that are still to change.
    open: BTreeMap<u32, BTreeSet<usize>>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(fabric: &'a Fabric, begin: &Begin) -> Standing<'a> {
        let mut lost =
            Lost { switches: begin.drained.union(&begin.missing).copied().collect(), links: BTreeSet::new() };
        let mut open = begin.paired.clone();
        for (number, left) in &mut open {
            let Some(link) = fabric.links.get(*number as usize) else { continue };
            let ends = ends(fabric, link);
            // An end of which nothing is known may have to change, and no wave will do it.
            left.extend(ends.iter().filter(|end| !begin.known.contains(end)));
            // One that is as it will be already doesn't agree with the other now.
            if begin.fresh.contains(number) || begin.moved.contains(number) || left.len() < ends.len() {
                lost.links.insert(*number);
            }
        }
        Standing { fabric, lost, missing: begin.missing.clone(), open }
    }

    /// Switches that were in service and are out.
    pub(super) fn out(&self) -> impl Iterator<Item = usize> {
        self.lost.switches.difference(&self.missing).copied()
    }

    /// Whether some links are out until their other end has changed.
    pub(super) fn has_links(&self) -> bool {
        !self.lost.links.is_empty()
    }

    /// Whether the link's other end is still to change.
    pub(super) fn waits(&self, item: &Item) -> bool {
        item.paired.iter().any(|link| self.open.get(link).is_some_and(|left| left.len() > 1))
    }

    /// What is out once these have changed; nothing where that is what is out now.
    pub(super) fn after(&self, items: &[&Item]) -> Option<Lost> {
        let drains = |item: &&Item| self.is_drained_by(item) != self.lost.switches.contains(&item.switch);
        let of = |item: &&&Item| !item.paired.is_empty() || drains(item);
        let items: Vec<&&Item> = items.iter().filter(of).collect();
        if items.is_empty() {
            return None;
        }
        let changed: BTreeSet<usize> = items.iter().map(|item| item.switch).collect();
        let mut lost = self.lost.clone();
        for item in items {
            for link in &item.paired {
                let Some(left) = self.open.get(link) else { continue };
                match left.is_subset(&changed) {
                    true => _ = lost.links.remove(link),
                    false => _ = lost.links.insert(*link),
                }
            }
            match self.is_drained_by(item) {
                true => _ = lost.switches.insert(item.switch),
                false => _ = lost.switches.remove(&item.switch),
            }
        }
        Some(lost)
    }

    /// Whether the switch leads traffic away once it has changed.
    fn is_drained_by(&self, item: &Item) -> bool {
        self.fabric.switches.get(item.switch).is_some_and(|switch| switch.maintenance)
    }

    /// These have changed.
    pub(super) fn done(&mut self, items: &[&Item]) {
        if let Some(lost) = self.after(items) {
            self.lost = lost;
        }
        for item in items {
            for link in &item.paired {
                self.open.get_mut(link).into_iter().for_each(|left| _ = left.remove(&item.switch));
            }
        }
    }
}

/// The switches at a link's ends.
fn ends(fabric: &Fabric, link: &Link) -> BTreeSet<usize> {
    let lower = match fabric.line_of(link).lower {
        Lower::Tier(_) => Some(link.a as usize),
        Lower::Hosts { .. } => None,
    };
    lower.into_iter().chain([link.b as usize]).collect()
}
