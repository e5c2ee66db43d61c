//! `platform`: a switch model, cage by cage.

use std::sync::Arc;

use super::buffers::{
    DEFAULT_CABLE, DefaultCable, HEADROOM, HeadroomRow, POOL, PROFILE, Pool, Profile, QOS_CAPABILITY,
    QosCapability, THRESHOLD_MODE, ThresholdMode,
};
use super::cage::{CAGES, Cage, CageGroup, Child, Choice, FIRST, Mode, lane_list};
use super::{
    Asic, CONFIDENCE, CONTRADICTION, Confidence, ECMP, Ecmp, Fact, INCOMPLETE, MAX_FRAME, NOTE, SOURCE,
    TITLE, arg_of, notes, prop_of,
};
use crate::diagnostic::Findings;
use crate::schema::{Kind, Node, Prop, Typed, arg, prop, prop_needed, prop_or};
use crate::source::{Span, Spanned};
use crate::units::{Length, Power, Speed};

static CHIP: Node = Node::new("asic", "Its chip.")
    .args(&[arg("NAME", Kind::Name, "an `asic`, as `bcm78900`")])
    .props(&[SOURCE, CONFIDENCE])
    .optional();
static TREE: Node =
    Node::new("tree", "The folder that sources which begin with a file name are relative to.")
        .args(&[arg("REPOSITORY", Kind::Text, "as `sonic-net/sonic-buildimage`")])
        .props(&[prop_needed("commit", Kind::Text, ""), prop_needed("path", Kind::Text, "")])
        .optional();
const NAMES: &[Prop] = &[
    prop_needed("platform", Kind::Name, "DEVICE_METADATA platform"),
    prop_needed("hwsku", Kind::Name, "DEVICE_METADATA hwsku; a folder of the platform's"),
    prop("default-role", Kind::Name, "role whose buffer tables the box starts with, as `t1`"),
    SOURCE,
    CONFIDENCE,
];
static SONIC: Node = Node::new("sonic", "What community SONiC calls the box.").props(NAMES).optional();
static ENTERPRISE_SONIC: Node =
    Node::new("enterprise-sonic", "What Enterprise SONiC calls the box, where it differs.")
        .props(NAMES)
        .optional();

pub(super) static EXTRA_PORT: Node =
    Node::new("extra-port", "A front-panel port that is never allocated, as the SFP ports.")
        .args(&[arg("NAME", Kind::Name, "SONiC's name")])
        .props(&[
            prop_needed("alias", Kind::Text, "SONiC's alias"),
            prop_needed("index", Kind::Int(0, 65535), "SONiC's index"),
            prop_needed("lanes", Kind::Text, "as in `lanes`"),
            prop_needed("speed", Kind::Speed, "at which it ships"),
            prop_needed("form", Kind::Text, "what plugs in"),
            prop("power", Kind::Power, "what a module may draw"),
            SOURCE,
            CONFIDENCE,
        ]);
static SCALE: Node = Node::new(
    "scale",
    "How many sessions and routes the box takes. No public source states it of any box: the figures are your own.",
)
.props(&[
    prop("max-sessions", Kind::Int(1, 1 << 20), "BGP sessions"),
    prop("max-routes", Kind::Int(1, 1 << 30), "IPv4 routes"),
    prop("max-routes6", Kind::Int(1, 1 << 30), "IPv6 routes"),
    SOURCE,
    CONFIDENCE,
])
.optional();
static LATENCY: Node = Node::new(
    "latency",
    "What a frame takes through the box at the most, cutting through, nothing else being there.",
)
.props(&[prop_needed("ns", Kind::Int(1, 1_000_000), "nanoseconds"), SOURCE, CONFIDENCE])
.optional();
static FEATURE: Node =
    Node::new("feature", "Whether the box does what not every box does. What no source tells is left out.")
        .args(&[arg("NAME", Kind::Word(&Feature::NAMES), "")])
        .props(&[
            prop_or("can", Kind::Bool, "#true", "#false where it is known that it can't"),
            SOURCE,
            CONFIDENCE,
        ]);

