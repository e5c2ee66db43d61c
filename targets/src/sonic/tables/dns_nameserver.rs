//! DNS_NAMESERVER: who resolves names.

use super::{Owner, Table, keys};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("DNS_NAMESERVER", Owner::Rows, "The DNS servers; SONiC's YANG takes three.");

const GIVEN: Origin = Origin::rule("a `dns` server of `management`");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(management) = &device.fabric.intent.management else { return };
    for (address, at) in keys(&management.dns) {
        sink.row(&address, GIVEN.at(at));
    }
}
