//! CABLE_LENGTH: what buffermgrd is told of each port's cable.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::community(
    "CABLE_LENGTH",
    Owner::Rows,
    "Every port: the length under which the box's own table has its headroom, else `0m`, by which buffermgrd leaves the \
     port to our profile. Any other length would leave it without a lossless priority group.",
).alike();

const LIST: Origin = Origin::rule("one list for all ports");
const OURS: Origin = Origin::rule("0m: buffermgrd makes no profile for this port");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    sink.row(qos.dialect.map, LIST);
    for (i, port) in device.ports.iter().enumerate() {
        match qos.profile(i) {
            Some(profile) => sink.entry(port.name(), &profile.cable, profile.origin),
            None => sink.entry(port.name(), "0m", OURS),
        }
    }
}
