//! `topology.clab.yml` as containerlab 0.75 reads it: `types/topology.go`, `types/node_definition.go`, `nodes/linux` and
//! `nodes/sonic` of its source.
//!
//! In parts, so that none is ever whole in memory: each switch and each link is a document of its own, set in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use fabc_lang::fabric::{Fabric, PortId};
use serde::Serialize;

use super::{Lab, between};
use crate::cabling::part_of;
use crate::device::{Device, is_down, switch_port};
use crate::names::Names;
use crate::sonic::Release;

/// `lab/daemons`: zebra has the module that `fpm` lines in frr.conf ask for, and bfdd runs.
pub(crate) const DAEMONS: &str = "\
bgpd=yes
bfdd=yes
staticd=yes
vtysh_enable=yes
zebra_options=\"-A 127.0.0.1 -s 90000000 -M dplane_fpm_nl\"
bgpd_options=\"-A 127.0.0.1\"
bfdd_options=\"-A 127.0.0.1\"
staticd_options=\"-A 127.0.0.1\"
";

/// FRR of Enterprise SONiC isn't published: the oldest that is in use elsewhere stands for it.
const UNPUBLISHED: &str = "8.5.1";

#[derive(Serialize)]
struct Head<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mgmt: Option<Management>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Management {
    network: String,
    ipv4_subnet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv4_gw: Option<String>,
}

#[derive(Serialize)]
struct Defaults {
    defaults: Kind,
}

#[derive(Serialize)]
struct Kind {
    kind: &'static str,
    image: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    sysctls: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Node {
    #[serde(skip_serializing_if = "Option::is_none")]
    mgmt_ipv4: Option<Ipv4Addr>,
    binds: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exec: Vec<String>,
}

#[derive(Serialize)]
struct Wire {
    endpoints: [String; 2],
}

/// Appends part `part` of the file, from 0, and tells whether another follows.
pub(crate) fn topology(
    fabric: &Fabric,
    names: &Names,
    release: &Release,
    lab: Lab,
    part: usize,
    out: &mut Vec<u8>,
) -> bool {
    if part == 0 {
        head(fabric, release, lab, out);
    }
    let switches = fabric.switches.len();
    let (range, more) = part_of(part, switches + fabric.links.len());
    for index in range.start..range.end.min(switches) {
        if fabric.switches[index].absent {
            continue;
        }
        if let Some(device) = Device::new(fabric, names, release, index) {
            set_in(&BTreeMap::from([(&device.switch.name, node(&device, lab))]), 4, out);
        }
    }
    // A fabric of one tier has none, and then no such key.
    let before = fabric.links.get(..range.start.saturating_sub(switches)).unwrap_or_default();
    let mut first = wires(fabric, before).next().is_none();
    let links = range.start.max(switches) - switches..range.end.max(switches) - switches;
    for link in wires(fabric, fabric.links.get(links).unwrap_or_default()) {
        if std::mem::take(&mut first) {
            out.extend_from_slice(b"  links:\n");
        }
        let end = |switch: u32, port: PortId| {
            format!("{}:{}", fabric.switches[switch as usize].name, interface(fabric, switch, port, lab))
        };
        set_in(&[Wire { endpoints: [end(link.a, link.a_port), end(link.b, link.b_port)] }], 4, out);
    }
    more
}

/// Links to be laid: what is down on purpose stays down.
fn wires<'a>(
    fabric: &'a Fabric,
    links: &'a [fabc_lang::fabric::Link],
) -> impl Iterator<Item = &'a fabc_lang::fabric::Link> {
    between(fabric, links).filter(|link| !is_down(fabric, link))
}

