//! Small facts that several checks ask for.

use std::net::Ipv4Addr;

use fabc_lang::fabric::{Fabric, PortId, Switch};
use fabc_lang::intent::ConfigDb;
use fabc_lang::source::Span;

/// All `config-db` rows of the file.
pub(crate) fn rows(fabric: &Fabric) -> impl Iterator<Item = &ConfigDb> {
    let tiers = fabric.tiers.iter().flat_map(|t| &t.node.config_db);
    let switches = fabric.intent.switches.iter().flat_map(|s| &s.config_db);
    fabric.intent.fabric.config_db.iter().chain(tiers).chain(switches)
}

/// `leaf-01 Ethernet504 to spine-01 Ethernet0`: both ends of a wire between switches, with their ports where they are known.
pub(crate) fn wire(fabric: &Fabric, ends: [(u32, Option<PortId>); 2]) -> String {
    let [from, to] = ends.map(|(switch, port)| {
        let switch = &fabric.switches[switch as usize];
        let port = port.and_then(|port| fabric.tier_of(switch).spec(port));
        port.map_or_else(|| switch.name.clone(), |port| format!("{} {}", switch.name, port.name))
    });
    format!("{from} to {to}")
}

/// The place that gives a switch its ASN, and whether that is a pin of its own.
pub(super) fn asn_at(fabric: &Fabric, switch: &Switch) -> Option<(Span, bool)> {
    let pin = switch.own.and_then(|own| fabric.intent.switches[own].asn);
    let base = || fabric.tier_of(switch).asn_base.map(|base| (base.at, false));
    pin.map(|pin| (pin.at, true)).or_else(base)
}

/// Whether no single device can have the address; a pin on it is reported as such.
pub(super) fn is_of_no_device(address: Ipv4Addr) -> bool {
    address.is_unspecified() || address.is_loopback() || address.is_multicast() || address.is_broadcast()
}

/// Whether BGP keeps the ASN for itself (RFC 6793, RFC 7300, IANA).
pub(crate) fn reserved(asn: u32) -> bool {
    matches!(asn, 0 | 23_456 | 65_535 | 65_552..=131_071 | u32::MAX)
}
