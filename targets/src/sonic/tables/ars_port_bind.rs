//! ARS_PORT_BIND: ports that take part.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::ars;
use crate::sonic::sink::Sink;

pub(super) static TABLE: Table = Table::enterprise(
    "ARS_PORT_BIND",
    Owner::Rows,
    "The port profile on every port to another switch: a server has one path.",
).alike();

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(origin) = ars::origin(device) else { return };
    for (port, wired) in device.sessions() {
        let origin = origin.and(device.fabric.line_of(wired.link).at);
        sink.row(port.name(), origin);
        sink.field("profile", ars::NAME, origin);
    }
}
