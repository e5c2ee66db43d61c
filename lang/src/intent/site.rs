//! `hall`, `place`, `management`: where things stand, and how they are reached.

use std::net::IpAddr;

use ipnet::Ipv4Net;

use crate::schema::{Kind, Node, Typed, arg, prop, prop_needed, prop_or, some_args};
use crate::source::{Span, Spanned};
use crate::units::Length;

const COUNT: Kind = Kind::Int(1, 100_000);

static RACK: Node = Node::new("rack", "What every rack is like.")
    .props(&[
        prop_or("pitch", Kind::Length, "0.6m", "from rack to rack in a row"),
        prop_or("units", Kind::Int(1, 100), "48", "height units"),
    ])
    .optional();
static ROW_PITCH: Node = Node::new("row-pitch", "From row to row; 3 m where it isn't given.")
    .args(&[arg("LENGTH", Kind::Length, "")])
    .optional();
static TRAY: Node = Node::new("tray", "The cable tray above the racks.")
    .props(&[prop_needed("height", Kind::Length, "above the floor")])
    .optional();
static ROW: Node = Node::new("row", "A row of racks.")
    .args(&[arg("NAME", Kind::Name, "")])
    .props(&[prop_needed("racks", COUNT, "racks in it, from 1")])
    .ordered();

pub(super) static HALL: Node = Node::new("hall", "A room with rows of racks.")
    .args(&[arg("NAME", Kind::Name, "")])
    .children(&[&RACK, &ROW_PITCH, &TRAY, &ROW]);

pub(super) static PLACE: Node =
    Node::new("place", "Puts the members of a node into the racks of a row, in order.")
        .args(&[arg("NODE", Kind::Path, "hosts or tier")])
        .props(&[
            prop_needed("row", Kind::Name, "which row"),
            prop("hall", Kind::Name, "which hall, where several have a row of this name"),
            prop_or("per-rack", Kind::Int(1, 100), "1", "members in one rack"),
            prop_or("from-rack", COUNT, "1", "the first rack"),
            prop(
                "unit",
                Kind::Int(1, 100),
                "height unit of the first member in a rack; further ones below it",
            ),
        ])
        .ordered();

static SUBNET: Node = Node::new("subnet", "The management network.")
    .args(&[arg("V4", Kind::Prefix4, "")])
    .props(&[prop("gateway", Kind::Ip4, "default route of eth0")])
    .once();
static NTP: Node = Node::new("ntp", "NTP servers.").args(&[some_args("ADDRESS", Kind::HostIp, "")]).ordered();
static SYSLOG: Node =
    Node::new("syslog", "Syslog servers.").args(&[some_args("ADDRESS", Kind::HostIp, "")]).ordered();
static DNS: Node = Node::new("dns", "DNS servers.").args(&[some_args("ADDRESS", Kind::HostIp, "")]).ordered();
static LOCATION: Node = Node::new("location", "sysLocation.").args(&[arg("TEXT", Kind::Text, "")]).optional();
static CONTACT: Node = Node::new("contact", "sysContact.").args(&[arg("TEXT", Kind::Text, "")]).optional();
static COMMUNITY: Node = Node::new(
    "community",
    "The read-only community; a secret, so only `fabc render` and `fabc apply` write it.",
)
.props(&[prop_needed("secret-env", Kind::Name, "environment variable that holds it")])
.optional();
static SNMP: Node =
    Node::new("snmp", "SNMP on every switch.").children(&[&LOCATION, &CONTACT, &COMMUNITY]).optional();
static TACACS: Node = Node::new("tacacs", "A TACACS+ server.")
    .args(&[arg("ADDRESS", Kind::HostIp, "")])
    .props(&[prop(
        "secret-env",
        Kind::Name,
        "environment variable that holds the key, which only `fabc render` and `fabc apply` write",
    )])
    .ordered();

pub(super) static MANAGEMENT: Node =
    Node::new("management", "How switches are reached and what they report to.")
        .children(&[&SUBNET, &NTP, &SYSLOG, &DNS, &SNMP, &TACACS])
        .optional();

/// `rack` and `tray` of a hall.
#[derive(Debug, Clone, Copy)]
pub struct RackSpec {
    /// From rack to rack.
    pub pitch: Length,
    /// Height units.
    pub units: u32,
}

/// `row`
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: Spanned<String>,
    /// Racks in it.
    pub racks: Spanned<u32>,
}

