//! TELEMETRY: the same server as GNMI, in images with the older container.

use super::{Owner, Table, gnmi};
use crate::device::Device;
use crate::sonic::sink::Sink;

pub(super) static TABLE: Table = Table::community(
    "TELEMETRY",
    Owner::Fields,
    "Where `gnmi` says `container=\"telemetry\"`: the rows of GNMI, for the telemetry container.",
)
.alike();

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    gnmi::server(device, "telemetry", sink);
}
