//! FRR: `frr.conf` of a switch. Decided here as typed stanzas; the template only lays them out.
//!
//! What the file says, and why:
//! - Every session has a route map each way, and a route comes in only if it lies in the fabric's pools. A bottom switch
//!   lets out only what is its own: its loopback and its servers' block. Middle and top switches pass on what they
//!   have; what a middle switch learned from above carries a tag (it stays on this switch) and never goes up again. So
//!   paths have no valleys even where ASNs are pinned; with the ASNs of RFC 7938 loop detection says the same.
//! - The servers' /31s stay on their leaf. The block is announced by `network`, and a blackhole route keeps it in zebra
//!   whatever ports do: an aggregate that comes and goes with its ports would make the fabric churn, and traffic to a
//!   dead server ends at its leaf.
//! - Sessions over link-local addresses carry IPv4 and IPv6 (RFC 8950). A numbered session carries the family of its
//!   addresses, so there are two on a link that has both; without an IPv6 pool for links, nothing in the file speaks of
//!   IPv6. Routes over numbered IPv6 sessions go to the neighbour's global address: SONiC doesn't learn link-local
//!   neighbours on ports that have addresses (its own route maps do the same, docker-fpm-frr's policies.conf.j2).
//! - Graceful restart is left alone, so that a switch only helps others: one that asks for it also announces the N bit
//!   (RFC 8538), and then its neighbours keep its routes even when the hold timer expires. A switch that falls silent
//!   would get traffic for two minutes more; with several equal paths it is better to lose one at once.
//! - A peer group, its route maps and their prefix lists are there only where a neighbour uses them.
//! - A drained switch sets the community GRACEFUL_SHUTDOWN (RFC 8326) on all that it announces.
//! - With `wcmp` a switch announces how many paths it has left, so that one of several parallel links may fail without the
//!   others carrying its share: it counts links, not their speed.
//! - `frr version` never: it selects defaults.

mod bgp;
mod policy;
mod routes;
mod template;
mod text;

use std::net::{Ipv4Addr, Ipv6Addr};

use fabc_lang::intent::Routing;
use serde::Serialize;

pub use bgp::{Bgp, Group, Neighbor, maximum_paths};
pub use policy::{Clause, PrefixList, RouteMap};
pub use routes::{Answer, Routes, Source, Told};
pub use template::{BUILT_IN, NAME, TemplateError, Templates};

use crate::device::Device;

/// `frr.conf` of a switch; what a template sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Config<'a> {
    /// Host name.
    pub hostname: &'a str,
    /// Release of the system, as `202505`.
    pub release: &'a str,
    /// FRR's version, where it is known.
    pub frr: Option<&'a str>,
    /// Lines on zebra and FPM.
    pub zebra: &'a [&'a str],
    /// Source address of what the switch itself sends.
    pub source: Option<Ipv4Addr>,
    /// The same for IPv6.
    pub source6: Option<Ipv6Addr>,
    /// Networks that are kept in zebra by a blackhole route.
    pub blackholes: Vec<String>,
    /// BFD.
    pub bfd: Option<Bfd>,
    /// Prefix lists.
    pub prefix_lists: Vec<PrefixList>,
    /// Route maps.
    pub route_maps: Vec<RouteMap>,
    /// BGP.
    pub bgp: Option<Bgp<'a>>,
}

/// Where a switch has neighbours.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    upper: bool,
    lower: bool,
}

/// The IPv6 loopback, where sessions can announce it.
fn loopback6(device: &Device<'_>) -> Option<Ipv6Addr> {
    device.switch.loopback6.filter(|_| device.fabric.intent.routing.as_ref().is_some_and(carries6))
}

/// Whether links between switches can carry IPv6.
fn carries6(routing: &Routing) -> bool {
    routing.numbered.is_none() || routing.numbered6.is_some()
}

/// The BFD profile of all sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bfd {
    /// Its name.
    pub profile: &'static str,
    /// Milliseconds between two packets, both ways.
    pub interval: u64,
    /// Packets missed.
    pub multiplier: u8,
}

impl<'a> Config<'a> {
    /// What the switch's frr.conf says.
    pub fn new(device: &Device<'a>) -> Self {
        let routing = device.fabric.intent.routing.as_ref();
        let mut sides = Sides::default();
        for (_, wired) in device.sessions() {
            *(if wired.above { &mut sides.upper } else { &mut sides.lower }) = true;
        }
        let used = device.release.bfd && (sides.upper || sides.lower);
        let bfd = routing.and_then(|r| r.bfd.as_ref()).filter(|_| used).map(|bfd| Bfd {
            profile: "FABRIC",
            interval: bfd.interval.map_or(300, |i| i.v.ms()),
            multiplier: bfd.multiplier.map_or(3, |m| m.v),
        });
        let policy = policy::Policy::new(device, sides);
        Config {
            hostname: &device.switch.name,
            release: device.release.name,
            frr: device.release.frr,
            zebra: device.release.zebra,
            source: device.switch.loopback,
            source6: loopback6(device),
            blackholes: device.switch.host_block.iter().map(ToString::to_string).collect(),
            bgp: Bgp::new(device, sides, bfd.as_ref()),
            bfd,
            prefix_lists: policy.prefix_lists,
            route_maps: policy.route_maps,
        }
    }
}
