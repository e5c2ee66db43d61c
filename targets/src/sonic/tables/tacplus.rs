//! TACPLUS: what all TACACS+ servers have in common.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "TACPLUS",
    Owner::Fields,
    "The time-out of TACACS+. Neither the key nor the AAA rows that need it stand in a build: `fabc render` \
     and `fabc apply` write them.",
);

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(management) = &device.fabric.intent.management else { return };
    if let Some(first) = management.tacacs.first() {
        let origin = Origin::rule("SONiC's own time-out").at(first.address.at);
        sink.row("global", origin);
        sink.field("timeout", "5", origin);
    }
}
