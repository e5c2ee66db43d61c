//! ARS_OBJECT: how flows are moved.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::ars;
use crate::sonic::sink::Sink;

pub(super) static TABLE: Table = Table::enterprise(
    "ARS_OBJECT",
    Owner::Rows,
    "One object, which a route map gives to routes. Its mode is left out where it is the default: flowlets, by the \
     quality of their links.",
).alike();

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(origin) = ars::origin(device) else { return };
    sink.row(ars::NAME, origin);
}
