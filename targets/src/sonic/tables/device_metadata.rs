//! DEVICE_METADATA: what the switch is, and that its routing is ours.

use fabc_lang::intent::{InterfaceNaming, Nos};

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "DEVICE_METADATA",
    Owner::Fields,
    "Host name, model, type and routing mode. Without `platform` and `mac` a reload first writes the factory's ports, so \
     both are always there: `mac` from the file, or filled in by ZTP or a pull.",
);

const NAME: Origin = Origin::rule("the tier's name template with the switch's index");
const MODEL: Origin = Origin::rule("the platform's own data");
const MODE: Origin = Origin::rule(
    "routing lies in frr.conf: SONiC keeps the file only in mode split-unified, and runs bfdd only with \
     frr_mgmt_framework_config",
);
const TYPE: Origin = Origin::rule(
    "tiers that are neighbours get different types, for the type is the seed of the ECMP hash: ToRRouter, LeafRouter, \
     SpineRouter from the bottom up",
);

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let node = &device.tier.node;
    let fabric = &device.fabric.intent.fabric;
    let mode = MODE.at(fabric.release.at);
    sink.row("localhost", NAME.at(node.at));
    // The release's own fields, with ours between them in order.
    let mut fixed = device.release.metadata.iter().peekable();
    let mut before = |sink: &mut _, name: &str| {
        while let Some((field, value)) = fixed.next_if(|(field, _)| *field < name) {
            Sink::field(sink, field, value, mode);
        }
    };
    before(sink, "hostname");
    sink.field("hostname", &device.switch.name, NAME.at(node.template.as_ref().map_or(node.name.at, |t| t.at)));
    if let Some(sonic) = device.sonic() {
        sink.field("hwsku", &sonic.hwsku, MODEL.at(node.switch.at));
    }
    if let Some(naming) = fabric.naming.filter(|_| device.release.nos == Nos::EnterpriseSonic) {
        let word = match naming.v {
            InterfaceNaming::Native => "native",
            InterfaceNaming::Standard => "standard",
            InterfaceNaming::StandardExtended => "standard-ext",
        };
        sink.field("intf_naming_mode", word, Origin::rule("given for the fabric").at(naming.at));
    }
    if let Some(mac) = device.own.and_then(|own| own.mac.as_ref()) {
        sink.field("mac", &mac.v, Origin::rule("given for this switch").at(mac.at));
    }
    if let Some(sonic) = device.sonic() {
        sink.field("platform", &sonic.platform, MODEL.at(node.switch.at));
    }
    if device.release.suppress_fib_pending {
        let rule = Origin::rule("a route is passed on only when the chip has it");
        sink.field("suppress-fib-pending", "enabled", rule.at(fabric.release.at));
    }
    before(sink, "timezone");
    if let (true, Some(zone)) = (device.release.timezone, &fabric.timezone) {
        sink.field("timezone", &zone.v, Origin::rule("given for the fabric").at(zone.at));
    }
    sink.field("type", &device.tier.kind, TYPE.at(node.kind.as_ref().map_or(node.at, |kind| kind.at)));
}
