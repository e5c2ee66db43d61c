//! What one switch runs, as far as it says what the fabric is.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fabc_targets::sonic::{ConfigDb, Row, Value};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::deployed::canonical::{self, Name};
use crate::deployed::mask;
use crate::deployed::read::{Folder, Observed};
use crate::deployed::state::State;
use crate::host::Host;
use crate::tame::is_wild;

/// The far end of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) peer: String,
    pub(super) port: String,
}

/// A port of a switch.
#[derive(Debug, Clone, Default)]
pub(super) struct Port {
    pub(super) end: Option<End>,
    /// Mb/s
    pub(super) speed: u32,
    pub(super) lanes: usize,
    pub(super) index: u32,
    /// What stands in brackets at the end of its description.
    pub(super) note: Option<String>,
    /// Whether its peer is said to be absent.
    pub(super) absent: bool,
    /// Whether it isn't put up.
    pub(super) shut: bool,
}

/// One switch.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) name: String,
    /// Where its config_db.json lies, for people.
    pub(super) path: String,
    /// Without secrets.
    pub(super) db: ConfigDb,
    /// The same as text.
    pub(super) text: String,
    /// Without secrets.
    pub(super) frr: Option<String>,
    pub(super) state: Option<State>,
    pub(super) ports: BTreeMap<Name, Port>,
    pub(super) asn: Option<u32>,
    pub(super) loopback: Option<Ipv4Addr>,
    pub(super) loopback6: Option<Ipv6Addr>,
    pub(super) mgmt: Option<Ipv4Net>,
    pub(super) gateway: Option<Ipv4Addr>,
    /// Of interfaces that are ports.
    pub(super) addresses: Vec<(String, IpNet)>,
}

/// Pools as frr.conf permits them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pools {
    pub(super) loopbacks: Option<Ipv4Net>,
    pub(super) loopbacks6: Option<Ipv6Net>,
    pub(super) hosts: Option<Ipv4Net>,
}

/// The text of a field.
pub(super) fn text<'a>(row: &'a Row, field: &str) -> Option<&'a str> {
    match row.get(field)? {
        Value::Text(text) => Some(text),
        Value::List(_) => None,
    }
}

impl Reading {
    /// Rows of a table.
    pub(super) fn rows(&self, table: &str) -> &[Row] {
        self.db.tables.iter().find(|t| t.name == table).map_or(&[], |t| &t.rows)
    }

    /// A field of DEVICE_METADATA.
    pub(super) fn metadata(&self, field: &str) -> Option<&str> {
        text(self.db.row("DEVICE_METADATA", "localhost")?, field)
    }

