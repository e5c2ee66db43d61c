//! What files of one run may not have in common: names and addresses of switches.
//!
//! - [`Claims`]: what a file says is its own
//! - [`clashes`]: what two files both say; in the time that it takes to sort them

mod shared_address;
mod shared_hostname;

use std::collections::BTreeMap;
use std::net::IpAddr;

use fabc_lang::diagnostic::{Diagnostic, Rule};
use fabc_lang::source::{FileId, Span};
use ipnet::IpNet;

use crate::config_db::Db;

/// Rules that look at several files.
pub(super) static RULES: &[&Rule] = &[&shared_address::RULE, &shared_hostname::RULE];

/// Tables whose addresses are of one switch alone. A VLAN's may be a gateway that several answer for.
const TABLES: &[&str] = &["INTERFACE", "LOOPBACK_INTERFACE", "MGMT_INTERFACE", "PORTCHANNEL_INTERFACE"];

/// Loopbacks besides this one may be shared on purpose.
const LOOPBACK: &str = "Loopback0";

/// What a file says is its own.
#[derive(Debug, Default)]
pub(super) struct Claims {
    hostname: Option<(String, Span)>,
    /// By table of routes; none is the switch's own.
    addresses: Vec<(Option<Box<str>>, IpAddr, Span)>,
}

impl Claims {
    pub(super) fn of(db: &Db<'_>) -> Self {
        let name = db.row("DEVICE_METADATA", "localhost").and_then(|row| row.text("hostname"));
        let hostname = name.filter(|name| !name.v.is_empty()).map(|name| (name.v.to_string(), name.at));
        let mut addresses = Vec::new();
        for table in TABLES {
            for row in db.rows(table) {
                let Some((port, net)) = row.key.v.split_once('|') else { continue };
                let Ok(net) = net.parse::<IpNet>() else { continue };
                let local = matches!(net.addr(), IpAddr::V6(v6) if v6.is_unicast_link_local());
                if local || *table == "LOOPBACK_INTERFACE" && port != LOOPBACK {
                    continue;
                }
                let vrf = match *table {
                    "MGMT_INTERFACE" => Some("mgmt".into()),
                    _ => db.row(table, port).and_then(|row| row.text("vrf_name")).map(|vrf| (*vrf.v).into()),
                };
                addresses.push((vrf, net.addr(), row.key.at));
            }
        }
        Claims { hostname, addresses }
    }
}

/// What two files both say is their own.
#[derive(Debug)]
pub(super) struct Clash {
    /// Places of the files: the later, and the first.
    pub(super) files: [usize; 2],
    at: [Span; 2],
    what: What,
}

#[derive(Debug)]
enum What {
    Hostname(String),
    /// The first of them, and how many more there are.
    Address(IpAddr, usize),
}

impl Clash {
    /// What there is to say, where the files have these numbers and paths.
    pub(super) fn finding(&self, ids: [FileId; 2], names: [&str; 2]) -> Diagnostic {
        let [later, first] = [0, 1].map(|i| Span { file: ids[i], ..self.at[i] });
        match &self.what {
            What::Hostname(name) => shared_hostname::finding(name, later, first, names),
            What::Address(address, more) => shared_address::finding(*address, *more, later, first, names),
        }
    }
}

/// Each file against the first that says the same, in their order; `files` are paths and claims.
pub(super) fn clashes<'a>(files: impl Iterator<Item = (&'a str, &'a Claims)> + Clone) -> Vec<Clash> {
    let mut clashes: Vec<Clash> = Vec::new();
    let (mut hosts, mut owners) = (BTreeMap::new(), BTreeMap::new());
    let same = |a: (&str, &Claims), b: (&str, &Claims)| {
        let host = |claims: &Claims| claims.hostname.as_ref().map(|(name, _)| name.clone());
        a.0 == b.0 || host(a.1).is_some() && host(a.1) == host(b.1)
    };
    for (index, (path, claims)) in files.enumerate() {
        if let Some((name, at)) = &claims.hostname {
            match hosts.get(name) {
                None => {
                    hosts.insert(name, (index, path, *at));
                }
                Some(&(first, other, there)) if other != path => clashes.push(Clash {
                    files: [index, first],
                    at: [*at, there],
                    what: What::Hostname(name.clone()),
                }),
                Some(_) => {}
            }
        }
        // Of one file and another, one finding.
        let mut pairs: BTreeMap<usize, usize> = BTreeMap::new();
        for (vrf, address, at) in &claims.addresses {
            let key = (vrf.as_deref(), *address);
            let Some(&(first, owner, there)) = owners.get(&key) else {
                owners.insert(key, (index, (path, claims), *at));
                continue;
            };
            // A switch that was read twice has all of its addresses twice: its name says so.
            if first == index || same(owner, (path, claims)) {
                continue;
            }
            match pairs.get(&first).and_then(|&place| clashes.get_mut(place)) {
                Some(Clash { what: What::Address(_, more), .. }) => *more += 1,
                _ => {
                    pairs.insert(first, clashes.len());
                    let what = What::Address(*address, 0);
                    clashes.push(Clash { files: [index, first], at: [*at, there], what });
                }
            }
        }
    }
    clashes
}
