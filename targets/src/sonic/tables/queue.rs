//! QUEUE: scheduler and WRED profile of each class's queue.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "QUEUE",
    Owner::Rows,
    "On every wired port, one row for the queue of each class that says how it is served or marked. Single queues, as \
     SONiC's own templates have them.",
).alike();

const PORT: Origin = Origin::rule("every port with a wire has the queues of the fabric's classes");
const SCHEDULER: Origin = Origin::rule("the class's scheduler");
const WRED: Origin = Origin::rule("the class's ECN thresholds for ports of this speed");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    let mut key = String::new();
    for (port, wired, _) in qos.wired(device) {
        let origin = PORT.at(device.fabric.line_of(wired.link).at);
        for queue in &qos.queues {
            let wred = queue.wred_of(port.port.spec.speed);
            if queue.scheduler.is_none() && wred.is_none() {
                continue;
            }
            super::key(&mut key, port.name(), itoa::Buffer::new().format(queue.priority));
            sink.row(&key, origin.and(queue.class.at));
            if let Some((name, _, at)) = &queue.scheduler {
                sink.field("scheduler", name, SCHEDULER.at(*at));
            }
            if let Some(wred) = wred {
                sink.field("wred_profile", &wred.name, WRED.at(wred.ecn.at));
            }
        }
    }
}
