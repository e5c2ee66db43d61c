//! `platform`: a switch model, cage by cage.

use std::sync::Arc;

use super::{
    Asic, CONFIDENCE, CONTRADICTION, ECMP, Ecmp, Fact, INCOMPLETE, MAX_FRAME, NOTE, SOURCE, TITLE, arg_of,
    args_of, notes, prop_of,
};
use crate::diagnostic::Findings;
use crate::schema::{Arg, Kind, Node, Occurs, Typed, arg, opt_arg, prop, prop_needed, prop_or, some_args};
use crate::source::{Span, Spanned};
use crate::units::{Length, Power, Size, Speed};

static CHIP: Node = Node::new("asic", "Its chip.")
    .args(&[arg("NAME", Kind::Name, "an `asic`, as `bcm78900`")])
    .props(&[SOURCE, CONFIDENCE])
    .optional();
static TREE: Node =
    Node::new("tree", "The folder that sources which begin with a file name are relative to.")
        .args(&[arg("REPOSITORY", Kind::Text, "as `sonic-net/sonic-buildimage`")])
        .props(&[prop_needed("commit", Kind::Text, ""), prop_needed("path", Kind::Text, "")])
        .optional();
static SONIC: Node = Node::new("sonic", "What community SONiC calls the box.")
    .props(&[
        prop_needed("platform", Kind::Name, "DEVICE_METADATA platform"),
        prop_needed("hwsku", Kind::Text, "DEVICE_METADATA hwsku"),
        prop("default-role", Kind::Name, "role whose buffer tables the box starts with, as `t1`"),
        SOURCE,
        CONFIDENCE,
    ])
    .optional();
static ENTERPRISE_SONIC: Node =
    Node::new("enterprise-sonic", "What Enterprise SONiC calls the box, where it differs.")
        .props(&[
            prop_needed("platform", Kind::Name, "DEVICE_METADATA platform"),
            prop_needed("hwsku", Kind::Text, "DEVICE_METADATA hwsku"),
            prop("default-role", Kind::Name, "role whose buffer tables the box starts with, as `t1`"),
            SOURCE,
            CONFIDENCE,
        ])
        .optional();

static FIRST: Node = Node::new("first", "Number of the first cage of this group; 1 where it isn't given.")
    .args(&[arg("NUMBER", Kind::Int(1, 4096), "cages are numbered through, from 1")])
    .optional();
static PORT_NAMES: Node =
    Node::new("name", "SONiC's name of each cage: Ethernet and base + step × place in the group.")
        .args(&[arg("PREFIX", Kind::Word(&["Ethernet"]), "")])
        .props(&[
            prop_needed("base", Kind::Int(0, 65535), "number of the first"),
            prop_needed("step", Kind::Int(1, 4096), "to the next"),
            SOURCE,
            CONFIDENCE,
        ])
        .optional();
static INDEX: Node = Node::new("index", "SONiC's index of each cage, where they count up by one.")
    .props(&[prop_needed("first", Kind::Int(0, 65535), "that of the first cage"), SOURCE, CONFIDENCE])
    .optional();
static INDEXES: Node = Node::new("indexes", "SONiC's index of each cage.")
    .args(&[some_args("INDEX", Kind::Int(0, 65535), "one for each cage")])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static LANES: Node = Node::new("lanes", "Lanes of each cage, as SONiC lists them.")
    .args(&[some_args(
        "LANES",
        Kind::Text,
        "one text for each cage: numbers and ranges, as \"1-8\" or \"1,1,2,2\"",
    )])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static PHYSICAL_LANES: Node = Node::new(
    "physical-lanes-per-lane",
    "Physical lanes that one listed lane stands for; 1 where it isn't given.",
)
.args(&[arg("COUNT", Kind::Int(1, 8), "")])
.props(&[SOURCE, CONFIDENCE])
.optional();
static PIPE: Node = Node::new("pipe", "Pipe of each cage.")
    .args(&[some_args("PIPE", Kind::Int(0, 255), "one for each cage, from 0")])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static HALF: Node = Node::new("half", "Half of the buffer that each cage uses.")
    .args(&[some_args("HALF", Kind::Int(0, 15), "one for each cage, from 0")])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static ALIAS: Node = Node::new(
    "alias",
    "SONiC's alias of each port, with {cage} number of the cage, {index} its index, {n} 1, 2 …, {a} a, b …, {lane} \
     first lane of the port, from 1 in its cage.",
)
.args(&[arg("PATTERN", Kind::Text, "as \"etp{cage}{a}\"")])
.optional();
static ALIASES: Node = Node::new("aliases", "SONiC's alias of each port, where no pattern gives them.")
    .args(&[some_args("ALIAS", Kind::Text, "cage by cage, in each cage port by port")])
    .optional()
    .ordered();
