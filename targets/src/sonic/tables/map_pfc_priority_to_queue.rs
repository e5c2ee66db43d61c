//! MAP_PFC_PRIORITY_TO_QUEUE: which queue a received pause frame stops.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "MAP_PFC_PRIORITY_TO_QUEUE",
    Owner::Rows,
    "One map: each PFC priority stops the queue of the same number.",
).alike();

const SAME: Origin = Origin::rule("a class's priority is its PFC priority and its queue");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    super::map(device, sink, SAME, |_, priority| priority);
}
