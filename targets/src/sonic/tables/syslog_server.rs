//! SYSLOG_SERVER: who keeps the logs.

use super::{Owner, Table, keys};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new("SYSLOG_SERVER", Owner::Rows, "The syslog servers.");

const GIVEN: Origin = Origin::rule("a `syslog` server of `management`");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(management) = &device.fabric.intent.management else { return };
    for (address, at) in keys(&management.syslog) {
        sink.row(&address, GIVEN.at(at));
    }
}
