//! What frr.conf defines and names, as lints look at it.
//!
//! - `gather`: how it is found, line by line

mod gather;

use std::collections::BTreeMap;

use fabc_lang::intent::Nos;
use fabc_lang::source::Span;
use fabc_targets::sonic::Release;

use super::read::{Family, Line, UNICAST, Word};
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
}

/// Whether a version of FRR comes before another; of what isn't written as one, nothing is known.
pub(super) fn is_before(version: &str, other: &str) -> bool {
    let parts = |text: &str| text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>();
    matches!((parts(version), parts(other)), (Some(a), Some(b)) if a < b)
}