/// `platform NAME`
pub static PLATFORM: Node = Node::new(
    "platform",
    "A switch model. What isn't known of it is left out. With `like=` it starts from another platform: each node replaces \
     the other's node of the same name, lists item by item (cages by `first`, modes by name, fec and autoneg by lanes \
     and speed, headroom by speed and length, pools and profiles by name and role, features by name).",
)
.args(&[arg("NAME", Kind::Name, "lower case, vendor and model")])
.props(&[prop("like", Kind::Name, "the platform to start from")])
.children(&[
    &TITLE,
    &CHIP,
    &TREE,
    &SONIC,
    &ENTERPRISE_SONIC,
    &CAGES,
    &EXTRA_PORT,
    &ECMP,
    &MAX_FRAME,
    &SCALE,
    &LATENCY,
    &THRESHOLD_MODE,
    &DEFAULT_CABLE,
    &POOL,
    &PROFILE,
    &HEADROOM,
    &QOS_CAPABILITY,
    &FEATURE,
    &NOTE,
]);

/// The folder that short sources are relative to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// `owner/name`
    pub repository: String,
    /// Commit.
    pub commit: String,
    /// Folder.
    pub path: String,
}

/// What SONiC calls a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sonic {
    /// DEVICE_METADATA platform.
    pub platform: String,
    /// DEVICE_METADATA hwsku.
    pub hwsku: String,
    /// Role whose buffer tables the box starts with.
    pub default_role: Option<String>,
}

/// A front-panel port that is never allocated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraPort {
    /// SONiC's name.
    pub name: String,
    /// SONiC's alias.
    pub alias: String,
    /// SONiC's index.
    pub index: u32,
    /// Its lanes.
    pub lanes: Vec<u16>,
    /// Speed at which it ships.
    pub speed: Speed,
    /// What plugs in.
    pub form: String,
    /// What a module may draw.
    pub power: Option<Power>,
}

/// How many sessions and routes a box takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scale {
    /// BGP sessions.
    pub sessions: Option<u32>,
    /// IPv4 routes.
    pub routes: Option<u32>,
    /// IPv6 routes.
    pub routes6: Option<u32>,
}

/// What a box does, and not every box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Dynamic load balancing.
    Adaptive,
    /// Frames are sent on while they still come in.
    CutThrough,
    /// The chip itself streams counters.
    HighFrequencyTelemetry,
    /// Packets that find no room are cut and sent on.
    PacketTrimming,
    /// A map from PFC priority to priority group.
    PfcPriorityPg,
    /// ECMP hashes on RoCE's queue pair.
    QpnHash,
}

impl Feature {
    /// Each, by name.
    pub const ALL: [Feature; 6] = [
        Feature::Adaptive,
        Feature::CutThrough,
        Feature::HighFrequencyTelemetry,
        Feature::PacketTrimming,
        Feature::PfcPriorityPg,
        Feature::QpnHash,
    ];

    const NAMES: [&'static str; 6] = {
        let [a, b, c, d, e, f] = Feature::ALL;
        [a.name(), b.name(), c.name(), d.name(), e.name(), f.name()]
    };

    /// As written in a platform.
    pub const fn name(self) -> &'static str {
        match self {
            Feature::Adaptive => "adaptive",
            Feature::CutThrough => "cut-through",
            Feature::HighFrequencyTelemetry => "high-frequency-telemetry",
            Feature::PacketTrimming => "packet-trimming",
            Feature::PfcPriorityPg => "pfc-priority-pg",
            Feature::QpnHash => "qpn-hash",
        }
    }
}

/// Whether a box does something, and where that is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ability<'a> {
    /// Whether it does.
    pub can: bool,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where it is known from.
    pub source: Option<&'a str>,
    /// The node that says so.
    pub at: Span,
}

