use std::collections::BTreeMap;
use std::net::IpAddr;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;
use ipnet::IpNet;

use crate::lint::view::Ctx;

lint! {
    /// The same address on two interfaces of the switch, or two interfaces in the same subnet: the kernel answers on either
    /// one, and routes to the neighbours of one go out at the other.
    ///
    /// ```json bad
    /// {
    ///     "INTERFACE": { "Ethernet0": {}, "Ethernet0|10.0.0.1/31": {} },
    ///     "LOOPBACK_INTERFACE": { "Loopback0": {}, "Loopback0|10.0.0.1/32": {} }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "INTERFACE": { "Ethernet0": {}, "Ethernet0|10.0.0.1/31": {} },
    ///     "LOOPBACK_INTERFACE": { "Loopback0": {}, "Loopback0|10.1.0.1/32": {} }
    /// }
    /// ```
    Error "lint/duplicate-address" "an address or subnet on two interfaces" Nothing => run
}

/// Tables of interfaces with addresses, keys `INTERFACE|ADDRESS/LENGTH`. The management port has a table of its own.
const TABLES: &[&str] = &[
    "INTERFACE",
    "LOOPBACK_INTERFACE",
    "PORTCHANNEL_INTERFACE",
    "VLAN_INTERFACE",
    "VLAN_SUB_INTERFACE",
    "MGMT_INTERFACE",
];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    // By table of routes, first and last address.
    let mut nets: Vec<(&str, IpNet, &str, Span)> = Vec::new();
    for table in TABLES {
        for row in ctx.db.rows(table) {
            let Some((name, address)) = row.key.v.split_once('|') else { continue };
            let Ok(net) = address.parse::<IpNet>() else { continue };
            let is_local = matches!(net.addr(), IpAddr::V6(v6) if v6.is_unicast_link_local());
            if is_local {
                continue;
            }
            let management =
                ctx.db.row("MGMT_VRF_CONFIG", "vrf_global").and_then(|row| row.text("mgmtVrfEnabled"));
            let vrf = match *table {
                "MGMT_INTERFACE" if management.is_some_and(|text| text.v == "true") => "mgmt",
                _ => ctx.db.row(table, name).and_then(|row| row.text("vrf_name")).map_or("", |text| &text.v),
            };
            nets.push((vrf, net, name, row.key.at));
        }
    }
    nets.sort_by_key(|(vrf, net, ..)| (*vrf, net.network(), net.broadcast()));
    let mut said: BTreeMap<(&str, &str), ()> = BTreeMap::new();
    // The net that reaches furthest so far is the one that a later one may lie in.
    let mut widest: Option<usize> = None;
    for index in 0..nets.len() {
        let (vrf, net, name, at) = nets[index];
        if let Some((_, other, owner, there)) =
            widest.map(|w| nets[w]).filter(|w| w.0 == vrf && w.1.contains(&net.network()))
        {
            let same = other.addr() == net.addr();
            // A host address within a subnet of its own interface is how virtual addresses are written.
            if (owner != name || same) && said.insert((owner, name), ()).is_none() {
                let message = match same {
                    true => format!("{} is on {name} and on {owner}", net.addr()),
                    false => format!("{net} of {name} and {other} of {owner} overlap"),
                };
                let found = RULE.at(at.max(there), message).label(at.min(there), "here too");
                findings.push(found.help("each interface a subnet of its own"));
            }
        }
        let further = |w: usize| nets[w].0 != vrf || nets[w].1.broadcast() < net.broadcast();
        if widest.is_none_or(further) {
            widest = Some(index);
        }
    }
}
