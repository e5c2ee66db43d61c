//! LOOPBACK_INTERFACE: the switch's own addresses.

use fabc_lang::fabric::natural_cmp;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("LOOPBACK_INTERFACE", Owner::Rows, "Loopback0 and its addresses, IPv4 and IPv6.");

const POOL: Origin = Origin::rule("the tier's share of the pool + the switch's number");
const PINNED: Origin = Origin::rule("pinned for this switch");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(routing) = &device.fabric.intent.routing else { return };
    let pinned = device.own.and_then(|own| own.loopback);
    let v4 = device.switch.loopback.map(|address| {
        let origin = pinned.map_or(POOL.of(routing.loopbacks.as_ref()), |pin| PINNED.at(pin.at));
        (format!("Loopback0|{address}/32"), origin)
    });
    let v6 = device.switch.loopback6.map(|address| {
        (format!("Loopback0|{address}/128"), POOL.of(routing.loopbacks6.as_ref()))
    });
    let mut rows = [v4, v6];
    if let [Some(first), Some(second)] = &rows
        && natural_cmp(&first.0, &second.0).is_gt()
    {
        rows.swap(0, 1);
    }
    if let Some((_, origin)) = rows.iter().flatten().next() {
        sink.row("Loopback0", *origin);
    }
    for (key, origin) in rows.iter().flatten() {
        sink.row(key, *origin);
    }
}
