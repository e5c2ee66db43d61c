//! `optic`: what is written after `media`, a module or a cable with its ends.

use super::{CONFIDENCE, Fact, NOTE, SOURCE, TITLE, arg_of, notes, prop_of};
use crate::schema::{Kind, Node, Typed, arg, prop, prop_needed, prop_or};
use crate::source::Span;
use crate::units::{Length, Power, Speed};

static ELECTRICAL: Node = Node::new("electrical", "Lanes towards the cage; one line for each kind of part.")
    .args(&[arg("LANES", Kind::Int(1, 16), "")])
    .props(&[prop_needed("rate", Kind::Speed, "of one lane"), SOURCE, CONFIDENCE]);
static OPTICAL: Node = Node::new("optical", "Lanes of light: both ends must have the same.")
    .args(&[arg("LANES", Kind::Int(1, 16), "")])
    .props(&[prop_needed("rate", Kind::Speed, "of one lane"), SOURCE, CONFIDENCE])
    .optional();
static CONNECTOR: Node = Node::new("connector", "What its cables plug in with.")
    .args(&[arg("NAME", Kind::Text, "as \"MPO-12/APC\"")])
    .props(&[prop_or("count", Kind::Int(1, 8), "1", "connectors"), SOURCE, CONFIDENCE])
    .optional();
static REACH: Node =
    Node::new("reach", "The longest cable.").args(&[arg("LENGTH", Kind::Length, "")]).props(&[
        prop("over", Kind::Text, "the fibre, as \"OM4\""),
        prop_or("splitter", Kind::Bool, "#false", "only as a cable with several far ends"),
        prop("part", Kind::Text, "only this part"),
        SOURCE,
        CONFIDENCE,
    ]);
static POWER: Node = Node::new("power", "What one end draws.").props(&[
    prop_needed("max", Kind::Power, "at the most"),
    prop("typ", Kind::Power, "typically"),
    prop("part", Kind::Text, "only this part"),
    SOURCE,
    CONFIDENCE,
]);
static BREAK_OUT: Node = Node::new("break-out", "Ports of less speed that can be had from it.")
    .args(&[arg("COUNT", Kind::Int(2, 16), "ports")])
    .props(&[
        prop_needed("speed", Kind::Speed, "of one"),
        prop("lanes", Kind::Int(1, 16), "only with so many electrical lanes"),
        prop("far", Kind::Text, "what stands at the far ends, as \"DR1\""),
        SOURCE,
        CONFIDENCE,
    ]);
static WHOLE: Node = Node::new("whole", "No port of less speed can be had from it.")
    .props(&[prop_needed("below", Kind::Speed, "than this"), SOURCE, CONFIDENCE])
    .optional();
static SPEED: Node = Node::new("speed", "What it is at one line rate of the whole module.")
    .args(&[arg("SPEED", Kind::Speed, "")])
    .children(&[&ELECTRICAL, &OPTICAL, &CONNECTOR, &REACH, &POWER, &BREAK_OUT, &WHOLE])
    .some();

/// `optic NAME`
pub static OPTIC: Node =
    Node::new("optic", "Modules or cables of one kind. What isn't known of them is left out.")
        .args(&[arg("NAME", Kind::Name, "as written after `media`")])
        .props(&[prop_needed(
            "kind",
            Kind::Word(&["passive-copper", "active-copper", "active-optical", "module"]),
            "all but a module are one piece with their cable",
        )])
        .children(&[&TITLE, &SPEED, &NOTE]);

/// What sort of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpticKind {
    /// Wires that join the lanes of both ends as they are.
    PassiveCopper,
    /// Wires with amplifiers or retimers at their ends.
    ActiveCopper,
    /// Fibre with its modules moulded on.
    ActiveOptical,
    /// A module that a fibre is plugged into.
    Module,
}

impl OpticKind {
    /// As written.
    pub fn name(self) -> &'static str {
        match self {
            OpticKind::PassiveCopper => "passive-copper",
            OpticKind::ActiveCopper => "active-copper",
            OpticKind::ActiveOptical => "active-optical",
            OpticKind::Module => "module",
        }
    }
}

/// Lanes that share the speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// How many.
    pub count: u32,
    /// Rate of one.
    pub rate: Speed,
}

/// What cables plug in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// `MPO-12/APC`
    pub name: String,
    /// How many the module has.
    pub count: u32,
}

/// The longest cable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// How long.
    pub length: Length,
    /// The fibre.
    pub over: Option<String>,
    /// Only as a cable with several far ends.
    pub splitter: bool,
    /// Only this part.
    pub part: Option<String>,
}

/// What one end draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// At the most.
    pub max: Power,
    /// Typically.
    pub typ: Option<Power>,
    /// Only this part.
    pub part: Option<String>,
}

