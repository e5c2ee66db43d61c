//! `hosts`, `tier`, `pod`, `plane`, `link`: what there is, and what is wired to what.

use super::switch::{CONFIG_DB, ConfigDb};
use crate::diagnostic::{Findings, Rule};
use crate::schema::{Kind, Node, Typed, arg, prop, prop_needed, prop_or, some_args};
use crate::source::{Span, Spanned};
use crate::units::{Length, Speed};

crate::rule! {
    /// Two settings exclude each other, or one of several must be given.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "leaf" "spine" speed="800G" per-pair=2 uplinks=4
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static CONFLICT = Error "intent/conflict" "settings exclude each other";
}
crate::rule! {
    /// A planes node stands inside another; a NIC port goes into one plane.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// plane "a" "b" { plane "c" "d" { tier "leaf" count=1 switch="dell-z9864f"; }; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=2 { nic ports=2 speed="200G"; }
    /// plane "a" "b" {
    ///     tier "leaf" count=1 switch="dell-z9864f"
    ///     link "gpu" "leaf" by="rail"
    /// }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static NESTED_PLANES = Error "intent/nested-planes" "planes inside planes";
}

/// Rules that the readers of this file report under.
pub(crate) static RULES: &[&Rule] = &[&CONFLICT, &NESTED_PLANES];

const COUNT: Kind = Kind::Int(1, 100_000);

static ABSENT: Node = Node::new(
    "absent",
    "Leaves these members out: dead, or not yet bought. They keep their names, cages and addresses and get no files.",
)
.args(&[some_args("INDEX", COUNT, "indices from 1")]);

static NIC: Node = Node::new(
    "nic",
    "NICs of every server. Several lines are numbered through, in their order.",
)
.props(&[
    prop_or("count", Kind::Int(1, 64), "1", "NICs of this kind per server"),
    prop_or("ports", Kind::Int(1, 16), "1", "ports per NIC"),
    prop_needed("speed", Kind::Speed, "line rate of one port"),
    prop(
        "model",
        Kind::Text,
        "from the catalogue: brings lanes, connector and default marks; `fabc platforms --nics` lists them",
    ),
    prop_or(
        "lanes",
        Kind::Int(1, 8),
        "from the model, where known",
        "electrical lanes per port: picks the break-out and is checked",
    ),
    prop_or(
        "connector",
        Kind::Text,
        "from the model, where known",
        "form factor, as \"OSFP\" or \"QSFP112\"",
    ),
    prop_or(
        "name",
        Kind::Text,
        "nic{index}, or nic{index}p{port}",
        "host interface: {index} and {port} from 0",
    ),
])
.ordered()
.some();

pub(super) static HOSTS: Node = Node::new("hosts", "A group of like servers.")
    .args(&[arg("NAME", Kind::Name, "")])
    .props(&[
        prop_needed("count", COUNT, "servers, in each pod that holds the node"),
        prop_or("max", COUNT, "count", "servers that there may ever be: strides are made with it"),
        prop_or("gpus", Kind::Int(0, 64), "one per NIC", "GPUs per server"),
    ])
    .children(&[&NIC, &ABSENT, &NAME]);

static NAME: Node = Node::new(
    "name",
    "Template of the members' names; pod and plane are put before it where it doesn't say them.",
)
.args(&[arg("TEMPLATE", Kind::Text, "knows {index}, {pod}, {plane}; {index:02} pads to two digits")])
.optional();
static RESERVE: Node = Node::new("reserve", "Keeps the last cages of every switch free.")
    .props(&[prop_needed("ports", Kind::Int(0, 1024), "cages")])
    .optional();
static PORTS: Node = Node::new("ports", "Fixes the two sides: cages 1 to `down` for hosts and lower tiers, the last `up` before the reserve for upper tiers.")
    .props(&[prop("down", Kind::Int(0, 1024), "cages"), prop("up", Kind::Int(0, 1024), "cages")])
    .optional();

/// Types that every release's sonic-device_metadata.yang knows and that stand for a place in a Clos fabric.
const TYPES: &[&str] = &["ToRRouter", "LeafRouter", "SpineRouter", "BackEndToRRouter", "BackEndLeafRouter"];

pub(super) static TIER: Node = Node::new("tier", "A group of like switches.")
    .args(&[arg("NAME", Kind::Name, "")])
    .props(&[
        prop_needed("count", COUNT, "switches, in each pod and plane that holds the node"),
        prop_or("max", COUNT, "count", "switches that there may ever be: strides are made with it"),
        prop_needed("switch", Kind::Name, "the platform; `fabc platforms` lists them"),
        prop_or(
            "share",
            Kind::Int(0, 7),
            "by distance from the hosts",
            "which share of every pool the tier owns",
        ),
        prop_or(
            "type",
            Kind::Word(TYPES),
            "from the tier's place in the fabric",
            "DEVICE_METADATA type; SONiC derives the hash seed from it",
        ),
        prop_or(
            "airflow",
            Kind::Word(&["normal", "reverse"]),
            "normal",
            "for the power that a cage can cool",
        ),
    ])
    .children(&[&NAME, &RESERVE, &PORTS, &ABSENT, &CONFIG_DB]);

