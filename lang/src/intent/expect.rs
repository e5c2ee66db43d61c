//! `expect`: assertions that fail the build.

use crate::schema::{Kind, Node, Typed, arg, prop_needed};
use crate::source::{Span, Spanned};
use crate::units::{Power, Ratio};

static GPUS: Node =
    Node::new("gpus", "The fabric has so many GPUs.").args(&[arg("COUNT", Kind::Int(0, 100_000_000), "")]);
static OVERSUBSCRIPTION: Node =
    Node::new("oversubscription", "Bandwidth below over bandwidth above, on every switch of the tier.")
        .args(&[arg("TIER", Kind::Path, "")])
        .props(&[prop_needed("max", Kind::Decimal, "as 1.0; read exactly")]);
static SURVIVE: Node = Node::new(
    "survive",
    "With any so many switches of the tier lost, the tiers below keep their oversubscription.",
)
.args(&[arg("TIER", Kind::Path, "")])
.props(&[
    prop_needed("losses", Kind::Int(1, 1000), "switches lost"),
    prop_needed("oversubscription", Kind::Decimal, "at most, on every switch below"),
]);
static HOPS: Node = Node::new(
    "hops",
    "Switches on the longest of all shortest paths between two servers, each by its best NIC.",
)
.props(&[prop_needed("max", Kind::Int(1, 15), "")]);
static DISJOINT: Node =
    Node::new("disjoint-paths", "Edge-disjoint paths between any two leaves that hold servers.")
        .props(&[prop_needed("min", Kind::Int(1, 4096), "")]);
static POWER: Node = Node::new(
    "power",
    "Transceivers and switches draw at most so much; figures that are not known are said.",
)
.props(&[prop_needed("max", Kind::Power, "")]);

pub(super) static EXPECT: Node = Node::new("expect", "Assertions: the build fails where one doesn't hold.")
    .children(&[&GPUS, &OVERSUBSCRIPTION, &SURVIVE, &HOPS, &DISJOINT, &POWER]);

/// What is asserted.
#[derive(Debug, Clone)]
pub enum Claim {
    /// `gpus`
    Gpus(Spanned<u64>),
    /// `oversubscription TIER max=`
    Oversubscription(Spanned<String>, Spanned<Ratio>),
    /// `survive TIER losses= oversubscription=`
    Survive(Spanned<String>, Spanned<u32>, Spanned<Ratio>),
    /// `hops max=`
    Hops(Spanned<u32>),
    /// `disjoint-paths min=`
    DisjointPaths(Spanned<u32>),
    /// `power max=`
    Power(Spanned<Power>),
}

/// One line of `expect`.
#[derive(Debug, Clone)]
pub struct Expect {
    /// What.
    pub claim: Claim,
    /// What to underline.
    pub at: Span,
}

impl Expect {
    pub(super) fn read(node: &Typed) -> Vec<Self> {
        node.children().iter().filter_map(|n| Some(Expect { claim: claim(n)?, at: n.head })).collect()
    }
}

fn claim(node: &Typed) -> Option<Claim> {
    Some(match node.schema.name {
        "gpus" => Claim::Gpus(node.arg(0)?),
        "oversubscription" => Claim::Oversubscription(node.arg(0)?, node.prop("max")?),
        "survive" => Claim::Survive(node.arg(0)?, node.prop("losses")?, node.prop("oversubscription")?),
        "hops" => Claim::Hops(node.prop("max")?),
        "disjoint-paths" => Claim::DisjointPaths(node.prop("min")?),
        "power" => Claim::Power(node.prop("max")?),
        _ => return None,
    })
}