/// A switch model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// `dell-z9864f`
    pub name: String,
    /// Full name.
    pub title: Option<String>,
    /// Its chip.
    pub asic: Fact<Arc<Asic>>,
    /// The folder that short sources are relative to.
    pub tree: Option<Tree>,
    /// Names in community SONiC.
    pub sonic: Option<Fact<Sonic>>,
    /// Names in Enterprise SONiC, where they differ.
    pub enterprise_sonic: Option<Fact<Sonic>>,
    /// Groups of cages, by number of the first cage.
    pub groups: Vec<CageGroup>,
    /// Ports that are never allocated.
    pub extra_ports: Vec<Fact<ExtraPort>>,
    /// How many sessions and routes it takes.
    pub scale: Option<Fact<Scale>>,
    /// What a frame takes through it at the most, nanoseconds.
    pub latency: Option<Fact<u64>>,
    /// How the SDK file sets up the buffer.
    pub threshold_mode: Option<Fact<ThresholdMode>>,
    /// Lengths that SONiC assumes.
    pub default_cables: Vec<Fact<DefaultCable>>,
    /// Buffer pools as shipped.
    pub pools: Vec<Fact<Pool>>,
    /// Buffer profiles as shipped.
    pub profiles: Vec<Fact<Profile>>,
    /// The vendor's lossless profiles.
    pub headroom: Vec<Fact<HeadroomRow>>,
    /// What the box says of its QoS limits.
    pub qos_capability: Option<Fact<QosCapability>>,
    /// What it does under Enterprise SONiC, and whether it does.
    pub features: Vec<Fact<(Feature, bool)>>,
    /// What sources contradict or promise too much.
    pub notes: Vec<String>,
    /// Its node.
    pub at: Span,
    ecmp: Option<Fact<Ecmp>>,
    max_frame: Option<Fact<u32>>,
    cages: Vec<Cage>,
}

impl Platform {
    /// All cages, by number.
    pub fn cages(&self) -> &[Cage] {
        &self.cages
    }

    /// The cage of this number.
    pub fn cage(&self, number: u16) -> Option<&Cage> {
        self.cages.iter().find(|c| c.number == number)
    }

    /// The group of a cage.
    pub fn group(&self, cage: &Cage) -> Option<&CageGroup> {
        self.groups.get(cage.group)
    }

    /// Modes of a cage, as listed.
    pub fn modes(&self, cage: &Cage) -> &[Fact<Mode>] {
        self.group(cage).map_or(&[], |g| &g.modes)
    }

    /// The mode of this name.
    pub fn mode(&self, cage: &Cage, name: &str) -> Option<&Fact<Mode>> {
        self.modes(cage).iter().find(|m| m.v.name == name)
    }

    /// The mode in which a cage ships.
    pub fn default_mode(&self, cage: &Cage) -> Option<&Fact<Mode>> {
        self.mode(cage, &self.group(cage)?.default)
    }

    /// The ports that `mode` makes of `cage`: see [`Cage::children`].
    pub fn children(&self, cage: &Cage, mode: &Mode) -> Vec<Child> {
        cage.children(mode)
    }

    /// The mode in which the first cage ships, where it isn't in platform.json: names and lanes of ports are worked out then.
    pub fn unlisted(&self) -> Option<&Fact<Mode>> {
        self.default_mode(self.cages().first()?).filter(|mode| !mode.v.community)
    }

    /// FEC of ports of this cage with so many listed lanes at this speed.
    pub fn fec(&self, cage: &Cage, lanes: u16, speed: Speed) -> Option<&Fact<Choice>> {
        self.group(cage)?.fec.iter().find(|f| f.v.lanes == lanes && f.v.speed == speed)
    }

    /// Extended auto-negotiation of ports of this cage with so many listed lanes at this speed.
    pub fn autoneg(&self, cage: &Cage, lanes: u16, speed: Speed) -> Option<&Fact<Choice>> {
        self.group(cage)?.autoneg.iter().find(|f| f.v.lanes == lanes && f.v.speed == speed)
    }

    /// What a module may draw in this cage, and the node that says so; `airflow` is `normal` or `reverse`.
    pub fn power_limit(&self, cage: &Cage, airflow: &str) -> Option<(Power, Span)> {
        let limits = self.group(cage)?.power.iter().find(|p| p.v.airflow == airflow)?;
        Some((*limits.v.limits.get(cage.place)?, limits.at))
    }

    /// The pool of this name for a role; one that names no role is for every role.
    pub fn pool(&self, name: &str, role: &str) -> Option<&Fact<Pool>> {
        self.pools.iter().find(|p| p.v.name == name && p.v.role.as_deref().is_none_or(|r| r == role))
    }

