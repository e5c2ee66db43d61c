//! Chips, switches, optics and NICs: what the catalogue knows of each, and where it knows it from.
//!
//! - [`asic`]: limits of a chip
//! - [`switch`]: a box
//! - [`cage`]: its cages, their lanes and modes
//! - [`buffers`]: its pools, profiles and headroom rows
//! - [`optic`]: a module, or a cable with its ends
//! - [`nic`]: a model of NIC
//! - `contradictions`: figures of one's own platform that can't both be right
//! - [`catalog`]: the built-in files and the user's own `platform` nodes, read when asked for
//!
//! What no source tells is absent, so nearly every figure is an [`Option`] of a [`Fact`].

pub mod asic;
pub mod buffers;
pub mod cage;
pub mod catalog;
mod contradictions;
pub mod nic;
pub mod optic;
pub mod switch;

pub use asic::{ASIC, Asic};
pub use cage::{Cage, CageGroup, Child, Mode};
pub use catalog::{Catalog, built_in, nics, optics, preset_text, presets};
pub use nic::NicModel;
pub use optic::{Optic, OpticSpeed};
pub use switch::{Ability, Feature, PLATFORM, Platform};

use crate::diagnostic::Rule;
use crate::schema::{FromValue, Kind, Node, Prop, Typed, arg, prop, prop_or};
use crate::source::Span;

crate::rule! {
    /// No built-in file and no `platform` or `asic` node of the program has this name. `fabc platforms` lists them.
    ///
    /// ```kdl bad
    /// platform "mine" like="dell-z9864"
    /// tier "leaf" count=2 switch="mine"
    /// ```
    /// ```kdl good
    /// platform "mine" like="dell-z9864f"
    /// tier "leaf" count=2 switch="mine"
    /// ```
    pub static UNKNOWN = Error "platform/unknown" "unknown platform";
}
crate::rule! {
    /// A platform needs a chip, and a group of cages needs its count, form, lanes, default mode, names, indexes and
    /// lane lists, unless `like=` brings them.
    ///
    /// ```kdl bad
    /// platform "mine" { asic "bcm78900"; cages 64 form="OSFP112" lanes=8 default="1x800G"; }
    /// tier "leaf" count=2 switch="mine"
    /// ```
    /// ```kdl good
    /// platform "mine" like="dell-z9864f"
    /// tier "leaf" count=2 switch="mine"
    /// ```
    pub static INCOMPLETE = Error "platform/incomplete" "incomplete platform";
}
crate::rule! {
    /// Two figures of a platform can't both be right: a list that isn't as long as there are cages, a mode with more
    /// lanes than the cage, a default mode that isn't listed, two things of one name, one lane in two cages, a pipe that
    /// the chip doesn't have, an alias that two ports would share.
    ///
    /// ```kdl bad
    /// platform "mine" like="dell-z9864f" { cages { pipe 0 1 2; }; }
    /// tier "leaf" count=2 switch="mine"
    /// ```
    /// ```kdl good
    /// platform "mine" like="dell-z9864f"
    /// tier "leaf" count=2 switch="mine"
    /// ```
    pub static CONTRADICTION = Error "platform/contradiction" "contradictory platform";
}

crate::rule! {
    /// `preset` names a practice that the catalogue doesn't have. `fabc presets` lists them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// preset "del-roce"
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// preset "dell-roce"
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9664f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static UNKNOWN_PRESET = Error "platform/unknown-preset" "unknown preset";
}

/// Rules that this stage reports under.
pub static RULES: &[&Rule] = &[&UNKNOWN, &INCOMPLETE, &CONTRADICTION, &UNKNOWN_PRESET];

/// What a catalogue file may hold.
pub(crate) static FILE: Node =
    Node::new("", "").children(&[&ASIC, &PLATFORM, &optic::OPTIC, &nic::NIC, &crate::intent::preset::FILE]);

const SOURCE: Prop = prop("source", Kind::Text, "where the figures of this node come from");
const CONFIDENCE: Prop =
    prop_or("confidence", Kind::Word(&["confirmed", "derived", "likely"]), "confirmed", "how sure they are");