pub(super) static POD: Node = Node::new("pod", "All inside exists once per pod.")
    .args(&[arg("NAME", Kind::Name, "members are NAME1, NAME2, …")])
    .props(&[
        prop_needed("count", COUNT, "pods"),
        prop_or("max", COUNT, "count", "pods that there may ever be"),
        prop("first", COUNT, "ordinal of the first one in ASNs and {pod}"),
    ])
    .children(&[&ABSENT, &HOSTS, &TIER, &POD, &PLANE, &LINK]);

pub(super) static PLANE: Node =
    Node::new("plane", "All inside exists once per plane; NIC port p (from 0) goes into the p-th plane named. Planes never meet.")
        .args(&[some_args("NAME", Kind::Name, "names, in the order of the NIC ports")])
        .children(&[&HOSTS, &TIER, &POD, &PLANE, &LINK])
        .ordered();

static MEDIA: Node = Node::new("media", "What the cables are: \"2xDR4\", \"DAC\", \"AOC\" …")
    .args(&[arg(
        "MEDIA",
        Kind::Text,
        "a name from the catalogue (`fabc platforms --optics`), or the user's own",
    )])
    .optional();
static LENGTH: Node =
    Node::new("length", "Length of every cable of the line; `cable` on a switch overrides it.")
        .args(&[arg("LENGTH", Kind::Length, "")])
        .optional();

pub(super) static LINK: Node = Node::new("link", "Wires every member of the lower node to the upper node.")
    .args(&[arg("LOWER", Kind::Path, "hosts or tier"), arg("UPPER", Kind::Path, "tier")])
    .props(&[
        prop(
            "by",
            Kind::Word(&["rail", "rack", "spread"]),
            "from hosts: how servers are shared out over the leaves",
        ),
        prop_or(
            "speed",
            Kind::Speed,
            "from hosts: the NIC's; between tiers: that of a whole cage, where both ends have the same",
            "line rate of one link",
        ),
        prop("per-pair", Kind::Int(1, 1024), "parallel links between each two switches"),
        prop("uplinks", Kind::Int(1, 4096), "links of each lower switch, striped over the upper ones"),
        prop_or(
            "breakout",
            Kind::Text,
            "by speed",
            "break-out mode at both ends where it exists, as \"2x400G(8)\"",
        ),
        prop_or("order", Kind::Int(-1000, 1000), "0", "lines with a lower order take their cages first"),
        prop("servers-per-leaf", COUNT, "by rail or rack: servers that one leaf serves"),
        prop("leaves", COUNT, "by rail, rack or spread: only the first N leaves take part"),
    ])
    .children(&[&MEDIA, &LENGTH]);

/// Indices that are left out.
pub type Absent = Vec<Spanned<u32>>;

/// What a scope (the root, a pod, a plane) holds.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// `hosts`
    pub hosts: Vec<Hosts>,
    /// `tier`
    pub tiers: Vec<TierNode>,
    /// `pod`
    pub pods: Vec<PodNode>,
    /// `plane`
    pub planes: Vec<PlaneNode>,
    /// `link`
    pub links: Vec<LinkNode>,
}

impl Scope {
    pub(super) fn read(nodes: &[Typed], findings: &mut Findings) -> Self {
        let mut scope = Scope::default();
        for node in nodes {
            match node.schema.name {
                "hosts" => scope.hosts.extend(Hosts::read(node, findings)),
                "tier" => scope.tiers.extend(TierNode::read(node, findings)),
                "pod" => scope.pods.extend(PodNode::read(node, findings)),
                "plane" => scope.planes.extend(PlaneNode::read(node, findings)),
                "link" => scope.links.extend(LinkNode::read(node, findings)),
                _ => {}
            }
        }
        scope
    }
}

