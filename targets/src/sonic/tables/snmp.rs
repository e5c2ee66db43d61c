//! SNMP: where the switch stands and whom to call, in the form that SONiC's YANG has.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("SNMP", Owner::Fields, "Location and contact. The community is a secret and never stands in a build: `fabc \
     render` and `fabc apply` write it.");

const GIVEN: Origin = Origin::rule("given under `snmp` of `management`");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(management) = &device.fabric.intent.management else { return };
    if let Some(contact) = &management.contact {
        sink.row("CONTACT", GIVEN.at(contact.at));
        sink.field("Contact", &contact.v, GIVEN.at(contact.at));
    }
    if let Some(location) = &management.location {
        sink.row("LOCATION", GIVEN.at(location.at));
        sink.field("Location", &location.v, GIVEN.at(location.at));
    }
}
