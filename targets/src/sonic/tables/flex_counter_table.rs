//! FLEX_COUNTER_TABLE: what is counted beyond what an image counts by itself.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::community(
    "FLEX_COUNTER_TABLE",
    Owner::Fields,
    "Only differences: packets marked by ECN are counted, queue by queue, where a class is marked. Ports, queues, \
     watermarks and the watchdog are counted by default.",
).alike();

/// First release whose orchagent is known to have the group.
const SINCE: &str = "202411";
const MARKED: Origin = Origin::rule("marked packets are how congestion shows; SONiC doesn't count them by default");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos().filter(|_| device.release.since(SINCE)) else { return };
    if let Some(wred) = qos.queues.iter().find_map(|q| q.wred.first()) {
        let origin = MARKED.at(wred.ecn.at);
        sink.row("WRED_ECN_QUEUE", origin);
        sink.field("FLEX_COUNTER_STATUS", "enable", origin);
    }
}
