//! ARS_PORT_PROFILE: which ports take part.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::ars;
use crate::sonic::sink::Sink;

pub(super) static TABLE: Table = Table::enterprise(
    "ARS_PORT_PROFILE",
    Owner::Rows,
    "One profile that switches a port's part in it on; it is off by default.",
).alike();

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(origin) = ars::origin(device) else { return };
    sink.row(ars::NAME, origin);
    sink.field("enable", "true", origin);
}
