//! What frr.conf defines and names, as lints look at it.

use std::collections::BTreeMap;

use fabc_lang::intent::Nos;
use fabc_lang::source::Span;
use fabc_targets::sonic::Release;

use super::read::{Block, Family, Line, UNICAST, Word};
use crate::config_db::Db;
use crate::lint::view::is_enterprise;

/// What is known about the switch beside the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given {
    /// Its release.
    pub release: Option<&'static Release>,
    /// Whether it runs SONiC.
    pub sonic: bool,
    /// Whether bfdd is started; none where nothing says so.
    pub bfdd: Option<bool>,
    /// Whether the file is of one daemon alone, as bgpd.conf: what other daemons have stands in theirs.
    pub alone: bool,
}

impl Given {
    /// What a config_db.json of the same switch tells: that it is SONiC, its release by the schema that `VERSIONS` has
    /// (`version_202505_01`), and whether supervisord starts bfdd.
    pub(in crate::lint) fn beside(db: &Db<'_>) -> Self {
        let text = |table, key, field| Some(&*db.row(table, key)?.text(field)?.v);
        let metadata = |field| text("DEVICE_METADATA", "localhost", field);
        let enterprise = is_enterprise(db);
        let version = text("VERSIONS", "DATABASE", "VERSION").and_then(|version| version.split('_').nth(1));
        let release = version.filter(|_| !enterprise).and_then(|name| Release::find(Nos::Sonic, name));
        // bgpcfgd can start it too, since 202505; what Enterprise SONiC does isn't known.
        let other = enterprise || text("SYSTEM_DEFAULTS", "software_bfd", "status") == Some("enabled");
        let started = metadata("frr_mgmt_framework_config") == Some("true");
        let told = db.row("DEVICE_METADATA", "localhost").is_some();
        let bfdd = if started { Some(true) } else { Some(false).filter(|_| told && !other) };
        Given { release, sonic: told, bfdd, alone: false }
    }
}

/// What a name is of. IPv4 and IPv6 prefix lists have names of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    PrefixList,
    PrefixList6,
    RouteMap,
    AsPath,
    Community,
    LargeCommunity,
    ExtCommunity,
    Access,
    Access6,
    BfdProfile,
}

impl Kind {
    /// What it is called in a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Kind::PrefixList => "IPv4 prefix list",
            Kind::PrefixList6 => "IPv6 prefix list",
            Kind::RouteMap => "route map",
            Kind::AsPath => "AS-path list",
            Kind::Community => "community list",
            Kind::LargeCommunity => "large-community list",
            Kind::ExtCommunity => "extended-community list",
            Kind::Access => "IPv4 access list",
            Kind::Access6 => "IPv6 access list",
            Kind::BfdProfile => "BFD profile",
        }
    }

    /// The line that would define one.
    pub(super) fn define(self, name: &str) -> String {
        match self {
            Kind::PrefixList => format!("ip prefix-list {name} seq 5 permit PREFIX"),
            Kind::PrefixList6 => format!("ipv6 prefix-list {name} seq 5 permit PREFIX"),
            Kind::RouteMap => format!("route-map {name} permit 10"),
            Kind::AsPath => format!("bgp as-path access-list {name} seq 5 permit REGEX"),
            Kind::Community => format!("bgp community-list standard {name} seq 5 permit COMMUNITY"),
            Kind::LargeCommunity => {
                format!("bgp large-community-list standard {name} seq 5 permit COMMUNITY")
            }
            Kind::ExtCommunity => format!("bgp extcommunity-list standard {name} seq 5 permit rt COMMUNITY"),
            Kind::Access => format!("access-list {name} seq 5 permit PREFIX"),
            Kind::Access6 => format!("ipv6 access-list {name} seq 5 permit PREFIX"),
            Kind::BfdProfile => format!("profile {name}` under `bfd"),
        }
    }
}

/// An entry of a list or a clause of a route map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) kind: Kind,
    pub(super) name: Word<'a>,
    /// Its number, where it has one.
    pub(super) seq: Option<Word<'a>>,
    /// The number of its line.
    pub(super) line: usize,
    /// Which of its words is `permit`, `deny`, or the like.
    pub(super) action: usize,
}

