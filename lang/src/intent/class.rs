//! `class`, `watchdog`, `buffers`, `load-balancing`: what is lossless, and how.

use super::scope::CONFLICT;
use crate::diagnostic::Findings;
use crate::schema::{Kind, Node, Prop, Typed, arg, opt_arg, prop, prop_needed, prop_or, some_args};
use crate::source::{Span, Spanned};
use crate::units::{Length, Ratio, Size, Speed, Time};

/// Presets say it of every figure; whoever writes a class may.
const SOURCE: Prop = prop("source", Kind::Text, "where the figures come from, for people");

static DSCP: Node = Node::new("dscp", "Several DSCPs for one class.")
    .args(&[some_args("DSCP", Kind::Int(0, 63), "0 to 63")])
    .props(&[SOURCE])
    .optional();
static SCHEDULE: Node =
    Node::new("schedule", "How the class's queue is served: by weight or before all others.")
        .props(&[
            prop("weight", Kind::Int(1, 100), "relative; a sum other than 100 is no finding"),
            prop("strict", Kind::Bool, "served first"),
            SOURCE,
        ])
        .optional();
static ECN: Node = Node::new("ecn", "Marks instead of dropping, between two depths of the queue: once, by line rate, or once and scaled.").props(&[
    prop_needed("min", Kind::Size, "depth at which marking begins"),
    prop_needed("max", Kind::Size, "depth from which every packet is marked"),
    prop_or("probability", Kind::Int(0, 100), "100", "marked at `max`, per cent"),
    prop_or("speed", Kind::Speed, "every speed", "holds for queues of this line rate only"),
    prop(
        "scale-from",
        Kind::Speed,
        "the line rate that `min` and `max` are meant for: at another they are that many times as large, in whole bytes, \
         rounded down",
    ),
    SOURCE,
]);

static CONGESTION_CONTROL: Node = Node::new(
    "congestion-control",
    "What slows its senders down before PFC does: ECN marks (DCQCN), or nothing that the switch sees, as where a collective library paces its own traffic.",
)
.args(&[arg("WORD", Kind::Word(&["dcqcn", "none"]), "")])
.props(&[SOURCE])
.optional();

pub(super) static CLASS: Node = Node::new("class", "A traffic class.")
    .args(&[arg("NAME", Kind::Name, "")])
    .props(&[
        prop("dscp", Kind::Int(0, 63), "its DSCP; several stand in the block"),
        prop_needed("priority", Kind::Int(0, 7), "traffic class, queue and PFC priority"),
        prop_or("lossless", Kind::Bool, "#false", "paused by PFC instead of dropped"),
        prop_or("default", Kind::Bool, "#false", "takes every DSCP that no class names"),
        SOURCE,
    ])
    .children(&[&DSCP, &SCHEDULE, &ECN, &CONGESTION_CONTROL]);

pub(super) static WATCHDOG: Node = Node::new("watchdog", "The PFC watchdog on every lossless queue.")
    .props(&[
        prop_needed("detect", Kind::Time, "a queue that was paused for so long is stuck"),
        prop_needed("restore", Kind::Time, "free for so long, it is served again"),
        prop_or(
            "action",
            Kind::Word(&["drop", "forward", "alert"]),
            "drop",
            "what is done with its packets meanwhile",
        ),
        SOURCE,
    ])
    .optional();

static HEADROOM: Node = Node::new("headroom", "How headroom is sized.")
    .props(&[
        prop_or("oversubscription", Kind::Decimal, "from the vendor's own pool", "needed xoff over the pool"),
        prop_or("mtu", Kind::Int(1500, 9416), "the larger of 9216 and the frame", "largest frame, bytes"),
        prop_or("round-up", Kind::Bool, "#false", "takes the vendor's next listed length"),
    ])
    .optional();
static MARGIN: Node = Node::new("margin", "Added to computed headroom; not to measured or tabulated.")
    .args(&[arg("PERCENT", Kind::Percent, "")])
    .optional();
static MEASURED: Node = Node::new("measured", "Headroom that was measured; it wins over table and formula.")
    .props(&[
        prop_needed("speed", Kind::Speed, ""),
        prop_needed("length", Kind::Length, ""),
        prop_needed("xoff", Kind::Size, "bytes that arrive after XOFF"),
    ]);
static POOL: Node = Node::new("pool", "A pool's size instead of the platform's.")
    .args(&[opt_arg("NAME", Kind::Name, "ingress_lossless_pool where it isn't given")])
    .props(&[prop("size", Kind::Size, "whole pool"), prop("xoff", Kind::Size, "shared headroom in it")]);

static ROUND_TRIP: Node = Node::new(
    "round-trip",
    "From server to server and back with empty queues: what ECN thresholds are weighed against. 8 us where it isn't given.",
)
.args(&[arg("TIME", Kind::Time, "")])
.optional();

pub(super) static BUFFERS: Node = Node::new("buffers", "Headroom and pools.")
    .children(&[&HEADROOM, &MARGIN, &MEASURED, &POOL, &ROUND_TRIP])
    .optional();

