//! BUFFER_PROFILE: what a queue or priority group may take of a pool.

use fabc_lang::intent::Trimming;
use fabc_lang::platform::Fact;
use fabc_lang::platform::buffers::{Profile, Threshold};

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::qos::{EGRESS_TRIMMED, LOSSLESS_POOL};
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "BUFFER_PROFILE",
    Owner::Rows,
    "The vendor's lossy and egress profiles for the switch's role, and a lossless one for each speed and length of cable \
     on it.",
).alike();

const VENDOR: Origin = Origin::rule("the vendor's profile for this box and role");
const TRIMMED: Origin = Origin::rule("`trimming` names classes: the vendor's lossy profile, but what finds no room is cut and sent on");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    let Some(buffers) = &qos.buffers else { return };
    if qos.lossless != 0 {
        vendor(device, buffers.egress_lossless, None, sink);
    }
    vendor(device, buffers.egress_lossy, None, sink);
    if let Some((said, _)) = qos.trimming {
        vendor(device, buffers.egress_lossy, Some(said), sink);
    }
    vendor(device, buffers.ingress_lossy, None, sink);
    for profile in &qos.profiles {
        let origin = profile.origin;
        sink.row(&profile.name, origin);
        sink.field("dynamic_th", itoa::Buffer::new().format(profile.dynamic_th), origin);
        sink.field("pool", LOSSLESS_POOL, origin);
        sink.number("size", profile.size, origin);
        sink.number("xoff", profile.xoff, if profile.measured { origin.stated() } else { origin });
        sink.number("xon", profile.xon, origin);
        if let Some(offset) = profile.xon_offset {
            sink.number("xon_offset", offset, origin);
        }
    }
}

/// A profile of the vendor's, or the same for packets that are trimmed.
fn vendor(device: &Device<'_>, profile: &Fact<Profile>, trimmed: Option<&Trimming>, sink: &mut impl Sink) {
    let origin = VENDOR.at(device.tier.node.switch.at).and(profile.at);
    match trimmed {
        None => sink.row(&profile.v.name, origin),
        Some(said) => sink.row(EGRESS_TRIMMED, TRIMMED.at(said.at).and(profile.at)),
    }
    if let Threshold::Dynamic(power) = profile.v.threshold {
        sink.field("dynamic_th", itoa::Buffer::new().format(power), origin);
    }
    if let Some(said) = trimmed {
        sink.field("packet_discard_action", "trim", TRIMMED.at(said.at));
    }
    sink.field("pool", &profile.v.pool, origin);
    sink.number("size", profile.v.size.0, origin);
    if let Threshold::Static(bytes) = profile.v.threshold {
        sink.number("static_th", bytes.0, origin);
    }
}