static ALSO: Node = Node::new("also", "Further speeds that the ports of this mode may run at.")
    .args(&[some_args("SPEED", Kind::Speed, "")])
    .optional();
static MODE: Node = Node::new("mode", "A way to break out each cage of the group.")
    .args(&[arg("NAME", Kind::Text, "as in platform.json")])
    .props(&[
        prop_needed("ports", Kind::Int(1, 64), "ports"),
        prop_needed("speed", Kind::Speed, "of each"),
        prop_needed("lanes", Kind::Int(1, 64), "listed lanes of each"),
        prop_or(
            "community",
            Kind::Bool,
            "#true",
            "whether platform.json lists it; if not, community SONiC has no BREAKOUT_CFG for it and only the default mode \
             can be used there",
        ),
        SOURCE,
        CONFIDENCE,
    ])
    .children(&[&ALIAS, &ALIASES, &ALSO])
    .ordered();
const WORDS: Arg = Arg {
    name: "WORD",
    kind: Kind::Name,
    occurs: Occurs::Many,
    doc: "those that may be chosen; none where only the default is known",
};
static FEC: Node =
    Node::new("fec", "FEC modes of ports with this many lanes at this speed.").args(&[WORDS]).props(&[
        prop_needed("lanes", Kind::Int(1, 64), "listed lanes of a port"),
        prop_needed("speed", Kind::Speed, ""),
        prop("default", Kind::Name, "what holds if nothing is said"),
        SOURCE,
        CONFIDENCE,
    ]);
static AUTONEG: Node =
    Node::new("autoneg", "Extended auto-negotiation modes of ports with this many lanes at this speed.")
        .args(&[WORDS])
        .props(&[
            prop_needed("lanes", Kind::Int(1, 64), "listed lanes of a port"),
            prop_needed("speed", Kind::Speed, ""),
            prop("default", Kind::Name, "what holds if nothing is said; the other end must match"),
            SOURCE,
            CONFIDENCE,
        ]);
static POWER: Node = Node::new("power", "What a module may draw in each cage.")
    .args(&[some_args("POWER", Kind::Power, "one for each cage")])
    .props(&[
        prop_needed("airflow", Kind::Word(&["normal", "reverse"]), "direction in which the fans blow"),
        SOURCE,
        CONFIDENCE,
    ])
    .ordered();
static CAGES: Node = Node::new(
    "cages",
    "A group of cages of one kind. Under `like=`, a group with the same `first` changes only what it states.",
)
.args(&[opt_arg("COUNT", Kind::Int(1, 4096), "cages; needed in a new group")])
.props(&[
    prop("form", Kind::Name, "what plugs in, as OSFP112; needed in a new group"),
    prop("lanes", Kind::Int(1, 64), "listed lanes of a cage; needed in a new group"),
    prop("default", Kind::Text, "mode in which the box ships; needed in a new group"),
    SOURCE,
    CONFIDENCE,
])
.children(&[
    &FIRST,
    &PORT_NAMES,
    &INDEX,
    &INDEXES,
    &LANES,
    &PHYSICAL_LANES,
    &PIPE,
    &HALF,
    &MODE,
    &FEC,
    &AUTONEG,
    &POWER,
]);

