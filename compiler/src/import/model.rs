//! What is to be written: a fabric.kdl as values.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use fabc_targets::sonic::Value;
use ipnet::{Ipv4Net, Ipv6Net};

use crate::deployed::canonical::Name;

/// Where a node stands: in a pod, in the planes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Place {
    pub(super) pod: Option<String>,
    pub(super) planes: bool,
}

/// A whole file.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) name: String,
    pub(super) nos: String,
    pub(super) release: String,
    /// Whether nobody said the release.
    pub(super) release_guessed: bool,
    /// `interface-naming=`
    pub(super) naming: Option<&'static str>,
    pub(super) cut_through: bool,
    pub(super) mtu: Option<u32>,
    pub(super) timezone: Option<String>,
    pub(super) platforms: Vec<OwnPlatform>,
    /// Pods and how many there are.
    pub(super) pods: BTreeMap<String, u32>,
    pub(super) planes: Vec<String>,
    pub(super) hosts: Vec<Hosts>,
    pub(super) tiers: Vec<Tier>,
    pub(super) links: Vec<Link>,
    pub(super) classes: Vec<Class>,
    /// Detection and restoration times, ms, and the action.
    pub(super) watchdog: Option<(u64, u64, String)>,
    /// Pools: name, size and xoff.
    pub(super) pools: BTreeMap<String, (Option<u64>, Option<u64>)>,
    /// Headroom: speed in Mb/s and length in mm to xoff.
    pub(super) measured: BTreeMap<(u32, u32), u64>,
    pub(super) hash: bool,
    /// `hash qpn=#true`
    pub(super) qpn: bool,
    /// `flowlet` or `packet`
    pub(super) adaptive: Option<&'static str>,
    pub(super) wcmp: bool,
    /// `trimming`: classes, the one that takes the heads, DSCP, size.
    pub(super) trimming: Option<(Vec<String>, String, u32, u64)>,
    pub(super) telemetry: Telemetry,
    pub(super) routing: Routing,
    pub(super) management: Option<Management>,
    pub(super) switches: BTreeMap<Name, Switch>,
    /// Rows for all switches.
    pub(super) rows: Vec<Row>,
}

/// A `config-db` row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) table: String,
    pub(super) key: Name,
    pub(super) fields: Vec<(String, String)>,
}

/// A field's value; none where it is a list, which no `config-db` row can hold.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::List(_) => None,
    }
}

/// A switch that the catalogue doesn't know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnPlatform {
    pub(super) name: String,
    /// None where nothing in the catalogue is like it.
    pub(super) like: Option<String>,
    pub(super) platform: String,
    pub(super) hwsku: String,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Hosts {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) count: u32,
    pub(super) max: u32,
    pub(super) template: Option<String>,
    pub(super) absent: Vec<u32>,
    pub(super) nics: Vec<Nic>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Nic {
    pub(super) count: u32,
    pub(super) ports: u32,
    pub(super) speed: u32,
    pub(super) lanes: Option<usize>,
    pub(super) template: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Tier {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) count: u32,
    pub(super) max: u32,
    pub(super) platform: String,
    pub(super) template: Option<String>,
    pub(super) absent: Vec<u32>,
    pub(super) reserve: u32,
    pub(super) share: Option<u32>,
    pub(super) kind: Option<String>,
    /// Links on the way to a server.
    pub(super) distance: usize,
    pub(super) rows: Vec<Row>,
}

/// The lower end of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Low {
    Hosts(usize),
    Tier(usize),
}

#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) low: Low,
    pub(super) up: usize,
    pub(super) by: &'static str,
    pub(super) speed: Option<u32>,
    /// Links between each two, where every two are joined.
    pub(super) per_pair: Option<u32>,
    pub(super) uplinks: Option<u32>,
    pub(super) order: i32,
    pub(super) servers_per_leaf: Option<u32>,
    pub(super) leaves: Option<u32>,
    /// mm
    pub(super) length: Option<u32>,
    pub(super) breakout: Option<String>,
    /// The lowest index of a port on an upper switch: what stands first there.
    pub(super) first: u32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) priority: u8,
    pub(super) dscps: Vec<u8>,
    pub(super) lossless: bool,
    pub(super) default: bool,
    /// None: strict.
    pub(super) weight: Option<Option<u32>>,
    pub(super) ecn: Vec<Ecn>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ecn {
    pub(super) min: u64,
    pub(super) max: u64,
    pub(super) probability: u32,
    pub(super) speed: Option<u32>,
    pub(super) scale: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Routing {
    /// Base by tier.
    pub(super) asn: BTreeMap<usize, u32>,
    pub(super) asn_guessed: bool,
    pub(super) loopbacks: Option<Ipv4Net>,
    pub(super) loopbacks6: Option<Ipv6Net>,
    pub(super) hosts: Option<Ipv4Net>,
    pub(super) numbered: Option<Ipv4Net>,
    pub(super) numbered6: Option<Ipv6Net>,
    /// Interval in ms, and multiplier.
    pub(super) bfd: Option<(u64, u64)>,
    /// Pools that are in no file, and so were chosen.
    pub(super) guessed: Vec<&'static str>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Telemetry {
    /// The words of its line, and its certificates.
    pub(super) gnmi: Option<(String, Vec<(&'static str, String)>)>,
    /// ms
    pub(super) watermarks: Option<u64>,
    /// Microseconds, and the words of its line.
    pub(super) frequent: Option<(u64, Vec<(&'static str, String)>)>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Management {
    pub(super) subnet: Option<Ipv4Net>,
    pub(super) gateway: Option<Ipv4Addr>,
    pub(super) ntp: Vec<String>,
    pub(super) syslog: Vec<String>,
    pub(super) dns: Vec<String>,
    pub(super) location: Option<String>,
    pub(super) contact: Option<String>,
    pub(super) community: bool,
    /// Server, and whether it has a key.
    pub(super) tacacs: Vec<(String, bool)>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Switch {
    pub(super) maintenance: bool,
    pub(super) asn: Option<u32>,
    pub(super) loopback: Option<Ipv4Addr>,
    pub(super) mgmt: Option<Ipv4Addr>,
    pub(super) mac: Option<String>,
    /// Up or down, and a note.
    pub(super) ports: BTreeMap<Name, (Option<bool>, Option<String>)>,
    /// mm
    pub(super) cables: BTreeMap<Name, u32>,
    pub(super) rows: Vec<Row>,
}

impl Model {
    /// The switch's own node, made where there is none.
    pub(super) fn switch(&mut self, name: &str) -> &mut Switch {
        self.switches.entry(Name(name.to_owned())).or_default()
    }
}
