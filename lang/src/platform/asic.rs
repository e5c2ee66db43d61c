//! `asic`: limits of a chip.

use std::sync::Arc;

use super::{CONFIDENCE, ECMP, Ecmp, Fact, MAX_FRAME, NOTE, SOURCE, TITLE, arg_of, notes, prop_of};
use crate::schema::{Kind, Node, Typed, arg, prop, prop_needed, prop_or};
use crate::source::{Span, Spanned};
use crate::units::{Size, Speed};

static FAMILY: Node =
    Node::new("family", "Chips of one family share lane rates. Nothing is taken over from one to the other: each chip states its own figures.")
        .args(&[arg("NAME", Kind::Name, "as `tomahawk5`")])
        .props(&[prop(
            "kin",
            Kind::Name,
            "a chip of the family: vendors' rows are held against its headroom constants where this one has none",
        )])
        .optional();
static BANDWIDTH: Node = Node::new("bandwidth", "What the chip switches, each direction counted once.")
    .args(&[arg("SPEED", Kind::Speed, "")])
    .props(&[SOURCE, CONFIDENCE])
    .optional();
static RATE: Node =
    Node::new("rate", "A rate at which one lane can run.").args(&[arg("SPEED", Kind::Speed, "")]);
static SERDES: Node = Node::new("serdes", "Physical lanes of the chip.")
    .props(&[prop("count", Kind::Int(1, 4096), "lanes"), SOURCE, CONFIDENCE])
    .children(&[&RATE])
    .optional();
static PIPES: Node = Node::new("pipes", "Packet pipelines; each cage hangs on one.")
    .args(&[arg("COUNT", Kind::Int(1, 256), "pipelines")])
    .props(&[
        prop_needed("logical-ports", Kind::Int(1, 256), "front-panel ports that one pipe can have"),
        prop_or(
            "numbers",
            Kind::Int(1, 256),
            "COUNT",
            "pipelines are numbered below this; half a chip has gaps in its numbers",
        ),
        SOURCE,
        CONFIDENCE,
    ])
    .optional();
static LOGICAL_PORTS: Node =
    Node::new("logical-ports", "Front-panel ports that the chip can have, without management.")
        .args(&[arg("COUNT", Kind::Int(1, 4096), "ports")])
        .props(&[SOURCE, CONFIDENCE])
        .optional();
static MMU: Node =
    Node::new("mmu", "The packet buffer: halves that share nothing, and the cell it is counted in.")
        .props(&[
            prop_needed("halves", Kind::Int(1, 16), "parts, each with an equal share of every pool"),
            prop_needed("cell", Kind::Size, "bytes of one cell"),
            SOURCE,
            CONFIDENCE,
        ])
        .optional();
static SHARED_BUFFER: Node = Node::new("shared-buffer", "The buffer that pools may share out, whole chip.")
    .args(&[arg("SIZE", Kind::Size, "")])
    .props(&[SOURCE, CONFIDENCE])
    .optional();
static QUEUES: Node = Node::new("queues", "Queues of a port.")
    .props(&[
        prop_needed("unicast", Kind::Int(1, 64), ""),
        prop_needed("multicast", Kind::Int(0, 64), ""),
        SOURCE,
        CONFIDENCE,
    ])
    .optional();
static PRIORITY_GROUPS: Node = Node::new("priority-groups", "Ingress priority groups of a port.")
    .args(&[arg("COUNT", Kind::Int(1, 16), "")])
    .props(&[SOURCE, CONFIDENCE])
    .optional();
static LOSSLESS_PRIORITIES: Node =
    Node::new("lossless-priorities", "Priorities of a port that may be lossless at once.")
        .args(&[arg("COUNT", Kind::Int(0, 8), "")])
        .props(&[SOURCE, CONFIDENCE])
        .optional();
static WATCHDOG_ACTION: Node = Node::new(
    "watchdog-action",
    "Whether ports may differ in what their PFC watchdog does with a stuck queue.",
)
.args(&[arg("PER", Kind::Word(&["switch", "port"]), "what one action holds for")])
.props(&[SOURCE, CONFIDENCE])
.optional();
static PFC_GROUP_MAP: Node =
    Node::new("pfc-group-map", "Whether SONiC can map PFC priorities to priority groups: `pfc_to_pg_map`.")
        .args(&[arg("TAKEN", Kind::Bool, "")])
        .props(&[SOURCE, CONFIDENCE])
        .optional();
static BUFFER_MODEL: Node =
    Node::new("buffer-model", "DEVICE_METADATA buffer_model that SONiC has for the chip.")
        .args(&[arg("MODEL", Kind::Word(&["traditional", "dynamic"]), "")])
        .props(&[SOURCE, CONFIDENCE])
        .optional();
