//! BREAKOUT_PORTS: which cage each port of a broken-out cage is of.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::enterprise(
    "BREAKOUT_PORTS",
    Owner::Rows,
    "The first port of its cage, for each port of a cage that is broken out.",
).alike();

const WIRED: Origin = Origin::rule("the cage is broken out for its link");
const DEFAULT: Origin = Origin::rule("nothing is wired here: the box ships with the cage broken out");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    for port in &device.ports {
        let (Some(cage), Some(layout)) = (port.port.cage, port.port.layout) else { continue };
        let [master, _, ..] = layout.ports.as_slice() else { continue };
        let origin = match cage.line.and_then(|line| device.fabric.lines.get(line)) {
            Some(line) if cage.broken.as_ref().is_none_or(|b| b.mode == layout.mode) => WIRED.at(line.at),
            _ => DEFAULT.at(device.tier.node.switch.at),
        };
        sink.row(port.name(), origin);
        sink.field("master", &master.name, origin);
    }
}
