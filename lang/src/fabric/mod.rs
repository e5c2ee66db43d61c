//! The resolved fabric: every switch, server, port, link, number and address, each with the line that asked for it.
//!
//! Made by the compiler's `resolve`, read by checks and targets, changed by nobody. Devices are sorted by name
//! (naturally) and links by their lower end, so iterating in index order is the order of every artifact. What depends
//! on one device is derived on demand ([`Fabric::ports`]), so that memory stays linear in links.

mod headroom;
mod length;
mod natural;
mod port;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{Ipv4Net, Ipv6Net};

pub use headroom::{ASSUMED_LENGTH, Headroom, HeadroomSource};
pub use length::LengthSource;
pub use natural::{natural_cmp, natural_path_cmp};
pub use port::{CagePlan, Layout, Port, PortSpec};

use crate::intent::{By, Hosts, Intent, Striping, TierNode};
use crate::platform::{Confidence, NicModel, Optic, Platform};
use crate::source::{Span, Spanned};
use crate::units::{Length, Speed};

/// The whole fabric.
#[derive(Debug, Clone)]
pub struct Fabric {
    /// As written, for settings that need no resolving (classes, management …).
    pub intent: Intent,
    /// PORT.mtu of every port, bytes.
    pub mtu: Spanned<u32>,
    /// Every platform that a tier uses.
    pub platforms: Vec<Arc<Platform>>,
    /// What the catalogue knows of the modules and cables that lines may have, by name.
    pub optics: BTreeMap<String, Arc<Optic>>,
    /// Tier nodes by path.
    pub tiers: Vec<Tier>,
    /// Host nodes by path.
    pub groups: Vec<HostGroup>,
    /// Switches by name; absent ones too.
    pub switches: Vec<Switch>,
    /// Servers by name; absent ones too.
    pub hosts: Vec<Host>,
    /// Lines in the order in which they take cages.
    pub lines: Vec<Line>,
    /// Links by lower end, its interface, upper end. Links of absent devices are in it; see [`Fabric::is_present`].
    pub links: Vec<Link>,
    /// Where each switch's wires begin in `switch_wires`; one more entry than switches.
    pub switch_starts: Vec<u32>,
    /// Ends at switches, by switch, cage and child.
    pub switch_wires: Vec<Wire>,
    /// Where each server's wires begin in `host_wires`; one more entry than servers.
    pub host_starts: Vec<u32>,
    /// Ends at servers, by server, NIC and port.
    pub host_wires: Vec<Wire>,
}

/// A tier node: what all its switches have in common.
#[derive(Debug, Clone)]
pub struct Tier {
    /// Names of pods, first plane and tier with `/` between: `su/a/leaf`. It orders tiers and is theirs alone.
    pub path: String,
    /// The same without the plane, where that means no other node: `su/leaf`. For people and programs.
    pub label: String,
    /// As written.
    pub node: TierNode,
    /// Index in [`Fabric::platforms`].
    pub platform: usize,
    /// Bottom, middle or top.
    pub level: Level,
    /// Links on the longest way down to a server; 0 where servers (or nothing) hang on it.
    pub distance: u32,
    /// Which share of every pool, from 0.
    pub share: u32,
    /// How many shares there are: 4 or 8.
    pub shares: u32,
    /// DEVICE_METADATA type.
    pub kind: String,
    /// Base of its ASNs.
    pub asn_base: Option<Spanned<u32>>,
    /// Every cage of its switches in order of the front panel.
    pub cages: Vec<CagePlan>,
    /// Ports that are no cages (SFP for management), never allocated.
    pub extra: Vec<PortSpec>,
    /// Lines for which this is the lower end.
    pub up: Vec<usize>,
    /// Lines for which this is the upper end.
    pub down: Vec<usize>,
    /// Names of the planes that hold it, in order; empty where none does.
    pub planes: Vec<String>,
    /// Product of `max` of the pods that hold it; 1 where none does.
    pub pods: u32,
    /// Address slots per cage in a host block.
    pub slots: u32,
    /// Whether servers hang on it.
    pub host_facing: bool,
}

/// Where a tier stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No other tier below: leaf.
    Bottom,
    /// Tiers below and above.
    Middle,
    /// Tiers below, none above.
    Top,
}