static HASH: Node = Node::new("hash", "What ECMP hashes on.")
    .props(&[prop_or("qpn", Kind::Bool, "#false", "RoCE: also the destination queue pair")])
    .optional();
static ADAPTIVE: Node = Node::new("adaptive", "Dynamic load balancing.")
    .props(&[prop_or(
        "mode",
        Kind::Word(&["flowlet", "packet"]),
        "flowlet",
        "what is moved to the less loaded link",
    )])
    .optional();

static WCMP: Node = Node::new(
    "wcmp",
    "Weights equal paths by the links that are left behind them: switches that pass routes on announce how many paths they have.",
)
.optional();

pub(super) static LOAD_BALANCING: Node =
    Node::new("load-balancing", "How traffic is spread over equal paths.")
        .children(&[&HASH, &ADAPTIVE, &WCMP])
        .optional();

/// How a queue is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Relative weight, 1 to 100.
    Weight(u8),
    /// Before all others.
    Strict,
}

/// `ecn`
#[derive(Debug, Clone)]
pub struct Ecn {
    /// Marking begins.
    pub min: Spanned<Size>,
    /// Every packet is marked.
    pub max: Spanned<Size>,
    /// Marked at `max`, per cent.
    pub probability: Option<Spanned<u8>>,
    /// Only for queues of this line rate.
    pub speed: Option<Spanned<Speed>>,
    /// The line rate that the thresholds are meant for; they grow with the queue's own.
    pub scale_from: Option<Spanned<Speed>>,
    /// Whether something of it could not be read, so that nothing follows from what it doesn't say.
    pub flawed: bool,
    /// What to underline.
    pub at: Span,
}

impl Ecn {
    /// `min` and `max` for a queue of this line rate, in bytes: as stated, or times rate over `scale-from`, rounded down.
    pub fn thresholds(&self, speed: Speed) -> (u64, u64) {
        let at = |size: Size| match self.scale_from {
            Some(from) => {
                let bytes = u128::from(size.0) * u128::from(speed.0) / u128::from(from.v.0.max(1));
                u64::try_from(bytes).unwrap_or(u64::MAX)
            }
            None => size.0,
        };
        (at(self.min.v), at(self.max.v))
    }
}

/// `class`
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name.
    pub name: Spanned<String>,
    /// Its DSCPs.
    pub dscp: Vec<Spanned<u8>>,
    /// Traffic class, queue and PFC priority.
    pub priority: Spanned<u8>,
    /// Paused instead of dropped.
    pub lossless: Option<Spanned<bool>>,
    /// Takes every other DSCP.
    pub default: Option<Spanned<bool>>,
    /// How its queue is served.
    pub schedule: Option<Spanned<Schedule>>,
    /// ECN, once or by speed.
    pub ecn: Vec<Ecn>,
    /// What slows its senders down: `dcqcn` or `none`.
    pub congestion_control: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

impl Class {
    /// Whether it is paused instead of dropped.
    pub fn is_lossless(&self) -> bool {
        self.lossless.is_some_and(|l| l.v)
    }

    /// Whether it takes every DSCP that no class names.
    pub fn is_default(&self) -> bool {
        self.default.is_some_and(|d| d.v)
    }

    /// ECN for queues of this line rate: its own, else the one for every rate.
    pub fn ecn_at(&self, speed: Speed) -> Option<&Ecn> {
        let own = self.ecn.iter().find(|e| e.speed.is_some_and(|s| s.v == speed));
        own.or_else(|| self.ecn.iter().find(|e| e.speed.is_none()))
    }

    /// Whether it is said to go without congestion control.
    pub fn is_uncontrolled(&self) -> bool {
        self.congestion_control.as_ref().is_some_and(|c| c.v == "none")
    }

    pub(super) fn read(node: &Typed, findings: &mut Findings) -> Option<Self> {
        let one: Option<Spanned<u8>> = node.prop("dscp");
        let several: Vec<Spanned<u8>> = node.children_of(&DSCP).flat_map(|n| n.args(0)).collect();
        Some(Class {
            name: node.arg(0)?,
            dscp: one.into_iter().chain(several).collect(),
            priority: node.prop("priority")?,
            lossless: node.prop("lossless"),
            default: node.prop("default"),
            schedule: node.child(&SCHEDULE).and_then(|s| schedule(s, findings)),
            ecn: node.children_of(&ECN).filter_map(|e| ecn(e, findings)).collect(),
            congestion_control: node.value(&CONGESTION_CONTROL),
            at: node.head,
        })
    }
}

fn schedule(node: &Typed, findings: &mut Findings) -> Option<Spanned<Schedule>> {
    let weight: Option<Spanned<u8>> = node.prop("weight");
    let strict: Option<Spanned<bool>> = node.prop("strict");
    match (weight, strict.filter(|s| s.v)) {
        (Some(w), Some(s)) => {
            let found = CONFLICT.at(w.at, "a strict queue has no weight");
            findings.push(found.label(s.at, "strict").help("remove `weight`"));
            Some(s.map(|_| Schedule::Strict))
        }
        (Some(w), None) => Some(w.map(Schedule::Weight)),
        (None, Some(s)) => Some(s.map(|_| Schedule::Strict)),
        (None, None) if node.flawed => None,
        (None, None) => {
            let found = CONFLICT.at(node.head, "`schedule` says neither `weight=` nor `strict=#true`");
            findings.push(found.help("write `schedule weight=50` or `schedule strict=#true`"));
            None
        }
    }
}