/// `nic`
#[derive(Debug, Clone)]
pub struct Nic {
    /// NICs of this kind per server.
    pub count: Spanned<u32>,
    /// Ports per NIC.
    pub ports: Spanned<u32>,
    /// Line rate of one port.
    pub speed: Spanned<Speed>,
    /// Its name in the catalogue, or the user's own.
    pub model: Option<Spanned<String>>,
    /// Electrical lanes per port.
    pub lanes: Option<Spanned<u32>>,
    /// Form factor.
    pub connector: Option<Spanned<String>>,
    /// Template of the host interface.
    pub name: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

/// `hosts`
#[derive(Debug, Clone)]
pub struct Hosts {
    /// Its name.
    pub name: Spanned<String>,
    /// Servers in each instance.
    pub count: Spanned<u32>,
    /// Servers that there may ever be.
    pub max: Spanned<u32>,
    /// GPUs per server.
    pub gpus: Option<Spanned<u32>>,
    /// Whether there are `nic` lines that could not be read, so that nobody counts their NICs.
    pub unread_nics: bool,
    /// NICs in source order.
    pub nics: Vec<Nic>,
    /// Left out.
    pub absent: Absent,
    /// Template of the servers' names.
    pub template: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

impl Hosts {
    fn read(node: &Typed, findings: &mut Findings) -> Option<Self> {
        let count = node.prop("count")?;
        let nics = node.children_of(&NIC).filter_map(|n| {
            Some(Nic {
                count: super::or(n.prop("count"), 1, n.head),
                ports: super::or(n.prop("ports"), 1, n.head),
                speed: n.prop("speed")?,
                model: n.prop("model"),
                lanes: n.prop("lanes"),
                connector: n.prop("connector"),
                name: n.prop("name"),
                at: n.head,
            })
        });
        let nics: Vec<Nic> = nics.collect();
        let hosts = Hosts {
            name: node.arg(0)?,
            count,
            max: max(node, count, findings),
            gpus: node.prop("gpus"),
            unread_nics: nics.len() < node.children_of(&NIC).count(),
            nics,
            absent: absent(node, count, findings),
            template: node.value(&NAME),
            at: node.head,
        };
        Some(hosts)
    }
}

/// `tier`
#[derive(Debug, Clone)]
pub struct TierNode {
    /// Its name.
    pub name: Spanned<String>,
    /// Switches in each instance.
    pub count: Spanned<u32>,
    /// Switches that there may ever be.
    pub max: Spanned<u32>,
    /// Name of the platform.
    pub switch: Spanned<String>,
    /// Which share of every pool.
    pub share: Option<Spanned<u32>>,
    /// DEVICE_METADATA type.
    pub kind: Option<Spanned<String>>,
    /// `normal` or `reverse`.
    pub airflow: Option<Spanned<String>>,
    /// Template of the switches' names.
    pub template: Option<Spanned<String>>,
    /// Cages that are kept free at the end.
    pub reserve: Option<Spanned<u32>>,
    /// Cages for hosts and lower tiers.
    pub down: Option<Spanned<u32>>,
    /// Cages for upper tiers.
    pub up: Option<Spanned<u32>>,
    /// Left out.
    pub absent: Absent,
    /// Rows for every switch of the tier.
    pub config_db: Vec<ConfigDb>,
    /// What to underline.
    pub at: Span,
}

impl TierNode {
    fn read(node: &Typed, findings: &mut Findings) -> Option<Self> {
        let count = node.prop("count")?;
        let ports = node.child(&PORTS);
        Some(TierNode {
            name: node.arg(0)?,
            count,
            max: max(node, count, findings),
            switch: node.prop("switch")?,
            share: node.prop("share"),
            kind: node.prop("type"),
            airflow: node.prop("airflow"),
            template: node.value(&NAME),
            reserve: node.child(&RESERVE).and_then(|r| r.prop("ports")),
            down: ports.and_then(|p| p.prop("down")),
            up: ports.and_then(|p| p.prop("up")),
            absent: absent(node, count, findings),
            config_db: ConfigDb::read_all(node),
            at: node.head,
        })
    }
}

/// `pod`
#[derive(Debug, Clone)]
pub struct PodNode {
    /// Its name.
    pub name: Spanned<String>,
    /// Pods.
    pub count: Spanned<u32>,
    /// Pods that there may ever be.
    pub max: Spanned<u32>,
    /// Ordinal of the first one in ASNs and `{pod}`.
    pub first: Option<Spanned<u32>>,
    /// Left out.
    pub absent: Absent,
    /// What each holds.
    pub scope: Scope,
    /// What to underline.
    pub at: Span,
}

impl PodNode {
    fn read(node: &Typed, findings: &mut Findings) -> Option<Self> {
        let count = node.prop("count")?;
        Some(PodNode {
            name: node.arg(0)?,
            count,
            max: max(node, count, findings),
            first: node.prop("first"),
            absent: absent(node, count, findings),
            scope: Scope::read(node.children(), findings),
            at: node.head,
        })
    }
}

/// `plane`
#[derive(Debug, Clone)]
pub struct PlaneNode {
    /// Names in the order of the NIC ports.
    pub names: Vec<Spanned<String>>,
    /// What each holds.
    pub scope: Scope,
    /// What to underline.
    pub at: Span,
}

impl PlaneNode {
    fn read(node: &Typed, findings: &mut Findings) -> Option<Self> {
        let mut scope = Scope::read(node.children(), findings);
        let names = node.args(0);
        if names.is_empty() {
            return None;
        }
        let mut inner: Vec<&mut Scope> = vec![&mut scope];
        while let Some(next) = inner.pop() {
            for plane in next.planes.drain(..) {
                let found = NESTED_PLANES.at(plane.at, "this `plane` stands inside another one");
                findings.push(
                    found.label(node.head, "inside this one").help("name all planes in one `plane` node"),
                );
            }
            inner.extend(next.pods.iter_mut().map(|p| &mut p.scope));
        }
        Some(PlaneNode { names, scope, at: node.head })
    }
}

/// How servers are shared out over leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// NIC k of every server to the leaves of rail k.
    Rail,
    /// All NICs of a server to the leaf of its rack.
    Rack,
    /// NIC ports counted through, one leaf after another.
    Spread,
}

impl By {
    /// As written in the file.
    pub fn name(self) -> &'static str {
        match self {
            By::Rail => "rail",
            By::Rack => "rack",
            By::Spread => "spread",
        }
    }
}

