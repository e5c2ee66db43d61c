//! ARS_SWITCH_BIND: the profile of the whole switch.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::ars;
use crate::sonic::sink::Sink;

pub(super) static TABLE: Table =
    Table::enterprise("ARS_SWITCH_BIND", Owner::Rows, "The one profile that a switch can have.").alike();

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(origin) = ars::origin(device) else { return };
    sink.row("SWITCH", origin);
    sink.field("profile", ars::NAME, origin);
}