    /// All pools of boxes of this role, each name once.
    pub fn pools_of(&self, role: &str) -> impl Iterator<Item = &Fact<Pool>> {
        self.pools.iter().filter(move |p| self.pool(&p.v.name, role).is_some_and(|own| std::ptr::eq(own, *p)))
    }

    /// The vendor's row for exactly this line rate and length.
    pub fn headroom_row(&self, speed: Speed, length: Length) -> Option<&Fact<HeadroomRow>> {
        self.headroom.iter().find(|h| h.v.speed == speed && h.v.length == length)
    }

    /// Width of equal-cost routing: the box's own, else that of its chip.
    pub fn ecmp(&self) -> Option<&Fact<Ecmp>> {
        self.ecmp.as_ref().or(self.asic.v.ecmp.as_ref())
    }

    /// Longest frame in bytes: the box's own, else that of its chip.
    pub fn max_frame(&self) -> Option<&Fact<u32>> {
        self.max_frame.as_ref().or(self.asic.v.max_frame.as_ref())
    }

    /// Whether the box does something: by its own data, else by its chip's. None where neither
    /// says.
    pub fn ability(&self, feature: Feature) -> Option<Ability<'_>> {
        fn ability<T>(fact: &Fact<T>, can: bool) -> Ability<'_> {
            Ability { can, confidence: fact.confidence, source: fact.source.as_deref(), at: fact.at }
        }
        let own = self.features.iter().find(|fact| fact.v.0 == feature);
        own.map(|fact| ability(fact, fact.v.1)).or_else(|| match feature {
            Feature::Adaptive => self.asic.v.dlb.as_ref().map(|fact| ability(fact, true)),
            Feature::QpnHash => self.asic.v.roce_hash.as_ref().map(|fact| ability(fact, fact.v)),
            Feature::CutThrough
            | Feature::HighFrequencyTelemetry
            | Feature::PacketTrimming
            | Feature::PfcPriorityPg => None,
        })
    }

    /// The name that `node` starts from.
    pub(super) fn like(node: &Typed) -> Option<Spanned<String>> {
        node.prop("like")
    }

    /// The chip that `node` names, with its place.
    pub(super) fn chip(node: &Typed) -> Option<Fact<String>> {
        Fact::read(node.child(&CHIP)?, arg_of)
    }

    /// Reads a `platform` node with the chip it names, over `base` where it is like another.
    pub(super) fn read(
        node: &Typed,
        asic: Option<Fact<Arc<Asic>>>,
        base: Option<&Platform>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let name = arg_of(node)?;
        let mut platform = match (base, asic) {
            (Some(base), None) => Platform { name, ..base.clone() },
            (Some(base), Some(asic)) => Platform { name, asic, ..base.clone() },
            (None, Some(asic)) => Platform::bare(name, asic),
            (None, None) => {
                let message = format!("platform `{name}` has no chip");
                findings.push(
                    INCOMPLETE.at(node.head, message).help("add `asic NAME`, or `like=` another platform"),
                );
                return None;
            }
        };
        platform.at = node.head;
        platform.lay_over(node);
        for cages in node.children_of(&CAGES) {
            let first = cages.child(&FIRST).and_then(arg_of).unwrap_or(1);
            let old =
                platform.groups.iter().position(|g| g.first == first).map(|i| platform.groups.remove(i));
            platform.groups.push(CageGroup::read(cages, first, old, findings)?);
        }
        platform.groups.sort_by_key(|g| g.first);
        if platform.groups.is_empty() {
            let message = format!("platform `{}` has no cages", platform.name);
            findings.push(INCOMPLETE.at(node.head, message).help("add `cages`, or `like=` another platform"));
        }
        for pair in platform.groups.windows(2) {
            if u32::from(pair[0].first) + u32::from(pair[0].count) > u32::from(pair[1].first) {
                let message = format!("two groups have a cage {}", pair[1].first);
                findings.push(CONTRADICTION.at(node.head, message).help("set `first` of the second group"));
            }
        }
        platform.cages = platform.groups.iter().enumerate().flat_map(|(i, g)| g.cages(i)).collect();
        Some(platform)
    }

    fn bare(name: String, asic: Fact<Arc<Asic>>) -> Self {
        Platform {
            name,
            title: None,
            at: asic.at,
            asic,
            tree: None,
            sonic: None,
            enterprise_sonic: None,
            groups: Vec::new(),
            extra_ports: Vec::new(),
            scale: None,
            latency: None,
            threshold_mode: None,
            default_cables: Vec::new(),
            pools: Vec::new(),
            profiles: Vec::new(),
            headroom: Vec::new(),
            qos_capability: None,
            features: Vec::new(),
            notes: Vec::new(),
            ecmp: None,
            max_frame: None,
            cages: Vec::new(),
        }
    }

    /// Takes everything but chip and cages from `node`.
    fn lay_over(&mut self, node: &Typed) {
        self.title = node.child(&TITLE).and_then(arg_of).or(self.title.take());
        self.tree = node.child(&TREE).and_then(Tree::read).or(self.tree.take());
        Fact::set(&mut self.sonic, node, &SONIC, Sonic::read);
        Fact::set(&mut self.enterprise_sonic, node, &ENTERPRISE_SONIC, Sonic::read);
        Fact::set(&mut self.ecmp, node, &ECMP, Ecmp::read);
        Fact::set(&mut self.max_frame, node, &MAX_FRAME, arg_of);
        Fact::set(&mut self.scale, node, &SCALE, Scale::read);
        Fact::set(&mut self.latency, node, &LATENCY, |n| prop_of(n, "ns"));
        Fact::set(&mut self.threshold_mode, node, &THRESHOLD_MODE, ThresholdMode::read);
        Fact::set(&mut self.qos_capability, node, &QOS_CAPABILITY, QosCapability::read);
        Fact::lay_over(&mut self.extra_ports, node, &EXTRA_PORT, |a, b| a.name == b.name, ExtraPort::read);
        Fact::lay_over(
            &mut self.default_cables,
            node,
            &DEFAULT_CABLE,
            |a, b| a.role == b.role,
            |n| Some(DefaultCable { role: prop_of(n, "role"), length: arg_of(n)? }),
        );
        Fact::lay_over(
            &mut self.pools,
            node,
            &POOL,
            |a, b| (&a.name, &a.role) == (&b.name, &b.role),
            Pool::read,
        );
        let same = |a: &Profile, b: &Profile| (&a.name, &a.role) == (&b.name, &b.role);
        Fact::lay_over(&mut self.profiles, node, &PROFILE, same, Profile::read);
        let same = |a: &HeadroomRow, b: &HeadroomRow| (a.speed, a.length) == (b.speed, b.length);
        Fact::lay_over(&mut self.headroom, node, &HEADROOM, same, HeadroomRow::read);
        Fact::lay_over(&mut self.features, node, &FEATURE, |a, b| a.0 == b.0, read_feature);
        self.notes.extend(notes(node));
    }
}

