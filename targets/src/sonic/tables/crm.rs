//! CRM: how often the use of chip resources is looked at.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("CRM", Owner::Fields, "The polling interval of resource monitoring; thresholds stay SONiC's.");

const POLL: Origin = Origin::rule("chip resources are polled every five minutes, as SONiC does by default");

pub(super) fn emit(_: &Device<'_>, sink: &mut impl Sink) {
    sink.row("Config", POLL);
    sink.field("polling_interval", "300", POLL);
}
