//! `cabling/cables.csv`: every physical cable, both ends.
//!
//! Where `media` counts connectors (`2xDR4`), a link over two of them is two cables, and a cage that is broken out has a
//! cable for each child if it has as many connectors, one cable with a leg for each child otherwise. Where it doesn't
//! count, the cages at the ends tell:
//! - one is broken out: a splitter, with a leg for each child
//! - both are, and all their links of this line join the two: one straight cable, with a leg for each child
//! - both are, and their links part: a cable for each child, on a connector of its own at either end
//!
//! Cables are named after the end that is broken out further: `leaf-01:17`, `leaf-01:17.2`.

use std::fmt;

use fabc_lang::fabric::{Fabric, Link, Lower, PortId, Seat};
use fabc_lang::units::Length;

use super::{End, lower, part_of, state, upper};
use crate::csv::Row;
use crate::device::line_nodes;
use crate::names::Names;

const HEAD: &[u8] = b"cable_id,leg,link_id,line,\
    a_device,a_cage,a_lane,a_interface,a_alias,a_rack,a_unit,\
    b_device,b_cage,b_lane,b_interface,b_alias,b_rack,b_unit,\
    speed_mbps,media,length_m,length_source,state\n";

/// Appends part `part` of `cables.csv`, and tells whether another follows.
pub fn cables(fabric: &Fabric, names: &Names, part: usize, out: &mut Vec<u8>) -> bool {
    if part == 0 {
        out.extend_from_slice(HEAD);
    }
    let (range, more) = part_of(part, fabric.links.len());
    for link in fabric.links.get(range).unwrap_or_default().iter().filter(|link| fabric.is_present(link)) {
        for (id, leg) in cable_ids(fabric, link) {
            row(fabric, names, link, id, leg, out);
        }
    }
    more
}

/// What a cable is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CableId<'a> {
    owner: &'a str,
    cage: u16,
    /// Which of its cage's cables it is, from 1, where there are several.
    strand: Option<u32>,
}

impl CableId<'_> {
    fn pieces<T>(&self, take: impl FnOnce(&[&str]) -> T) -> T {
        let (mut cage, mut strand) = (itoa::Buffer::new(), itoa::Buffer::new());
        let cage = cage.format(self.cage);
        match self.strand {
            Some(n) => take(&[self.owner, ":", cage, ".", strand.format(n)]),
            None => take(&[self.owner, ":", cage]),
        }
    }
}

impl fmt::Display for CableId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces(|pieces| pieces.iter().try_for_each(|piece| f.write_str(piece)))
    }
}

