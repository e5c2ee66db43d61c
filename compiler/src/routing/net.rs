//! Who may pass routes on to whom: read from the frr.conf of one switch of each kind.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use fabc_lang::fabric::{Fabric, Link, Peer, Switch};
use fabc_targets::frr::{Answer, Config, Routes, Source, TemplateError, Templates, Told};
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

/// What a prefix is to the switch that announces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// Its IPv4 loopback.
    Loopback,
    /// Its IPv6 loopback.
    Loopback6,
    /// Its servers' block.
    Block,
    /// The subnet of one of its links, where those are announced.
    Link,
}

/// All sorts that a switch announces once at most.
pub(crate) const SORTS: [Sort; 3] = [Sort::Loopback, Sort::Loopback6, Sort::Block];

/// What switches of one kind do with routes of any sort.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Whether routes of its own go out to a side.
    pub(crate) own: [Answer; 2],
    /// Whether routes from a side go out to another: `passes[from][to]`.
    pub(crate) passes: [[Answer; 2]; 2],
    /// Whether routes from a side come in.
    pub(crate) accepts: [Answer; 2],
    /// What goes out with routes of its own of bandwidth, where they go out.
    pub(crate) tells_own: [Option<Told>; 2],
    /// The same of routes from a side to another.
    pub(crate) tells: [[Option<Told>; 2]; 2],
    /// What is said of bandwidth as routes from a side come in.
    pub(crate) retells: [Option<Told>; 2],
    /// Whether equal paths are weighted by something else than the bandwidth that all of them came with.
    pub(crate) reweighted: bool,
    /// Whether routes from a side come in though they have passed its own AS.
    pub(crate) heedless: [bool; 2],
    /// Whether what goes out to a side carries GRACEFUL_SHUTDOWN.
    pub(crate) drains: [bool; 2],
    /// The most next hops of one route, where frr.conf says so.
    pub(crate) paths: Option<u32>,
    /// Whether paths of the same length are not equal where other ASes are on them.
    pub(crate) strict: bool,
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

impl Kind {
    /// Whichever of both does something.
    fn widen(&mut self, other: &Kind) {
        let widen = |a: &mut Answer, b: Answer| *a = (*a).max(b);
        let join = |a: &mut Option<Told>, b: Option<Told>| *a = joined(*a, b);
        for side in [0, 1] {
            widen(&mut self.own[side], other.own[side]);
            widen(&mut self.accepts[side], other.accepts[side]);
            join(&mut self.tells_own[side], other.tells_own[side]);
            join(&mut self.retells[side], other.retells[side]);
            for to in [0, 1] {
                widen(&mut self.passes[side][to], other.passes[side][to]);
                join(&mut self.tells[side][to], other.tells[side][to]);
            }
            self.heedless[side] |= other.heedless[side];
            self.drains[side] |= other.drains[side];
        }
        self.reweighted |= other.reweighted;
    }
}

/// What there is to say of both, where there are two.
fn joined(a: Option<Told>, b: Option<Told>) -> Option<Told> {
    a.zip(b).map(|(a, b)| a.join(b)).or(a).or(b)
}

/// What switches of one kind do with the prefixes of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Treated {
    pub(crate) sort: Sort,
    pub(crate) kind: Kind,
    /// Whether that is not the same for all of them.
    pub(crate) mixed: bool,
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
    /// The same by sorts of prefixes.
    pub(crate) sorts: Vec<Vec<Treated>>,
    /// Lines of frr.conf that bring in routes past BGP's policy, each with a switch that has it.
    pub(crate) unseen: Vec<(String, u32)>,
    /// Lines of frr.conf that weigh routes by what isn't followed, each with a switch that has it.
    pub(crate) unweighed: Vec<(String, u32)>,
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
            let mut sessions: Vec<Session> = Vec::new();
            let mut seen = Vec::new();
            for (port, wired) in device.sessions() {
                let side = if wired.above { Side::Upper } else { Side::Lower };
                let name = || port.name().to_owned();
                let id = wired.addresses.map_or_else(name, |(_, far)| far.to_string());
                let id6 = device.addresses6(wired).map_or_else(|| id.clone(), |(_, far)| far.to_string());
                let policy = (side, routes.policy_of(&id), routes.policy_of(&id6));
                if !seen.contains(&policy) {
                    seen.push(policy);
                    sessions.push(Session { side, ids: [id, id6] });
                }
            }
            let at = u32::try_from(first).unwrap_or_default();
            net.unseen.extend(routes.unseen.iter().map(|l| (l.clone(), at)));
            net.unweighed.extend(routes.unweighed.iter().map(|l| (l.clone(), at)));
            read.push((first, routes, sessions));
        }
        let links_too = read.iter().any(|(_, routes, _)| routes.redistributes);
        let prefixes = prefixes(fabric, links_too);
        for (first, routes, sessions) in &read {
            let sorts = treated(*first, routes, sessions, &prefixes);
            let mut kind = Kind::default();
            sorts.iter().for_each(|t| kind.widen(&t.kind));
            for session in sessions {
                let heedless = session.ids.iter().any(|id| routes.is_heedless(id));
                kind.heedless[session.side as usize] |= heedless;
            }
            (kind.paths, kind.strict) = (routes.width, !routes.relaxed);
            net.kinds.push(kind);
            net.sorts.push(sorts);
        }
        Ok(net)
    }
}

/// A switch of each kind, by index: all whose frr.conf could tell something else.
pub(crate) fn kinds_of(fabric: &Fabric, templates: &Templates) -> Vec<usize> {
    let net = Net { nodes: nodes(fabric), ..Net::default() };
    kinds(fabric, &net, templates).0
}

