//! `batfish/layer1_topology.json` of a snapshot: which interface is plugged into which, as Batfish's `Layer1Topology` has it.

use fabc_lang::fabric::Fabric;

use super::between;
use crate::cabling::{lower, part_of, upper};
use crate::names::Names;
use crate::sonic::quote;

/// Appends part `part` of the file, and tells whether another follows.
pub(crate) fn layer1(fabric: &Fabric, names: &Names, part: usize, out: &mut Vec<u8>) -> bool {
    if part == 0 {
        out.extend_from_slice(b"{\n  \"edges\": [");
    }
    let (range, more) = part_of(part, fabric.links.len());
    // The first link of all has no comma before it.
    let mut first = between(fabric, fabric.links.get(..range.start).unwrap_or_default()).next().is_none();
    for link in between(fabric, fabric.links.get(range).unwrap_or_default()) {
        out.extend_from_slice(if std::mem::take(&mut first) { b"\n    " } else { b",\n    " });
        out.extend_from_slice(b"{ \"node1\": ");
        node(out, fabric.lower_name(link), lower(fabric, names, link).interface());
        out.extend_from_slice(b", \"node2\": ");
        node(out, &fabric.switches[link.b as usize].name, upper(fabric, link).interface());
        out.extend_from_slice(b" }");
    }
    if !more {
        out.extend_from_slice(b"\n  ]\n}\n");
    }
    more
}

fn node(out: &mut Vec<u8>, host: &str, interface: &str) {
    out.extend_from_slice(b"{ \"hostname\": ");
    quote(out, host);
    out.extend_from_slice(b", \"interfaceName\": ");
    quote(out, interface);
    out.extend_from_slice(b" }");
}
