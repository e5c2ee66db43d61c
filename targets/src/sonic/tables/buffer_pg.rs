//! BUFFER_PG: what each priority group of a port may take at ingress.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "BUFFER_PG",
    Owner::Rows,
    "On every wired port the lossy group and the lossless ones, neighbours in one row, as buffermgrd writes them. A row \
     for a port of its own: YANG takes no lists.",
).alike();

const LOSSY: Origin = Origin::rule("all lossy classes share this group");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    let Some(buffers) = &qos.buffers else { return };
    let mut key = String::new();
    for (port, wired, profile) in qos.wired(device) {
        let line = device.fabric.line_of(wired.link).at;
        for (group, lossless) in &qos.groups {
            let (name, origin) = match profile.filter(|_| *lossless) {
                Some(profile) => (profile.name.as_str(), profile.origin),
                None => (buffers.ingress_lossy.v.name.as_str(), LOSSY.at(line).and(buffers.ingress_lossy.at)),
            };
            super::key(&mut key, port.name(), group);
            sink.row(&key, origin);
            sink.field("profile", name, origin);
        }
    }
}