fn head(fabric: &Fabric, release: &Release, lab: Lab, out: &mut Vec<u8>) {
    let name = &fabric.intent.fabric.name.v;
    // Containers have fixed addresses only where all of them have one.
    let mgmt =
        fabric.intent.management.as_ref().filter(|_| all_managed(fabric)).map(|management| Management {
            network: format!("fabc-{name}"),
            ipv4_subnet: management.subnet.v.trunc().to_string(),
            ipv4_gw: management
                .gateway
                .filter(|gateway| gateway.v.is_ipv4())
                .map(|gateway| gateway.v.to_string()),
        });
    set_in(&Head { name, mgmt }, 0, out);
    out.extend_from_slice(b"topology:\n");
    let defaults = match lab {
        Lab::Frr => Kind {
            kind: "linux",
            image: format!("quay.io/frrouting/frr:{}", whole(release.frr.unwrap_or(UNPUBLISHED))),
            // zebra doesn't turn forwarding on by itself, and neighbours are found over IPv6.
            sysctls: BTreeMap::from([
                ("net.ipv4.ip_forward", "1"),
                ("net.ipv6.conf.all.disable_ipv6", "0"),
                ("net.ipv6.conf.all.forwarding", "1"),
            ]),
        },
        Lab::SonicVs => Kind {
            kind: "sonic-vs",
            image: format!("docker-sonic-vs:{}", release.name),
            sysctls: BTreeMap::new(),
        },
    };
    set_in(&Defaults { defaults }, 2, out);
    out.extend_from_slice(b"  nodes:\n");
}

fn all_managed(fabric: &Fabric) -> bool {
    fabric.switches.iter().all(|switch| switch.absent || switch.mgmt.is_some())
}

/// A version in three parts, as tags of images are: `10.3` is `10.3.0`.
fn whole(version: &str) -> Cow<'_, str> {
    match version.matches('.').count() {
        1 => Cow::Owned(format!("{version}.0")),
        _ => Cow::Borrowed(version),
    }
}

fn node(device: &Device<'_>, lab: Lab) -> Node {
    let (switch, name) = (device.switch, &device.switch.name);
    let own = |file: &str, place: &str| format!("../switches/{name}/{file}:{place}");
    let frr = own("frr.conf", "/etc/frr/frr.conf");
    let mgmt_ipv4 = switch.mgmt.filter(|_| all_managed(device.fabric));
    match lab {
        Lab::Frr => Node {
            mgmt_ipv4,
            binds: vec!["daemons:/etc/frr/daemons".to_owned(), frr],
            exec: addresses(device),
        },
        Lab::SonicVs => Node {
            mgmt_ipv4,
            binds: vec![own("config_db.json", "/etc/sonic/config_db.json"), frr],
            exec: Vec::new(),
        },
    }
}

/// What sets the addresses that SONiC would take from config_db.json, and has FRR read its file once more: lines on
/// addresses that weren't there yet were refused.
fn addresses(device: &Device<'_>) -> Vec<String> {
    let add = |address: String, interface: &str| format!("ip address add {address} dev {interface}");
    let mut lines = Vec::new();
    lines.extend(device.switch.loopback.map(|address| add(format!("{address}/32"), "lo")));
    lines.extend(device.switch.loopback6.map(|address| add(format!("{address}/128"), "lo")));
    for (port, wired) in device.sessions().filter(|(_, wired)| !is_down(device.fabric, wired.link)) {
        lines.extend(wired.addresses.map(|(own, _)| add(format!("{own}/31"), port.name())));
        lines.extend(device.addresses6(wired).map(|(own, _)| add(format!("{own}/127"), port.name())));
    }
    lines.push("vtysh -b".to_owned());
    lines
}

/// What a port is called in the container. SONiC's has `eth1`, `eth2` … for the ports of the box in their order.
fn interface(fabric: &Fabric, switch: u32, port: PortId, lab: Lab) -> String {
    match lab {
        Lab::Frr => {
            switch_port(fabric, switch as usize, port).map_or_else(String::new, |spec| spec.name.clone())
        }
        Lab::SonicVs => {
            let before = fabric.ports(switch as usize).position(|own| own.id == port).unwrap_or_default();
            format!("eth{}", before + 1)
        }
    }
}

/// Appends a document with so many blanks before each line.
fn set_in(what: &impl Serialize, blanks: usize, out: &mut Vec<u8>) {
    // Plain data in memory can always be written.
    let text = serde_yaml::to_string(what).unwrap_or_default();
    for line in text.lines() {
        out.extend(std::iter::repeat_n(b' ', blanks));
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_images_have_three_parts() {
        assert_eq!(["10.3", "10.4.1"].map(whole), ["10.3.0", "10.4.1"]);
    }
}