static DLB: Node =
    Node::new("dlb", "Dynamic load balancing: one table of flow sets, shared by all its groups.")
        .props(&[
            prop_needed("flowset-entries", Kind::Int(1, 1 << 24), "entries of the table"),
            prop_needed("min-group", Kind::Int(1, 1 << 24), "entries that the smallest group takes"),
            SOURCE,
            CONFIDENCE,
        ])
        .optional();
static HEADROOM: Node =
    Node::new("headroom", "The part of headroom that doesn't depend on length, for one line rate.").props(&[
        prop_needed("speed", Kind::Speed, ""),
        prop_needed("k", Kind::Int(0, 1 << 40), "cells times the divisor of `headroom-slope`"),
        SOURCE,
        CONFIDENCE,
    ]);
static HEADROOM_SLOPE: Node = Node::new(
    "headroom-slope",
    "How headroom grows: cells = (k + per-metre × speed in Gb/s × metres) / divisor, rounded up.",
)
.props(&[
    prop_needed("per-metre", Kind::Int(0, 1 << 20), "for one metre at 1 Gb/s"),
    prop_needed("divisor", Kind::Int(1, 1 << 20), ""),
    prop_needed("reference-mtu", Kind::Int(64, 65535), "frame for which the constants hold, bytes"),
    SOURCE,
    CONFIDENCE,
])
.optional();
static ROCE_HASH: Node = Node::new("roce-hash", "Whether ECMP can hash on RoCE fields.")
    .props(&[prop_needed("qpn", Kind::Bool, "the destination queue pair"), SOURCE, CONFIDENCE])
    .optional();

/// `asic NAME`
pub static ASIC: Node = Node::new("asic", "A chip. What isn't known of it is left out.")
    .args(&[arg("NAME", Kind::Name, "lower case, as `bcm78900`")])
    .children(&[
        &TITLE,
        &FAMILY,
        &BANDWIDTH,
        &SERDES,
        &PIPES,
        &LOGICAL_PORTS,
        &MMU,
        &SHARED_BUFFER,
        &QUEUES,
        &PRIORITY_GROUPS,
        &LOSSLESS_PRIORITIES,
        &WATCHDOG_ACTION,
        &PFC_GROUP_MAP,
        &BUFFER_MODEL,
        &ECMP,
        &MAX_FRAME,
        &DLB,
        &HEADROOM,
        &HEADROOM_SLOPE,
        &ROCE_HASH,
        &NOTE,
    ]);

/// Physical lanes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serdes {
    /// How many.
    pub count: Option<u32>,
    /// Rates at which one can run.
    pub rates: Vec<Speed>,
}

/// Packet pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pipes {
    /// How many; on a half chip their numbers have gaps.
    pub count: u16,
    /// Front-panel ports that one can have.
    pub logical_ports: u16,
    /// Their numbers are below this.
    pub numbers: u16,
}

/// The packet buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mmu {
    /// Parts that share nothing.
    pub halves: u8,
    /// One cell.
    pub cell: Size,
}

/// Queues of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queues {
    /// Unicast.
    pub unicast: u8,
    /// Multicast.
    pub multicast: u8,
}

/// Dynamic load balancing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dlb {
    /// Entries of the table that all groups share.
    pub flowset_entries: u32,
    /// Entries that the smallest group takes.
    pub min_group: u32,
}

/// Headroom of one line rate without cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadroomConstant {
    /// The line rate.
    pub speed: Speed,
    /// Cells times [`HeadroomSlope::divisor`].
    pub k: u64,
}

/// How headroom grows with length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadroomSlope {
    /// For one metre at 1 Gb/s, in cells times [`HeadroomSlope::divisor`].
    pub per_metre: u64,
    /// What the sum is divided by to give cells.
    pub divisor: u64,
    /// Frame for which the constants hold, bytes.
    pub reference_mtu: u32,
}

/// A chip of the same family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    /// Its name.
    pub name: Spanned<String>,
    /// Itself, once it is read.
    pub asic: Option<Arc<Asic>>,
}

