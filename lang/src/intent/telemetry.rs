//! `telemetry`, `trimming`: how congestion is seen, and what is told of a packet that found no room.

use crate::schema::{Kind, Node, Typed, prop, prop_needed, prop_or, some_args};
use crate::source::{Span, Spanned};
use crate::units::{Size, Time};

static CERTIFICATES: Node = Node::new("certificates", "TLS, by files on the switch. Without them gNMI is open to whoever reaches it, or to the switch itself alone.")
    .props(&[
        prop_needed("server", Kind::Text, "the server's certificate, a path that ends in .cer"),
        prop_needed("key", Kind::Text, "its key, a path that ends in .key"),
        prop("ca", Kind::Text, "whose clients are known, a path that ends in .cer"),
    ])
    .optional();

static GNMI: Node = Node::new("gnmi", "The gNMI server of every switch.")
    .props(&[
        prop_or("port", Kind::Int(1, 65535), "8080", "TCP port"),
        prop_or("client-auth", Kind::Bool, "#true", "clients must show a certificate"),
        prop("log-level", Kind::Int(0, 100), "of the server; its own where it isn't given"),
        prop(
            "user-auth",
            Kind::Word(&["password", "jwt", "cert", "none"]),
            "how users prove who they are; the server's own way where it isn't given",
        ),
        prop_or(
            "container",
            Kind::Word(&["gnmi", "telemetry"]),
            "gnmi",
            "which container of the image serves it: it reads the table of its name",
        ),
    ])
    .children(&[&CERTIFICATES])
    .optional();

static WATERMARKS: Node = Node::new(
    "watermarks",
    "How often the fullest state of queues, priority groups and pools is read; as seldom as SONiC does by itself where the node isn't given.",
)
.props(&[prop_needed("interval", Kind::Time, "between two readings, 100 ms or more")])
.optional();

static HIGH_FREQUENCY: Node = Node::new(
    "high-frequency",
    "Counters of every wired port, of lossless queues and priority groups, and of the pools, streamed by the chip itself.",
)
.props(&[
    prop_needed("interval", Kind::Time, "between two readings"),
    prop("collector", Kind::Endpoint, "OpenTelemetry collector; the switch's own where it isn't given"),
    prop("certificates", Kind::Filled, "path on the switch, for a collector that wants TLS"),
])
.optional();

static SUBSCRIPTIONS: Node = Node::new(
    "subscriptions",
    "Writes telemetry/gnmic.yaml: targets and paths for gnmic, or for whoever reads them.",
)
.props(&[prop_or("interval", Kind::Time, "10s", "of what is sampled")])
.optional();

pub(super) static TELEMETRY: Node = Node::new("telemetry", "How congestion is seen from outside.")
    .children(&[&GNMI, &WATERMARKS, &HIGH_FREQUENCY, &SUBSCRIPTIONS])
    .optional();

pub(super) static TRIMMING: Node = Node::new(
    "trimming",
    "Packet trimming: a packet of these lossy classes that finds no room is cut to its head, marked, and sent on in another \
     class, so that the receiver learns of the loss at once.",
)
.args(&[some_args("CLASS", Kind::Name, "lossy classes")])
.props(&[
    prop_needed("to", Kind::Name, "the class whose queue takes what is left of the packets"),
    prop_or("dscp", Kind::Int(0, 63), "the first of that class", "what they are marked with"),
    prop_or("size", Kind::Size, "256 B", "what is left of a packet"),
])
.optional();

/// `certificates`
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The server's.
    pub server: Spanned<String>,
    /// Its key.
    pub key: Spanned<String>,
    /// Whose clients are known.
    pub ca: Option<Spanned<String>>,
}

/// `gnmi`
#[derive(Debug, Clone)]
pub struct Gnmi {
    /// TCP port.
    pub port: Spanned<u16>,
    /// Clients must show a certificate.
    pub client_auth: Spanned<bool>,
    /// Of the server.
    pub log_level: Option<Spanned<u8>>,
    /// `password`, `jwt`, `cert` or `none`.
    pub user_auth: Option<Spanned<String>>,
    /// `gnmi` or `telemetry`: the container that serves it.
    pub container: Spanned<String>,
    /// TLS.
    pub certificates: Option<Certificates>,
    /// What to underline.
    pub at: Span,
}

/// `high-frequency`
#[derive(Debug, Clone)]
pub struct HighFrequency {
    /// Between two readings.
    pub interval: Spanned<Time>,
    /// Address and port.
    pub collector: Option<Spanned<String>>,
    /// Path on the switch.
    pub certificates: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

/// `telemetry`
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// The server.
    pub gnmi: Option<Gnmi>,
    /// Interval of watermarks.
    pub watermarks: Option<Spanned<Time>>,
    /// Streamed by the chip.
    pub high_frequency: Option<HighFrequency>,
    /// Interval of what is sampled, where the list is wanted.
    pub subscriptions: Option<Spanned<Time>>,
    /// What to underline.
    pub at: Span,
}

/// gNMI's port where none is given: what its container takes by itself (gnmi-native.sh).
pub const GNMI_PORT: u16 = 8080;
/// Of what collectors sample, where no interval is given: 10 s.
const SAMPLE: Time = Time(10_000_000);
/// What is left of a packet where nothing is said: the least that newer orchagents take.
const LEFT: Size = Size(256);

impl Telemetry {
    pub(super) fn read(node: &Typed) -> Self {
        let gnmi = node.child(&GNMI).map(|n| Gnmi {
            port: super::or(n.prop("port"), GNMI_PORT, n.head),
            client_auth: super::or(n.prop("client-auth"), true, n.head),
            log_level: n.prop("log-level"),
            user_auth: n.prop("user-auth"),
            container: super::or(n.prop("container"), "gnmi".to_owned(), n.head),
            certificates: n.child(&CERTIFICATES).and_then(|c| {
                Some(Certificates { server: c.prop("server")?, key: c.prop("key")?, ca: c.prop("ca") })
            }),
            at: n.head,
        });
        let high_frequency = node.child(&HIGH_FREQUENCY).and_then(|n| {
            Some(HighFrequency {
                interval: n.prop("interval")?,
                collector: n.prop("collector"),
                certificates: n.prop("certificates"),
                at: n.head,
            })
        });
        Telemetry {
            gnmi,
            watermarks: node.child(&WATERMARKS).and_then(|n| n.prop("interval")),
            high_frequency,
            subscriptions: node.child(&SUBSCRIPTIONS).map(|n| super::or(n.prop("interval"), SAMPLE, n.head)),
            at: node.head,
        }
    }
}

/// `trimming`
#[derive(Debug, Clone)]
pub struct Trimming {
    /// Lossy classes.
    pub classes: Vec<Spanned<String>>,
    /// Whose queue takes what is left.
    pub to: Spanned<String>,
    /// What it is marked with.
    pub dscp: Option<Spanned<u8>>,
    /// What is left.
    pub size: Spanned<Size>,
    /// What to underline.
    pub at: Span,
}

impl Trimming {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        Some(Trimming {
            classes: node.args(0),
            to: node.prop("to")?,
            dscp: node.prop("dscp"),
            size: super::or(node.prop("size"), LEFT, node.head),
            at: node.head,
        })
    }
}