static EXTRA_PORT: Node =
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
static THRESHOLD_MODE: Node = Node::new(
    "threshold-mode",
    "How the SDK file sets up the buffer. Lossless classes need it not to be `lossy`.",
)
.args(&[arg("MODE", Kind::Word(&["lossy", "lossless", "lossy-and-lossless"]), "")])
.props(&[SOURCE, CONFIDENCE])
.optional();
static DEFAULT_CABLE: Node = Node::new("default-cable", "The length that SONiC assumes for every cable.")
    .args(&[arg("LENGTH", Kind::Length, "")])
    .props(&[prop("role", Kind::Name, "for boxes of this role, as `t1`"), SOURCE, CONFIDENCE]);
static POOL: Node = Node::new("pool", "A buffer pool as the box ships, total of the chip.")
    .args(&[arg("NAME", Kind::Name, "")])
    .props(&[
        prop_needed("type", Kind::Word(&["ingress", "egress"]), ""),
        prop_needed("mode", Kind::Word(&["dynamic", "static"]), "how its limits are given"),
        prop_needed("size", Kind::Size, ""),
        prop("xoff", Kind::Size, "shared headroom"),
        prop("xoff-max", Kind::Size, "the most that the box admits for it"),
        prop_or("size-includes-xoff", Kind::Bool, "not known", "whether the size contains the headroom"),
        prop_or("role", Kind::Name, "every role", "for boxes of this role, as `t1`"),
        SOURCE,
        CONFIDENCE,
    ]);
static PROFILE: Node =
    Node::new("profile", "A buffer profile as the box ships.").args(&[arg("NAME", Kind::Name, "")]).props(&[
        prop_needed("pool", Kind::Name, "its pool"),
        prop_needed("size", Kind::Size, "what is reserved"),
        prop("static-th", Kind::Size, "limit"),
        prop(
            "dynamic-th",
            Kind::Int(-8, 8),
            "limit as a power of two, times what is free; instead of `static-th`",
        ),
        prop_or("role", Kind::Name, "every role", "for boxes of this role, as `t1`"),
        SOURCE,
        CONFIDENCE,
    ]);
static HEADROOM: Node =
    Node::new("headroom", "The vendor's lossless profile for one line rate and cable length.").props(&[
        prop_needed("speed", Kind::Speed, ""),
        prop_needed("length", Kind::Length, ""),
        prop_needed("size", Kind::Size, "what is reserved"),
        prop_needed("xon", Kind::Size, "resume threshold"),
        prop_needed("xoff", Kind::Size, "headroom"),
        prop("xon-offset", Kind::Size, "resume below the pause threshold by this"),
        prop_needed("dynamic-th", Kind::Int(-8, 8), "limit as a power of two, times what is free"),
        SOURCE,
        CONFIDENCE,
    ]);
static QOS_CAPABILITY: Node = Node::new("qos-capability", "What the box itself says of its QoS limits.")
    .props(&[
        prop("roce-hash", Kind::Bool, "ECMP can hash on the RoCE queue pair"),
        prop("buffer-mode", Kind::Word(&["lossy", "lossless"]), "what buffers are made for"),
        prop("dynamic-tuning", Kind::Bool, "whether buffers can be changed while it runs"),
        prop("pool-xoff-default", Kind::Size, "shared headroom of the pool as shipped"),
        prop("pool-xoff-max", Kind::Size, "and the most of it"),
        prop("profile-static-th", Kind::Size, "limit that a profile may have"),
        prop("profile-xoff-min", Kind::Size, "least headroom of a profile"),
        prop("profile-xoff-max", Kind::Size, "and the most"),
        SOURCE,
        CONFIDENCE,
    ])
    .optional();

/// `platform NAME`
pub static PLATFORM: Node = Node::new(
    "platform",
    "A switch model. What isn't known of it is left out. With `like=` it starts from another platform: each node replaces \
     the other's node of the same name, lists item by item (cages by `first`, modes by name, fec and autoneg by lanes \
     and speed, headroom by speed and length, pools and profiles by name and role).",
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
    &THRESHOLD_MODE,
    &DEFAULT_CABLE,
    &POOL,
    &PROFILE,
    &HEADROOM,
    &QOS_CAPABILITY,
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

/// Aliases of the ports of a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aliases {
    /// No source tells.
    Unknown,
    /// With `{cage}`, `{index}`, `{n}`, `{a}`, `{lane}`.
    Pattern(String),
    /// Cage by cage, in each cage port by port.
    List(Vec<String>),
}

