//! `hosts.csv`: every NIC port, for whoever sets up the servers.

use fabc_lang::fabric::{Fabric, Host, Link};
use fabc_lang::intent::By;

use super::{part_of, state, upper};
use crate::csv::Row;
use crate::names::Names;

const HEAD: &[u8] = b"host,nic,port,interface,rail,address,prefix_length,gateway,\
    switch,switch_port,switch_interface,mtu,speed_mbps,state\n";

/// Appends part `part` of `hosts.csv`, and tells whether another follows.
pub fn hosts(fabric: &Fabric, names: &Names, part: usize, out: &mut Vec<u8>) -> bool {
    if part == 0 {
        out.extend_from_slice(HEAD);
    }
    let (range, more) = part_of(part, fabric.hosts.len());
    for (index, host) in range.clone().zip(fabric.hosts.get(range).unwrap_or_default()) {
        let links = fabric.host_wires(index).iter().filter_map(|wire| fabric.links.get(wire.link as usize));
        links.filter(|link| fabric.is_present(link)).for_each(|link| row(fabric, names, host, link, out));
    }
    more
}

fn row(fabric: &Fabric, names: &Names, host: &Host, link: &Link, out: &mut Vec<u8>) {
    let line = fabric.line_of(link);
    let addresses = fabric.host_addresses(link);
    let end = upper(fabric, link);
    let mut row = Row::new(out);
    row.cell(&host.name).number(link.a_port.cage).number(link.a_port.child);
    row.cell(names.interface(fabric, link.a as usize, link.a_port));
    row.value((line.by == Some(By::Rail)).then_some(link.a_port.cage));
    row.address(addresses.map(|(_, own)| own))
        .value(addresses.map(|_| 31u8))
        .address(addresses.map(|(gateway, _)| gateway));
    row.cell(&fabric.switches[link.b as usize].name).cell(end.port()).cell(end.interface());
    row.number(fabric.mtu.v).number(line.speed.v.0).cell(state(fabric, link));
    row.end();
}
