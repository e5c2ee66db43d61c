//! DEVICE_NEIGHBOR: who is at the far end of each port, servers too: SONiC's QoS templates hold only these for active.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("DEVICE_NEIGHBOR", Owner::Rows, "The device and port at the far end of each wired port.").alike();

const WIRED: Origin = Origin::rule("the far end of the link");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    for (port, wired) in device.wired() {
        let origin = WIRED.at(device.fabric.line_of(wired.link).at);
        sink.row(port.name(), origin);
        sink.own("name", wired.peer, origin);
        sink.own("port", wired.peer_port, origin);
    }
}
