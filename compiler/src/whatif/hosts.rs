//! NIC ports, GPUs and servers that a failure touches.
//!
//! Which NIC a GPU uses is not written anywhere. NICs are shared out in order: where the first `nic` lines have as many NICs
//! as the server has GPUs, NIC k is GPU k's and the rest serve none; otherwise all are shared out evenly.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, HostGroup, Lower};

use crate::checks::lost::{Lost, stands};

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
            if !stands(fabric, link) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatif::tests::fabric;

    /// The unit of each NIC, and how many GPUs it serves.
    fn units(hosts: &str, nics: u16) -> Vec<(u32, u32)> {
        let fabric = fabric(&format!(
            r#"fabric "f" {{ nos "sonic" release="202505"; }}
            hosts "gpu" count=2 {hosts}
            tier "leaf" count=10 switch="dell-z9864f"
            link "gpu" "leaf" by="spread"
            routing {{ asn leaf=4210000000; loopbacks "10.0.0.0/18"; host-subnets "10.64.0.0/12"; }}"#
        ));
        (0..nics).map(|nic| unit(&fabric.groups[0], nic)).collect()
    }

    #[test]
    fn nics_are_shared_out_in_order() {
        let eight = units(r#"{ nic count=8 speed="400G"; }"#, 8);
        assert_eq!(eight, (0..8).map(|nic| (nic, 1)).collect::<Vec<_>>());
        // Two GPUs to a NIC; two NICs to a GPU; three GPUs on two NICs.
        assert_eq!(units(r#"gpus=4 { nic count=2 speed="400G"; }"#, 2), [(0, 2), (1, 2)]);
        assert_eq!(units(r#"gpus=2 { nic count=4 speed="400G"; }"#, 4), [(0, 1), (0, 1), (1, 1), (1, 1)]);
        assert_eq!(units(r#"gpus=3 { nic count=2 speed="400G"; }"#, 2), [(0, 2), (1, 1)]);
        // The NIC of another line, where the first has one for each GPU; a server without GPUs.
        let mixed = units(r#"gpus=2 { nic count=2 speed="400G"; nic count=1 speed="200G"; }"#, 3);
        assert_eq!(mixed, [(0, 1), (1, 1), (2, 0)]);
        assert_eq!(units(r#"gpus=0 { nic count=2 speed="200G"; }"#, 2), [(0, 0), (1, 0)]);
    }
}
