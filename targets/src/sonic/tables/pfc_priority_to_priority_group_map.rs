//! PFC_PRIORITY_TO_PRIORITY_GROUP_MAP: which priority group sends a pause frame of which priority.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::enterprise(
    "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
    Owner::Rows,
    "One map, each priority to the group of the same number, on boxes that have it (`platform › feature \
     \"pfc-priority-pg\"`).",
).alike();

const SAME: Origin = Origin::rule("a class's priority is its PFC priority and, where it is lossless, its priority group");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    if device.release.dialect.has_pfc_to_pg(device.platform) {
        super::map(device, sink, SAME, |_, priority| priority);
    }
}
