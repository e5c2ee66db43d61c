//! NTP_SERVER: who tells the time.

use super::{Owner, Table, keys};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new("NTP_SERVER", Owner::Rows, "The NTP servers.");

const GIVEN: Origin = Origin::rule("an `ntp` server of `management`");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(management) = &device.fabric.intent.management else { return };
    for (address, at) in keys(&management.ntp) {
        sink.row(&address, GIVEN.at(at));
        if device.release.ntp_association {
            sink.field("association_type", "server", GIVEN.at(at));
            sink.field("resolve_as", &address, GIVEN.at(at));
        }
    }
}
