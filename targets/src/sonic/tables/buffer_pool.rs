//! BUFFER_POOL: how the chip's memory is shared.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "BUFFER_POOL",
    Owner::Rows,
    "The vendor's pools for the switch's role, with what `buffers` says instead.",
).alike();

const VENDOR: Origin = Origin::rule("the vendor's pool for this box and role");
const STATED: Origin = Origin::rule("stated in `buffers`, instead of the vendor's");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(buffers) = device.qos().and_then(|qos| qos.buffers.as_ref()) else { return };
    for plan in &buffers.pools {
        let vendor = VENDOR.at(device.tier.node.switch.at).and(plan.pool.at);
        let origin = |stated: Option<_>| stated.map_or(vendor, |at| STATED.at(at).stated());
        sink.row(&plan.pool.v.name, vendor);
        sink.field("mode", if plan.pool.v.dynamic { "dynamic" } else { "static" }, vendor);
        sink.number("size", plan.size.0, origin(plan.size.1));
        sink.field("type", if plan.pool.v.ingress { "ingress" } else { "egress" }, vendor);
        if let Some((xoff, stated)) = plan.xoff {
            sink.number("xoff", xoff, origin(stated));
        }
    }
}