/// A host node.
#[derive(Debug, Clone)]
pub struct HostGroup {
    /// `su/gpu`: as a tier's.
    pub path: String,
    /// `su/gpu`: as a tier's.
    pub label: String,
    /// As written.
    pub node: Hosts,
    /// GPUs per server.
    pub gpus: u32,
    /// NICs per server, all `nic` lines together.
    pub nics: u32,
    /// What the catalogue knows of the NICs, by `nic` line; none where no model is named, or one of the user's own.
    pub models: Vec<Option<Arc<NicModel>>>,
    /// Whether its NICs have their ports in planes: interfaces are then nicKpP.
    pub in_planes: bool,
}

/// A switch.
#[derive(Debug, Clone)]
pub struct Switch {
    /// `su1-a-leaf-01`
    pub name: String,
    /// Index in [`Fabric::tiers`].
    pub tier: usize,
    /// Plane, from 0.
    pub plane: u32,
    /// Pod within its pod nodes, outer first, from 1; 0 where none holds it.
    pub pod: u32,
    /// Index within its instance of the node, from 1.
    pub index: u32,
    /// Number within its tier's share of every pool, from 1.
    pub number: u32,
    /// Left out: has no files, its links are not built.
    pub absent: bool,
    /// ASN.
    pub asn: Option<u32>,
    /// IPv4 loopback.
    pub loopback: Option<Ipv4Addr>,
    /// IPv6 loopback.
    pub loopback6: Option<Ipv6Addr>,
    /// Management address.
    pub mgmt: Option<Ipv4Addr>,
    /// Servers' addresses on this switch.
    pub host_block: Option<Ipv4Net>,
    /// Index in [`Intent::switches`], where the file says more about it.
    pub own: Option<usize>,
    /// Drained.
    pub maintenance: bool,
    /// Where it stands.
    pub seat: Option<Seat>,
}

/// A server.
#[derive(Debug, Clone)]
pub struct Host {
    /// `su1-gpu-01`
    pub name: String,
    /// Index in [`Fabric::groups`].
    pub group: usize,
    /// Pod within its pod nodes, outer first, from 1; 0 where none holds it.
    pub pod: u32,
    /// Index within its instance of the node, from 1.
    pub index: u32,
    /// Left out: its links are not built.
    pub absent: bool,
    /// Where it stands.
    pub seat: Option<Seat>,
}

/// Where a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// Index in [`Intent::halls`].
    pub hall: usize,
    /// Index in the hall's rows.
    pub row: usize,
    /// Rack in the row, from 1.
    pub rack: u32,
    /// Height unit, where one is given.
    pub unit: Option<u32>,
}

/// The lower end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lower {
    /// A host group and one of its `nic` lines (index in [`Hosts::nics`]).
    Hosts {
        /// Index in [`Fabric::groups`].
        group: usize,
        /// Index in [`Hosts::nics`].
        nic: usize,
        /// Number of that line's first NIC.
        first: u32,
    },
    /// A tier.
    Tier(usize),
}

/// One `link` line between two nodes.
#[derive(Debug, Clone)]
pub struct Line {
    /// Lower node.
    pub lower: Lower,
    /// Upper tier, index in [`Fabric::tiers`].
    pub upper: usize,
    /// The `link` node.
    pub at: Span,
    /// Line rate.
    pub speed: Spanned<Speed>,
    /// From hosts: how.
    pub by: Option<By>,
    /// Between tiers: how many.
    pub striping: Option<Spanned<Striping>>,
    /// Parallel links between two devices that are joined.
    pub parallel: u32,
    /// From hosts by rail with fewer leaves than rails.
    pub shared_rails: bool,
    /// What the cables are.
    pub media: Option<Spanned<String>>,
    /// How long they are.
    pub length: Option<Spanned<Length>>,
    /// Ports on the lower switches; none from hosts.
    pub lower_side: Option<Side>,
    /// Ports on the upper switches.
    pub upper_side: Side,
}

/// What a line takes on every switch of a tier.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Break-out mode of its cages.
    pub mode: String,
    /// Ports in one cage.
    pub children: u32,
    /// Positions that the line needs.
    pub need: u32,
    /// Cage numbers, ascending: position q is child `q mod children` of the `q div children`-th.
    pub cages: Vec<u16>,
}

/// A port by its place: cage (from 1) and child (from 0) of a switch; NIC and port (both from 0) of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortId {
    /// Cage or NIC.
    pub cage: u16,
    /// Child or NIC port.
    pub child: u16,
}

