//! `cabling/topology.dot`: the wiring as PTM and cable-validation tools read it, with port ids as LLDP shows them. They
//! would fail a link that is down on purpose, so it is left out.

use fabc_lang::fabric::Fabric;

use super::{lower, part_of, upper};
use crate::device::is_down;
use crate::names::Names;

/// Appends part `part` of `topology.dot`, and tells whether another follows.
pub fn topology(fabric: &Fabric, names: &Names, part: usize, out: &mut Vec<u8>) -> bool {
    if part == 0 {
        out.extend_from_slice(b"graph G {\n");
    }
    let (range, more) = part_of(part, fabric.links.len());
    let links = fabric.links.get(range).unwrap_or_default().iter();
    for link in links.filter(|link| fabric.is_present(link) && !is_down(fabric, link)) {
        out.extend_from_slice(b"    ");
        end(out, fabric.lower_name(link), lower(fabric, names, link).port());
        out.extend_from_slice(b" -- ");
        end(out, &fabric.switches[link.b as usize].name, upper(fabric, link).port());
        out.extend_from_slice(b"\n");
    }
    if !more {
        out.extend_from_slice(b"}\n");
    }
    more
}

/// `"leaf-01":"etp33"`. Names of devices and ports have no quotes in them.
fn end(out: &mut Vec<u8>, device: &str, port: &str) {
    for piece in ["\"", device, "\":\"", port, "\""] {
        out.extend_from_slice(piece.as_bytes());
    }
}
