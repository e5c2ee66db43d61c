//! SWITCH_HASH: what ECMP hashes on.

use super::{Owner, Systems, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table {
    of: Systems::Since("202311"),
    ..Table::new(
        "SWITCH_HASH",
        Owner::Rows,
        "Where `load-balancing` has `hash`: addresses, protocol and ports. RoCE's only entropy there is the UDP source \
         port; there is no field for the queue pair.",
    )
};

const HASH: Origin = Origin::rule("the five fields in which flows differ; RoCE varies the UDP source port");

/// As ordered in SONiC's own list.
const FIELDS: [&str; 5] = ["IP_PROTOCOL", "DST_IP", "SRC_IP", "L4_DST_PORT", "L4_SRC_PORT"];

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(balancing) = &device.fabric.intent.load_balancing else { return };
    if balancing.hash.is_some() {
        let origin = HASH.at(balancing.at);
        sink.row("GLOBAL", origin);
        sink.list("ecmp_hash", &FIELDS, origin);
    }
}
