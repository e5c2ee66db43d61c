//! How many sessions and routes a switch comes to, beside what its box takes.
//!
//! Routes are those that SONiC hands to the chip: what BGP brings, what is connected, what the switch holds itself. BGP brings
//! a loopback of every switch and a block of servers of every bottom switch at most; some it keeps back, because their way
//! would go down and up again. Links that the file puts down bring nothing.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, Level, Link, Lower, Peer, Switch, Tier};
use fabc_lang::platform::{Fact, switch};

use crate::checks::lost::stands;

/// What a switch comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scale {
    /// BGP sessions.
    pub(crate) sessions: u32,
    /// BFD sessions.
    pub(crate) bfd: u32,
    /// IPv4 routes at most.
    pub(crate) routes: u64,
    /// IPv6 routes at most.
    pub(crate) routes6: u64,
}

impl Scale {
    /// The most of each figure.
    fn max(self, other: Scale) -> Scale {
        Scale {
            sessions: self.sessions.max(other.sessions),
            bfd: self.bfd.max(other.bfd),
            routes: self.routes.max(other.routes),
            routes6: self.routes6.max(other.routes6),
        }
    }
}

/// The same beside what the platform of the tier takes, where some platform says that.
pub(crate) fn limited(fabric: &Fabric) -> Vec<(&Tier, Scale, &Fact<switch::Scale>)> {
    let limit = |tier| fabric.platform_of(tier).scale.as_ref();
    if fabric.tiers.iter().all(|tier| limit(tier).is_none()) {
        return Vec::new();
    }
    let found = fabric.tiers.iter().zip(by_tier(fabric));
    found.filter_map(|(tier, scale)| Some((tier, scale?, limit(tier)?))).collect()
}

/// What the fullest switch of each tier comes to, figure by figure; none for a tier whose switches are all absent.
pub(crate) fn by_tier(fabric: &Fabric) -> Vec<Option<Scale>> {
    let mut tiers = vec![None::<Scale>; fabric.tiers.len()];
    let Some(routing) = &fabric.intent.routing else { return tiers };
    let parts = Parts::of(fabric);
    let loopbacks6 = routing.loopbacks6.is_some();
    let families = families(fabric);
    let carries6 = loopbacks6 && (routing.numbered.is_none() || routing.numbered6.is_some());
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let wires = fabric.switch_wires(index).iter().filter_map(|w| fabric.links.get(w.link as usize));
        let (mut upstream, mut connected, mut connected6) = (0u32, 0u64, 0u64);
        for link in wires.filter(|link| stands(fabric, link)) {
            upstream += u32::from(matches!(fabric.peer(link, index), Peer::Switch(..)));
            let address = fabric.host_addresses(link).or_else(|| fabric.link_addresses(link));
            connected += u64::from(address.is_some());
            connected6 += u64::from(fabric.link_addresses6(link).is_some());
        }
        let sessions = upstream.saturating_mul(families);
        let part = parts.of_switch(index);
        let scale = Scale {
            sessions,
            bfd: if routing.bfd.is_some() { sessions } else { 0 },
            routes: part.loopbacks + part.blocks + connected,
            routes6: if carries6 { part.loopbacks6 } else { u64::from(switch.loopback6.is_some()) }
                + connected6,
        };
        let tier = &mut tiers[switch.tier];
        *tier = Some(tier.map_or(scale, |known| known.max(scale)));
    }
    tiers
}

/// BGP sessions over a link between switches.
pub(crate) fn families(fabric: &Fabric) -> u32 {
    match &fabric.intent.routing {
        Some(routing) if routing.numbered6.is_some() && routing.loopbacks6.is_some() => 2,
        Some(_) => 1,
        None => 0,
    }
}

/// What the switches announce that reach each other.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    loopbacks: u64,
    loopbacks6: u64,
    blocks: u64,
}

/// Switches by whom they reach.
struct Parts {
    root: Vec<usize>,
    parts: BTreeMap<usize, Part>,
}

impl Parts {
    fn of(fabric: &Fabric) -> Self {
        let mut parts = Parts { root: (0..fabric.switches.len()).collect(), parts: BTreeMap::new() };
        let between =
            |link: &&Link| matches!(fabric.line_of(link).lower, Lower::Tier(_)) && stands(fabric, link);
        for link in fabric.links.iter().filter(between) {
            let (a, b) = (parts.find(link.a as usize), parts.find(link.b as usize));
            parts.root[a] = b;
        }
        for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
            let root = parts.find(index);
            parts.parts.entry(root).or_default().add(fabric, switch);
        }
        parts
    }

    /// The switch that stands for all that this one reaches. Halves the way to it each time it is gone.
    fn find(&mut self, mut switch: usize) -> usize {
        while self.root[switch] != switch {
            self.root[switch] = self.root[self.root[switch]];
            switch = self.root[switch];
        }
        switch
    }

    fn of_switch(&self, mut switch: usize) -> Part {
        while self.root[switch] != switch {
            switch = self.root[switch];
        }
        self.parts.get(&switch).copied().unwrap_or_default()
    }
}

impl Part {
    fn add(&mut self, fabric: &Fabric, switch: &Switch) {
        let bottom = fabric.tier_of(switch).level == Level::Bottom;
        self.loopbacks += u64::from(switch.loopback.is_some());
        self.loopbacks6 += u64::from(switch.loopback6.is_some());
        self.blocks += u64::from(bottom && switch.host_block.is_some());
    }
}