/// A name that must be defined.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use<'a> {
    pub(super) kind: Kind,
    pub(super) name: Word<'a>,
    /// The number of its line.
    pub(super) line: usize,
}

/// A `router bgp`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instance<'a> {
    /// Empty for the default one.
    pub(super) vrf: &'a str,
    pub(super) asn: Option<Word<'a>>,
    /// The line that ends `ipv4 unicast` as the family of all.
    pub(super) no_default: Option<Span>,
    /// Whether sessions pass routes on without a policy.
    pub(super) lenient: bool,
    /// Whether other families are of all.
    pub(super) other_defaults: bool,
}

/// A neighbour or a group.
#[derive(Debug, Clone)]
pub(super) struct Peer<'a> {
    pub(super) name: Word<'a>,
    /// The index of its `router bgp`.
    pub(super) instance: usize,
    /// Where it is said to be a group.
    pub(super) is_group: Option<Span>,
    pub(super) group: Option<Word<'a>>,
    pub(super) remote_as: Option<Word<'a>>,
    pub(super) shut: bool,
    /// Whether `neighbor NAME interface` makes it, in whatever way.
    pub(super) interface: bool,
    pub(super) families: BTreeMap<Family<'a>, Activity>,
}

/// What is said of a neighbour in a family.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Activity {
    /// The first line that speaks of it there.
    pub(super) first: Option<Span>,
    /// `activate`, or `no … activate`.
    pub(super) active: Option<bool>,
    /// Whether something filters routes in, and out.
    pub(super) filtered: [bool; 2],
}

