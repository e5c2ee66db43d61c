//! NIC ports, GPUs and servers that a failure touches.
//!
//! Which NIC a GPU uses is not written anywhere. NICs are shared out in order: where the first `nic` lines have as many NICs
//! as the server has GPUs, NIC k is GPU k's and the rest serve none; otherwise all are shared out evenly.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, HostGroup, Lower};

use crate::checks::lost::Lost;

/// What a failure does to servers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hosts {
    /// NIC ports that lost their link.
    pub(crate) ports: u64,
    /// GPUs with a NIC that lost a port.
    pub(crate) gpus_hit: u64,
    /// GPUs without any NIC port left.
    pub(crate) gpus_cut: u64,
    /// Servers that lost a link.
    pub(crate) servers_hit: u64,
    /// Servers without any link left, in order.
    pub(crate) servers_cut: Vec<usize>,
}

/// NICs that fail together as far as GPUs are concerned: their number, and how many GPUs they serve.
pub(crate) fn unit(group: &HostGroup, nic: u16) -> (u32, u32) {
    let (nic, gpus, nics) = (u32::from(nic), group.gpus, group.nics.max(1));
    if gpus == 0 {
        return (nic, 0);
    }
    let mut first = 0;
    if group.node.nics.iter().any(|n| {
        first += n.count.v;
        first == gpus
    }) {
        return (nic, u32::from(nic < gpus));
    }
    if gpus < nics {
        return (nic * gpus / nics, 1);
    }
    // GPUs j with j × nics / gpus = nic, rounded down.
    let from = |nic: u32| (nic * gpus).div_ceil(nics);
    (nic, from(nic + 1) - from(nic))
}

/// What the failure does.
pub(crate) fn hit(fabric: &Fabric, lost: &Lost) -> Hosts {
    let touched: BTreeSet<u32> = lost
        .links_gone(fabric)
        .iter()
        .map(|&l| &fabric.links[l as usize])
        .filter(|link| matches!(fabric.line_of(link).lower, Lower::Hosts { .. }))
        .map(|link| link.a)
        .collect();
    let mut hosts = Hosts { servers_hit: touched.len() as u64, ..Hosts::default() };
    for host in touched {
        let host = host as usize;
        let group = &fabric.groups[fabric.hosts[host].group];
        // Of each unit: GPUs, ports gone, ports left.
        let mut units: BTreeMap<u32, (u32, u64, u64)> = BTreeMap::new();
        for wire in fabric.host_wires(host) {
            let link = &fabric.links[wire.link as usize];
            if !fabric.is_present(link) {
                continue;
            }
            let (number, gpus) = unit(group, wire.port.cage);
            let entry = units.entry(number).or_insert((gpus, 0, 0));
            match lost.is_up(fabric, wire.link, link) {
                true => entry.2 += 1,
                false => entry.1 += 1,
            }
        }
        for &(gpus, gone, left) in units.values() {
            hosts.ports += gone;
            hosts.gpus_hit += if gone > 0 { u64::from(gpus) } else { 0 };
            hosts.gpus_cut += if gone > 0 && left == 0 { u64::from(gpus) } else { 0 };
        }
        if units.values().all(|u| u.2 == 0) {
            hosts.servers_cut.push(host);
        }
    }
    hosts
}
