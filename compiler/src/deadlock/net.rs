//! Who may pass routes on to whom: read from the frr.conf of one switch of each kind.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use fabc_lang::fabric::{Fabric, Lower, Switch};
use fabc_targets::frr::{Answer, Config, Routes, Source, TemplateError, Templates};
use fabc_targets::sonic::Release;
use fabc_targets::{Device, Names};
use ipnet::IpNet;

/// Towards servers, or away from them: what a session's far end is to a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Lower,
    Upper,
}

/// The sides, in the order in which they index.
pub(crate) const SIDES: [Side; 2] = [Side::Lower, Side::Upper];

impl Side {
    pub(crate) fn other(self) -> Self {
        match self {
            Side::Lower => Side::Upper,
            Side::Upper => Side::Lower,
        }
    }
}

/// What switches of one kind do with routes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Whether routes of its own go out to a side.
    pub(crate) own: [Answer; 2],
    /// Whether routes from a side go out to another: `passes[from][to]`.
    pub(crate) passes: [[Answer; 2]; 2],
    /// Whether routes from a side come in.
    pub(crate) accepts: [Answer; 2],
    /// Whether routes from a side come in though they have passed its own AS.
    pub(crate) heedless: [bool; 2],
}

impl Kind {
    pub(crate) fn own(&self, to: Side) -> Answer {
        self.own[to as usize]
    }

    pub(crate) fn passes(&self, from: Side, to: Side) -> Answer {
        self.passes[from as usize][to as usize]
    }

    pub(crate) fn accepts(&self, from: Side) -> Answer {
        self.accepts[from as usize]
    }

    pub(crate) fn is_heedless(&self, from: Side) -> bool {
        self.heedless[from as usize]
    }
}

/// A session: the far switch, and on which side it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Near {
    pub(crate) peer: u32,
    pub(crate) side: Side,
}

/// A switch.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) tier: usize,
    pub(crate) asn: u32,
    pub(crate) kind: usize,
    /// Its sessions, by far switch, each once.
    pub(crate) near: Vec<Near>,
}

/// All switches with their sessions.
#[derive(Debug, Default)]
pub(crate) struct Net {
    /// By index of the switch.
    pub(crate) nodes: Vec<Node>,
    pub(crate) kinds: Vec<Kind>,
    /// Lines of frr.conf that bring in routes past BGP's policy, each with a switch that has it.
    pub(crate) unseen: Vec<(String, u32)>,
}

impl Net {
    pub(crate) fn kind(&self, switch: u32) -> &Kind {
        &self.kinds[self.nodes[switch as usize].kind]
    }

    pub(crate) fn asn(&self, switch: u32) -> u32 {
        self.nodes[switch as usize].asn
    }

    /// The sessions of a switch with another.
    pub(crate) fn session(&self, switch: u32, peer: u32) -> Option<usize> {
        self.nodes[switch as usize].near.binary_search_by_key(&peer, |n| n.peer).ok()
    }

    /// On which side of a switch another is.
    pub(crate) fn side(&self, switch: u32, peer: u32) -> Option<Side> {
        self.session(switch, peer).map(|at| self.nodes[switch as usize].near[at].side)
    }

    /// Reads what every kind of switch passes on. An error is the template's.
    pub(crate) fn of(
        fabric: &Fabric,
        release: &Release,
        templates: &Templates,
    ) -> Result<Self, TemplateError> {
        let mut net = Net { nodes: nodes(fabric), ..Net::default() };
        let (firsts, kinds) = kinds(fabric, &net, templates);
        for (node, kind) in net.nodes.iter_mut().zip(kinds) {
            node.kind = kind;
        }
        let names = Names::new(fabric);
        let mut read = Vec::new();
        for &first in &firsts {
            let Some(device) = Device::new(fabric, &names, release, first) else { continue };
            let mut text = Vec::new();
            templates.frr(&Config::new(&device), &mut text)?;
            let routes = Routes::read(&String::from_utf8_lossy(&text));
            let mut sessions: Vec<(Side, String)> = Vec::new();
            let mut seen = Vec::new();
            for (port, wired) in device.sessions() {
                let side = if wired.above { Side::Upper } else { Side::Lower };
                let id = wired.addresses.map_or_else(|| port.name().to_owned(), |(_, far)| far.to_string());
                let policy = (side, routes.policy_of(&id));
                if !seen.contains(&policy) {
                    seen.push(policy);
                    sessions.push((side, id));
                }
            }
            net.unseen
                .extend(routes.unseen.iter().filter_map(|l| Some((l.clone(), u32::try_from(first).ok()?))));
            read.push((first, routes, sessions));
        }
        let links_too = read.iter().any(|(_, routes, _)| routes.redistributes);
        let prefixes = prefixes(fabric, links_too);
        net.kinds =
            read.iter().map(|(first, routes, sessions)| kind(*first, routes, sessions, &prefixes)).collect();
        Ok(net)
    }
}