/// A way to break out a cage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mode {
    /// Key in platform.json.
    pub name: String,
    /// Ports that it makes.
    pub ports: u16,
    /// Speed of each.
    pub speed: Speed,
    /// Listed lanes of each.
    pub lanes: u16,
    /// Whether platform.json lists it: community SONiC takes a BREAKOUT_CFG for it.
    pub community: bool,
    /// Aliases of its ports.
    pub aliases: Aliases,
    /// Further speeds that its ports may run at.
    pub also: Vec<Speed>,
}

/// What may be chosen for ports with this many lanes at this speed: FEC, or extended auto-negotiation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Listed lanes of a port.
    pub lanes: u16,
    /// Its speed.
    pub speed: Speed,
    /// SONiC's words; empty where only the default is known.
    pub words: Vec<String>,
    /// What holds if nothing is said.
    pub default: Option<String>,
}

/// What modules may draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerLimits {
    /// `normal` or `reverse`.
    pub airflow: String,
    /// One for each cage of the group.
    pub limits: Vec<Power>,
}

/// A group of cages of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CageGroup {
    /// Number of its first cage.
    pub first: u16,
    /// Cages.
    pub count: u16,
    /// What plugs in: `OSFP112`.
    pub form: Fact<String>,
    /// Listed lanes of a cage.
    pub lanes: u16,
    /// Mode in which the box ships.
    pub default: String,
    /// Physical lanes that one listed lane stands for; 1 where it isn't said.
    pub physical_lanes: Option<Fact<u16>>,
    /// Modes, as listed.
    pub modes: Vec<Fact<Mode>>,
    /// FEC.
    pub fec: Vec<Fact<Choice>>,
    /// Extended auto-negotiation.
    pub autoneg: Vec<Fact<Choice>>,
    /// Power limits by direction of air.
    pub power: Vec<Fact<PowerLimits>>,
    /// SONiC's port number of each cage.
    pub ids: Fact<Vec<u32>>,
    /// SONiC's index of each cage.
    pub indexes: Fact<Vec<u32>>,
    /// Listed lanes of each cage.
    pub lane_lists: Fact<Vec<Vec<u16>>>,
    /// Pipe of each cage.
    pub pipes: Option<Fact<Vec<u16>>>,
    /// Half of the buffer of each cage.
    pub halves: Option<Fact<Vec<u8>>>,
}

/// A cage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cage {
    /// Front-panel number, from 1.
    pub number: u16,
    /// What plugs in.
    pub form: String,
    /// Number in SONiC's name of the unbroken port.
    pub id: u32,
    /// SONiC's index.
    pub index: u32,
    /// Lanes as SONiC lists them.
    pub lanes: Vec<u16>,
    /// Its pipe, from 0.
    pub pipe: Option<u16>,
    /// Its half of the buffer, from 0.
    pub half: Option<u8>,
    /// Its group: place in [`Platform::groups`].
    pub group: usize,
    /// Its place in the group, from 0.
    pub place: usize,
}

impl Mode {
    /// Listed lanes that all its ports take together, from the cage's first on; the rest of the cage stays dark.
    pub fn lanes_used(&self) -> u32 {
        u32::from(self.ports) * u32::from(self.lanes)
    }
}

impl Cage {
    /// SONiC's name of the unbroken port, as BREAKOUT_CFG has it: `Ethernet8`.
    pub fn name(&self) -> String {
        format!("Ethernet{}", self.id)
    }
}

/// A port of a cage in some mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// SONiC's name: `Ethernet4`.
    pub name: String,
    /// SONiC's alias, where it is known.
    pub alias: Option<String>,
    /// Its listed lanes.
    pub lanes: Vec<u16>,
    /// SONiC's index: that of its cage.
    pub index: u32,
    /// SONiC's subport: 0 where the cage isn't broken out, else from 1.
    pub subport: u16,
    /// Its speed.
    pub speed: Speed,
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