fn ecn(node: &Typed, findings: &mut Findings) -> Option<Ecn> {
    let speed: Option<Spanned<Speed>> = node.prop("speed");
    let scale_from: Option<Spanned<Speed>> = node.prop("scale-from");
    if let (Some(only), Some(from)) = (speed, scale_from) {
        let found = CONFLICT.at(from.at, "thresholds for one line rate have nothing to be scaled to");
        findings.push(found.label(only.at, format!("{} only", only.v)).help("remove one of the two"));
    }
    Some(Ecn {
        min: node.prop("min")?,
        max: node.prop("max")?,
        probability: node.prop("probability"),
        speed,
        scale_from,
        flawed: node.flawed,
        at: node.head,
    })
}

/// `watchdog`
#[derive(Debug, Clone)]
pub struct Watchdog {
    /// Paused for so long: stuck.
    pub detect: Option<Spanned<Time>>,
    /// Free for so long: served again.
    pub restore: Option<Spanned<Time>>,
    /// `drop`, `forward` or `alert`.
    pub action: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

impl Watchdog {
    pub(super) fn read(node: &Typed) -> Self {
        Watchdog {
            detect: node.prop("detect"),
            restore: node.prop("restore"),
            action: node.prop("action"),
            at: node.head,
        }
    }
}

/// `measured`
#[derive(Debug, Clone)]
pub struct Measured {
    /// Line rate.
    pub speed: Spanned<Speed>,
    /// Cable.
    pub length: Spanned<Length>,
    /// Bytes that arrive after XOFF.
    pub xoff: Spanned<Size>,
}

/// `pool`
#[derive(Debug, Clone)]
pub struct PoolOverride {
    /// Which pool.
    pub name: Option<Spanned<String>>,
    /// Whole pool.
    pub size: Option<Spanned<Size>>,
    /// Shared headroom in it.
    pub xoff: Option<Spanned<Size>>,
    /// What to underline.
    pub at: Span,
}

/// `buffers`
#[derive(Debug, Clone)]
pub struct Buffers {
    /// Needed xoff over the pool.
    pub oversubscription: Option<Spanned<Ratio>>,
    /// Largest frame, bytes.
    pub mtu: Option<Spanned<u32>>,
    /// Takes the vendor's next listed length.
    pub round_up: Option<Spanned<bool>>,
    /// Added to computed headroom, as a fraction of one.
    pub margin: Option<Spanned<Ratio>>,
    /// Measured headroom.
    pub measured: Vec<Measured>,
    /// Pools.
    pub pools: Vec<PoolOverride>,
    /// From server to server and back with empty queues.
    pub round_trip: Option<Spanned<Time>>,
    /// What to underline.
    pub at: Span,
}

impl Buffers {
    pub(super) fn read(node: &Typed) -> Self {
        let headroom = node.child(&HEADROOM);
        let measured = node.children_of(&MEASURED).filter_map(|m| {
            Some(Measured { speed: m.prop("speed")?, length: m.prop("length")?, xoff: m.prop("xoff")? })
        });
        let pools = node.children_of(&POOL).map(|p| PoolOverride {
            name: p.arg(0),
            size: p.prop("size"),
            xoff: p.prop("xoff"),
            at: p.head,
        });
        Buffers {
            oversubscription: headroom.and_then(|h| h.prop("oversubscription")),
            mtu: headroom.and_then(|h| h.prop("mtu")),
            round_up: headroom.and_then(|h| h.prop("round-up")),
            margin: node.value(&MARGIN),
            measured: measured.collect(),
            pools: pools.collect(),
            round_trip: node.value(&ROUND_TRIP),
            at: node.head,
        }
    }
}

/// `hash`
#[derive(Debug, Clone)]
pub struct Hash {
    /// RoCE: also the destination queue pair.
    pub qpn: Option<Spanned<bool>>,
}

/// `adaptive`
#[derive(Debug, Clone)]
pub struct Adaptive {
    /// `flowlet` or `packet`.
    pub mode: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

/// `load-balancing`
#[derive(Debug, Clone)]
pub struct LoadBalancing {
    /// What ECMP hashes on.
    pub hash: Option<Hash>,
    /// Dynamic load balancing.
    pub adaptive: Option<Adaptive>,
    /// Where equal paths are asked to be weighted by the links behind them.
    pub wcmp: Option<Span>,
    /// What to underline.
    pub at: Span,
}

impl LoadBalancing {
    pub(super) fn read(node: &Typed) -> Self {
        LoadBalancing {
            hash: node.child(&HASH).map(|h| Hash { qpn: h.prop("qpn") }),
            adaptive: node.child(&ADAPTIVE).map(|a| Adaptive { mode: a.prop("mode"), at: a.head }),
            wcmp: node.child(&WCMP).map(|wcmp| wcmp.head),
            at: node.head,
        }
    }
}