/// A switch of each kind, by index: all whose frr.conf could tell something else.
pub(crate) fn kinds_of(fabric: &Fabric, templates: &Templates) -> Vec<usize> {
    let net = Net { nodes: nodes(fabric), ..Net::default() };
    kinds(fabric, &net, templates).0
}

/// Switches with the sessions that eBGP brings up: both there, each with an ASN, and not the same one.
fn nodes(fabric: &Fabric) -> Vec<Node> {
    let node = |s: &Switch| Node { tier: s.tier, asn: s.asn.unwrap_or(0), kind: 0, near: Vec::new() };
    let mut nodes: Vec<Node> = fabric.switches.iter().map(node).collect();
    for link in fabric.links.iter().filter(|l| fabric.is_present(l)) {
        let Lower::Tier(_) = fabric.line_of(link).lower else { continue };
        let (a, b) = (link.a as usize, link.b as usize);
        if nodes[a].asn == 0 || nodes[b].asn == 0 || nodes[a].asn == nodes[b].asn {
            continue;
        }
        nodes[a].near.push(Near { peer: link.b, side: Side::Upper });
        nodes[b].near.push(Near { peer: link.a, side: Side::Lower });
    }
    for node in &mut nodes {
        node.near.sort_unstable();
        node.near.dedup_by_key(|n| n.peer);
    }
    nodes
}

/// The first switch of each kind, and the kind of each switch: those of one tier that have the same sides and the same
/// state are alike, and a template of the user's own may tell apart what the file says more of.
fn kinds(fabric: &Fabric, net: &Net, templates: &Templates) -> (Vec<usize>, Vec<usize>) {
    let mut known = BTreeMap::new();
    let mut firsts = Vec::new();
    let of = fabric.switches.iter().zip(&net.nodes).enumerate().map(|(index, (switch, node))| {
        let has = |side| node.near.iter().any(|n| n.side == side);
        let own = switch.own.filter(|_| templates.is_own());
        let key = (switch.tier, switch.absent, has(Side::Lower), has(Side::Upper), switch.maintenance, own);
        *known.entry(key).or_insert_with(|| {
            firsts.push(index);
            firsts.len() - 1
        })
    });
    let of = of.collect();
    (firsts, of)
}

/// What switches announce: whose it is, and the prefix.
fn prefixes(fabric: &Fabric, links_too: bool) -> Vec<(usize, IpNet)> {
    let numbered = fabric.intent.routing.as_ref().is_some_and(|r| r.numbered.is_some());
    let mut prefixes = Vec::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let single = |address: IpAddr| (index, IpNet::from(address));
        prefixes.extend(switch.loopback.map(|a| single(a.into())));
        prefixes.extend(switch.loopback6.filter(|_| !numbered).map(|a| single(a.into())));
        prefixes.extend(switch.host_block.map(|block| (index, IpNet::V4(block))));
        let link = switch.host_block.filter(|_| links_too).map(|block| block.network());
        prefixes.extend(link.and_then(|a: Ipv4Addr| Some((index, IpNet::new(a.into(), 31).ok()?))));
    }
    prefixes
}

/// What the switch `first` does with every prefix; prefixes that its lists don't tell apart are tried once.
fn kind(first: usize, routes: &Routes, sessions: &[(Side, String)], prefixes: &[(usize, IpNet)]) -> Kind {
    let mut kind = Kind::default();
    let mut tried = std::collections::BTreeSet::new();
    for &(owner, net) in prefixes {
        let own = owner == first;
        if routes.mark(net).is_some_and(|mark| !tried.insert((own, mark))) {
            continue;
        }
        for (to, out) in sessions {
            if own {
                let slot = &mut kind.own[*to as usize];
                *slot = (*slot).max(routes.passes(net, Source::Own, out));
                continue;
            }
            let slot = &mut kind.accepts[*to as usize];
            *slot = (*slot).max(routes.accepts(net, out));
            for (from, from_id) in sessions {
                let slot = &mut kind.passes[*from as usize][*to as usize];
                *slot = (*slot).max(routes.passes(net, Source::Peer(from_id), out));
            }
        }
    }
    for (side, id) in sessions {
        kind.heedless[*side as usize] |= routes.is_heedless(id);
    }
    kind
}