/// A link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Index in [`Fabric::lines`].
    pub line: u32,
    /// Lower device: index in [`Fabric::hosts`] or [`Fabric::switches`], as the line's lower node.
    pub a: u32,
    /// Upper switch.
    pub b: u32,
    /// Its port on `a`.
    pub a_port: PortId,
    /// Its port on `b`.
    pub b_port: PortId,
}

/// One end of a link at a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    /// The port.
    pub port: PortId,
    /// Index in [`Fabric::links`].
    pub link: u32,
}

/// What is at the far end of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// A switch, and its port.
    Switch(usize, PortId),
    /// A server, and its port.
    Host(usize, PortId),
}

impl Fabric {
    /// The switch's tier.
    pub fn tier_of(&self, switch: &Switch) -> &Tier {
        &self.tiers[switch.tier]
    }

    /// The platform of a tier.
    pub fn platform_of(&self, tier: &Tier) -> &Platform {
        &self.platforms[tier.platform]
    }

    /// Ends at the switch with this index, by cage and child.
    pub fn switch_wires(&self, switch: usize) -> &[Wire] {
        &self.switch_wires[self.switch_starts[switch] as usize..self.switch_starts[switch + 1] as usize]
    }

    /// Ends at the server with this index, by NIC and port.
    pub fn host_wires(&self, host: usize) -> &[Wire] {
        &self.host_wires[self.host_starts[host] as usize..self.host_starts[host + 1] as usize]
    }

    /// The link's line.
    pub fn line_of(&self, link: &Link) -> &Line {
        &self.lines[link.line as usize]
    }

    /// The far end of a link, seen from the switch with this index.
    pub fn peer(&self, link: &Link, from: usize) -> Peer {
        let host = matches!(self.line_of(link).lower, Lower::Hosts { .. });
        match (link.b as usize == from, host) {
            (false, _) => Peer::Switch(link.b as usize, link.b_port),
            (true, true) => Peer::Host(link.a as usize, link.a_port),
            (true, false) => Peer::Switch(link.a as usize, link.a_port),
        }
    }

    /// Whether both devices of the link are there.
    pub fn is_present(&self, link: &Link) -> bool {
        let lower = match self.line_of(link).lower {
            Lower::Hosts { .. } => self.hosts[link.a as usize].absent,
            Lower::Tier(_) => self.switches[link.a as usize].absent,
        };
        !lower && !self.switches[link.b as usize].absent
    }

    /// Name of the link's lower device.
    pub fn lower_name(&self, link: &Link) -> &str {
        match self.line_of(link).lower {
            Lower::Hosts { .. } => &self.hosts[link.a as usize].name,
            Lower::Tier(_) => &self.switches[link.a as usize].name,
        }
    }

    /// Interface of a server: `nic0`, `nic0p1`, or by the `nic` line's template.
    pub fn host_interface(&self, host: usize, port: PortId) -> String {
        let group = &self.groups[self.hosts[host].group];
        let mut first = 0;
        for nic in &group.node.nics {
            let index = u32::from(port.cage);
            if index < first + nic.count.v {
                return match &nic.name {
                    Some(template) => {
                        let text = template.v.replace("{index}", &index.to_string());
                        text.replace("{port}", &port.child.to_string())
                    }
                    None if group.in_planes || nic.ports.v > 1 => format!("nic{index}p{}", port.child),
                    None => format!("nic{index}"),
                };
            }
            first += nic.count.v;
        }
        format!("nic{}", port.cage)
    }

    /// Addresses of a host link, /31: the switch's (even) and the server's; none without a pool.
    pub fn host_addresses(&self, link: &Link) -> Option<(Ipv4Addr, Ipv4Addr)> {
        let line = self.line_of(link);
        let Lower::Hosts { .. } = line.lower else { return None };
        let switch = &self.switches[link.b as usize];
        self.pair(switch.host_block?.network(), &self.tiers[switch.tier], &line.upper_side, link.b_port)
    }

    /// Addresses of a link between switches where `numbered` is set, /31: the lower switch's (even) and the upper's.
    pub fn link_addresses(&self, link: &Link) -> Option<(Ipv4Addr, Ipv4Addr)> {
        let line = self.line_of(link);
        let pool = self.intent.routing.as_ref()?.numbered?.v;
        let side = line.lower_side.as_ref()?;
        let switch = &self.switches[link.a as usize];
        let tier = &self.tiers[switch.tier];
        let block = tier.block(pool, switch.number)?;
        self.pair(block.network(), tier, side, link.a_port)
    }

