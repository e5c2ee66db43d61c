//! HIGH_FREQUENCY_TELEMETRY_PROFILE: how often the chip streams counters, and where to.

use super::{Owner, Systems, Table};
use crate::device::Device;
use crate::sonic::HIGH_FREQUENCY;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table {
    of: Systems::Since(HIGH_FREQUENCY),
    ..Table::new(
        "HIGH_FREQUENCY_TELEMETRY_PROFILE",
        Owner::Rows,
        "One, `fabc`, where `telemetry` has `high-frequency`. Its interval is in microseconds: orchagent hands it to SAI as \
         such, whatever the YANG's own description says.",
    )
    .alike()
};

/// Name of the one profile.
pub(super) const NAME: &str = "fabc";

const SAID: Origin = Origin::rule("as `high-frequency` says");
const STREAM: Origin = Origin::rule("asked for by `high-frequency`");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let telemetry = device.fabric.intent.telemetry.as_ref();
    let Some(said) = telemetry.and_then(|t| t.high_frequency.as_ref()) else { return };
    sink.row(NAME, SAID.at(said.at));
    if let Some(path) = &said.certificates {
        sink.field("otel_certs", &path.v, SAID.at(path.at));
    }
    if let Some(endpoint) = &said.collector {
        sink.field("otel_endpoint", &endpoint.v, SAID.at(endpoint.at));
    }
    sink.number("poll_interval", said.interval.v.0, SAID.at(said.interval.at));
    sink.field("stream_state", "enabled", STREAM.at(said.at));
}
