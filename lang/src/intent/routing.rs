//! `routing`: ASNs, pools, sessions.

use ipnet::{Ipv4Net, Ipv6Net};

use crate::schema::{Kind, Node, Typed, arg, opt_arg, prop, prop_or};
use crate::source::{Span, Spanned};
use crate::units::Time;

static ASN: Node = Node::new(
    "asn",
    "First ASN of each tier. Leaves get one each, middle tiers one per pod, the top tier one for all.",
)
.props(&[prop("*", Kind::Int(1, 4_294_967_294), "tier by name or path, and its base")]);
static LOOPBACKS: Node =
    Node::new("loopbacks", "Pools of the switches' loopback addresses; each tier owns a share.")
        .args(&[arg("V4", Kind::Prefix4, "IPv4 pool"), opt_arg("V6", Kind::Prefix6, "IPv6 pool")])
        .optional();
static HOST_SUBNETS: Node = Node::new(
    "host-subnets",
    "Pool of the servers' addresses: a /31 for each NIC port, a block for each leaf.",
)
.args(&[arg("V4", Kind::Prefix4, "IPv4 pool")])
.optional();
static BFD: Node = Node::new("bfd", "BFD on every session between switches.")
    .props(&[
        prop_or("interval", Kind::Time, "300ms", "between two packets, both ways"),
        prop_or("multiplier", Kind::Int(2, 255), "3", "packets missed"),
    ])
    .optional();
static UNNUMBERED: Node =
    Node::new("unnumbered", "Sessions over IPv6 link-local addresses; holds where `numbered` isn't given.")
        .optional();
static NUMBERED: Node = Node::new(
    "numbered",
    "A /31 on each link between switches, and a /127 where there is an IPv6 pool; a session for each.",
)
.args(&[arg("V4", Kind::Prefix4, "IPv4 pool"), opt_arg("V6", Kind::Prefix6, "IPv6 pool")])
.optional();

pub(super) static ROUTING: Node = Node::new("routing", "eBGP between all switches.")
    .children(&[&ASN, &LOOPBACKS, &HOST_SUBNETS, &BFD, &UNNUMBERED, &NUMBERED])
    .optional();

/// `bfd`
#[derive(Debug, Clone)]
pub struct Bfd {
    /// Between two packets.
    pub interval: Option<Spanned<Time>>,
    /// Packets missed.
    pub multiplier: Option<Spanned<u8>>,
    /// What to underline.
    pub at: Span,
}

/// `routing`
#[derive(Debug, Clone)]
pub struct Routing {
    /// Tier by name or path, and its base.
    pub asn: Vec<(Spanned<String>, Spanned<u32>)>,
    /// IPv4 loopbacks.
    pub loopbacks: Option<Spanned<Ipv4Net>>,
    /// IPv6 loopbacks.
    pub loopbacks6: Option<Spanned<Ipv6Net>>,
    /// The servers' addresses.
    pub host_subnets: Option<Spanned<Ipv4Net>>,
    /// BFD.
    pub bfd: Option<Bfd>,
    /// `unnumbered`, where it is said.
    pub unnumbered: Option<Span>,
    /// /31s between switches.
    pub numbered: Option<Spanned<Ipv4Net>>,
    /// /127s between switches.
    pub numbered6: Option<Spanned<Ipv6Net>>,
    /// What to underline.
    pub at: Span,
}

impl Routing {
    pub(super) fn read(node: &Typed) -> Self {
        let loopbacks = node.child(&LOOPBACKS);
        let numbered = node.child(&NUMBERED);
        Routing {
            asn: node.children_of(&ASN).flat_map(|n| n.open::<u32>()).collect(),
            loopbacks: loopbacks.and_then(|l| l.arg(0)),
            loopbacks6: loopbacks.and_then(|l| l.arg(1)),
            host_subnets: node.value(&HOST_SUBNETS),
            bfd: node.child(&BFD).map(|b| Bfd {
                interval: b.prop("interval"),
                multiplier: b.prop("multiplier"),
                at: b.head,
            }),
            unnumbered: node.child(&UNNUMBERED).map(|u| u.head),
            numbered: numbered.and_then(|n| n.arg(0)),
            numbered6: numbered.and_then(|n| n.arg(1)),
            at: node.head,
        }
    }
}
