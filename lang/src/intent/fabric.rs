//! `fabric`: name, NOS, MTU. `findings`: severities.

use super::switch::{CONFIG_DB, ConfigDb};
use crate::schema::{Kind, Node, Typed, arg, prop_needed, prop_or, some_args};
use crate::source::{Span, Spanned};

static DESCRIPTION: Node = Node::new("description", "What the fabric is for.")
    .args(&[arg("TEXT", Kind::Prose, "free text")])
    .optional();
static NOS: Node = Node::new("nos", "The network operating system that all switches run.")
    .args(&[arg(
        "NAME",
        Kind::Word(&["sonic", "enterprise-sonic"]),
        "community SONiC, or Enterprise SONiC 4.x",
    )])
    .props(&[
        prop_needed("release", Kind::Text, "\"202305\" to \"202605\", or \"4.x\" of Enterprise SONiC"),
        prop_or(
            "interface-naming",
            Kind::Word(&["native", "standard", "standard-extended"]),
            "native",
            "what Enterprise SONiC's command line calls ports: `Ethernet0`, or `Eth1/1` in both standard modes",
        ),
    ])
    .once();
static MTU: Node = Node::new(
    "mtu",
    "PORT.mtu of every port, in bytes; 9100 where it isn't given. The frame is 22 bytes longer.",
)
.args(&[arg("BYTES", Kind::Int(1280, 9216), "SONiC's YANG ends at 9216")])
.optional();
static SWITCHING: Node = Node::new(
    "switching",
    "When a switch begins to send a frame on: as soon as it knows where to, or when it has all of it. A frame that leaves \
     faster than it came is stored all the same.",
)
.args(&[arg(
    "MODE",
    Kind::Word(&["cut-through", "store-and-forward"]),
    "store-and-forward where it isn't given; cut-through is Enterprise SONiC's alone",
)])
.optional();
static TIMEZONE: Node =
    Node::new("timezone", "Time zone of the switches; SONiC's own default where it isn't given.")
        .args(&[arg("ZONE", Kind::Zone, "as in the tz database: \"UTC\", \"Europe/Berlin\"")])
        .optional();

pub(super) static FABRIC: Node = Node::new("fabric", "The fabric as a whole.")
    .args(&[arg("NAME", Kind::Name, "used in fabric.json and in the cabling plan")])
    .children(&[&DESCRIPTION, &NOS, &MTU, &SWITCHING, &TIMEZONE, &CONFIG_DB])
    .once();

static DENY: Node =
    Node::new("deny", "Makes these findings errors.").args(&[some_args("CODE", Kind::Path, "family/name")]);
static WARN: Node =
    Node::new("warn", "Makes these findings warnings.").args(&[some_args("CODE", Kind::Path, "family/name")]);
static ALLOW: Node = Node::new(
    "allow",
    "Drops these findings. Errors of syntax, intent, platforms, resolving and names can't be lowered.",
)
.args(&[some_args("CODE", Kind::Path, "family/name")]);

pub(super) static FINDINGS: Node = Node::new(
    "findings",
    "Severity by code, as `--deny`, `--warn` and `--allow` set it; those win over the file.",
)
.children(&[&DENY, &WARN, &ALLOW]);

/// The network operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nos {
    /// Community SONiC.
    Sonic,
    /// Enterprise SONiC 4.x.
    EnterpriseSonic,
}

impl Nos {
    /// As written in the file.
    pub fn name(self) -> &'static str {
        match self {
            Nos::Sonic => "sonic",
            Nos::EnterpriseSonic => "enterprise-sonic",
        }
    }
}

/// What Enterprise SONiC's command line calls ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterfaceNaming {
    /// `Ethernet0`
    Native,
    /// `Eth1/1`, `Eth1/1/1`
    Standard,
    /// The same names; what is extended isn't known.
    StandardExtended,
}

/// When a switch begins to send a frame on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switching {
    /// As soon as it knows where to.
    CutThrough,
    /// When it has all of it.
    StoreAndForward,
}

/// `fabric`
#[derive(Debug, Clone)]
pub struct FabricNode {
    /// Its name.
    pub name: Spanned<String>,
    /// Free text.
    pub description: Option<Spanned<String>>,
    /// Which NOS.
    pub nos: Spanned<Nos>,
    /// Which release of it.
    pub release: Spanned<String>,
    /// What its command line calls ports.
    pub naming: Option<Spanned<InterfaceNaming>>,
    /// PORT.mtu in bytes.
    pub mtu: Option<Spanned<u32>>,
    /// When a frame is sent on.
    pub switching: Option<Spanned<Switching>>,
    /// Time zone.
    pub timezone: Option<Spanned<String>>,
    /// Rows for every switch.
    pub config_db: Vec<ConfigDb>,
    /// What to underline.
    pub at: Span,
}

impl FabricNode {
    /// What later stages go on with where the node is missing or wrong; that has been reported.
    pub(super) fn stand_in(at: Span) -> Self {
        FabricNode {
            name: Spanned::new("fabric".into(), at),
            description: None,
            nos: Spanned::new(Nos::Sonic, at),
            release: Spanned::new("202505".into(), at),
            naming: None,
            mtu: None,
            switching: None,
            timezone: None,
            config_db: Vec::new(),
            at,
        }
    }

    pub(super) fn read(node: &Typed) -> Option<Self> {
        let nos = node.child(&NOS)?;
        let word: Spanned<String> = nos.arg(0)?;
        let kind = if word.v == "sonic" { Nos::Sonic } else { Nos::EnterpriseSonic };
        Some(FabricNode {
            name: node.arg(0)?,
            description: node.value(&DESCRIPTION),
            nos: Spanned::new(kind, word.at),
            release: nos.prop("release")?,
            naming: nos.prop::<String>("interface-naming").map(|word| {
                word.map(|word| match word.as_str() {
                    "standard" => InterfaceNaming::Standard,
                    "standard-extended" => InterfaceNaming::StandardExtended,
                    _ => InterfaceNaming::Native,
                })
            }),
            mtu: node.value(&MTU),
            switching: node.value::<String>(&SWITCHING).map(|word| {
                word.map(|word| match word.as_str() {
                    "cut-through" => Switching::CutThrough,
                    _ => Switching::StoreAndForward,
                })
            }),
            timezone: node.value(&TIMEZONE),
            config_db: ConfigDb::read_all(node),
            at: node.head,
        })
    }
}

/// `findings`: codes by the severity that the file gives them.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// To be errors.
    pub deny: Vec<Spanned<String>>,
    /// To be warnings.
    pub warn: Vec<Spanned<String>>,
    /// To be dropped.
    pub allow: Vec<Spanned<String>>,
}

impl Levels {
    pub(super) fn read<'a>(nodes: impl Iterator<Item = &'a Typed>) -> Self {
        let mut levels = Levels::default();
        for node in nodes {
            let codes =
                |kind: &'static Node| node.children_of(kind).flat_map(|n| n.args(0)).collect::<Vec<_>>();
            levels.deny.extend(codes(&DENY));
            levels.warn.extend(codes(&WARN));
            levels.allow.extend(codes(&ALLOW));
        }
        levels
    }
}
