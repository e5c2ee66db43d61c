//! One switch as its files need it: every port with its peer, addresses and state. Made anew for each file.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use fabc_lang::fabric::{
    Fabric, Line, Link, Lower, Peer, Port, PortId, PortSpec, Switch, Tier, names_cage, natural_cmp,
};
use fabc_lang::intent::{PortOverride, SwitchNode};
use fabc_lang::platform::Platform;
use fabc_lang::platform::switch::Sonic;
use fabc_lang::source::Span;

use crate::names::Names;
use crate::sonic::Release;
use crate::sonic::qos::Qos;

/// A switch, ready to be emitted.
#[derive(Debug)]
pub struct Device<'a> {
    /// The fabric that it is part of.
    pub fabric: &'a Fabric,
    /// Names that many rows share.
    pub names: &'a Names,
    /// What its system knows.
    pub release: &'a Release,
    /// Its index in [`Fabric::switches`].
    pub index: usize,
    /// Itself.
    pub switch: &'a Switch,
    /// Its tier.
    pub tier: &'a Tier,
    /// Its model.
    pub platform: &'a Platform,
    /// What the file says of it alone.
    pub own: Option<&'a SwitchNode>,
    /// All its ports, in natural order of their names.
    pub ports: Vec<DevicePort<'a>>,
    qos: OnceLock<Option<Qos<'a>>>,
}

/// A port of a switch.
#[derive(Debug)]
pub struct DevicePort<'a> {
    /// Name, lanes, cage, wire.
    pub port: Port<'a>,
    /// What hangs on it.
    pub end: End<'a>,
    /// Admin state by override.
    pub up: Option<(bool, Span)>,
    /// Why, by override.
    pub note: Option<(&'a str, Span)>,
}

/// What hangs on a port.
#[derive(Debug)]
pub enum End<'a> {
    /// Nothing.
    Unused,
    /// A wire.
    Wired(Wired<'a>),
}

/// The far end of a port's wire.
#[derive(Debug)]
pub struct Wired<'a> {
    /// The link.
    pub link: &'a Link,
    /// Whether the far device is there.
    pub present: bool,
    /// Its name.
    pub peer: &'a str,
    /// Its port: alias of a switch's, interface of a server's.
    pub peer_port: &'a str,
    /// Which switch it is; none for a server.
    pub peer_switch: Option<usize>,
    /// Whether it is above this switch.
    pub above: bool,
    /// This end's address and the far one's, /31; none where the link has no addresses.
    pub addresses: Option<(Ipv4Addr, Ipv4Addr)>,
}

impl<'a> Device<'a> {
    /// The switch with this index; none beyond the last.
    pub fn new(fabric: &'a Fabric, names: &'a Names, release: &'a Release, index: usize) -> Option<Self> {
        let switch = fabric.switches.get(index)?;
        let tier = fabric.tier_of(switch);
        let own = switch.own.and_then(|own| fabric.intent.switches.get(own));
        let overrides = own.map_or_else(Vec::new, in_order);
        let mut ports =
            Vec::with_capacity(fabric.switch_wires(index).len() + tier.cages.len() + tier.extra.len());
        ports.extend(fabric.ports(index).map(|port| {
            let mut found = DevicePort { end: end(fabric, names, index, &port), port, up: None, note: None };
            overrides.iter().for_each(|said| found.lay_over(said, fabric, switch));
            found
        }));
        if !names.is_ordered(switch.tier) {
            ports.sort_by(|a, b| natural_cmp(a.name(), b.name()));
        }
        let (platform, qos) = (fabric.platform_of(tier), OnceLock::new());
        Some(Device { fabric, names, release, index, switch, tier, platform, own, ports, qos })
    }

    /// What its system calls the box.
    pub fn sonic(&self) -> Option<&'a Sonic> {
        self.release.names(self.platform)
    }

    /// What it does with each class; made when it is first asked for. None where nothing is asked of it.
    pub(crate) fn qos(&self) -> Option<&Qos<'a>> {
        self.qos.get_or_init(|| Qos::new(self)).as_ref()
    }

    /// Ports whose far end is there, with it.
    pub fn wired(&self) -> impl Iterator<Item = (&DevicePort<'a>, &Wired<'a>)> {
        self.ports.iter().filter_map(|port| port.wired().map(|wired| (port, wired)))
    }

    /// IPv6 addresses of a numbered link, /127: this end's and the far one's.
    pub fn addresses6(&self, wired: &Wired<'_>) -> Option<(Ipv6Addr, Ipv6Addr)> {
        let (lower, upper) = self.fabric.link_addresses6(wired.link)?;
        Some(if wired.above { (lower, upper) } else { (upper, lower) })
    }

    /// Ports by cage, each cage with the line of its first declared wire: what it is broken out for, whether the far end is
    /// there or not. Ports of no cage are left out.
    pub(crate) fn cages(&self) -> impl Iterator<Item = (&[DevicePort<'a>], Option<&'a Line>)> {
        let number = |port: &DevicePort<'a>| port.port.cage.map(|cage| cage.number);
        let cages = self.ports.chunk_by(move |a, b| number(a) == number(b));
        cages.filter(move |ports| ports.first().is_some_and(|port| number(port).is_some())).map(|ports| {
            let wired = ports.iter().find_map(|port| match &port.end {
                End::Wired(wired) => Some(self.fabric.line_of(wired.link)),
                End::Unused => None,
            });
            (ports, wired)
        })
    }

    /// Ports to other switches that are there.
    pub fn sessions(&self) -> impl Iterator<Item = (&DevicePort<'a>, &Wired<'a>)> {
        self.wired().filter(|(_, wired)| wired.peer_switch.is_some())
    }
}