/// A session, by its names in frr.conf: the one that carries IPv4, and the one that carries IPv6.
struct Session {
    side: Side,
    ids: [String; 2],
}

impl Session {
    fn id(&self, net: IpNet) -> &str {
        &self.ids[usize::from(matches!(net, IpNet::V6(_)))]
    }
}

/// Switches with the sessions that eBGP brings up: both there, each with an ASN, and not the same one.
fn nodes(fabric: &Fabric) -> Vec<Node> {
    let asn = |switch: usize| fabric.switches[switch].asn.unwrap_or(0);
    let mut found = Vec::new();
    let mut near = |switch: usize| {
        let links = fabric.switch_wires(switch).iter().map(|wire| &fabric.links[wire.link as usize]);
        let session = |link: &Link| {
            let Peer::Switch(peer, _) = fabric.peer(link, switch) else { return None };
            let both = asn(switch) != 0 && asn(peer) != 0 && asn(switch) != asn(peer);
            let (peer, side) = match link.a as usize == switch {
                true => (link.b, Side::Upper),
                false => (link.a, Side::Lower),
            };
            (both && fabric.is_present(link)).then_some(Near { peer, side })
        };
        found.clear();
        found.extend(links.filter_map(session));
        found.sort_unstable();
        found.dedup_by_key(|n| n.peer);
        found.clone()
    };
    let node = |(index, s): (usize, &Switch)| Node {
        tier: s.tier,
        asn: s.asn.unwrap_or(0),
        kind: 0,
        near: near(index),
    };
    fabric.switches.iter().enumerate().map(node).collect()
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

/// What switches announce: whose it is, what it is, and the prefix.
fn prefixes(fabric: &Fabric, links_too: bool) -> Vec<(usize, Sort, IpNet)> {
    let carries6 =
        fabric.intent.routing.as_ref().is_some_and(|r| r.numbered.is_none() || r.numbered6.is_some());
    let mut prefixes = Vec::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let single = |sort, address: IpAddr| (index, sort, IpNet::from(address));
        prefixes.extend(switch.loopback.map(|a| single(Sort::Loopback, a.into())));
        prefixes.extend(switch.loopback6.filter(|_| carries6).map(|a| single(Sort::Loopback6, a.into())));
        prefixes.extend(switch.host_block.map(|block| (index, Sort::Block, IpNet::V4(block))));
        let link = switch.host_block.filter(|_| links_too).map(|block| block.network());
        let pair = |a: Ipv4Addr| Some((index, Sort::Link, IpNet::new(a.into(), 31).ok()?));
        prefixes.extend(link.and_then(pair));
    }
    prefixes
}

/// What the switch `first` does with every prefix, by sorts; prefixes that its lists don't tell apart are tried once.
fn treated(
    first: usize,
    routes: &Routes,
    sessions: &[Session],
    prefixes: &[(usize, Sort, IpNet)],
) -> Vec<Treated> {
    let mut treated: Vec<Treated> = Vec::new();
    // A prefix of its own says nothing of others', and the other way round.
    let mut seen: Vec<(bool, Sort)> = Vec::new();
    let mut tried = std::collections::BTreeSet::new();
    for &(owner, sort, net) in prefixes {
        let own = owner == first;
        if routes.mark(net).is_some_and(|mark| !tried.insert((own, sort, mark))) {
            continue;
        }
        let kind = kind(own, routes, sessions, net);
        let again = seen.contains(&(own, sort));
        seen.push((own, sort));
        match treated.iter_mut().find(|t| t.sort == sort) {
            Some(known) => {
                let others = (known.kind.passes, known.kind.accepts) != (kind.passes, kind.accepts);
                let mine = known.kind.own != kind.own;
                known.mixed |= again && if own { mine } else { others };
                known.kind.widen(&kind);
            }
            None => treated.push(Treated { sort, kind, mixed: false }),
        }
    }
    treated
}

/// `10.0.0.1/32`: what a switch announces.
pub(crate) fn prefix(fabric: &Fabric, switch: u32, sort: Sort) -> Option<String> {
    let switch = fabric.switches.get(switch as usize)?;
    match sort {
        Sort::Loopback => switch.loopback.map(|a| format!("{a}/32")),
        Sort::Loopback6 => switch.loopback6.map(|a| format!("{a}/128")),
        Sort::Block => switch.host_block.map(|b| b.to_string()),
        Sort::Link => None,
    }
}

/// What a switch does with one prefix.
fn kind(own: bool, routes: &Routes, sessions: &[Session], net: IpNet) -> Kind {
    let mut kind = Kind { reweighted: routes.reweighted, ..Kind::default() };
    for to in sessions {
        let (side, out) = (to.side as usize, to.id(net));
        kind.heedless[side] |= routes.is_heedless(out);
        kind.drains[side] |= routes.drains(out);
        if own {
            kind.own[side] = kind.own[side].max(routes.passes(net, Source::Own, out));
            kind.tells_own[side] = joined(kind.tells_own[side], routes.tells(net, Source::Own, out));
            continue;
        }
        kind.accepts[side] = kind.accepts[side].max(routes.accepts(net, out));
        kind.retells[side] = joined(kind.retells[side], routes.retells(net, out));
        for from in sessions {
            let slot = &mut kind.passes[from.side as usize][side];
            *slot = (*slot).max(routes.passes(net, Source::Peer(from.id(net)), out));
            let slot = &mut kind.tells[from.side as usize][side];
            *slot = joined(*slot, routes.tells(net, Source::Peer(from.id(net)), out));
        }
    }
    kind
}
