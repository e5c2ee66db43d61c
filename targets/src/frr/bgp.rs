//! BGP: groups, neighbours, networks and limits.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use fabc_lang::platform::Platform;
use serde::Serialize;

use super::{Bfd, Sides};
use crate::device::{Device, Wired};
use crate::sonic::Release;

/// `router bgp`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bgp<'a> {
    /// The switch's ASN.
    pub asn: u32,
    /// Router ID.
    pub router_id: Option<Ipv4Addr>,
    /// Whether routes wait until the chip has them.
    pub suppress_fib_pending: bool,
    /// ECMP width.
    pub maximum_paths: u32,
    /// Peer groups.
    pub groups: Vec<Group>,
    /// Neighbours, in order of the ports.
    pub neighbors: Vec<Neighbor<'a>>,
    /// IPv4 networks that it announces.
    pub networks: Vec<String>,
    /// IPv6 networks that it announces.
    pub networks6: Vec<String>,
    /// Whether sessions carry IPv6.
    pub ipv6: bool,
}

/// A peer group: all neighbours above, or all below; of one address family where links are numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// `UPPER` or `LOWER`, with a `6` where links are numbered and sessions run over IPv6.
    pub name: &'static str,
    /// Whether sessions carry IPv4.
    pub ipv4: bool,
    /// Whether sessions carry IPv6.
    pub ipv6: bool,
    /// Whether sessions run over link-local addresses.
    pub unnumbered: bool,
    /// BFD profile.
    pub bfd: Option<&'static str>,
    /// Route map inwards.
    pub import: &'static str,
    /// Route map outwards.
    pub export: &'static str,
    /// IPv4 prefixes beyond which the session is closed.
    pub maximum_prefix: u32,
    /// The same for IPv6.
    pub maximum_prefix6: u32,
}

/// A neighbour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Neighbor<'a> {
    /// Interface, or address where links are numbered.
    pub id: Cow<'a, str>,
    /// Whether `id` is an interface.
    pub interface: bool,
    /// Its group.
    pub group: &'static str,
    /// The far device.
    pub peer: &'a str,
    /// Its port.
    pub peer_port: &'a str,
}

impl<'a> Bgp<'a> {
    pub(super) fn new(device: &Device<'a>, sides: Sides, bfd: Option<&Bfd>) -> Option<Self> {
        let asn = device.switch.asn?;
        let routing = device.fabric.intent.routing.as_ref()?;
        let unnumbered = routing.numbered.is_none();
        let limit = maximum_prefixes(device);
        let loopback6 = super::loopback6(device);
        let numbered6 = loopback6.is_some() && routing.numbered6.is_some();
        let group = |name, over6: bool, import, export| Group {
            name,
            ipv4: !over6,
            ipv6: over6 || (unnumbered && loopback6.is_some()),
            unnumbered,
            bfd: bfd.map(|b| b.profile),
            import,
            export,
            maximum_prefix: limit.0,
            maximum_prefix6: limit.1,
        };
        let mut groups = Vec::new();
        for over6 in [false, true].into_iter().filter(|&over6| !over6 || numbered6) {
            if sides.upper {
                groups.push(group(name(true, over6), over6, "FROM_UPPER", "TO_UPPER"));
            }
            if sides.lower {
                groups.push(group(name(false, over6), over6, "FROM_LOWER", "TO_LOWER"));
            }
        }
        let neighbor = |id, interface, wired: &Wired<'a>, over6| Neighbor {
            id,
            interface,
            group: name(wired.above, over6),
            peer: wired.peer,
            peer_port: wired.peer_port,
        };
        let mut neighbors = Vec::new();
        for (port, wired) in device.sessions() {
            neighbors.push(match wired.addresses {
                Some((_, far)) => neighbor(Cow::Owned(far.to_string()), false, wired, false),
                None => neighbor(Cow::Borrowed(port.name()), true, wired, false),
            });
            if let Some((_, far)) = device.addresses6(wired).filter(|_| numbered6) {
                neighbors.push(neighbor(Cow::Owned(far.to_string()), false, wired, true));
            }
        }
        let loopback = device.switch.loopback.map(|address| format!("{address}/32"));
        let block = device.switch.host_block.map(|block| block.to_string());
        let networks6: Vec<_> = loopback6.iter().map(|a| format!("{a}/128")).collect();
        Some(Bgp {
            asn,
            router_id: device.switch.loopback,
            suppress_fib_pending: device.release.suppress_fib_pending,
            maximum_paths: maximum_paths(device.release, device.platform),
            groups,
            neighbors,
            networks: loopback.into_iter().chain(block).collect(),
            ipv6: !networks6.is_empty(),
            networks6,
        })
    }
}

/// The most next hops of one route: what the release's FRR is built for, and what the box takes in one group.
pub fn maximum_paths(release: &Release, platform: &Platform) -> u32 {
    let width = platform.ecmp().and_then(|fact| fact.v.members).unwrap_or(u32::MAX);
    release.maximum_paths.min(width).max(1)
}

/// Name of a peer group.
fn name(above: bool, over6: bool) -> &'static str {
    match (above, over6) {
        (true, false) => "UPPER",
        (true, true) => "UPPER6",
        (false, false) => "LOWER",
        (false, true) => "LOWER6",
    }
}

/// Prefixes that a session may bring, IPv4 and IPv6: a power of two above all that the pools can ever hold, so that the
/// limit is reached only by what doesn't belong here, and never moves as the fabric grows. No block of servers is
/// smaller than a /28: eight ports.
fn maximum_prefixes(device: &Device<'_>) -> (u32, u32) {
    const SMALLEST_BLOCK: u8 = 28;
    const MOST: u64 = 1 << 20;
    let Some(routing) = &device.fabric.intent.routing else { return (1, 1) };
    let within = |length: u8, longest: u8| 1u64 << longest.saturating_sub(length).min(32);
    let switches = routing.loopbacks.map_or(0, |pool| within(pool.v.prefix_len(), 32));
    let blocks = routing.host_subnets.map_or(0, |pool| within(pool.v.prefix_len(), SMALLEST_BLOCK));
    let switches6 = routing.loopbacks6.map_or(0, |pool| within(pool.v.prefix_len(), 128));
    // There is no IPv6 loopback without an IPv4 one.
    let switches6 = if switches > 0 { switches6.min(switches) } else { switches6 };
    let limit = |count: u64| u32::try_from((count + 1).next_power_of_two().min(MOST)).unwrap_or(u32::MAX);
    (limit(switches + blocks), limit(switches6))
}
