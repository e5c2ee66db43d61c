//! NTP: where the clock asks from.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("NTP", Owner::Fields, "NTP asks from eth0; a string in ConfigDB, for all that YANG calls it a list.");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(management) = &device.fabric.intent.management else { return };
    if let Some(first) = management.ntp.first() {
        let origin = Origin::rule("time servers are reached over the management network").at(first.at);
        sink.row("global", origin);
        sink.field("src_intf", "eth0", origin);
    }
}
