//! FLEX_COUNTER_TABLE: what is counted beyond what an image counts by itself.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::community(
    "FLEX_COUNTER_TABLE",
    Owner::Fields,
    "Only differences: packets marked by ECN are counted, queue by queue, where a class is marked; watermarks as often as \
     `telemetry` says; trimmed packets where there are any. Ports, queues, watermarks and the watchdog are counted by default.",
)
.alike();

/// First release whose orchagent is known to have the group.
const SINCE: &str = "202411";
/// First release whose YANG has the group that counts trimmed packets.
const SWITCH: &str = "202511";
const MARKED: Origin = Origin::rule("marked packets are how congestion shows; SONiC doesn't count them by default");
const WATCHED: Origin = Origin::rule("`telemetry` wants to see it");
const INTERVAL: Origin = Origin::rule("as `watermarks` says");
const TRIMMED: Origin = Origin::rule("trimmed packets are how congestion shows");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let telemetry = device.fabric.intent.telemetry.as_ref();
    let interval = telemetry.and_then(|t| t.watermarks).map(|t| (t.v.ms(), INTERVAL.at(t.at)));
    let qos = device.qos();
    let watched = device.fabric.intent.watchdog.is_some() && qos.is_some_and(|qos| qos.lossless != 0);
    let trimmed = qos.and_then(|qos| qos.trimming).filter(|_| device.release.since(SWITCH));
    let marked = qos.and_then(|qos| qos.queues.iter().find_map(|q| q.wred.first()));
    let mut count = |group: &str, origin: Origin, ms: Option<u64>| {
        sink.row(group, origin);
        sink.field("FLEX_COUNTER_STATUS", "enable", origin);
        if let Some(ms) = ms {
            sink.number("POLL_INTERVAL", ms, origin);
        }
    };
    if let Some((ms, origin)) = interval {
        count("BUFFER_POOL_WATERMARK", origin, Some(ms));
    }
    if let Some(telemetry) = telemetry.filter(|_| watched) {
        count("PFCWD", WATCHED.at(telemetry.at), None);
    }
    if let Some((ms, origin)) = interval {
        count("PG_WATERMARK", origin, Some(ms));
        count("QUEUE_WATERMARK", origin, Some(ms));
    }
    if let Some((said, _)) = trimmed {
        count("SWITCH", TRIMMED.at(said.at), None);
    }
    if let Some(wred) = marked.filter(|_| device.release.since(SINCE)) {
        count("WRED_ECN_QUEUE", MARKED.at(wred.ecn.at), None);
    }
}
