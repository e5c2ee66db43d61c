//! BREAKOUT_CFG: the mode of every cage, for `show` and `config interface breakout`. No daemon reads it.

use fabc_lang::intent::Nos;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::cli;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "BREAKOUT_CFG",
    Owner::Rows,
    "The break-out mode of each cage whose platform.json has it; key is the cage's first port.",
).alike();

const WIRED: Origin = Origin::rule("the mode that gives the link's speed with the fewest lanes");
const DEFAULT: Origin = Origin::rule("nothing is wired here: the mode in which the box ships");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    for (ports, line) in device.cages() {
        let Some(port) = ports.first() else { continue };
        let (Some(cage), Some(layout)) = (port.port.cage, port.port.layout) else { continue };
        let found = device.platform.cage(cage.number).and_then(|c| device.platform.mode(c, &layout.mode));
        // Community SONiC takes only what platform.json lists; Enterprise SONiC has the others too.
        if found.is_some_and(|mode| mode.v.community || device.release.nos == Nos::EnterpriseSonic) {
            let origin =
                line.map_or(DEFAULT.at(device.tier.node.switch.at), |line| WIRED.at(line.at));
            sink.row(port.name(), origin);
            let mode = match device.release.nos {
                Nos::Sonic => &layout.mode,
                Nos::EnterpriseSonic => cli::mode(&layout.mode),
            };
            sink.field("brkout_mode", mode, origin);
        }
    }
}