/// The cables of a link: each one's id, and which part of link or splitter this is.
pub fn cable_ids<'a>(fabric: &'a Fabric, link: &Link) -> impl Iterator<Item = (CableId<'a>, u32)> + use<'a> {
    let line = fabric.line_of(link);
    let (of_a, of_b) = (line.lower_side.as_ref().map_or(1, |side| side.children), line.upper_side.children);
    let (owner, place, children) = if of_b >= of_a {
        (fabric.switches[link.b as usize].name.as_str(), link.b_port, of_b)
    } else {
        (fabric.lower_name(link), link.a_port, of_a)
    };
    let connectors = match line.media.as_ref().and_then(|media| connectors(&media.v)) {
        Some(stated) => stated,
        None if of_a > 1 && of_b > 1 && !is_straight(fabric, link) => children,
        None => 1,
    };
    strands(place.child.into(), children, connectors).map(move |(cable, leg)| {
        let strand = (connectors > 1).then_some(cable + 1);
        (CableId { owner, cage: place.cage, strand }, leg)
    })
}

/// Cables (from 0, within the cage) that child `child` of `children` runs over, and which part of link or splitter each
/// is (from 1).
fn strands(child: u32, children: u32, connectors: u32) -> impl Iterator<Item = (u32, u32)> {
    let children = children.max(1);
    let each = connectors / children;
    let shared = children.div_ceil(connectors.max(1));
    let (first, count) = if each > 0 { (child * each, each) } else { (child / shared, 1) };
    (0..count).map(move |i| (first + i, if each > 0 { i + 1 } else { child % shared + 1 }))
}

/// Connectors of a module: 2 of `2xDR4`; none where no number is said.
fn connectors(media: &str) -> Option<u32> {
    media.split_once('x').and_then(|(n, _)| n.parse().ok()).filter(|n| (1..=8).contains(n))
}

/// Whether all links of the line in the cages at both ends, which are switches', join these two.
fn is_straight(fabric: &Fabric, link: &Link) -> bool {
    let ends = |link: &Link| (link.a, link.a_port.cage, link.b, link.b_port.cage);
    let cage = |switch: u32, cage: u16| {
        let wires = fabric.switch_wires(switch as usize);
        let first = wires.partition_point(|wire| wire.port.cage < cage);
        let wires = wires.iter().skip(first).take_while(move |wire| wire.port.cage == cage);
        wires.filter_map(|wire| fabric.links.get(wire.link as usize))
    };
    let near = cage(link.a, link.a_port.cage).chain(cage(link.b, link.b_port.cage));
    near.filter(|other| other.line == link.line).all(|other| ends(other) == ends(link))
}

fn row(fabric: &Fabric, names: &Names, link: &Link, id: CableId<'_>, leg: u32, out: &mut Vec<u8>) {
    let line = fabric.line_of(link);
    let (a, b) = (lower(fabric, names, link), upper(fabric, link));
    let (down, up) = line_nodes(fabric, link);
    let a_name = fabric.lower_name(link);
    let mut row = Row::new(out);
    id.pieces(|pieces| row.joined(pieces).number(leg));
    row.joined(&[a_name, ":", a.interface()]).joined(&[down, " ", up]);
    let split = line.lower_side.as_ref().is_some_and(|side| side.children > 1);
    let (to_host, upper) = (matches!(line.lower, Lower::Hosts { .. }), &fabric.switches[link.b as usize]);
    let a_seat =
        if to_host { fabric.hosts[link.a as usize].seat } else { fabric.switches[link.a as usize].seat };
    end(&mut row, a_name, link.a_port, split || to_host, &a);
    stand(&mut row, fabric, a_seat);
    end(&mut row, &upper.name, link.b_port, line.upper_side.children > 1, &b);
    stand(&mut row, fabric, upper.seat);
    row.number(line.speed.v.0).cell(line.media.as_ref().map_or("", |m| &m.v));
    let length = fabric.length(link);
    row.cell(&length.map_or_else(String::new, |(length, _)| metres(length)));
    row.cell(length.map_or("", |(_, source)| source.name())).cell(state(fabric, link));
    row.end();
}

/// Device, cage, lane of the break-out, interface, alias.
fn end(row: &mut Row<'_>, device: &str, place: PortId, split: bool, end: &End<'_>) {
    row.cell(device).number(place.cage);
    // Servers count NIC ports from 0, cages their children from 1.
    let lane = place.child + u16::from(matches!(end, End::Switch(_)));
    row.value(split.then_some(lane)).cell(end.interface()).cell(end.port());
}

/// Rack and height unit; empty where the device isn't placed.
fn stand(row: &mut Row<'_>, fabric: &Fabric, seat: Option<Seat>) {
    row.cell(&seat.map_or_else(String::new, |s| fabric.rack(s))).value(seat.and_then(|s| s.unit));
}

/// Metres as a decimal, exactly.
fn metres(length: Length) -> String {
    let (whole, rest) = (length.0 / 1000, length.0 % 1000);
    let text = format!("{whole}.{rest:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_two_connectors_makes_two_cables() {
        let of = |child, children, connectors| strands(child, children, connectors).collect::<Vec<_>>();
        assert_eq!(of(0, 1, 1), [(0, 1)]);
        assert_eq!(of(0, 1, 2), [(0, 1), (1, 2)]);
        assert_eq!(of(1, 2, 1), [(0, 2)]);
        assert_eq!(of(1, 2, 2), [(1, 1)]);
        assert_eq!(of(3, 4, 2), [(1, 2)]);
        assert_eq!(of(5, 8, 1), [(0, 6)]);
        assert_eq!(of(1, 4, 4), [(1, 1)]);
        assert_eq!(connectors("2xDR4"), Some(2));
        assert_eq!(connectors("DR4"), None);
        assert_eq!(connectors("flux"), None);
    }

    #[test]
    fn lengths_are_exact() {
        assert_eq!(metres(Length(30_000)), "30");
        assert_eq!(metres(Length(600)), "0.6");
        assert_eq!(metres(Length(1_255)), "1.255");
    }
}
