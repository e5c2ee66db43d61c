//! What is to be booted: nodes with their addresses and frr.conf, and wires between them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use fabc_lang::fabric::{Fabric, Link, Lower};
use fabc_targets::{Bundle, File, is_down};
use serde_json::Value;

/// A switch, or a server with one port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// Its name.
    pub(crate) name: String,
    /// Index of the switch; none for a server.
    pub(crate) switch: Option<u32>,
    /// frr.conf; none for a server.
    pub(crate) conf: Option<String>,
    /// Interface and address with its length, as the kernel is to have them.
    pub(crate) addresses: Vec<(String, String)>,
    /// Where a server sends all that isn't its own.
    pub(crate) gateway: Option<Ipv4Addr>,
}

/// A wire between two nodes, by index, and their interfaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wire {
    /// Index of the link.
    pub(crate) link: u32,
    pub(crate) a: usize,
    pub(crate) a_port: String,
    pub(crate) b: usize,
    pub(crate) b_port: String,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Switches in order, then servers.
    pub(crate) nodes: Vec<Node>,
    pub(crate) wires: Vec<Wire>,
    /// The node of each switch that is there.
    pub(crate) of: BTreeMap<u32, usize>,
}

impl Plan {
    /// Every switch that is there, and one server on each that has some. `most` is how many paths the FRR that will run is
    /// built for.
    pub(crate) fn new(bundle: &Bundle<'_>, fabric: &Fabric, most: u32) -> Self {
        let mut plan = Plan::default();
        let mut files: BTreeMap<usize, [Option<usize>; 2]> = BTreeMap::new();
        for i in 0..bundle.len() {
            match bundle.file(i) {
                Some(File::ConfigDb(of)) => files.entry(of).or_default()[0] = Some(i),
                Some(File::FrrConf(of)) => files.entry(of).or_default()[1] = Some(i),
                _ => {}
            }
        }
        for (index, switch) in (0u32..).zip(&fabric.switches).filter(|(_, s)| !s.absent) {
            let text = files.get(&(index as usize)).copied().unwrap_or_default().map(|file| {
                let mut bytes = Vec::new();
                file.iter().for_each(|&i| bundle.render(i, &mut bytes));
                bytes
            });
            plan.of.insert(index, plan.nodes.len());
            plan.nodes.push(node(switch.name.clone(), index, &text, most));
        }
        // Ports that the file puts down have no light.
        let there = |l: &Link| fabric.is_present(l) && !is_down(fabric, l);
        for (index, link) in (0u32..).zip(&fabric.links).filter(|(_, l)| there(l)) {
            let Some(&b) = plan.of.get(&link.b) else { continue };
            let name = |switch: u32, port| {
                let tier = fabric.tier_of(&fabric.switches[switch as usize]);
                tier.spec(port).map_or_else(String::new, |spec| spec.name.clone())
            };
            let b_port = name(link.b, link.b_port);
            match fabric.line_of(link).lower {
                Lower::Tier(_) => {
                    let Some(&a) = plan.of.get(&link.a) else { continue };
                    let a_port = name(link.a, link.a_port);
                    plan.wires.push(Wire { link: index, a, a_port, b, b_port });
                }
                Lower::Hosts { .. } => {
                    let Some((near, far)) = fabric.host_addresses(link) else { continue };
                    let served = plan.wires.iter().any(|w| w.b == b && plan.nodes[w.a].switch.is_none());
                    if served {
                        continue;
                    }
                    let a_port = fabric.host_interface(link.a as usize, link.a_port);
                    let host = &fabric.hosts[link.a as usize].name;
                    let node = Node {
                        name: format!("{host}:{a_port}"),
                        addresses: vec![("eth0".to_owned(), format!("{far}/31"))],
                        gateway: Some(near),
                        ..Node::default()
                    };
                    plan.nodes.push(node);
                    let a = plan.nodes.len() - 1;
                    plan.wires.push(Wire { link: index, a, a_port: "eth0".to_owned(), b, b_port });
                }
            }
        }
        plan
    }

    /// IPv4 and IPv6 addresses of a node that others may ask for: a loopback's, or a server's.
    pub(crate) fn answers(&self, node: usize) -> (Option<Ipv4Addr>, Option<Ipv6Addr>) {
        let node = &self.nodes[node];
        let mine = node
            .addresses
            .iter()
            .filter(|(port, _)| node.switch.is_none() || port.starts_with("Loopback"))
            .filter_map(|(_, address)| address.split('/').next());
        let (mut v4, mut v6) = (None, None);
        for address in mine {
            v4 = v4.or_else(|| address.parse().ok());
            v6 = v6.or_else(|| address.parse().ok());
        }
        (v4, v6)
    }

    /// The server on a switch, by node.
    pub(crate) fn server_of(&self, switch: usize) -> Option<usize> {
        self.wires.iter().find(|w| w.b == switch && self.nodes[w.a].switch.is_none()).map(|w| w.a)
    }
}

/// A switch: SONiC keeps its addresses out of frr.conf.
fn node(name: String, index: u32, [rows, conf]: &[Vec<u8>; 2], most: u32) -> Node {
    let rows: Value = serde_json::from_slice(rows).unwrap_or_default();
    let mut addresses = Vec::new();
    for table in ["LOOPBACK_INTERFACE", "INTERFACE"] {
        let keys = rows[table].as_object().into_iter().flat_map(serde_json::Map::keys);
        let split = keys.filter_map(|key| key.split_once('|'));
        addresses.extend(split.map(|(port, address)| (port.to_owned(), address.to_owned())));
    }
    let conf = String::from_utf8_lossy(conf);
    Node { name, switch: Some(index), conf: Some(capped(&conf, most)), addresses, gateway: None }
}

/// The text with no more paths than the FRR here is built for: it refuses the line otherwise.
fn capped(conf: &str, most: u32) -> String {
    let mut text = String::with_capacity(conf.len());
    for line in conf.lines() {
        match line.trim_start().strip_prefix("maximum-paths ").and_then(|n| n.parse::<u32>().ok()) {
            Some(paths) if paths > most => text += &line.replace(&paths.to_string(), &most.to_string()),
            _ => text += line,
        }
        text.push('\n');
    }
    text
}
