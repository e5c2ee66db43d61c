//! DEVICE_NEIGHBOR_METADATA: what the neighbouring switches are.

use fabc_lang::intent::Nos;

use super::{Owner, Table};
use crate::address;
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("DEVICE_NEIGHBOR_METADATA", Owner::Rows, "Model, type and addresses of each neighbouring switch.");

const PEER: Origin = Origin::rule("what the neighbour's own file says of it");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    // Switches are sorted by name, so their indices are in the order of the rows.
    let mut peers: Vec<_> = device.sessions().filter_map(|(_, wired)| wired.peer_switch).collect();
    peers.sort_unstable();
    peers.dedup();
    for index in peers {
        let Some(peer) = device.fabric.switches.get(index) else { continue };
        let tier = device.fabric.tier_of(peer);
        let origin = PEER.at(tier.node.at);
        sink.of_neighbour(&peer.name, index, origin, |sink| {
            let mut text = String::new();
            if let Some(sonic) = device.release.names(device.fabric.platform_of(tier)) {
                sink.field("hwsku", &sonic.hwsku, origin);
            }
            if let Some(address) = peer.loopback {
                text.clear();
                address::pieces(address, |piece| text.push_str(piece));
                text.push_str("/32");
                sink.field("lo_addr", &text, origin);
            }
            // What Enterprise SONiC's own YANG has isn't known.
            if let Some(address) = device.names.loopback6(index).filter(|_| device.release.nos == Nos::Sonic) {
                sink.field("lo_addr_v6", address, origin);
            }
            if let Some(address) = peer.mgmt {
                text.clear();
                address::pieces(address, |piece| text.push_str(piece));
                sink.field("mgmt_addr", &text, origin);
            }
            sink.field("type", &tier.kind, origin);
        });
    }
}
