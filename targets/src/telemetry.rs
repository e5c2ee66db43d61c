//! `telemetry/gnmic.yaml`: what a collector asks of which switch, as gnmic reads it.
//!
//! One file for the fabric, in parts. Names are quoted as JSON, which YAML takes too. Users and passwords are the
//! collector's own; nothing of them is here.

use std::io::Write;

use fabc_lang::fabric::{Fabric, Switch};
use fabc_lang::intent::{GNMI_PORT, Nos};
use fabc_lang::units::Time;

use crate::cabling::part_of;
use crate::sonic::quote;

/// Where collectors find it within a build.
pub const PATH: &str = "telemetry/gnmic.yaml";

/// What is asked, how, and how sure it is that a switch answers.
struct Subscription {
    name: &'static str,
    /// Target of the path, where it has one: a database of SONiC's.
    target: Option<&'static str>,
    path: &'static str,
    /// Told when it changes, else sampled.
    on_change: bool,
    /// What to know of it.
    comment: &'static str,
}

const fn sampled(
    name: &'static str,
    target: Option<&'static str>,
    path: &'static str,
    comment: &'static str,
) -> Subscription {
    Subscription { name, target, path, on_change: false, comment }
}

/// Virtual paths of sonic-gnmi (virtual_db.go).
const COMMUNITY: &[Subscription] = &[
    sampled(
        "pfcwd",
        Some("COUNTERS_DB"),
        "COUNTERS/Ethernet*/Pfcwd",
        "queues that the watchdog looks after: storms found and ended",
    ),
    sampled("ports", Some("COUNTERS_DB"), "COUNTERS/Ethernet*", "octets, discards, PFC frames by priority"),
    sampled(
        "queues",
        Some("COUNTERS_DB"),
        "COUNTERS/Ethernet*/Queues",
        "packets, drops, and what was marked",
    ),
];

/// Paths that Hedgehog's agent reads of Enterprise SONiC, and OpenConfig's own for BGP.
const ENTERPRISE: &[Subscription] = &[
    Subscription {
        name: "bgp",
        target: None,
        path: "/openconfig-network-instance:network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/state",
        on_change: true,
        comment: "likely: OpenConfig's own path, not seen on a box",
    },
    sampled("components", None, "/components", "modules, fans, temperatures"),
    sampled("crm", None, "/system/crm", "tables of the chip"),
    sampled("ports", None, "/openconfig-interfaces:interfaces/interface/state/counters", "octets, discards"),
    sampled(
        "queues",
        None,
        "/openconfig-qos:qos/interfaces/interface/output/queues/queue/state",
        "marked, dropped, watermark",
    ),
];

/// Appends part `part` of the file, from 0, and tells whether another follows.
pub fn gnmic(fabric: &Fabric, part: usize, out: &mut Vec<u8>) -> bool {
    let (range, more) = part_of(part, fabric.switches.len());
    let telemetry = fabric.intent.telemetry.as_ref();
    let server = telemetry.and_then(|t| t.gnmi.as_ref());
    if part == 0 {
        // Without certificates community SONiC serves plain text; what Enterprise SONiC does is set on the switch.
        let plain =
            fabric.intent.fabric.nos.v == Nos::Sonic && server.is_none_or(|gnmi| gnmi.certificates.is_none());
        head(plain, out);
    }
    let port = server.map_or(GNMI_PORT, |gnmi| gnmi.port.v);
    for switch in fabric.switches.get(range).unwrap_or_default().iter().filter(|s| !s.absent) {
        target(switch, port, out);
    }
    if !more {
        let interval = telemetry.and_then(|t| t.subscriptions).map_or(Time(0), |interval| interval.v);
        subscriptions(fabric.intent.fabric.nos.v, interval, out);
    }
    more
}

fn head(plain: bool, out: &mut Vec<u8>) {
    let _ = writeln!(out, "# gnmic --config gnmic.yaml subscribe");
    let _ = match plain {
        true => writeln!(out, "insecure: true"),
        false => writeln!(out, "# Certificates and users are the collector's own: --tls-ca, --username."),
    };
    let _ = writeln!(out, "encoding: json_ietf\ntargets:");
}

/// A switch by its management address; by its name where it has none.
fn target(switch: &Switch, port: u16, out: &mut Vec<u8>) {
    let place = switch.mgmt.map_or_else(|| switch.name.clone(), |address| address.to_string());
    let _ = out.write_all(b"  ");
    quote(out, &format!("{place}:{port}"));
    let _ = out.write_all(b":\n    name: ");
    quote(out, &switch.name);
    out.push(b'\n');
}

fn subscriptions(nos: Nos, interval: Time, out: &mut Vec<u8>) {
    let list = match nos {
        Nos::Sonic => COMMUNITY,
        Nos::EnterpriseSonic => ENTERPRISE,
    };
    let _ = writeln!(out, "subscriptions:");
    for Subscription { name, target, path, on_change, comment } in list {
        let _ = writeln!(out, "  {name}: # {comment}");
        if let Some(target) = target {
            let _ = writeln!(out, "    target: {target}");
        }
        let _ = writeln!(out, "    paths:\n      - \"{path}\"\n    mode: stream");
        let _ = match on_change {
            true => writeln!(out, "    stream-mode: on-change"),
            false => writeln!(out, "    stream-mode: sample\n    sample-interval: {}ms", interval.ms()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_sampled_or_told_and_in_order() {
        for (nos, tables) in [(Nos::Sonic, COMMUNITY), (Nos::EnterpriseSonic, ENTERPRISE)] {
            assert!(tables.is_sorted_by(|a, b| a.name < b.name));
            let mut out = Vec::new();
            subscriptions(nos, Time(1_500_000), &mut out);
            let text = String::from_utf8(out).unwrap();
            let told = text.matches("stream-mode: on-change").count();
            let sampled = text.matches("stream-mode: sample\n    sample-interval: 1500ms\n").count();
            assert_eq!((told + sampled, text.contains("COUNTERS_DB")), (tables.len(), nos == Nos::Sonic));
        }
    }

    #[test]
    fn plain_text_is_said_where_it_is_known() {
        let text = |plain| {
            let mut out = Vec::new();
            head(plain, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert!(text(true).contains("\ninsecure: true\n") && !text(false).contains("insecure"));
    }
}
