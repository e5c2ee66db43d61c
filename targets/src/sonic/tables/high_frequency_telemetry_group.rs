//! HIGH_FREQUENCY_TELEMETRY_GROUP: which counters of which ports, queues, priority groups and pools are streamed.

use super::high_frequency_telemetry_profile::NAME;
use super::{Owner, Systems, Table};
use crate::device::Device;
use crate::sonic::HIGH_FREQUENCY;
use crate::sonic::qos::{PRIORITIES, Qos};
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table {
    of: Systems::Since(HIGH_FREQUENCY),
    ..Table::new(
        "HIGH_FREQUENCY_TELEMETRY_GROUP",
        Owner::Rows,
        "Where `telemetry` has `high-frequency`: all wired ports, and where a class is lossless its queue and priority group \
         on each of them and the pools. How full they are, what was marked, dropped and paused.",
    )
    .alike()
};

/// First release whose YANG has counters of PFC frames.
const PAUSES: &str = "202511";
const ALL: Origin = Origin::rule("every wired port, and all that is lossless on it");
const SEEN: Origin = Origin::rule("by which congestion shows: how full, marked, dropped, paused");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let telemetry = device.fabric.intent.telemetry.as_ref();
    let Some(said) = telemetry.and_then(|t| t.high_frequency.as_ref()) else { return };
    let at = said.at;
    let mut group = |name: &str, objects: &[String], counters: &[&str]| {
        if objects.is_empty() {
            return;
        }
        sink.row(&format!("{NAME}|{name}"), ALL.at(at));
        sink.list("object_counters", counters, SEEN.at(at));
        sink.list("object_names", &objects.iter().map(String::as_str).collect::<Vec<_>>(), ALL.at(at));
    };
    let qos = device.qos().filter(|qos| qos.lossless != 0);
    let pools = qos.and_then(|qos| qos.buffers.as_ref()).map_or(&[][..], |buffers| &buffers.pools);
    let pools: Vec<String> = pools.iter().map(|plan| plan.pool.v.name.clone()).collect();
    group("BUFFER_POOL", &pools, &["DROPPED_PACKETS", "CURR_OCCUPANCY_BYTES", "WATERMARK_BYTES"]);
    let lossless = qos.map(|qos| objects(device, qos)).unwrap_or_default();
    let filled = ["CURR_OCCUPANCY_BYTES", "WATERMARK_BYTES", "XOFF_ROOM_CURR_OCCUPANCY_BYTES"];
    let filled = [&filled[..], &["XOFF_ROOM_WATERMARK_BYTES", "DROPPED_PACKETS"]].concat();
    group("INGRESS_PRIORITY_GROUP", &lossless, &filled);
    let ports: Vec<String> = device.wired().map(|(port, _)| port.name().to_owned()).collect();
    let pauses: Vec<String> = match qos.filter(|_| device.release.since(PAUSES)) {
        Some(qos) => (0..PRIORITIES)
            .filter(|&p| qos.is_lossless(p))
            .flat_map(|p| [format!("PFC_{p}_RX_PKTS"), format!("PFC_{p}_TX_PKTS")])
            .collect(),
        None => Vec::new(),
    };
    let counters = ["IF_IN_OCTETS", "IF_OUT_OCTETS", "IF_IN_DISCARDS", "IF_OUT_DISCARDS"];
    let counters: Vec<&str> = counters.into_iter().chain(pauses.iter().map(String::as_str)).collect();
    group("PORT", &ports, &counters);
    let marked = ["PACKETS", "BYTES", "DROPPED_PACKETS", "CURR_OCCUPANCY_BYTES", "WATERMARK_BYTES"];
    group("QUEUE", &lossless, &[&marked[..], &["WRED_ECN_MARKED_PACKETS"]].concat());
}

/// Lossless queues of all wired ports, which are priority groups of the same numbers: `Ethernet0|3`.
fn objects(device: &Device<'_>, qos: &Qos<'_>) -> Vec<String> {
    let lossless: Vec<u8> = (0..PRIORITIES).filter(|&p| qos.is_lossless(p)).collect();
    let of = |port: &str| lossless.iter().map(|p| format!("{port}|{p}")).collect::<Vec<_>>();
    device.wired().flat_map(|(port, _)| of(port.name())).collect()
}