/// How the SDK file sets up the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThresholdMode {
    /// For lossy classes only.
    Lossy,
    /// For lossless classes only.
    Lossless,
    /// For both.
    Both,
}

/// The length that SONiC assumes for every cable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultCable {
    /// For boxes of this role; for all where none is named.
    pub role: Option<String>,
    /// The length.
    pub length: Length,
}

/// A buffer pool, total of the chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// `ingress_lossless_pool`
    pub name: String,
    /// For boxes of this role; for all where none is named.
    pub role: Option<String>,
    /// Ingress, else egress.
    pub ingress: bool,
    /// Limits are dynamic, else static.
    pub dynamic: bool,
    /// Its size.
    pub size: Size,
    /// Shared headroom.
    pub xoff: Option<Size>,
    /// The most that the box admits for it.
    pub xoff_max: Option<Size>,
    /// Whether the size contains the headroom.
    pub size_includes_xoff: Option<bool>,
}

/// How far a profile may fill its pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// To this many bytes.
    Static(Size),
    /// To two to this power, times what is free.
    Dynamic(i64),
}

/// A buffer profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// `ingress_lossy_profile`
    pub name: String,
    /// For boxes of this role; for all where none is named.
    pub role: Option<String>,
    /// Its pool.
    pub pool: String,
    /// What is reserved.
    pub size: Size,
    /// Its limit.
    pub threshold: Threshold,
}

/// A row of the vendor's table of lossless profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadroomRow {
    /// Line rate.
    pub speed: Speed,
    /// Cable length.
    pub length: Length,
    /// What is reserved.
    pub size: Size,
    /// Resume threshold.
    pub xon: Size,
    /// Headroom.
    pub xoff: Size,
    /// Resume below the pause threshold by this.
    pub xon_offset: Option<Size>,
    /// Limit: two to this power, times what is free.
    pub dynamic_th: i64,
}

