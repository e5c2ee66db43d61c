//! `fabric.json`: the resolved fabric for other programs, one object to a line. Its schema is
//! `targets/schemas/fabric.schema.json`.

use std::fmt::Display;
use std::net::Ipv4Addr;

use fabc_lang::fabric::{Fabric, Host, Link, Lower, Switch};

use crate::address;
use crate::cabling::{lower, part_of, upper};
use crate::device::{is_down, line_nodes};
use crate::names::Names;
use crate::sonic::quote;

/// Version of the format: raised when a program that reads it would have to change.
pub const SCHEMA_VERSION: u32 = 1;

/// Appends part `part` of `fabric.json`, and tells whether another follows. `version` is fabc's own.
pub fn fabric_json(fabric: &Fabric, names: &Names, version: &str, part: usize, out: &mut Vec<u8>) -> bool {
    let (switches, hosts) = (fabric.switches.len(), fabric.hosts.len());
    if part == 0 {
        head(fabric, version, out);
    }
    let (range, more) = part_of(part, switches + hosts + fabric.links.len());
    let first = fabric.links.iter().position(|link| fabric.is_present(link)).unwrap_or(usize::MAX);
    for item in range {
        if let Some(found) = fabric.switches.get(item) {
            begin(out, item == 0);
            switch(fabric, found, out);
        } else if let Some(found) = fabric.hosts.get(item - switches) {
            if item == switches {
                section(out, "hosts");
            }
            begin(out, item == switches);
            host(fabric, found, out);
        } else if let Some(found) = fabric.links.get(item - switches - hosts) {
            let index = item - switches - hosts;
            if index == 0 {
                links_section(hosts, out);
            }
            if fabric.is_present(found) {
                begin(out, index == first);
                link(fabric, names, found, out);
            }
        }
    }
    if !more {
        if fabric.links.is_empty() {
            links_section(hosts, out);
        }
        out.extend_from_slice(b"\n  ]\n}\n");
    }
    more
}

fn head(fabric: &Fabric, version: &str, out: &mut Vec<u8>) {
    let node = &fabric.intent.fabric;
    out.extend_from_slice(b"{\n");
    let mut object = Object { out, first: true, indent: true };
    object.number("schema_version", SCHEMA_VERSION);
    object.text("fabc", version);
    object.text("name", &node.name.v);
    if let Some(description) = &node.description {
        object.text("description", &description.v);
    }
    object.text("nos", node.nos.v.name());
    object.text("release", &node.release.v);
    object.number("mtu", fabric.mtu.v);
    out.extend_from_slice(b",\n  \"switches\": [");
}

fn section(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b"\n  ],\n  ");
    quote(out, name);
    out.extend_from_slice(b": [");
}

/// The links' section, and the servers' before it where there are none.
fn links_section(hosts: usize, out: &mut Vec<u8>) {
    if hosts == 0 {
        section(out, "hosts");
    }
    section(out, "links");
}

/// Begins an item of a section.
fn begin(out: &mut Vec<u8>, first: bool) {
    out.extend_from_slice(if first { b"\n    " } else { b",\n    " });
}

fn switch(fabric: &Fabric, switch: &Switch, out: &mut Vec<u8>) {
    let tier = fabric.tier_of(switch);
    let own = switch.own.and_then(|own| fabric.intent.switches.get(own));
    let mut object = Object::open(out);
    object.text("name", &switch.name);
    object.text("tier", &tier.label);
    object.text("platform", &fabric.platform_of(tier).name);
    if let Some(plane) = tier.planes.get(switch.plane as usize) {
        object.text("plane", plane);
    }
    object.some("pod", (switch.pod > 0).then_some(switch.pod));
    object.number("index", switch.index);
    object.some("asn", switch.asn);
    object.shown("loopback", switch.loopback);
    object.shown("loopback6", switch.loopback6);
    object.shown("mgmt", switch.mgmt);
    object.shown("host_block", switch.host_block);
    object.shown("serial", own.and_then(|own| own.serial.as_ref()).map(|s| &s.v));
    object.flag("maintenance", switch.maintenance);
    object.flag("absent", switch.absent);
    object.close();
}

fn host(fabric: &Fabric, host: &Host, out: &mut Vec<u8>) {
    let group = &fabric.groups[host.group];
    let mut object = Object::open(out);
    object.text("name", &host.name);
    object.text("group", &group.label);
    object.some("pod", (host.pod > 0).then_some(host.pod));
    object.number("index", host.index);
    object.number("gpus", group.gpus);
    object.flag("absent", host.absent);
    object.close();
}

fn link(fabric: &Fabric, names: &Names, link: &Link, out: &mut Vec<u8>) {
    let line = fabric.line_of(link);
    let (a, b) = (lower(fabric, names, link), upper(fabric, link));
    let (down, up) = line_nodes(fabric, link);
    let addresses = match line.lower {
        Lower::Hosts { .. } => fabric.host_addresses(link).map(|(switch, host)| (host, switch)),
        Lower::Tier(_) => fabric.link_addresses(link),
    };
    let mut object = Object::open(out);
    object.text("a", fabric.lower_name(link));
    object.text("a_if", a.interface());
    object.text("a_port", a.port());
    object.text("b", &fabric.switches[link.b as usize].name);
    object.text("b_if", b.interface());
    object.text("b_port", b.port());
    object.number("speed", line.speed.v.0);
    object.texts("line", &[down, up]);
    object.address("a_address", addresses.map(|(a, _)| a));
    object.address("b_address", addresses.map(|(_, b)| b));
    let addresses6 = fabric.link_addresses6(link);
    object.shown("a_address6", addresses6.map(|(a, _)| a));
    object.shown("b_address6", addresses6.map(|(_, b)| b));
    if is_down(fabric, link) {
        object.text("admin", "down");
    }
    object.close();
}

/// A JSON object as it is written: on one line, or with a member to a line at the top.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
    indent: bool,
}

impl<'a> Object<'a> {
    fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Object { out, first: true, indent: false }
    }

    fn close(self) {
        self.out.push(b'}');
    }

    /// Begins a member; none of our names needs an escape. Inlined, they are copied as constants.
    #[inline]
    fn name(&mut self, name: &'static str) {
        let separator: &[u8] = match (std::mem::take(&mut self.first), self.indent) {
            (true, true) => b"  \"",
            (true, false) => b"\"",
            (false, true) => b",\n  \"",
            (false, false) => b", \"",
        };
        self.out.extend_from_slice(separator);
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\": ");
    }

    fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        quote(self.out, value);
    }

    fn number(&mut self, name: &'static str, value: u32) {
        self.name(name);
        self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    fn some(&mut self, name: &'static str, value: Option<u32>) {
        if let Some(value) = value {
            self.number(name, value);
        }
    }

    fn shown(&mut self, name: &'static str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, &value.to_string());
        }
    }

    fn address(&mut self, name: &'static str, value: Option<Ipv4Addr>) {
        if let Some(value) = value {
            self.name(name);
            self.out.push(b'"');
            address::pieces(value, |piece| self.out.extend_from_slice(piece.as_bytes()));
            self.out.push(b'"');
        }
    }

    /// Written only where it is true.
    fn flag(&mut self, name: &'static str, value: bool) {
        if value {
            self.name(name);
            self.out.extend_from_slice(b"true");
        }
    }

    fn texts(&mut self, name: &'static str, values: &[&str]) {
        self.name(name);
        self.out.push(b'[');
        for (i, value) in values.iter().enumerate() {
            self.out.extend_from_slice(if i > 0 { b", " } else { b"" });
            quote(self.out, value);
        }
        self.out.push(b']');
    }
}
