//! BUFFER_QUEUE: what each queue of a port may take at egress.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::community(
    "BUFFER_QUEUE",
    Owner::Rows,
    "On every wired port queues 0 to 7: the lossless ones never dropped from, the others as the vendor limits them.",
).alike();

const LOSSLESS: Origin = Origin::rule("nothing of a lossless class is dropped at egress: ingress is where it is held");
const LOSSY: Origin = Origin::rule("lossy classes are dropped at egress, by the vendor's limit");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    let Some(buffers) = &qos.buffers else { return };
    let mut key = String::new();
    for (port, wired, _) in qos.wired(device) {
        let line = device.fabric.line_of(wired.link).at;
        for (queues, lossless) in &qos.ranges {
            let (profile, rule) =
                if *lossless { (buffers.egress_lossless, LOSSLESS) } else { (buffers.egress_lossy, LOSSY) };
            let origin = rule.at(line).and(profile.at);
            super::key(&mut key, port.name(), queues);
            sink.row(&key, origin);
            sink.field("profile", &profile.v.name, origin);
        }
    }
}
