//! What is taken to have failed, and what stands without it. Nothing is lost in a fabric as it is declared.

use std::collections::BTreeSet;

use fabc_lang::fabric::{Fabric, Link, Lower};
use fabc_targets::is_down;

/// Whether the link is there before anything fails: both devices are, and the file puts neither end down.
pub(crate) fn stands(fabric: &Fabric, link: &Link) -> bool {
    fabric.is_present(link) && !is_down(fabric, link)
}

/// Links between devices that are there, of which the file puts an end down. Only ports of switches can be.
pub(crate) fn put_down(fabric: &Fabric) -> BTreeSet<u32> {
    let said = fabric.switches.iter().enumerate().filter(|(_, s)| s.own.is_some());
    let wires = said.flat_map(|(switch, _)| fabric.switch_wires(switch));
    let down = |link: &Link| fabric.is_present(link) && is_down(fabric, link);
    wires.map(|w| w.link).filter(|&l| fabric.links.get(l as usize).is_some_and(down)).collect()
}

/// Switches and links that have failed, all at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lost {
    /// Indices of switches.
    pub(crate) switches: BTreeSet<usize>,
    /// Indices of links; those of the switches need not be among them.
    pub(crate) links: BTreeSet<u32>,
}

impl Lost {
    /// Whether the switch is declared, not absent, and has not failed.
    pub(crate) fn spares(&self, fabric: &Fabric, switch: usize) -> bool {
        !fabric.switches[switch].absent && !self.switches.contains(&switch)
    }

    /// Whether the link stands: both ends are there, and nothing of it has failed.
    pub(crate) fn is_up(&self, fabric: &Fabric, index: u32, link: &Link) -> bool {
        let lower = match fabric.line_of(link).lower {
            Lower::Tier(_) => self.switches.contains(&(link.a as usize)),
            Lower::Hosts { .. } => false,
        };
        stands(fabric, link)
            && !lower
            && !self.switches.contains(&(link.b as usize))
            && !self.links.contains(&index)
    }

    /// Links that were there and are not any more, in order.
    pub(crate) fn links_gone(&self, fabric: &Fabric) -> BTreeSet<u32> {
        let of = |&switch: &usize| fabric.switch_wires(switch).iter().map(|w| w.link);
        let all = self.switches.iter().flat_map(of).chain(self.links.iter().copied());
        all.filter(|&l| fabric.links.get(l as usize).is_some_and(|link| stands(fabric, link))).collect()
    }
}
