//! MGMT_PORT: eth0, which MGMT_INTERFACE refers to.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new("MGMT_PORT", Owner::Fields, "eth0 is up.");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let (Some(management), Some(_)) = (&device.fabric.intent.management, device.switch.mgmt) else { return };
    let origin = Origin::rule("the switch is managed over eth0").at(management.at);
    sink.row("eth0", origin);
    sink.field("admin_status", "up", origin);
    sink.field("alias", "eth0", origin);
}