    /// The same in IPv6, /127 (RFC 6164).
    pub fn link_addresses6(&self, link: &Link) -> Option<(Ipv6Addr, Ipv6Addr)> {
        let pool = self.intent.routing.as_ref()?.numbered6?.v;
        let line = self.line_of(link);
        let side = line.lower_side.as_ref()?;
        let switch = &self.switches[link.a as usize];
        let tier = &self.tiers[switch.tier];
        let block = tier.block6(pool, switch.number)?;
        let even = u128::from(block).checked_add(2 * u128::from(tier.slot(side, link.a_port)?))?;
        Some((Ipv6Addr::from(even), Ipv6Addr::from(even.checked_add(1)?)))
    }

    fn pair(&self, base: Ipv4Addr, tier: &Tier, side: &Side, port: PortId) -> Option<(Ipv4Addr, Ipv4Addr)> {
        let even = u32::from(base).checked_add(2 * tier.slot(side, port)?)?;
        Some((Ipv4Addr::from(even), Ipv4Addr::from(even.checked_add(1)?)))
    }

    /// Name of the rack of a seat: `A09`, with the hall before it where there are several.
    pub fn rack(&self, seat: Seat) -> String {
        let hall = self.intent.halls.get(seat.hall);
        let row = hall.and_then(|h| h.rows.get(seat.row)).map_or("", |r| r.name.v.as_str());
        match hall.filter(|_| self.intent.halls.len() > 1) {
            Some(hall) => format!("{}/{row}{:02}", hall.name.v, seat.rack),
            None => format!("{row}{:02}", seat.rack),
        }
    }

    /// Length of the link's cable where the file says one: by `cable` at either end, or by the line.
    pub fn stated_length(&self, link: &Link) -> Option<Spanned<Length>> {
        let (lower, upper) = self.own_lengths(link);
        upper.or(lower).or(self.line_of(link).length)
    }

    /// What `cable` of the lower and of the upper switch say of the link's length. What names one port counts more than
    /// what names its whole cage.
    pub fn own_lengths(&self, link: &Link) -> (Option<Spanned<Length>>, Option<Spanned<Length>>) {
        if self.intent.switches.is_empty() {
            return (None, None);
        }
        let by_switch = |switch: u32, port: PortId| {
            let switch = &self.switches[switch as usize];
            let own = &self.intent.switches[switch.own?];
            let meant = own.cables.iter().filter(|(at, _)| self.selects(switch, &at.v, port));
            meant.max_by_key(|(at, _)| !names_cage(&at.v)).map(|(_, length)| *length)
        };
        let lower = match self.line_of(link).lower {
            Lower::Tier(_) => by_switch(link.a, link.a_port),
            Lower::Hosts { .. } => None,
        };
        (lower, by_switch(link.b, link.b_port))
    }

    /// Whether `selector` (`17`, `17/2`, a SONiC name) means this port of the switch.
    pub fn selects(&self, switch: &Switch, selector: &str, port: PortId) -> bool {
        let tier = &self.tiers[switch.tier];
        match selector.split_once('/') {
            Some((cage, child)) if cage.parse::<u16>().is_ok() => {
                cage.parse() == Ok(port.cage) && child.parse::<u16>() == Ok(port.child + 1)
            }
            _ if names_cage(selector) => selector.parse() == Ok(port.cage),
            _ => tier.spec(port).is_some_and(|spec| spec.name == selector || spec.alias == selector),
        }
    }
}

/// Whether a port selector names a cage with all its children (`17`), not one port (`17/2`, `Ethernet132`).
pub fn names_cage(selector: &str) -> bool {
    selector.parse::<u16>().is_ok()
}

impl HostGroup {
    /// Electrical lanes of a port of a `nic` line, and how sure they are: as stated, else as its model has them.
    pub fn lanes(&self, nic: usize) -> Option<(Spanned<u32>, Confidence)> {
        let node = self.node.nics.get(nic)?;
        if let Some(stated) = node.lanes {
            return Some((stated, Confidence::Confirmed));
        }
        let (lanes, confidence) = self.model(nic)?.lanes(node.ports.v, node.speed.v)?;
        Some((Spanned::new(lanes, node.model.as_ref()?.at), confidence))
    }

    /// Form factor of a port of a `nic` line, and how sure it is: as stated, else as its model has it.
    pub fn connector(&self, nic: usize) -> Option<(Spanned<&str>, Confidence)> {
        let node = self.node.nics.get(nic)?;
        if let Some(stated) = &node.connector {
            return Some((Spanned::new(stated.v.as_str(), stated.at), Confidence::Confirmed));
        }
        let (connector, confidence) = self.model(nic)?.connector(node.ports.v, node.speed.v)?;
        Some((Spanned::new(connector, node.model.as_ref()?.at), confidence))
    }

