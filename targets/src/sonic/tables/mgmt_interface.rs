//! MGMT_INTERFACE: how the switch is reached. Without it eth0 falls back to DHCP.

use std::net::IpAddr;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("MGMT_INTERFACE", Owner::Rows, "Address and default gateway of eth0.");

const NUMBER: Origin = Origin::rule("the tier's share of the management subnet + the switch's number");
const PINNED: Origin = Origin::rule("pinned for this switch");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let (Some(management), Some(address)) = (&device.fabric.intent.management, device.switch.mgmt) else {
        return;
    };
    let origin = match device.own.and_then(|own| own.mgmt) {
        Some(pin) => PINNED.at(pin.at),
        None => NUMBER.at(management.subnet.at),
    };
    sink.row(&format!("eth0|{address}/{}", management.subnet.v.prefix_len()), origin);
    if let Some(gateway) = management.gateway
        && let IpAddr::V4(v4) = gateway.v
    {
        sink.field("gwaddr", &v4.to_string(), Origin::rule("the subnet's `gateway`").at(gateway.at));
    }
}
