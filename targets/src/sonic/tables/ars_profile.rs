//! ARS_PROFILE: how the load of links is measured.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::ars;
use crate::sonic::sink::Sink;

pub(super) static TABLE: Table = Table::enterprise(
    "ARS_PROFILE",
    Owner::Rows,
    "One profile, with the defaults of the box.",
).alike();

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(origin) = ars::origin(device) else { return };
    sink.row(ars::NAME, origin);
}
