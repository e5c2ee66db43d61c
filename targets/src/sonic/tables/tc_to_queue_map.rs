//! TC_TO_QUEUE_MAP: a class's queue is its priority.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("TC_TO_QUEUE_MAP", Owner::Rows, "One map: each traffic class to the queue of the same number.").alike();

const SAME: Origin = Origin::rule("a class's priority is its traffic class and its queue");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    super::map(device, sink, SAME, |_, priority| priority);
}