fn read_feature(node: &Typed) -> Option<(Feature, bool)> {
    let name: String = arg_of(node)?;
    let feature = Feature::ALL.into_iter().find(|feature| feature.name() == name)?;
    Some((feature, prop_of(node, "can").unwrap_or(true)))
}

impl Scale {
    fn read(node: &Typed) -> Option<Self> {
        Some(Scale {
            sessions: prop_of(node, "max-sessions"),
            routes: prop_of(node, "max-routes"),
            routes6: prop_of(node, "max-routes6"),
        })
    }
}

impl Tree {
    fn read(node: &Typed) -> Option<Self> {
        Some(Tree {
            repository: arg_of(node)?,
            commit: prop_of(node, "commit")?,
            path: prop_of(node, "path")?,
        })
    }
}

impl Sonic {
    fn read(node: &Typed) -> Option<Self> {
        let (platform, hwsku) = (prop_of(node, "platform")?, prop_of(node, "hwsku")?);
        Some(Sonic { platform, hwsku, default_role: prop_of(node, "default-role") })
    }
}

impl ExtraPort {
    fn read(node: &Typed) -> Option<Self> {
        Some(ExtraPort {
            name: arg_of(node)?,
            alias: prop_of(node, "alias")?,
            index: prop_of(node, "index")?,
            lanes: lane_list(&prop_of::<String>(node, "lanes")?)?,
            speed: prop_of(node, "speed")?,
            form: prop_of(node, "form")?,
            power: prop_of(node, "power"),
        })
    }
}
