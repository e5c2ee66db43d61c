//! TC_TO_PRIORITY_GROUP_MAP: which buffer at ingress a class uses.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "TC_TO_PRIORITY_GROUP_MAP",
    Owner::Rows,
    "One map: lossless classes to the group of their number, all others, TC 7 too, to the one lossy group.",
).alike();

const GROUP: Origin = Origin::rule(
    "a lossless class has the priority group of its number; all others share the first that isn't lossless, the only \
     one with a lossy profile",
);

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    super::map(device, sink, GROUP, |qos, priority| qos.group(priority));
}
