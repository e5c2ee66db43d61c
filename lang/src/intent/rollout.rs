//! `rollout`: how a change may go over the fabric.

use crate::schema::{Kind, Node, Typed, arg, prop, prop_needed};
use crate::source::{Span, Spanned};
use crate::units::{Ratio, Time};

static MAX_UNAVAILABLE: Node = Node::new(
    "max-unavailable",
    "Switches of a tier that may be out of service at the same time, those under `maintenance` among them; 1 of a tier that isn't named. Where all of a tier may be, no switch of it is kept a way to others.",
)
.props(&[prop("*", Kind::Int(1, 100_000), "tier by name or path, and how many")]);
static KEEP: Node = Node::new(
    "keep",
    "Bandwidth below over bandwidth above stays within this on every switch of the tier that is in service.",
)
.args(&[arg("WHAT", Kind::Word(&["oversubscription"]), ""), arg("TIER", Kind::Path, "")])
.props(&[prop_needed("max", Kind::Decimal, "as 1.25; read exactly")]);
static CANARY: Node = Node::new(
    "canary",
    "So many switches of each tier go first, in waves of their own, one of each kind of change before a second of any; 1 without.",
)
.args(&[arg("COUNT", Kind::Int(0, 1000), "0 for none")])
.optional();
static SOAK: Node =
    Node::new("soak", "How long canaries are watched before the rest follows; `\"5m\"` without.")
        .args(&[arg("TIME", Kind::Time, "")])
        .optional();

pub(super) static ROLLOUT: Node = Node::new(
    "rollout",
    "How `fabc plan` lets a change go over the fabric. Without it one switch of a tier is out at a time.",
)
.children(&[&MAX_UNAVAILABLE, &KEEP, &CANARY, &SOAK])
.optional();

/// How a change may go over the fabric.
#[derive(Debug, Clone, Default)]
pub struct Rollout {
    /// `max-unavailable`: tiers as written, and how many.
    pub max_unavailable: Vec<(Spanned<String>, Spanned<u32>)>,
    /// `keep oversubscription TIER max=`
    pub keep: Vec<(Spanned<String>, Spanned<Ratio>)>,
    /// `canary`
    pub canary: Option<Spanned<u32>>,
    /// `soak`
    pub soak: Option<Spanned<Time>>,
    /// What to underline.
    pub at: Span,
}

impl Rollout {
    pub(super) fn read(node: &Typed) -> Self {
        let kept = |n: &Typed| Some((n.arg(1)?, n.prop("max")?));
        Rollout {
            max_unavailable: node.children_of(&MAX_UNAVAILABLE).flat_map(|n| n.open::<u32>()).collect(),
            keep: node.children_of(&KEEP).filter_map(kept).collect(),
            canary: node.value(&CANARY),
            soak: node.value(&SOAK),
            at: node.head,
        }
    }

    /// All tiers that it names.
    pub fn tiers(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.max_unavailable.iter().map(|(tier, _)| tier).chain(self.keep.iter().map(|(tier, _)| tier))
    }
}
