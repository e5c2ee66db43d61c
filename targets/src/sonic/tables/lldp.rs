//! LLDP: on, for it is what cabling is verified by.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new("LLDP", Owner::Fields, "LLDP is on: cabling is verified by it.");

const ON: Origin = Origin::rule("cabling is verified by LLDP");

pub(super) fn emit(_: &Device<'_>, sink: &mut impl Sink) {
    sink.row("GLOBAL", ON);
    sink.field("enabled", "true", ON);
}
