//! `place`: which rack each member stands in.

use std::collections::BTreeMap;

use fabc_lang::fabric::Seat;
use fabc_lang::intent::{Intent, Place};

use super::nodes::{NodeInfo, Nodes};

/// Seats by node and number of the member over its whole chain (`unit · max + index - 1`), those to come included.
#[derive(Debug)]
pub(super) struct Places {
    seats: Vec<Vec<Option<Seat>>>,
}

/// Servers and leaves of one rack, by their numbers, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Rack {
    pub(super) servers: Vec<u32>,
    pub(super) leaves: Vec<u32>,
}

impl Rack {
    /// Servers to a leaf, where so many of its leaves take part.
    pub(super) fn each(&self, leaves: usize) -> u32 {
        u32::try_from(self.servers.len().div_ceil(leaves.max(1))).unwrap_or(u32::MAX).max(1)
    }
}

impl Places {
    /// Seats everybody. Unknown rows and full racks are the checks' business: who has no seat there has none here.
    pub(super) fn new(nodes: &Nodes<'_>, intent: &Intent) -> Self {
        let mut places = Places { seats: vec![Vec::new(); nodes.nodes.len()] };
        for place in &intent.places {
            let Some((hall, row)) = row_of(intent, place) else { continue };
            for found in nodes.find(&place.node.v, 0) {
                let node = &nodes.nodes[found.node];
                let seats = &mut places.seats[found.node];
                seats.resize((nodes.units(&node.chain) * node.max()) as usize, None);
                let mut instances = nodes.instances(&node.chain);
                instances.retain(|i| {
                    i.coords.iter().zip(&found.only).all(|(at, only)| only.is_none_or(|o| o == *at))
                });
                // A place for one pod counts from its first member; one for all pods strides by `max`.
                let first = instances.first().map_or(0, |i| nodes.unit(&node.chain, &i.coords)) * node.max();
                for instance in &instances {
                    let base = nodes.unit(&node.chain, &instance.coords) * node.max();
                    for number in base..base + node.max() {
                        let nth = number - first;
                        let rack = place.from_rack.v + nth / place.per_rack;
                        if rack <= intent.halls[hall].rows[row].racks.v {
                            let unit = place
                                .unit
                                .and_then(|u| u.v.checked_sub(nth % place.per_rack))
                                .filter(|u| *u > 0);
                            seats[number as usize] = Some(Seat { hall, row, rack, unit });
                        }
                    }
                }
            }
        }
        places
    }

    /// Seat of a node's member.
    pub(super) fn seat(&self, node: usize, number: u32) -> Option<Seat> {
        *self.seats[node].get(number as usize)?
    }

    /// Servers and declared leaves by rack, where both nodes are placed.
    pub(super) fn racks(
        &self,
        nodes: &Nodes<'_>,
        group: usize,
        leaf: usize,
    ) -> Option<BTreeMap<(usize, usize, u32), Rack>> {
        let placed = |node: usize| self.seats[node].iter().any(Option::is_some);
        if !placed(group) || !placed(leaf) {
            return None;
        }
        let mut racks: BTreeMap<(usize, usize, u32), Rack> = BTreeMap::new();
        let key = |seat: &Seat| (seat.hall, seat.row, seat.rack);
        for (number, seat) in (0u32..).zip(&self.seats[group]) {
            if let Some(seat) = seat {
                racks.entry(key(seat)).or_default().servers.push(number);
            }
        }
        for number in declared(nodes, &nodes.nodes[leaf]) {
            if let Some(seat) = self.seat(leaf, number) {
                racks.entry(key(&seat)).or_default().leaves.push(number);
            }
        }
        Some(racks)
    }
}

/// Numbers of all declared members.
fn declared(nodes: &Nodes<'_>, node: &NodeInfo<'_>) -> Vec<u32> {
    let instances = nodes.instances(&node.chain);
    let of = |i: &super::nodes::Instance| {
        let base = nodes.unit(&node.chain, &i.coords) * node.max();
        base..base + node.count()
    };
    instances.iter().flat_map(of).collect()
}

/// Hall and row that a place names.
fn row_of(intent: &Intent, place: &Place) -> Option<(usize, usize)> {
    let halls = intent
        .halls
        .iter()
        .enumerate()
        .filter(|(_, h)| place.hall.as_ref().is_none_or(|name| name.v == h.name.v));
    halls.filter_map(|(i, hall)| Some((i, hall.rows.iter().position(|r| r.name.v == place.row.v)?))).next()
}