/// `hall`
#[derive(Debug, Clone)]
pub struct Hall {
    /// Its name.
    pub name: Spanned<String>,
    /// Its racks.
    pub rack: RackSpec,
    /// From row to row.
    pub row_pitch: Length,
    /// Height of the tray above the floor.
    pub tray: Option<Length>,
    /// Rows in order.
    pub rows: Vec<Row>,
    /// What to underline.
    pub at: Span,
}

impl Hall {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        let rack = node.child(&RACK);
        let rows =
            node.children_of(&ROW).filter_map(|r| Some(Row { name: r.arg(0)?, racks: r.prop("racks")? }));
        Some(Hall {
            name: node.arg(0)?,
            rack: RackSpec {
                pitch: rack.and_then(|r| r.prop("pitch")).map_or(Length(600), |p| p.v),
                units: rack.and_then(|r| r.prop("units")).map_or(48, |u| u.v),
            },
            row_pitch: node.value(&ROW_PITCH).map_or(Length(3000), |p| p.v),
            tray: node.child(&TRAY).and_then(|t| t.prop("height")).map(|h| h.v),
            rows: rows.collect(),
            at: node.head,
        })
    }
}

/// `place`
#[derive(Debug, Clone)]
pub struct Place {
    /// Path of the hosts or tier.
    pub node: Spanned<String>,
    /// Which row.
    pub row: Spanned<String>,
    /// Which hall.
    pub hall: Option<Spanned<String>>,
    /// Members in one rack.
    pub per_rack: u32,
    /// The first rack.
    pub from_rack: Spanned<u32>,
    /// Height unit of the first member in a rack.
    pub unit: Option<Spanned<u32>>,
    /// What to underline.
    pub at: Span,
}

impl Place {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        Some(Place {
            node: node.arg(0)?,
            row: node.prop("row")?,
            hall: node.prop("hall"),
            per_rack: node.prop("per-rack").map_or(1, |p| p.v),
            from_rack: super::or(node.prop("from-rack"), 1, node.head),
            unit: node.prop("unit"),
            at: node.head,
        })
    }
}

/// `tacacs`
#[derive(Debug, Clone)]
pub struct Tacacs {
    /// The server.
    pub address: Spanned<IpAddr>,
    /// Environment variable that holds the key.
    pub secret_env: Option<Spanned<String>>,
}

/// `management`
#[derive(Debug, Clone)]
pub struct Management {
    /// The network.
    pub subnet: Spanned<Ipv4Net>,
    /// Default route of eth0.
    pub gateway: Option<Spanned<IpAddr>>,
    /// NTP servers in order.
    pub ntp: Vec<Spanned<IpAddr>>,
    /// Syslog servers in order.
    pub syslog: Vec<Spanned<IpAddr>>,
    /// DNS servers in order.
    pub dns: Vec<Spanned<IpAddr>>,
    /// Whether `snmp` is there.
    pub snmp: Option<Span>,
    /// sysLocation.
    pub location: Option<Spanned<String>>,
    /// sysContact.
    pub contact: Option<Spanned<String>>,
    /// Environment variable that holds the read-only community.
    pub community_env: Option<Spanned<String>>,
    /// TACACS+ servers in order.
    pub tacacs: Vec<Tacacs>,
    /// What to underline.
    pub at: Span,
}

impl Management {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        let subnet = node.child(&SUBNET)?;
        let servers = |kind: &'static Node| node.children_of(kind).flat_map(|n| n.args(0)).collect();
        let snmp = node.child(&SNMP);
        let tacacs = node
            .children_of(&TACACS)
            .filter_map(|t| Some(Tacacs { address: t.arg(0)?, secret_env: t.prop("secret-env") }));
        Some(Management {
            subnet: subnet.arg(0)?,
            gateway: subnet.prop("gateway"),
            ntp: servers(&NTP),
            syslog: servers(&SYSLOG),
            dns: servers(&DNS),
            snmp: snmp.map(|s| s.head),
            location: snmp.and_then(|s| s.value(&LOCATION)),
            contact: snmp.and_then(|s| s.value(&CONTACT)),
            community_env: snmp.and_then(|s| s.child(&COMMUNITY)).and_then(|c| c.prop("secret-env")),
            tacacs: tacacs.collect(),
            at: node.head,
        })
    }
}
