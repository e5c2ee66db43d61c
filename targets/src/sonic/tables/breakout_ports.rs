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
    for (ports, line) in device.cages() {
        let origin = line.map_or(DEFAULT.at(device.tier.node.switch.at), |line| WIRED.at(line.at));
        for port in ports {
            let Some([master, _, ..]) = port.port.layout.map(|layout| layout.ports.as_slice()) else { continue };
            sink.row(port.name(), origin);
            sink.field("master", &master.name, origin);
        }
    }
}
