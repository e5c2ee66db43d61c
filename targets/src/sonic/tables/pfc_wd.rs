//! PFC_WD: the watchdog on lossless queues.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "PFC_WD",
    Owner::Rows,
    "Every wired port, by `watchdog`; one action for the whole switch, for Broadcom's chips have but one. Queues are \
     looked at as often as SONiC itself would with so many ports, but no more slowly than they are to be found.",
).alike();

const SAID: Origin = Origin::rule("as `watchdog` says");
const ACTION: Origin = Origin::rule("as `watchdog` says; drop where it says nothing");
const POLL: Origin = Origin::rule(
    "200 ms for each 32 ports, as SONiC does it, but not above detection and restoration times nor the release's limit",
);

/// What SONiC's `pfcwd start_default` takes for each 32 ports, ms.
const INTERVAL: u64 = 200;
const PORTS: usize = 32;
/// The least that YANG takes, ms.
const LEAST: u64 = 100;

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos().filter(|qos| qos.lossless != 0) else { return };
    let Some(watchdog) = &device.fabric.intent.watchdog else { return };
    let (Some(detect), Some(restore)) = (watchdog.detect, watchdog.restore) else { return };
    let action = ACTION.at(watchdog.action.as_ref().map_or(watchdog.at, |a| a.at));
    let word = watchdog.action.as_ref().map_or("drop", |a| a.v.as_str());
    for (port, wired, _) in qos.wired(device) {
        sink.row(port.name(), SAID.at(watchdog.at).and(device.fabric.line_of(wired.link).at));
        sink.field("action", word, action);
        sink.number("detection_time", detect.v.ms(), SAID.at(detect.at));
        sink.number("restoration_time", restore.v.ms(), SAID.at(restore.at));
    }
    if let Some(interval) = poll(device) {
        sink.row("GLOBAL", POLL.at(watchdog.at));
        sink.number("POLL_INTERVAL", interval, POLL.at(watchdog.at));
    }
}

/// How often the queues of a switch are looked at, ms; none where none is watched.
pub(in crate::sonic) fn poll(device: &Device<'_>) -> Option<u64> {
    let qos = device.qos().filter(|qos| qos.lossless != 0)?;
    let watchdog = device.fabric.intent.watchdog.as_ref()?;
    let most = watchdog.detect?.v.ms().min(watchdog.restore?.v.ms()).min(device.release.pfcwd_poll_max);
    let ports = qos.wired(device).count();
    (ports > 0).then(|| interval(ports, most))
}

/// How often so many ports are looked at, at most.
fn interval(ports: usize, most: u64) -> u64 {
    (INTERVAL * (ports.div_ceil(PORTS) as u64)).min(most).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_grows_with_ports_up_to_its_limits() {
        assert_eq!([1, 32, 33, 64, 256].map(|ports| interval(ports, 1000)), [200, 200, 400, 400, 1000]);
        assert_eq!([interval(256, 3000), interval(64, 300), interval(64, 100)], [1600, 300, 100]);
    }
}
