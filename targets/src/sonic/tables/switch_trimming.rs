//! SWITCH_TRIMMING: what becomes of a packet that is cut.

use super::{Owner, Systems, Table};
use crate::device::Device;
use crate::sonic::TRIMMING;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table {
    of: Systems::Since(TRIMMING),
    ..Table::new(
        "SWITCH_TRIMMING",
        Owner::Rows,
        "Where `trimming` is asked for: what is left of a packet, its DSCP and its queue, one for the whole switch.",
    )
};

const SAID: Origin = Origin::rule("as `trimming` says");
const QUEUE: Origin = Origin::rule("the queue of the class that `trimming` sends them to");
const DSCP: Origin = Origin::rule("the first DSCP of the class that `trimming` sends them to");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let asked = device.fabric.intent.trimming.is_some();
    let Some((said, class)) = asked.then(|| device.qos()).flatten().and_then(|qos| qos.trimming) else { return };
    let dscp = said.dscp.map(|dscp| (dscp.v, SAID.at(dscp.at)));
    let Some((dscp, origin)) = dscp.or_else(|| class.dscp.first().map(|d| (d.v, DSCP.at(said.to.at).and(d.at))))
    else {
        return;
    };
    sink.row("GLOBAL", SAID.at(said.at));
    sink.number("dscp_value", dscp, origin);
    sink.number("queue_index", class.priority.v, QUEUE.at(said.to.at).and(class.priority.at));
    sink.number("size", said.size.v.0, SAID.at(said.size.at));
}
