//! PORT: every port of the box, wired or not.

use fabc_lang::intent::Nos;

use super::{Owner, Table};
use crate::device::{Device, DevicePort, End};
use crate::sonic::HandsOff;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "PORT",
    Owner::Rows,
    "Every port with its lanes, speed and state. Wired ports are up; all others are down and say why. Under Enterprise \
     SONiC a port with a lossless profile of ours says that the box is to make none.",
).alike();

const PLATFORM: Origin = Origin::rule("the platform's own data, for the cage's break-out mode");
const STANDARD: Origin = Origin::rule("the standard name: line card, cage, port of the cage");
const PEER: Origin = Origin::rule("the far end of the link");
const UNUSED: Origin = Origin::rule("nothing is wired to it");
const ABSENT: Origin = Origin::rule("its peer is marked absent");
const SPEED: Origin = Origin::rule("the speed of the link");
const MTU: Origin = Origin::rule("one MTU for all ports of the fabric; the frame is 22 bytes longer");

/// What the YANG allows in `description`.
const DESCRIPTION: usize = 255;

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let mut description = String::new();
    let mtu = (device.fabric.mtu.v, MTU.at(device.fabric.mtu.at));
    let model = PLATFORM.at(device.tier.node.switch.at).and(device.platform.at);
    let alias = match device.release.nos {
        Nos::Sonic => model,
        Nos::EnterpriseSonic => {
            let node = &device.fabric.intent.fabric;
            STANDARD.at(node.naming.map_or(node.nos.at, |naming| naming.at)).and(device.tier.node.switch.at)
        }
    };
    // Asked for only where it has a say: most switches need it for nothing else.
    let ours = if device.release.dialect.hands_off == HandsOff::PortField { device.qos() } else { None };
    for (i, port) in device.ports.iter().enumerate() {
        let spec = port.port.spec;
        let asked = match &port.end {
            End::Unused => UNUSED.at(device.tier.node.at),
            End::Wired(wired) => {
                let line = device.fabric.line_of(wired.link).at;
                if wired.present { PEER.at(line) } else { ABSENT.at(line) }
            }
        };
        sink.row(&spec.name, asked);
        let admin = match port.up {
            Some((_, at)) => Origin::rule("set for this switch").at(at),
            None => asked,
        };
        sink.field("admin_status", if port.is_up() { "up" } else { "down" }, admin);
        sink.field("alias", &spec.alias, alias);
        if let Some(profile) = ours.and_then(|qos| qos.profile(i)) {
            sink.field("default_lossless_buffer_profile", "false", profile.origin);
        }
        describe(port, &mut description);
        sink.own("description", &description, port.note.map_or(asked, |(_, at)| asked.and(at)));
        if let Some(fec) = &spec.fec {
            sink.field("fec", fec, model);
        }
        sink.number("index", spec.index, model);
        sink.field("lanes", &spec.lanes, model);
        sink.number("mtu", mtu.0, mtu.1);
        let speed = match &port.end {
            End::Wired(wired) => SPEED.at(device.fabric.line_of(wired.link).speed.at),
            End::Unused => model,
        };
        sink.number("speed", spec.speed.0, speed);
        sink.number("subport", spec.subport, model);
    }
}

/// Writes the description of a port over `text`.
fn describe(port: &DevicePort<'_>, text: &mut String) {
    text.clear();
    match &port.end {
        End::Unused => text.push_str("unused"),
        End::Wired(wired) => {
            if !wired.present {
                text.push_str("absent peer ");
            }
            text.push_str(wired.peer);
            text.push(':');
            text.push_str(wired.peer_port);
        }
    }
    if let Some((note, _)) = port.note {
        text.push_str(" (");
        text.push_str(note);
        text.push(')');
    }
    if text.len() > DESCRIPTION {
        let end = (0..=DESCRIPTION).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        text.truncate(end);
    }
}