/// Ports of less speed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakOut {
    /// How many.
    pub ports: u32,
    /// Of one.
    pub speed: Speed,
    /// Only with so many electrical lanes.
    pub lanes: Option<u32>,
    /// What stands at the far ends.
    pub far: Option<String>,
}

/// An optic at one line rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpticSpeed {
    /// Of the whole module.
    pub speed: Speed,
    /// Lanes towards the cage, by kind of part.
    pub electrical: Vec<Fact<Lanes>>,
    /// Lanes of light.
    pub optical: Option<Fact<Lanes>>,
    /// What cables plug in with; none where they are moulded on.
    pub connector: Option<Fact<Connector>>,
    /// Longest cables, by fibre and part.
    pub reaches: Vec<Fact<Reach>>,
    /// What one end draws, by part.
    pub draws: Vec<Fact<Draw>>,
    /// Ports of less speed that can be had from it.
    pub break_outs: Vec<Fact<BreakOut>>,
    /// The least speed that a port of it can have.
    pub whole: Option<Fact<Speed>>,
}

impl OpticSpeed {
    fn read(node: &Typed) -> Option<Self> {
        let speed = arg_of(node)?;
        let one = |kind| node.child(kind);
        let lanes = |n: &Typed| Some(Lanes { count: arg_of(n)?, rate: prop_of(n, "rate")? });
        Some(OpticSpeed {
            speed,
            electrical: all(node, &ELECTRICAL, lanes),
            optical: one(&OPTICAL).and_then(|n| Fact::read(n, lanes)),
            connector: one(&CONNECTOR).and_then(|n| {
                Fact::read(n, |n| {
                    Some(Connector { name: arg_of(n)?, count: prop_of(n, "count").unwrap_or(1) })
                })
            }),
            reaches: all(node, &REACH, |n| {
                Some(Reach {
                    length: arg_of(n)?,
                    over: prop_of(n, "over"),
                    splitter: prop_of(n, "splitter").unwrap_or(false),
                    part: prop_of(n, "part"),
                })
            }),
            draws: all(node, &POWER, |n| {
                Some(Draw { max: prop_of(n, "max")?, typ: prop_of(n, "typ"), part: prop_of(n, "part") })
            }),
            break_outs: all(node, &BREAK_OUT, |n| {
                Some(BreakOut {
                    ports: arg_of(n)?,
                    speed: prop_of(n, "speed")?,
                    lanes: prop_of(n, "lanes"),
                    far: prop_of(n, "far"),
                })
            }),
            whole: one(&WHOLE).and_then(|n| Fact::read(n, |n| prop_of(n, "below"))),
        })
    }

    /// The longest cable over the best fibre named; `split` where it has several far ends.
    pub fn reach(&self, split: bool) -> Option<&Fact<Reach>> {
        self.reaches.iter().filter(|r| split || !r.v.splitter).max_by_key(|r| r.v.length)
    }

    /// The greatest power that any part draws.
    pub fn draw(&self) -> Option<&Fact<Draw>> {
        self.draws.iter().max_by_key(|d| d.v.max)
    }
}

/// Modules or cables of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optic {
    /// As written after `media`.
    pub name: String,
    /// Full name.
    pub title: Option<String>,
    /// What sort of thing it is.
    pub kind: OpticKind,
    /// What it is at each line rate.
    pub speeds: Vec<OpticSpeed>,
    /// What sources contradict or promise too much.
    pub notes: Vec<String>,
    /// Its node.
    pub at: Span,
}

impl Optic {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        let kind = match prop_of::<String>(node, "kind")?.as_str() {
            "passive-copper" => OpticKind::PassiveCopper,
            "active-copper" => OpticKind::ActiveCopper,
            "active-optical" => OpticKind::ActiveOptical,
            _ => OpticKind::Module,
        };
        Some(Optic {
            name: arg_of(node)?,
            title: node.child(&TITLE).and_then(arg_of),
            kind,
            speeds: node.children_of(&SPEED).filter_map(OpticSpeed::read).collect(),
            notes: notes(node).collect(),
            at: node.head,
        })
    }

    /// What it is at this line rate of the whole module.
    pub fn at_speed(&self, speed: Speed) -> Option<&OpticSpeed> {
        self.speeds.iter().find(|s| s.speed == speed)
    }

    /// Whether wires join the lanes of both ends as they are.
    pub fn is_passive(&self) -> bool {
        self.kind == OpticKind::PassiveCopper
    }

    /// Whether ends and cable are one piece.
    pub fn is_integral(&self) -> bool {
        self.kind != OpticKind::Module
    }
}

fn all<T>(node: &Typed, kind: &'static Node, read: impl Fn(&Typed) -> Option<T>) -> Vec<Fact<T>> {
    node.children_of(kind).filter_map(|n| Fact::read(n, &read)).collect()
}
