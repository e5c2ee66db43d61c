//! DSCP_TO_TC_MAP: which class each DSCP belongs to.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "DSCP_TO_TC_MAP",
    Owner::Rows,
    "One map: every DSCP to its class's priority; those that no class names to the default class.",
).alike();

const NAMED: Origin = Origin::rule("the class that names this DSCP");
const REST: Origin = Origin::rule("the default class takes every DSCP that no class names");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    let rest = qos.rest.1.map_or(REST, |at| REST.at(at));
    let mut map = [(qos.rest.0, rest); 64];
    for queue in &qos.queues {
        for dscp in &queue.class.dscp {
            if let Some(entry) = map.get_mut(usize::from(dscp.v)) {
                *entry = (queue.priority, NAMED.at(dscp.at));
            }
        }
    }
    sink.row(qos.dialect.map, rest);
    for (dscp, (tc, origin)) in map.into_iter().enumerate() {
        sink.entry(itoa::Buffer::new().format(dscp), itoa::Buffer::new().format(tc), origin);
    }
}
