//! `switch`: the truth about one device, the last word. `config-db`: rows that fabc has no word for.

use std::net::{IpAddr, Ipv4Addr};

use crate::schema::{Kind, Node, Typed, arg, opt_arg, prop, prop_needed};
use crate::source::{Span, Spanned};
use crate::units::Length;

pub(super) static CONFIG_DB: Node = Node::new(
    "config-db",
    "A row of config_db.json, laid over what fabc emits, last of all. Without fields it is an empty row.",
)
.args(&[
    arg("TABLE", Kind::Filled, "as in SONiC: \"SNMP_COMMUNITY\""),
    arg("KEY", Kind::Filled, "as in SONiC, parts joined by `|`"),
])
.props(&[prop("*", Kind::Any, "field and its value")]);

static ADMIN: Node = Node::new("admin", "Sets the port up or down.")
    .args(&[arg("STATE", Kind::Word(&["up", "down"]), "")])
    .optional();
static NOTE: Node = Node::new("note", "Why; goes into the port's description.")
    .args(&[arg("TEXT", Kind::Text, "")])
    .optional();
static PORT: Node = Node::new("port", "A cage with all its children, or one child.")
    .args(&[arg("PORT", Kind::Port, "cage 17, child \"17/2\" (from 1), or SONiC name")])
    .children(&[&ADMIN, &NOTE]);
static CABLE: Node = Node::new("cable", "The cables of a cage, or of one child: both ends count by it.")
    .args(&[arg("PORT", Kind::Port, "cage 40, child \"40/2\", or SONiC name")])
    .props(&[prop_needed("length", Kind::Length, "instead of the line's")]);
static MAINTENANCE: Node =
    Node::new("maintenance", "Drained: its routes are withdrawn gracefully, its ports stay up.")
        .args(&[opt_arg("ON", Kind::Bool, "#true where it isn't given")])
        .optional();
static ASN: Node =
    Node::new("asn", "Pins the ASN.").args(&[arg("ASN", Kind::Int(1, 4_294_967_294), "")]).optional();
static LOOPBACK: Node =
    Node::new("loopback", "Pins the IPv4 loopback.").args(&[arg("ADDRESS", Kind::Ip4, "")]).optional();
static MGMT: Node =
    Node::new("mgmt", "Pins the management address.").args(&[arg("ADDRESS", Kind::Ip4, "")]).optional();
static SERIAL: Node =
    Node::new("serial", "Serial number or service tag.").args(&[arg("TEXT", Kind::Text, "")]).optional();
static MAC: Node =
    Node::new("mac", "System MAC, for DEVICE_METADATA.").args(&[arg("MAC", Kind::Mac, "")]).optional();

pub(super) static SWITCH: Node = Node::new("switch", "What holds for one switch only.")
    .args(&[arg("NAME", Kind::Name, "its full name, `su1-leaf-03`")])
    .children(&[&MAINTENANCE, &PORT, &CABLE, &CONFIG_DB, &ASN, &LOOPBACK, &MGMT, &SERIAL, &MAC]);

/// `config-db`
#[derive(Debug, Clone)]
pub struct ConfigDb {
    /// The table.
    pub table: Spanned<String>,
    /// The row's key.
    pub key: Spanned<String>,
    /// Fields in source order.
    pub fields: Vec<(Spanned<String>, Spanned<String>)>,
    /// What to underline.
    pub at: Span,
}

impl ConfigDb {
    pub(super) fn read_all(node: &Typed) -> Vec<Self> {
        node.children_of(&CONFIG_DB)
            .filter_map(|n| Some(ConfigDb { table: n.arg(0)?, key: n.arg(1)?, fields: n.open(), at: n.head }))
            .collect()
    }
}

/// `port`
#[derive(Debug, Clone)]
pub struct PortOverride {
    /// `17`, `17/2` or a SONiC name.
    pub port: Spanned<String>,
    /// Up or down.
    pub up: Option<Spanned<bool>>,
    /// Why.
    pub note: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

/// `switch`
#[derive(Debug, Clone)]
pub struct SwitchNode {
    /// Its full name.
    pub name: Spanned<String>,
    /// Drained.
    pub maintenance: Option<Spanned<bool>>,
    /// Ports.
    pub ports: Vec<PortOverride>,
    /// Cables: port and length.
    pub cables: Vec<(Spanned<String>, Spanned<Length>)>,
    /// Rows.
    pub config_db: Vec<ConfigDb>,
    /// Pinned ASN.
    pub asn: Option<Spanned<u32>>,
    /// Pinned loopback.
    pub loopback: Option<Spanned<Ipv4Addr>>,
    /// Pinned management address.
    pub mgmt: Option<Spanned<Ipv4Addr>>,
    /// Serial number.
    pub serial: Option<Spanned<String>>,
    /// System MAC.
    pub mac: Option<Spanned<String>>,
    /// What to underline.
    pub at: Span,
}

impl SwitchNode {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        let ports = node.children_of(&PORT).filter_map(|p| {
            let admin: Option<Spanned<String>> = p.value(&ADMIN);
            if p.child(&ADMIN).is_some() && admin.is_none() {
                return None; // what is wrong with it is reported
            }
            Some(PortOverride {
                port: p.arg(0)?,
                up: admin.map(|a| a.map(|word| word == "up")),
                note: p.value(&NOTE),
                at: p.head,
            })
        });
        let v4 = |kind: &'static Node| -> Option<Spanned<Ipv4Addr>> {
            let address: Spanned<IpAddr> = node.value(kind)?;
            match address.v {
                IpAddr::V4(v4) => Some(Spanned::new(v4, address.at)),
                IpAddr::V6(_) => None,
            }
        };
        let drained = node.child(&MAINTENANCE).map(|m| super::or(m.arg(0), true, m.head));
        Some(SwitchNode {
            name: node.arg(0)?,
            maintenance: drained,
            ports: ports.collect(),
            cables: node.children_of(&CABLE).filter_map(|c| Some((c.arg(0)?, c.prop("length")?))).collect(),
            config_db: ConfigDb::read_all(node),
            asn: node.value(&ASN),
            loopback: v4(&LOOPBACK),
            mgmt: v4(&MGMT),
            serial: node.value(&SERIAL),
            mac: node.value(&MAC),
            at: node.head,
        })
    }
}