/// A chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asic {
    /// `bcm78900`
    pub name: String,
    /// Full name.
    pub title: Option<String>,
    /// `tomahawk5`
    pub family: Option<String>,
    /// A chip of the family that has headroom constants where this one has none: to compare with, never to compute by.
    pub kin: Option<Kin>,
    /// What it switches, each direction counted once.
    pub bandwidth: Option<Fact<Speed>>,
    /// Physical lanes.
    pub serdes: Option<Fact<Serdes>>,
    /// Pipelines.
    pub pipes: Option<Fact<Pipes>>,
    /// Front-panel ports of the whole chip.
    pub logical_ports: Option<Fact<u32>>,
    /// Buffer.
    pub mmu: Option<Fact<Mmu>>,
    /// What pools may share out, whole chip.
    pub shared_buffer: Option<Fact<Size>>,
    /// Queues of a port.
    pub queues: Option<Fact<Queues>>,
    /// Ingress priority groups of a port.
    pub priority_groups: Option<Fact<u8>>,
    /// Priorities of a port that may be lossless at once.
    pub lossless_priorities: Option<Fact<u8>>,
    /// Whether the PFC watchdog has one action for all ports.
    pub watchdog_action: Option<Fact<bool>>,
    /// Whether SONiC can map PFC priorities to priority groups.
    pub pfc_group_map: Option<Fact<bool>>,
    /// SONiC's buffer model: `traditional` or `dynamic`.
    pub buffer_model: Option<Fact<String>>,
    /// Width of equal-cost routing.
    pub ecmp: Option<Fact<Ecmp>>,
    /// Longest frame, bytes.
    pub max_frame: Option<Fact<u32>>,
    /// Dynamic load balancing.
    pub dlb: Option<Fact<Dlb>>,
    /// Headroom constants, as listed.
    pub headroom: Vec<Fact<HeadroomConstant>>,
    /// Headroom per metre.
    pub headroom_slope: Option<Fact<HeadroomSlope>>,
    /// Whether ECMP can hash on the RoCE queue pair.
    pub roce_hash: Option<Fact<bool>>,
    /// What sources contradict or promise too much.
    pub notes: Vec<String>,
    /// Its node.
    pub at: Span,
}

impl Asic {
    /// Reads an `asic` node; none where it has no name.
    pub fn read(node: &Typed) -> Option<Self> {
        Some(Asic {
            name: arg_of(node)?,
            title: node.child(&TITLE).and_then(arg_of),
            family: node.child(&FAMILY).and_then(arg_of),
            kin: node.child(&FAMILY).and_then(|n| n.prop("kin")).map(|name| Kin { name, asic: None }),
            bandwidth: fact(node, &BANDWIDTH, arg_of),
            serdes: fact(node, &SERDES, |n| {
                let rates = n.children_of(&RATE).filter_map(arg_of).collect();
                Some(Serdes { count: prop_of(n, "count"), rates })
            }),
            pipes: fact(node, &PIPES, |n| {
                let (count, logical_ports) = (arg_of(n)?, prop_of(n, "logical-ports")?);
                Some(Pipes { count, logical_ports, numbers: prop_of(n, "numbers").unwrap_or(count) })
            }),
            logical_ports: fact(node, &LOGICAL_PORTS, arg_of),
            mmu: fact(node, &MMU, |n| Some(Mmu { halves: prop_of(n, "halves")?, cell: prop_of(n, "cell")? })),
            shared_buffer: fact(node, &SHARED_BUFFER, arg_of),
            queues: fact(node, &QUEUES, |n| {
                Some(Queues { unicast: prop_of(n, "unicast")?, multicast: prop_of(n, "multicast")? })
            }),
            priority_groups: fact(node, &PRIORITY_GROUPS, arg_of),
            lossless_priorities: fact(node, &LOSSLESS_PRIORITIES, arg_of),
            watchdog_action: fact(node, &WATCHDOG_ACTION, |n| Some(arg_of::<String>(n)? == "switch")),
            pfc_group_map: fact(node, &PFC_GROUP_MAP, arg_of),
            buffer_model: fact(node, &BUFFER_MODEL, arg_of),
            ecmp: fact(node, &ECMP, Ecmp::read),
            max_frame: fact(node, &MAX_FRAME, arg_of),
            dlb: fact(node, &DLB, |n| {
                let flowset_entries = prop_of(n, "flowset-entries")?;
                Some(Dlb { flowset_entries, min_group: prop_of(n, "min-group")? })
            }),
            headroom: node
                .children_of(&HEADROOM)
                .filter_map(|n| {
                    Fact::read(n, |n| {
                        Some(HeadroomConstant { speed: prop_of(n, "speed")?, k: prop_of(n, "k")? })
                    })
                })
                .collect(),
            headroom_slope: fact(node, &HEADROOM_SLOPE, |n| {
                let (per_metre, divisor) = (prop_of(n, "per-metre")?, prop_of(n, "divisor")?);
                Some(HeadroomSlope { per_metre, divisor, reference_mtu: prop_of(n, "reference-mtu")? })
            }),
            roce_hash: fact(node, &ROCE_HASH, |n| prop_of(n, "qpn")),
            notes: notes(node).collect(),
            at: node.head,
        })
    }

    /// The headroom constant for a line rate: its own, else that of the next higher one, whose rate then counts too.
    pub fn headroom_constant(&self, speed: Speed) -> Option<&Fact<HeadroomConstant>> {
        self.headroom.iter().filter(|h| h.v.speed >= speed).min_by_key(|h| h.v.speed)
    }
}

fn fact<T>(node: &Typed, kind: &'static Node, read: impl FnOnce(&Typed) -> Option<T>) -> Option<Fact<T>> {
    Fact::read(node.child(kind)?, read)
}