/// What the box itself says of its QoS limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QosCapability {
    /// ECMP can hash on the RoCE queue pair.
    pub roce_hash: Option<bool>,
    /// Buffers are made for lossless classes.
    pub lossless: Option<bool>,
    /// Buffers can be changed while it runs.
    pub dynamic_tuning: Option<bool>,
    /// Shared headroom as shipped.
    pub pool_xoff_default: Option<Size>,
    /// The most of it.
    pub pool_xoff_max: Option<Size>,
    /// Limit that a profile may have.
    pub profile_static_th: Option<Size>,
    /// Least headroom of a profile.
    pub profile_xoff_min: Option<Size>,
    /// The most of it.
    pub profile_xoff_max: Option<Size>,
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

    /// The ports that `mode` makes of `cage`, as sonic-config-engine counts them: each takes the next lanes, and its
    /// number is that of the cage plus the lanes before it.
    pub fn children(&self, cage: &Cage, mode: &Mode) -> Vec<Child> {
        let alias = |n: u16| match &mode.aliases {
            Aliases::Unknown => None,
            Aliases::Pattern(pattern) => Some(fill(pattern, cage, mode, n)),
            Aliases::List(list) => list.get(cage.place * usize::from(mode.ports) + usize::from(n)).cloned(),
        };
        let port = |n: u16| {
            let before = usize::from(n * mode.lanes);
            let lanes = cage.lanes.iter().skip(before).take(mode.lanes.into()).copied().collect();
            Child {
                name: format!("Ethernet{}", cage.id + u32::from(n * mode.lanes)),
                alias: alias(n),
                lanes,
                index: cage.index,
                subport: if mode.ports == 1 { 0 } else { n + 1 },
                speed: mode.speed,
            }
        };
        (0..mode.ports).map(port).collect()
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
            threshold_mode: None,
            default_cables: Vec::new(),
            pools: Vec::new(),
            profiles: Vec::new(),
            headroom: Vec::new(),
            qos_capability: None,
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
        self.notes.extend(notes(node));
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

impl CageGroup {
    /// Reads `cages` over `old`, the group that had this first cage before.
    fn read(node: &Typed, first: u16, old: Option<CageGroup>, findings: &mut Findings) -> Option<Self> {
        let count = need(arg_of(node), &old, |g| g.count, node, "its count", findings)?;
        let form = prop_of::<String>(node, "form").and_then(|form| Fact::read(node, |_| Some(form)));
        let form = need(form, &old, |g| g.form.clone(), node, "`form=`", findings)?;
        let lanes = need(prop_of(node, "lanes"), &old, |g| g.lanes, node, "`lanes=`", findings)?;
        let default =
            need(prop_of(node, "default"), &old, |g| g.default.clone(), node, "`default=`", findings)?;
        let all = 0..u32::from(count);
        let ids = node.child(&PORT_NAMES).and_then(|n| {
            let (base, step): (u32, u32) = (prop_of(n, "base")?, prop_of(n, "step")?);
            Fact::read(n, |_| Some(all.clone().map(|i| base + i * step).collect()))
        });
        let ids = need(ids, &old, |g| g.ids.clone(), node, "`name`", findings)?;
        let indexes = match (node.child(&INDEX), node.child(&INDEXES)) {
            (_, Some(n)) => Fact::read(n, |n| Some(args_of(n))),
            (Some(n), None) => {
                Fact::read(n, |n| prop_of::<u32>(n, "first").map(|at| all.map(|i| at + i).collect()))
            }
            (None, None) => None,
        };
        let indexes = need(indexes, &old, |g| g.indexes.clone(), node, "`index`", findings)?;
        let lane_lists = node.child(&LANES).and_then(|n| read_lane_lists(n, lanes, findings));
        let lane_lists = need(lane_lists, &old, |g| g.lane_lists.clone(), node, "`lanes`", findings)?;
        let mut group = match old {
            Some(old) => CageGroup { count, form, lanes, default, ids, indexes, lane_lists, ..old },
            None => CageGroup {
                first,
                count,
                form,
                lanes,
                default,
                ids,
                indexes,
                lane_lists,
                physical_lanes: None,
                modes: Vec::new(),
                fec: Vec::new(),
                autoneg: Vec::new(),
                power: Vec::new(),
                pipes: None,
                halves: None,
            },
        };
        group.lay_over(node);
        group.check(node, findings).then_some(group)
    }

    /// Takes from `node` what a group may lack.
    fn lay_over(&mut self, node: &Typed) {
        Fact::set(&mut self.physical_lanes, node, &PHYSICAL_LANES, arg_of);
        Fact::set(&mut self.pipes, node, &PIPE, |n| Some(args_of(n)));
        Fact::set(&mut self.halves, node, &HALF, |n| Some(args_of(n)));
        Fact::lay_over(&mut self.modes, node, &MODE, |a, b| a.name == b.name, Mode::read);
        let same = |a: &Choice, b: &Choice| (a.lanes, a.speed) == (b.lanes, b.speed);
        Fact::lay_over(&mut self.fec, node, &FEC, same, Choice::read);
        Fact::lay_over(&mut self.autoneg, node, &AUTONEG, same, Choice::read);
        Fact::lay_over(
            &mut self.power,
            node,
            &POWER,
            |a, b| a.airflow == b.airflow,
            |n| Some(PowerLimits { airflow: prop_of(n, "airflow")?, limits: args_of(n) }),
        );
    }

    /// Reports lists of the wrong length and modes that don't fit; whether all is well.
    fn check(&self, node: &Typed, findings: &mut Findings) -> bool {
        let before = findings.len();
        let count = usize::from(self.count);
        let lists = [
            ("name", Some((self.ids.v.len(), self.ids.at))),
            ("index", Some((self.indexes.v.len(), self.indexes.at))),
            ("lanes", Some((self.lane_lists.v.len(), self.lane_lists.at))),
            ("pipe", self.pipes.as_ref().map(|f| (f.v.len(), f.at))),
            ("half", self.halves.as_ref().map(|f| (f.v.len(), f.at))),
        ];
        let power = self.power.iter().map(|f| ("power", Some((f.v.limits.len(), f.at))));
        for (what, list) in lists.into_iter().chain(power) {
            if let Some((length, at)) = list.filter(|&(length, _)| length != count) {
                let message = format!("`{what}` is for {length} cages, the group has {count}");
                findings.push(CONTRADICTION.at(at, message).help("state one value for each cage"));
            }
        }
        for Fact { v: mode, at, .. } in &self.modes {
            let needed = mode.lanes_used();
            if needed > u32::from(self.lanes) {
                let message = format!("mode `{}` needs {needed} lanes, a cage has {}", mode.name, self.lanes);
                findings.push(CONTRADICTION.at(*at, message).help("`lanes=` counts the lanes of one port"));
            }
            if let Aliases::List(list) = &mode.aliases {
                let ports = count * usize::from(mode.ports);
                if list.len() != ports {
                    let message =
                        format!("mode `{}` has {ports} ports, {} aliases are listed", mode.name, list.len());
                    findings.push(CONTRADICTION.at(*at, message).help("state one alias for each port"));
                }
            }
        }
        if !self.modes.iter().any(|m| m.v.name == self.default) {
            let names: Vec<&str> = self.modes.iter().map(|m| m.v.name.as_str()).collect();
            let message = format!("the default mode `{}` is not one of the group's modes", self.default);
            findings
                .push(CONTRADICTION.at(node.head, message).help(format!("its modes: {}", names.join(", "))));
        }
        findings.len() == before
    }

    fn cages(&self, group: usize) -> impl Iterator<Item = Cage> {
        let rows = self.ids.v.iter().zip(&self.indexes.v).zip(&self.lane_lists.v).enumerate();
        rows.zip(self.first..).map(move |((place, ((&id, &index), lanes)), number)| Cage {
            number,
            form: self.form.v.clone(),
            id,
            index,
            lanes: lanes.clone(),
            pipe: self.pipes.as_ref().and_then(|p| p.v.get(place).copied()),
            half: self.halves.as_ref().and_then(|h| h.v.get(place).copied()),
            group,
            place,
        })
    }
}

/// The value given, else the one of the group that is changed, else a finding.
fn need<T>(
    given: Option<T>,
    old: &Option<CageGroup>,
    of: impl FnOnce(&CageGroup) -> T,
    node: &Typed,
    what: &str,
    findings: &mut Findings,
) -> Option<T> {
    let value = given.or_else(|| old.as_ref().map(of));
    if value.is_none() {
        let message = format!("a new group of cages needs {what}");
        findings.push(INCOMPLETE.at(node.head, message).help(format!("add {what}")));
    }
    value
}

fn read_lane_lists(node: &Typed, lanes: u16, findings: &mut Findings) -> Option<Fact<Vec<Vec<u16>>>> {
    let mut lists = Vec::new();
    for text in node.args::<String>(0) {
        match lane_list(&text.v) {
            Some(list) if list.len() == usize::from(lanes) => lists.push(list),
            Some(list) => {
                let message = format!("{} lanes are listed, a cage of the group has {lanes}", list.len());
                findings.push(CONTRADICTION.at(text.at, message).help("list as many as `lanes=` says"));
            }
            None => {
                let message = format!("`{}` is no list of lanes", text.v);
                findings.push(CONTRADICTION.at(text.at, message).help("write it as \"1-8\" or \"1,1,2,2\""));
            }
        }
    }
    Fact::read(node, |_| Some(lists))
}

/// `"1-4,7"` as 1, 2, 3, 4, 7; at most 64 lanes.
fn lane_list(text: &str) -> Option<Vec<u16>> {
    let mut lanes = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (u16, u16) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        if from > to || to - from >= 64 {
            return None;
        }
        lanes.extend(from..=to);
    }
    (lanes.len() <= 64).then_some(lanes)
}