impl<'a> DevicePort<'a> {
    /// SONiC's name: `Ethernet8`.
    pub fn name(&self) -> &'a str {
        &self.port.spec.name
    }

    /// The far end, where it is there.
    pub fn wired(&self) -> Option<&Wired<'a>> {
        match &self.end {
            End::Wired(wired) if wired.present => Some(wired),
            _ => None,
        }
    }

    /// Whether it is to be up.
    pub fn is_up(&self) -> bool {
        self.up.map_or(self.wired().is_some(), |(up, _)| up)
    }

    fn lay_over(&mut self, said: &'a PortOverride, fabric: &Fabric, switch: &Switch) {
        let cage = self.port.cage.is_some().then_some(self.port.id);
        if !means(said, self.port.spec, fabric, switch, cage) {
            return;
        }
        if let Some(up) = &said.up {
            self.up = Some((up.v, up.at));
        }
        if let Some(note) = &said.note {
            self.note = Some((&note.v, note.at));
        }
    }
}

fn end<'a>(fabric: &'a Fabric, names: &'a Names, index: usize, port: &Port<'a>) -> End<'a> {
    let Some(link) = port.wire.and_then(|wire| fabric.links.get(wire.link as usize)) else {
        return End::Unused;
    };
    let wired = match fabric.peer(link, index) {
        Peer::Host(host, far) => Wired {
            link,
            present: fabric.is_present(link),
            peer: &fabric.hosts[host].name,
            peer_port: names.interface(fabric, host, far),
            peer_switch: None,
            above: false,
            addresses: fabric.host_addresses(link),
        },
        Peer::Switch(other, far) => {
            let above = link.a as usize == index;
            let addresses = fabric.link_addresses(link);
            Wired {
                link,
                present: fabric.is_present(link),
                peer: &fabric.switches[other].name,
                peer_port: switch_port(fabric, other, far).map_or("", |spec| &spec.alias),
                peer_switch: Some(other),
                above,
                addresses: addresses
                    .map(|(lower, upper)| if above { (lower, upper) } else { (upper, lower) }),
            }
        }
    };
    End::Wired(wired)
}

/// What the file says of a switch's ports; later ones win, for what names a port counts more than what names its cage.
fn in_order(own: &SwitchNode) -> Vec<&PortOverride> {
    let mut ordered: Vec<&PortOverride> = own.ports.iter().collect();
    ordered.sort_by_key(|said| !names_cage(&said.port.v));
    ordered
}

/// Whether an override is for this port; `place` is its cage and child, where it is in a cage.
fn means(
    said: &PortOverride,
    spec: &PortSpec,
    fabric: &Fabric,
    switch: &Switch,
    place: Option<PortId>,
) -> bool {
    let selector = said.port.v.as_str();
    selector == spec.name
        || selector == spec.alias
        || place.is_some_and(|place| fabric.selects(switch, selector, place))
}

/// Whether overrides put a switch's end of the link down.
pub fn is_down(fabric: &Fabric, link: &Link) -> bool {
    if fabric.intent.switches.is_empty() {
        return false;
    }
    let down = |switch: u32, port: PortId| {
        let switch = &fabric.switches[switch as usize];
        let Some(own) = switch.own.and_then(|own| fabric.intent.switches.get(own)) else { return false };
        let Some(spec) = fabric.tier_of(switch).spec(port) else { return false };
        let said = in_order(own).into_iter().rev();
        let mut meant = said.filter(|said| means(said, spec, fabric, switch, Some(port)));
        meant.find_map(|said| said.up).is_some_and(|up| !up.v)
    };
    let lower = matches!(fabric.line_of(link).lower, Lower::Tier(_)) && down(link.a, link.a_port);
    lower || down(link.b, link.b_port)
}

/// The port at this place of a switch.
pub fn switch_port(fabric: &Fabric, switch: usize, port: PortId) -> Option<&PortSpec> {
    fabric.tier_of(&fabric.switches[switch]).spec(port)
}

/// Name of a link's lower node and upper node: `su/gpu su/leaf`.
pub fn line_nodes<'a>(fabric: &'a Fabric, link: &Link) -> (&'a str, &'a str) {
    let line = fabric.line_of(link);
    let lower = match line.lower {
        Lower::Hosts { group, .. } => &fabric.groups[group].label,
        Lower::Tier(tier) => &fabric.tiers[tier].label,
    };
    (lower, &fabric.tiers[line.upper].label)
}
