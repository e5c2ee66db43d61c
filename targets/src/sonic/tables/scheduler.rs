//! SCHEDULER: how queues are served.

use fabc_lang::intent::Schedule;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "SCHEDULER",
    Owner::Rows,
    "One for each class that says how it is served, named by its queue: `scheduler.3`.",
).alike();

const SERVED: Origin = Origin::rule("as the class's `schedule` says");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    for (name, schedule, at) in qos.queues.iter().filter_map(|q| q.scheduler.as_ref()) {
        let origin = SERVED.at(*at);
        sink.row(name, origin);
        match *schedule {
            Schedule::Weight(weight) => {
                sink.field("type", "DWRR", origin);
                sink.number("weight", weight, origin);
            }
            Schedule::Strict => sink.field("type", "STRICT", origin),
        }
    }
}