/// A file as lints look at it.
pub(super) struct Ctx<'a> {
    pub(super) given: Given,
    pub(super) lines: Vec<Line<'a>>,
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) uses: Vec<Use<'a>>,
    pub(super) instances: Vec<Instance<'a>>,
    pub(super) peers: Vec<Peer<'a>>,
    /// Whether the defaults that the file has chosen let routes through without a policy.
    lenient: bool,
    /// The first entry of each name.
    defined: BTreeMap<(Kind, &'a str), Span>,
    /// Places in `peers`, by instance and name.
    known: BTreeMap<(usize, &'a str), usize>,
    /// Places of the neighbours of a group.
    members: BTreeMap<(usize, &'a str), Vec<usize>>,
}

impl<'a> Ctx<'a> {
    pub(super) fn new(lines: Vec<Line<'a>>, given: Given) -> Self {
        let mut ctx = Ctx {
            given,
            lines,
            entries: Vec::new(),
            uses: Vec::new(),
            instances: Vec::new(),
            peers: Vec::new(),
            lenient: false,
            defined: BTreeMap::new(),
            known: BTreeMap::new(),
            members: BTreeMap::new(),
        };
        ctx.read();
        ctx
    }

    /// Where a name is first defined.
    pub(super) fn defined(&self, kind: Kind, name: &str) -> Option<Span> {
        self.defined.get(&(kind, name)).copied()
    }

    /// All names of a kind.
    pub(super) fn names(&self, kind: Kind) -> impl Iterator<Item = &'a str> {
        self.defined
            .range((kind, "")..)
            .map(|(key, _)| *key)
            .take_while(move |key| key.0 == kind)
            .map(|key| key.1)
    }

    /// A neighbour or group of an instance.
    pub(super) fn peer(&self, instance: usize, name: &str) -> Option<&Peer<'a>> {
        self.known.get(&(instance, name)).and_then(|&at| self.peers.get(at))
    }

    /// The group of a neighbour, where it is one.
    pub(super) fn group_of(&self, peer: &Peer<'a>) -> Option<&Peer<'a>> {
        self.peer(peer.instance, peer.group?.v).filter(|group| group.is_group.is_some())
    }

    /// The neighbours of a group.
    pub(super) fn members(&self, group: &Peer<'a>) -> impl Iterator<Item = &Peer<'a>> {
        let members = self.members.get(&(group.instance, group.name.v));
        members.into_iter().flatten().filter_map(|&at| self.peers.get(at))
    }

    /// Whether a neighbour carries a family: it says so, or its group, or the instance of all.
    pub(super) fn carries(&self, peer: &Peer<'a>, family: Family<'a>) -> bool {
        let own = peer.families.get(&family).and_then(|activity| activity.active);
        let group = || self.group_of(peer)?.families.get(&family)?.active;
        let default = || family == UNICAST && self.is_default(peer);
        own.or_else(group).unwrap_or_else(default)
    }

    /// Whether the neighbour was made before `ipv4 unicast` ceased to be the family of all.
    fn is_default(&self, peer: &Peer<'a>) -> bool {
        self.instances[peer.instance].no_default.is_none_or(|no| peer.name.at < no)
    }

    fn read(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // Of `router bgp`: by the number of its line.
        let mut instances = BTreeMap::new();
        for (number, line) in lines.iter().enumerate() {
            match line.text().as_slice() {
                ["router", "bgp", rest @ ..] if !line.no => {
                    instances.insert(number, self.instance(line, rest));
                }
                // FRR's own table of defaults: BGP_EBGP_REQUIRES_POLICY of bgp_vty.c.
                ["frr", "defaults", "datacenter"] => self.lenient = true,
                ["frr", "version", version] => self.lenient |= is_before(version, "7.4"),
                _ => {}
            }
            self.entry(number, line);
            if line.words.iter().any(|word| word.v == "description") || line.no {
                if let Block::Bgp(at) = line.block {
                    self.undo(instances.get(&at).copied().unwrap_or_default(), line);
                }
                continue;
            }
            self.used(number, line);
            if let Block::Bgp(at) = line.block
                && let Some(&instance) = instances.get(&at)
            {
                self.bgp(instance, line);
            }
        }
        for entry in &self.entries {
            self.defined.entry((entry.kind, entry.name.v)).or_insert(lines[entry.line].at);
        }
        for (at, peer) in self.peers.iter().enumerate() {
            if let Some(group) = peer.group {
                self.members.entry((peer.instance, group.v)).or_default().push(at);
            }
        }
        self.lines = lines;
    }

    fn instance(&mut self, line: &Line<'a>, rest: &[&'a str]) -> usize {
        let (asn, rest) = match rest {
            ["vrf" | "view", ..] | [] => (None, rest),
            [_, rest @ ..] => (line.words.get(2).copied(), rest),
        };
        let vrf = if let ["vrf" | "view", name, ..] = rest { name } else { "" };
        let lenient = self.lenient;
        match self.instances.iter().position(|known| known.vrf == vrf) {
            Some(at) => at,
            None => {
                self.instances.push(Instance { vrf, asn, no_default: None, lenient, other_defaults: false });
                self.instances.len() - 1
            }
        }
    }

    fn entry(&mut self, number: usize, line: &Line<'a>) {
        if line.no {
            return;
        }
        let words = line.text();
        let (kind, name) = match (line.block, words.as_slice()) {
            (_, ["ip", "prefix-list", _, _, ..]) => (Kind::PrefixList, 2),
            (_, ["ipv6", "prefix-list", _, _, ..]) => (Kind::PrefixList6, 2),
            (_, ["bgp" | "ip", "as-path", "access-list", _, ..]) => (Kind::AsPath, 3),
            (_, ["bgp" | "ip", list, "standard" | "expanded", _, ..]) => match community(list) {
                Some(kind) => (kind, 3),
                None => return,
            },
            (_, ["bgp" | "ip", list, _, _, ..]) => match community(list) {
                Some(kind) => (kind, 2),
                None => return,
            },
            (_, ["access-list", _, ..]) => (Kind::Access, 1),
            (_, ["ipv6", "access-list", _, ..]) => (Kind::Access6, 2),
            (Block::Top, ["route-map", _, "permit" | "deny", _]) => {
                let entry = |name: Word<'a>| Entry {
                    kind: Kind::RouteMap,
                    name,
                    seq: line.words.get(3).copied(),
                    line: number,
                    action: 2,
                };
                self.entries.extend(line.words.get(1).copied().map(entry));
                return;
            }
            (Block::Bfd | Block::BfdProfile, ["profile", _]) => (Kind::BfdProfile, 1),
            _ => return,
        };
        let seq = (words.get(name + 1) == Some(&"seq")).then(|| line.words.get(name + 2).copied()).flatten();
        let action = if seq.is_some() { name + 3 } else { name + 1 };
        self.entries.extend(line.words.get(name).map(|&name| Entry {
            kind,
            name,
            seq,
            line: number,
            action,
        }));
    }

    fn used(&mut self, number: usize, line: &Line<'a>) {
        let words = line.text();
        let mut found: Vec<(Kind, Option<Word<'a>>)> = Vec::new();
        let word = |at: usize| line.words.get(at).copied();
        let v6 = match line.family.0 {
            "ipv4" => Some(false),
            "ipv6" => Some(true),
            _ => None,
        };
        match (line.block, words.as_slice()) {
            (
                Block::RouteMap(_),
                ["match", family @ ("ip" | "ipv6"), "address" | "next-hop" | "route-source", what, ..],
            ) => {
                let six = *family == "ipv6";
                match *what {
                    "prefix-list" => {
                        found.push((if six { Kind::PrefixList6 } else { Kind::PrefixList }, word(4)))
                    }
                    "prefix-len" | "type" | "address" => {}
                    // IPv6 next hops may be addresses.
                    _ if what.contains([':', '.']) => {}
                    _ => found.push((if six { Kind::Access6 } else { Kind::Access }, word(3))),
                }
            }
            (Block::RouteMap(_), ["match", "as-path", _]) => found.push((Kind::AsPath, word(2))),
            (Block::RouteMap(_), ["match", "community", _, ..]) => found.push((Kind::Community, word(2))),
            (Block::RouteMap(_), ["match", "large-community", _, ..]) => {
                found.push((Kind::LargeCommunity, word(2)));
            }
            (Block::RouteMap(_), ["match", "extcommunity", _, ..]) => {
                found.push((Kind::ExtCommunity, word(2)))
            }
            (Block::RouteMap(_), ["set", "comm-list", _, "delete"]) => found.push((Kind::Community, word(2))),
            (Block::RouteMap(_), ["set", "large-comm-list", _, "delete"]) => {
                found.push((Kind::LargeCommunity, word(2)));
            }
            (Block::RouteMap(_), ["set", "extended-comm-list", _, "delete"]) => {
                found.push((Kind::ExtCommunity, word(2)));
            }
            (Block::RouteMap(_), ["set", "as-path", "exclude", "as-path-access-list", _]) => {
                found.push((Kind::AsPath, word(4)));
            }
            (Block::RouteMap(_), ["call", _]) => found.push((Kind::RouteMap, word(1))),
            (Block::Bgp(_), ["neighbor", _, "prefix-list", _, "in" | "out"]) => {
                if let Some(six) = v6 {
                    found.push((if six { Kind::PrefixList6 } else { Kind::PrefixList }, word(3)));
                }
            }
            (Block::Bgp(_), ["neighbor", _, "filter-list", _, "in" | "out"]) => {
                found.push((Kind::AsPath, word(3)))
            }
            (Block::Bgp(_), ["neighbor", _, "distribute-list", _, "in" | "out"]) => {
                if let Some(six) = v6 {
                    found.push((if six { Kind::Access6 } else { Kind::Access }, word(3)));
                }
            }
            (Block::Bgp(_), ["neighbor", _, "unsuppress-map", _] | ["table-map", _]) => {
                found.push((Kind::RouteMap, line.words.last().copied()));
            }
            (Block::Bgp(_), ["neighbor", _, "advertise-map", _, "exist-map" | "non-exist-map", _]) => {
                found.extend([(Kind::RouteMap, word(3)), (Kind::RouteMap, word(5))]);
            }
            (Block::BfdPeer, ["profile", _]) => found.push((Kind::BfdProfile, word(1))),
            (Block::Bgp(_), ["route-map", "vpn", "import" | "export", _]) => {
                found.push((Kind::RouteMap, word(3)))
            }
            (Block::Bgp(_), _) => found.push((Kind::RouteMap, line.after(&["route-map"]))),
            (Block::Top | Block::Other, ["ip" | "ipv6", "protocol", _, "route-map", _]) => {
                found.push((Kind::RouteMap, word(4)));
            }
            (Block::Other, ["redistribute", ..]) => found.push((Kind::RouteMap, line.after(&["route-map"]))),
            _ => {}
        }
        if !matches!(line.block, Block::Bfd | Block::BfdPeer | Block::BfdProfile) {
            found.push((Kind::BfdProfile, line.after(&["bfd", "profile"])));
        }
        let found =
            found.into_iter().filter_map(|(kind, name)| Some(Use { kind, name: name?, line: number }));
        self.uses.extend(found);
    }

    /// Lines of `router bgp` with `no` before them, and descriptions.
    fn undo(&mut self, instance: usize, line: &Line<'a>) {
        match line.text().as_slice() {
            ["bgp", "default", "ipv4-unicast"] if line.no => {
                self.instances[instance].no_default.get_or_insert(line.at);
            }
            ["bgp", "ebgp-requires-policy"] if line.no => self.instances[instance].lenient = true,
            ["neighbor", _, "activate"] if line.no => {
                if let Some(&name) = line.words.get(1) {
                    let family = line.family;
                    self.peer_mut(instance, name).families.entry(family).or_default().active = Some(false);
                }
            }
            ["neighbor", _, "description", ..] if !line.no => {
                line.words.get(1).map(|&name| self.peer_mut(instance, name));
            }
            _ => {}
        }
    }

    fn bgp(&mut self, instance: usize, line: &Line<'a>) {
        let words = line.text();
        match words.as_slice() {
            ["bgp", "default", "ipv4-unicast"] => self.instances[instance].no_default = None,
            ["bgp", "default", family] if family.contains('-') && family.starts_with(['i', 'l']) => {
                self.instances[instance].other_defaults = true;
            }
            _ => {}
        }
        let (Some(&name), ["neighbor", _, rest @ ..]) = (line.words.get(1), words.as_slice()) else { return };
        let word = |at: usize| line.words.get(at).copied();
        let family = line.family;
        let peer = self.peer_mut(instance, name);
        match rest {
            ["peer-group"] => peer.is_group = peer.is_group.or(Some(line.at)),
            ["peer-group", _] => peer.group = word(3),
            ["remote-as", _] => peer.remote_as = word(3),
            ["shutdown", ..] => peer.shut = true,
            ["interface", rest @ ..] => {
                peer.interface = true;
                let from = if rest.first() == Some(&"v6only") { 4 } else { 3 };
                match words.get(from) {
                    Some(&"peer-group") => peer.group = word(from + 1),
                    Some(&"remote-as") => peer.remote_as = word(from + 1),
                    _ => {}
                }
            }
            ["activate"] => peer.families.entry(family).or_default().active = Some(true),
            _ => {
                let activity = peer.families.entry(family).or_default();
                match rest {
                    [
                        "route-map" | "prefix-list" | "filter-list" | "distribute-list",
                        _,
                        way @ ("in" | "out"),
                    ] => {
                        activity.filtered[usize::from(*way == "out")] = true;
                        activity.first.get_or_insert(line.at);
                    }
                    [word, ..] if OF_FAMILY.contains(word) => {
                        activity.first.get_or_insert(line.at);
                    }
                    _ => {}
                }
            }
        }
    }

    fn peer_mut(&mut self, instance: usize, name: Word<'a>) -> &mut Peer<'a> {
        let at = *self.known.entry((instance, name.v)).or_insert_with(|| {
            self.peers.push(Peer {
                name,
                instance,
                is_group: None,
                group: None,
                remote_as: None,
                shut: false,
                interface: false,
                families: BTreeMap::new(),
            });
            self.peers.len() - 1
        });
        &mut self.peers[at]
    }
}

/// Lines on a neighbour that are of one family.
const OF_FAMILY: &[&str] = &[
    "addpath-tx-all-paths",
    "addpath-tx-bestpath-per-AS",
    "allowas-in",
    "as-override",
    "attribute-unchanged",
    "default-originate",
    "maximum-prefix",
    "maximum-prefix-out",
    "next-hop-self",
    "remove-private-AS",
    "route-reflector-client",
    "route-server-client",
    "send-community",
    "soft-reconfiguration",
    "unsuppress-map",
    "weight",
];

/// What a list of communities is called after `bgp` or `ip`.
fn community(list: &str) -> Option<Kind> {
    match list {
        "community-list" => Some(Kind::Community),
        "large-community-list" => Some(Kind::LargeCommunity),
        "extcommunity-list" => Some(Kind::ExtCommunity),
        _ => None,
    }
}

/// Whether a version of FRR comes before another; of what isn't written as one, nothing is known.
pub(super) fn is_before(version: &str, other: &str) -> bool {
    let parts = |text: &str| text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>();
    matches!((parts(version), parts(other)), (Some(a), Some(b)) if a < b)
}
