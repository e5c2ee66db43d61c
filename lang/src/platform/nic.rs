//! `nic`: a model of network card, as named by `nic model=`.

use super::{CONFIDENCE, Confidence, Fact, NOTE, SOURCE, TITLE, arg_of, notes, prop_of};
use crate::schema::{Kind, Node, Typed, arg, prop, prop_needed};
use crate::source::Span;
use crate::units::Speed;

static MAX_SPEED: Node = Node::new("max-speed", "The fastest that one port runs Ethernet.")
    .args(&[arg("SPEED", Kind::Speed, "")])
    .props(&[SOURCE, CONFIDENCE])
    .optional();
static LANE_RATE: Node = Node::new("lane-rate", "A rate at which one lane can run.")
    .args(&[arg("SPEED", Kind::Speed, "")])
    .props(&[SOURCE, CONFIDENCE]);
static PORTS: Node = Node::new("ports", "A card of this model: its ports.")
    .args(&[arg("COUNT", Kind::Int(1, 16), "ports")])
    .props(&[
        prop_needed("speed", Kind::Speed, "of one"),
        prop("lanes", Kind::Int(1, 8), "electrical lanes of one"),
        prop("connector", Kind::Text, "form factor, as \"QSFP112\""),
        SOURCE,
        CONFIDENCE,
    ]);
static ROCE: Node = Node::new("roce", "What it marks RoCE with unless it is told otherwise.")
    .props(&[
        prop_needed("dscp", Kind::Int(0, 63), ""),
        prop("priority", Kind::Int(0, 7), "on which it is paused"),
        SOURCE,
        CONFIDENCE,
    ])
    .optional();
static CNP: Node =
    Node::new("cnp", "What it marks congestion notifications with unless it is told otherwise.")
        .props(&[
            prop_needed("dscp", Kind::Int(0, 63), ""),
            prop("priority", Kind::Int(0, 7), ""),
            SOURCE,
            CONFIDENCE,
        ])
        .optional();

/// `nic NAME`
pub static NIC: Node = Node::new("nic", "A model of NIC. What isn't known of it is left out.")
    .args(&[arg("NAME", Kind::Name, "as written in `nic model=`")])
    .children(&[&TITLE, &MAX_SPEED, &LANE_RATE, &PORTS, &ROCE, &CNP, &NOTE]);

/// The ports of one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NicPorts {
    /// How many.
    pub count: u32,
    /// Line rate of one.
    pub speed: Speed,
    /// Electrical lanes of one.
    pub lanes: Option<u32>,
    /// Form factor.
    pub connector: Option<String>,
}

/// How packets are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marking {
    /// In the IP header.
    pub dscp: u8,
    /// On the NIC.
    pub priority: Option<u8>,
}

/// A model of NIC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NicModel {
    /// `connectx-7`
    pub name: String,
    /// Full name.
    pub title: Option<String>,
    /// The fastest that one port runs.
    pub max_speed: Option<Fact<Speed>>,
    /// Rates at which one lane can run.
    pub lane_rates: Vec<Fact<Speed>>,
    /// Cards of this model.
    pub ports: Vec<Fact<NicPorts>>,
    /// Default marking of RoCE.
    pub roce: Option<Fact<Marking>>,
    /// Default marking of congestion notifications.
    pub cnp: Option<Fact<Marking>>,
    /// What sources contradict or promise too much.
    pub notes: Vec<String>,
    /// Its node.
    pub at: Span,
}

impl NicModel {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        let all = |kind: &'static Node| node.children_of(kind);
        let marking =
            |n: &Typed| Some(Marking { dscp: prop_of(n, "dscp")?, priority: prop_of(n, "priority") });
        let mark = |kind: &'static Node| Fact::read(node.child(kind)?, marking);
        let ports = |n: &Typed| {
            Some(NicPorts {
                count: arg_of(n)?,
                speed: prop_of(n, "speed")?,
                lanes: prop_of(n, "lanes"),
                connector: prop_of(n, "connector"),
            })
        };
        Some(NicModel {
            name: arg_of(node)?,
            title: node.child(&TITLE).and_then(arg_of),
            max_speed: node.child(&MAX_SPEED).and_then(|n| Fact::read(n, arg_of)),
            lane_rates: all(&LANE_RATE).filter_map(|n| Fact::read(n, arg_of)).collect(),
            ports: all(&PORTS).filter_map(|n| Fact::read(n, ports)).collect(),
            roce: mark(&ROCE),
            cnp: mark(&CNP),
            notes: notes(node).collect(),
            at: node.head,
        })
    }

    /// Electrical lanes of a port, where all cards with such ports have the same.
    pub fn lanes(&self, count: u32, speed: Speed) -> Option<(u32, Confidence)> {
        self.agreed(count, speed, |p| p.lanes)
    }

    /// Form factor of a port, where all cards with such ports have the same.
    pub fn connector(&self, count: u32, speed: Speed) -> Option<(&str, Confidence)> {
        self.agreed(count, speed, |p| p.connector.as_deref())
    }

    fn agreed<'a, T: PartialEq>(
        &'a self,
        count: u32,
        speed: Speed,
        of: impl Fn(&'a NicPorts) -> Option<T>,
    ) -> Option<(T, Confidence)> {
        let mut cards = self.ports.iter().filter(|p| p.v.count == count && p.v.speed == speed);
        let first = cards.next()?;
        let (value, mut confidence) = (of(&first.v)?, first.confidence);
        for card in cards {
            if of(&card.v).as_ref() != Some(&value) {
                return None;
            }
            confidence = confidence.min(card.confidence);
        }
        Some((value, confidence))
    }
}