    /// What the catalogue knows of the NICs of a `nic` line.
    pub fn model(&self, nic: usize) -> Option<&NicModel> {
        self.models.get(nic)?.as_deref()
    }
}

impl Tier {
    /// The cage with this number (from 1).
    pub fn cage(&self, number: u16) -> Option<&CagePlan> {
        self.cages.get(usize::from(number).checked_sub(1)?)
    }

    /// The port at this place of a cage that is broken out for its line.
    pub fn spec(&self, port: PortId) -> Option<&PortSpec> {
        let cage = self.cage(port.cage)?;
        cage.broken.as_ref().unwrap_or(&cage.default).ports.get(usize::from(port.child))
    }

    /// Number of the pair of addresses in a switch's block that belongs to a port of a line.
    fn slot(&self, side: &Side, port: PortId) -> Option<u32> {
        let per_child = self.slots / side.children.max(1);
        Some(u32::from(port.cage).checked_sub(1)? * self.slots + u32::from(port.child) * per_child)
    }

    /// Addresses that one switch's block holds: cages × slots × 2, rounded up to a power of two.
    pub fn block_size(&self) -> u32 {
        let cages = u32::try_from(self.cages.len()).unwrap_or(u32::MAX / 64);
        (cages.max(1) * self.slots.max(1) * 2).next_power_of_two()
    }

    /// Whether the tier owns the last share of every pool.
    pub fn is_last_share(&self) -> bool {
        self.share + 1 == self.shares
    }

    /// The tier's share of an IPv4 pool; none where the pool is too small to be shared out.
    pub fn share_of(&self, pool: Ipv4Net) -> Option<Ipv4Net> {
        let length = pool.prefix_len() + u8::try_from(self.shares.trailing_zeros()).ok()?;
        let size = 1u32.checked_shl(32u32.checked_sub(u32::from(length))?)?;
        let base = u32::from(pool.network()).checked_add(size.checked_mul(self.share)?)?;
        Ipv4Net::new(Ipv4Addr::from(base), length).ok()
    }

    /// The tier's share of an IPv6 pool.
    pub fn share_of6(&self, pool: Ipv6Net) -> Option<Ipv6Net> {
        let length = pool.prefix_len() + u8::try_from(self.shares.trailing_zeros()).ok()?;
        let size = 1u128.checked_shl(128u32.checked_sub(u32::from(length))?)?;
        let base = u128::from(pool.network()).checked_add(size.checked_mul(u128::from(self.share))?)?;
        Ipv6Net::new(Ipv6Addr::from(base), length).ok()
    }

    /// Addresses at the end of a share of an IPv6 pool that no block takes: those of a /64's end are reserved for anycast
    /// (RFC 2526), and RFC 6164 keeps /127s from them.
    pub const LAST6: u64 = 128;

    /// First address of the block of switch number `number` (from 1) in the tier's share of an IPv6 pool; none beyond its
    /// end. The share's first block is free: the first address of a /64 is its routers' anycast address (RFC 6164).
    pub fn block6(&self, pool: Ipv6Net, number: u32) -> Option<Ipv6Addr> {
        let share = self.share_of6(pool)?;
        let size = u128::from(self.block_size());
        let base = u128::from(share.network()).checked_add(size * u128::from(number))?;
        let end = base.checked_add(size - 1 + u128::from(Tier::LAST6))?;
        (number > 0 && end <= u128::from(share.broadcast())).then_some(Ipv6Addr::from(base))
    }

    /// The block of switch number `number` (from 1) in the tier's share of `pool`; none beyond its end.
    pub fn block(&self, pool: Ipv4Net, number: u32) -> Option<Ipv4Net> {
        let share = self.share_of(pool)?;
        let size = self.block_size();
        let base =
            u64::from(u32::from(share.network())) + u64::from(size) * u64::from(number.checked_sub(1)?);
        let end = u64::from(u32::from(share.broadcast()));
        if base + u64::from(size) - 1 > end {
            return None;
        }
        Ipv4Net::new(
            Ipv4Addr::from(u32::try_from(base).ok()?),
            32 - u8::try_from(size.trailing_zeros()).ok()?,
        )
        .ok()
    }
}
