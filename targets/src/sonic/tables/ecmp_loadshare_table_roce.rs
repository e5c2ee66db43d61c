//! ECMP_LOADSHARE_TABLE_ROCE: whether ECMP hashes on RoCE's queue pair.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::enterprise(
    "ECMP_LOADSHARE_TABLE_ROCE",
    Owner::Rows,
    "Where `hash` has `qpn`. Addresses, protocol and ports are hashed on by default, so ECMP_LOADSHARE_TABLE_IPV4 and \
     _IPV6 are left as they are.",
).alike();

const QPN: Origin = Origin::rule("flows that look alike to ECMP differ in their queue pair");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let hash = device.fabric.intent.load_balancing.as_ref().and_then(|balancing| balancing.hash.as_ref());
    if let Some(qpn) = hash.and_then(|hash| hash.qpn).filter(|qpn| qpn.v) {
        let origin = QPN.at(qpn.at);
        sink.row("hash", origin);
        sink.field("qpn", "true", origin);
    }
}