/// How many links a lower switch has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Striping {
    /// `per-pair=N`: N to each upper switch.
    PerPair(u32),
    /// `uplinks=N`: N in all, striped over the upper switches.
    Uplinks(u32),
}

/// `link`
#[derive(Debug, Clone)]
pub struct LinkNode {
    /// Path of the lower node.
    pub lower: Spanned<String>,
    /// Path of the upper node.
    pub upper: Spanned<String>,
    /// From hosts: how.
    pub by: Option<Spanned<By>>,
    /// Line rate.
    pub speed: Option<Spanned<Speed>>,
    /// Between tiers: how many.
    pub striping: Option<Spanned<Striping>>,
    /// Break-out mode.
    pub breakout: Option<Spanned<String>>,
    /// Place among the lines.
    pub order: i64,
    /// By rail or rack: servers that one leaf serves.
    pub servers_per_leaf: Option<Spanned<u32>>,
    /// Only the first N leaves.
    pub leaves: Option<Spanned<u32>>,
    /// What the cables are.
    pub media: Option<Spanned<String>>,
    /// How long they are.
    pub length: Option<Spanned<Length>>,
    /// Whether something that stands on the line could not be read.
    pub flawed: bool,
    /// What to underline.
    pub at: Span,
}

impl LinkNode {
    fn read(node: &Typed, findings: &mut Findings) -> Option<Self> {
        let per_pair: Option<Spanned<u32>> = node.prop("per-pair");
        let uplinks: Option<Spanned<u32>> = node.prop("uplinks");
        if let (Some(p), Some(u)) = (per_pair, uplinks) {
            let found = CONFLICT.at(u.at, "`uplinks` and `per-pair` both say how many links there are");
            findings.push(found.label(p.at, "the other one").help("keep one of the two"));
        }
        let striping =
            per_pair.map(|p| p.map(Striping::PerPair)).or(uplinks.map(|u| u.map(Striping::Uplinks)));
        let by: Option<Spanned<String>> = node.prop("by");
        Some(LinkNode {
            lower: node.arg(0)?,
            upper: node.arg(1)?,
            by: by.map(|b| {
                b.map(|word| match word.as_str() {
                    "rail" => By::Rail,
                    "rack" => By::Rack,
                    _ => By::Spread,
                })
            }),
            speed: node.prop("speed"),
            striping,
            breakout: node.prop("breakout"),
            order: node.prop("order").map_or(0, |o| o.v),
            servers_per_leaf: node.prop("servers-per-leaf"),
            leaves: node.prop("leaves"),
            media: node.value(&MEDIA),
            length: node.value(&LENGTH),
            flawed: node.flawed,
            at: node.head,
        })
    }
}

/// `max=`, at least the count.
fn max(node: &Typed, count: Spanned<u32>, findings: &mut Findings) -> Spanned<u32> {
    let max: Spanned<u32> = super::or(node.prop("max"), count.v, count.at);
    if max.v < count.v {
        let found = CONFLICT.at(max.at, format!("max={} is less than count={}", max.v, count.v));
        findings.push(found.label(count.at, "the count").help(format!("max={} or more", count.v)));
        return count;
    }
    max
}

/// `absent`, within the count.
fn absent(node: &Typed, count: Spanned<u32>, findings: &mut Findings) -> Absent {
    let mut indices: Absent = node.children_of(&ABSENT).flat_map(|n| n.args(0)).collect();
    indices.retain(|index| {
        let known = index.v <= count.v;
        if !known {
            let found =
                CONFLICT.at(index.at, format!("member {} doesn't exist: there are {}", index.v, count.v));
            findings.push(found.label(count.at, "the count").help("leave it out, or raise the count"));
        }
        known
    });
    indices
}