fn fill(pattern: &str, cage: &Cage, mode: &Mode, n: u16) -> String {
    let letter = char::from_digit(u32::from(n) + 10, 36).unwrap_or('?');
    pattern
        .replace("{cage}", &cage.number.to_string())
        .replace("{index}", &cage.index.to_string())
        .replace("{n}", &(n + 1).to_string())
        .replace("{a}", &letter.to_string())
        .replace("{lane}", &(n * mode.lanes + 1).to_string())
}

impl Mode {
    fn read(node: &Typed) -> Option<Self> {
        let aliases = match (node.child(&ALIAS), node.child(&ALIASES)) {
            (Some(n), _) => Aliases::Pattern(arg_of(n)?),
            (None, Some(n)) => Aliases::List(args_of(n)),
            (None, None) => Aliases::Unknown,
        };
        Some(Mode {
            name: arg_of(node)?,
            ports: prop_of(node, "ports")?,
            speed: prop_of(node, "speed")?,
            lanes: prop_of(node, "lanes")?,
            community: prop_of(node, "community").unwrap_or(true),
            aliases,
            also: node.child(&ALSO).map(args_of).unwrap_or_default(),
        })
    }
}

impl Choice {
    fn read(node: &Typed) -> Option<Self> {
        let (lanes, speed) = (prop_of(node, "lanes")?, prop_of(node, "speed")?);
        Some(Choice { lanes, speed, words: args_of(node), default: prop_of(node, "default") })
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

impl ThresholdMode {
    fn read(node: &Typed) -> Option<Self> {
        Some(match arg_of::<String>(node)?.as_str() {
            "lossy" => ThresholdMode::Lossy,
            "lossless" => ThresholdMode::Lossless,
            _ => ThresholdMode::Both,
        })
    }
}

impl Pool {
    fn read(node: &Typed) -> Option<Self> {
        Some(Pool {
            name: arg_of(node)?,
            role: prop_of(node, "role"),
            ingress: is(node, "type", "ingress")?,
            dynamic: is(node, "mode", "dynamic")?,
            size: prop_of(node, "size")?,
            xoff: prop_of(node, "xoff"),
            xoff_max: prop_of(node, "xoff-max"),
            size_includes_xoff: prop_of(node, "size-includes-xoff"),
        })
    }
}

impl Profile {
    fn read(node: &Typed) -> Option<Self> {
        let fixed = prop_of(node, "static-th").map(Threshold::Static);
        Some(Profile {
            name: arg_of(node)?,
            role: prop_of(node, "role"),
            pool: prop_of(node, "pool")?,
            size: prop_of(node, "size")?,
            threshold: fixed.or_else(|| prop_of(node, "dynamic-th").map(Threshold::Dynamic))?,
        })
    }
}

impl HeadroomRow {
    fn read(node: &Typed) -> Option<Self> {
        Some(HeadroomRow {
            speed: prop_of(node, "speed")?,
            length: prop_of(node, "length")?,
            size: prop_of(node, "size")?,
            xon: prop_of(node, "xon")?,
            xoff: prop_of(node, "xoff")?,
            xon_offset: prop_of(node, "xon-offset"),
            dynamic_th: prop_of(node, "dynamic-th")?,
        })
    }
}

impl QosCapability {
    fn read(node: &Typed) -> Option<Self> {
        Some(QosCapability {
            roce_hash: prop_of(node, "roce-hash"),
            lossless: is(node, "buffer-mode", "lossless"),
            dynamic_tuning: prop_of(node, "dynamic-tuning"),
            pool_xoff_default: prop_of(node, "pool-xoff-default"),
            pool_xoff_max: prop_of(node, "pool-xoff-max"),
            profile_static_th: prop_of(node, "profile-static-th"),
            profile_xoff_min: prop_of(node, "profile-xoff-min"),
            profile_xoff_max: prop_of(node, "profile-xoff-max"),
        })
    }
}

/// Whether the property says `word`; none where it isn't given.
fn is(node: &Typed, name: &str, word: &str) -> Option<bool> {
    prop_of::<String>(node, name).map(|given| given == word)
}
