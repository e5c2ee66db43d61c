//! FEATURE: what differs from the services that an image starts by itself.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "FEATURE",
    Owner::Fields,
    "Only differences: no DHCP relay on switches of type ToRRouter, where SONiC would start one.",
);

const RELAY: Origin = Origin::rule("type ToRRouter would start a DHCP relay; a fabric of routed ports has no use for it");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    if device.tier.kind == "ToRRouter" {
        let origin = RELAY.at(device.tier.node.at);
        sink.row("dhcp_relay", origin);
        sink.field("state", "disabled", origin);
    }
}