    /// Lines of frr.conf, without blanks around them.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.frr.iter().flat_map(|text| text.lines()).map(str::trim)
    }

    /// What frr.conf lets through.
    pub(super) fn pools(&self) -> Pools {
        let mut pools = Pools::default();
        for line in self.lines() {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words.as_slice() {
                ["ip", "prefix-list", "FABRIC", .., "permit", net, "ge", "32", "le", "32"] => {
                    pools.loopbacks = net.parse().ok();
                }
                ["ip", "prefix-list", "FABRIC", .., "permit", net, "le", _] => pools.hosts = net.parse().ok(),
                ["ipv6", "prefix-list", "FABRIC6", .., "permit", net, "ge", "128", "le", "128"] => {
                    pools.loopbacks6 = net.parse().ok();
                }
                _ => {}
            }
        }
        pools
    }

    fn new(name: &str, observed: Observed) -> Result<Self, String> {
        let path = observed.path.display().to_string();
        let raw = String::from_utf8(observed.config_db).map_err(|_| format!("{path}: it is not UTF-8"))?;
        let db = ConfigDb::read(&raw).map_err(|error| format!("{path}: {}", error.message))?;
        // What people dumped by hand still has its secrets: none may reach a fabric.kdl.
        let mut dbs = [db];
        mask::config_dbs(&mut dbs);
        let [db] = dbs;
        let frr = match observed.frr {
            Some(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| format!("{path}: frr.conf is not UTF-8"))?;
                Some(mask::frr(&canonical::frr(&text)).0)
            }
            None => None,
        };
        let text = String::from_utf8(canonical::config_db(&db)).unwrap_or_default();
        let mut reading = Reading {
            name: name.to_owned(),
            path,
            db,
            text,
            frr,
            state: observed.state,
            ..Reading::default()
        };
        if let Some(own) = reading.metadata("hostname").filter(|own| !own.is_empty() && *own != "sonic") {
            reading.name = own.to_owned();
        }
        reading.read_ports();
        reading.read_numbers();
        Ok(reading)
    }

    fn read_ports(&mut self) {
        let mut ports = BTreeMap::new();
        for row in self.rows("PORT") {
            let number = |field| text(row, field).and_then(|v| v.parse().ok()).unwrap_or(0);
            let mut port = Port { speed: number("speed"), index: number("index"), ..Port::default() };
            port.shut = text(row, "admin_status") != Some("up");
            port.lanes = text(row, "lanes").map_or(0, |lanes| lanes.split(',').count());
            if let Some(said) = text(row, "description") {
                describe(said, &mut port);
            }
            ports.insert(Name(row.key.clone()), port);
        }
        for row in self.rows("DEVICE_NEIGHBOR") {
            let Some(port) = ports.get_mut(&Name(row.key.clone())) else { continue };
            let (Some(peer), Some(at)) = (text(row, "name"), text(row, "port")) else { continue };
            port.end = Some(End { peer: peer.to_owned(), port: at.to_owned() });
        }
        for seen in self.state.iter().flat_map(|state| &state.lldp) {
            let Some(port) = ports.get_mut(&Name(seen.port.clone())) else { continue };
            let named = port.end.as_ref().is_some_and(|end| end.peer == seen.neighbour);
            let short = seen.neighbour.split('.').next().unwrap_or_default();
            let peer = if named { seen.neighbour.as_str() } else { short };
            // What drives a terminal is no name; and what a port that is shut saw was there before, unless its row says so.
            let shut = port.shut && port.end.is_none();
            if peer.is_empty()
                || shut
                || [peer, &seen.neighbour_port].iter().any(|text| text.contains(is_wild))
            {
                continue;
            }
            // A server's NIC often shows its MAC address: what is written then tells more.
            if port.end.as_ref().is_none_or(|end| end.peer != peer || is_port(&seen.neighbour_port)) {
                port.end = Some(End { peer: peer.to_owned(), port: seen.neighbour_port.clone() });
            }
        }
        self.ports = ports;
    }

    fn read_numbers(&mut self) {
        let found =
            self.lines().find_map(|line| line.strip_prefix("router bgp ")?.split(' ').next()?.parse().ok());
        let of_db = || self.metadata("bgp_asn").and_then(|asn| asn.parse().ok());
        self.asn = found.or_else(of_db);
        let loopbacks: Vec<IpNet> = self
            .rows("LOOPBACK_INTERFACE")
            .iter()
            .filter_map(|row| row.key.strip_prefix("Loopback0|")?.parse().ok())
            .collect();
        for net in loopbacks {
            match net.addr() {
                IpAddr::V4(v4) => self.loopback = Some(v4),
                IpAddr::V6(v6) => self.loopback6 = Some(v6),
            }
        }
        let mgmt = self.rows("MGMT_INTERFACE").iter().find_map(|row| {
            let net = row.key.strip_prefix("eth0|")?.parse().ok()?;
            Some((net, text(row, "gwaddr").and_then(|gateway| gateway.parse().ok())))
        });
        if let Some((net, gateway)) = mgmt {
            (self.mgmt, self.gateway) = (Some(net), gateway);
        }
        let address = |row: &Row| {
            let (port, net) = row.key.split_once('|')?;
            Some((port.to_owned(), net.parse().ok()?))
        };
        self.addresses = self.rows("INTERFACE").iter().filter_map(address).collect();
    }
}

/// Whether LLDP shows a port's name, rather than a MAC address.
fn is_port(text: &str) -> bool {
    !text.contains(':')
}

/// `gpu-01:nic0 (note)`, `absent peer gpu-07:nic0`.
fn describe(said: &str, port: &mut Port) {
    let (said, note) = match said.strip_suffix(')').and_then(|text| text.split_once(" (")) {
        Some((said, note)) => (said, Some(note.to_owned())),
        None => (said, None),
    };
    port.note = note;
    let (said, absent) = said.strip_prefix("absent peer ").map_or((said, false), |rest| (rest, true));
    port.absent = absent;
    if let Some((peer, at)) = said.split_once(':').filter(|(peer, _)| !peer.is_empty() && !peer.contains(' '))
    {
        port.end = Some(End { peer: peer.to_owned(), port: at.to_owned() });
    }
}

/// All switches of a folder, in order of their names. The error names what can't be read.
pub(super) fn all(folder: &Folder, host: &dyn Host) -> Result<Vec<Reading>, String> {
    let mut readings = Vec::new();
    for name in folder.switches(host) {
        let Some(observed) = folder.switch(&name, host)? else { continue };
        readings.push(Reading::new(&name, observed)?);
    }
    readings.sort_by(|a, b| fabc_lang::fabric::natural_cmp(&a.name, &b.name));
    if let Some(pair) = readings.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(format!("{} and {} are both `{}`", pair[0].path, pair[1].path, pair[0].name));
    }
    Ok(readings)
}