static TITLE: Node = Node::new("title", "Its full name.")
    .args(&[arg("TEXT", Kind::Text, "as the vendor writes it")])
    .optional();
static NOTE: Node = Node::new(
    "note",
    "Where sources contradict each other or promise too much: what is held to be true, and why.",
)
.args(&[arg("TEXT", Kind::Text, "")])
.ordered();
static ECMP: Node = Node::new("ecmp", "Width of equal-cost routing.")
    .props(&[
        prop("members", Kind::Int(1, 65536), "next hops in one group"),
        prop("groups", Kind::Int(1, 1 << 20), "groups"),
        SOURCE,
        CONFIDENCE,
    ])
    .optional();
static MAX_FRAME: Node = Node::new("max-frame", "The longest frame, in bytes, with header and check sum.")
    .args(&[arg("BYTES", Kind::Int(64, 65535), "")])
    .props(&[SOURCE, CONFIDENCE])
    .optional();

/// How sure a figure is, least sure first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Second hand, or read from a neighbouring box.
    Likely,
    /// Worked out from what a source states.
    Derived,
    /// Stated by the source.
    Confirmed,
}

impl Confidence {
    /// Whether it is no more than likely.
    pub fn is_likely(self) -> bool {
        self == Confidence::Likely
    }

    /// `confirmed`, `derived` or `likely`.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Likely => "likely",
            Confidence::Derived => "derived",
            Confidence::Confirmed => "confirmed",
        }
    }
}

/// A figure, or figures of one node, with where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T> {
    /// The figure.
    pub v: T,
    /// File, table or paper; relative to the platform's `tree` where it begins with a file name. None in a user's
    /// own node that doesn't say.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// The node that states it, to be underlined as the limit.
    pub at: Span,
}

impl<T> Fact<T> {
    /// What `read` takes from `node`, with the node's source and confidence.
    fn read(node: &Typed, read: impl FnOnce(&Typed) -> Option<T>) -> Option<Self> {
        let confidence = match prop_of::<String>(node, "confidence").as_deref() {
            Some("likely") => Confidence::Likely,
            Some("derived") => Confidence::Derived,
            _ => Confidence::Confirmed,
        };
        Some(Fact {
            v: read(node)?,
            source: prop_of(node, "source"),
            confidence,
            at: node.head_without(&["source", "confidence"]),
        })
    }

    /// Sets `slot` from the child `kind` of `node`, where there is one.
    fn set(
        slot: &mut Option<Self>,
        node: &Typed,
        kind: &'static Node,
        read: impl FnOnce(&Typed) -> Option<T>,
    ) {
        if let Some(child) = node.child(kind) {
            *slot = Fact::read(child, read).or(slot.take());
        }
    }

    /// Adds to `list` each child `kind` of `node`, in place of an item that is the `same`.
    fn lay_over(
        list: &mut Vec<Self>,
        node: &Typed,
        kind: &'static Node,
        same: impl Fn(&T, &T) -> bool,
        read: impl Fn(&Typed) -> Option<T>,
    ) {
        for fact in node.children_of(kind).filter_map(|n| Fact::read(n, &read)) {
            match list.iter_mut().find(|old| same(&old.v, &fact.v)) {
                Some(old) => *old = fact,
                None => list.push(fact),
            }
        }
    }
}

/// Width of equal-cost routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ecmp {
    /// Next hops in one group.
    pub members: Option<u32>,
    /// Groups.
    pub groups: Option<u32>,
}

impl Ecmp {
    fn read(node: &Typed) -> Option<Self> {
        Some(Ecmp { members: prop_of(node, "members"), groups: prop_of(node, "groups") })
    }
}

fn arg_of<T: FromValue>(node: &Typed) -> Option<T> {
    node.arg(0).map(|a| a.v)
}

fn args_of<T: FromValue>(node: &Typed) -> Vec<T> {
    node.args(0).into_iter().map(|a| a.v).collect()
}

fn prop_of<T: FromValue>(node: &Typed, name: &str) -> Option<T> {
    node.prop(name).map(|p| p.v)
}

fn notes(node: &Typed) -> impl Iterator<Item = String> {
    node.children_of(&NOTE).filter_map(arg_of)
}
