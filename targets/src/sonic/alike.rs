//! Rows that are made once for all switches that are alike.
//!
//! Two thirds of a config_db.json say of each port what the classes, the cage and the cable ask for. On switches of one
//! tier with the same ports wired by cables of the same length they are the same bytes. They are made for the first such
//! switch; the others copy them.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use fabc_lang::fabric::PortId;
use fabc_lang::units::Length;

use crate::device::{Device, End};

/// What the rows of tables that are [`alike`](super::tables::Table::alike) follow from, besides the fabric's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Likeness {
    tier: usize,
    /// By declared wire, in the order of ports: its port, and how long the cable is, where the far end is there. A cage is
    /// broken out where it has a wire, whether the far end is there or not.
    wires: Vec<(PortId, Option<Length>)>,
}

impl Likeness {
    /// What a switch shares with others; none where the file says something of this one alone.
    pub(crate) fn of(device: &Device<'_>) -> Option<Self> {
        if device.own.is_some() {
            return None;
        }
        let wires = device.ports.iter().filter_map(|port| {
            let End::Wired(wired) = &port.end else { return None };
            Some((port.port.id, wired.present.then(|| device.fabric.planned_length(wired.link).0)))
        });
        Some(Likeness { tier: device.switch.tier, wires: wires.collect() })
    }
}

/// The tables of one kind of switch as bytes.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    tables: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    name: &'static str,
    at: Range<usize>,
    /// Where values of each switch's own go, from the beginning of the table.
    gaps: Vec<usize>,
    fields: bool,
}

/// A table that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// From its name to before the end of its last row, without the values of each switch's own; empty where it has no
    /// rows.
    pub(super) bytes: &'a [u8],
    /// Where those values go, in order.
    pub(super) gaps: &'a [usize],
    /// Whether the last row has fields.
    pub(super) fields: bool,
}

impl Pieces {
    /// Adds a table: from its name to before the end of its last row, and where in it values are of the switch's own.
    pub(super) fn add(&mut self, name: &'static str, bytes: &[u8], own: &[Range<usize>], fields: bool) {
        let start = self.bytes.len();
        let (mut from, mut gaps) = (0, Vec::with_capacity(own.len()));
        for own in own {
            self.bytes.extend_from_slice(bytes.get(from..own.start).unwrap_or_default());
            gaps.push(self.bytes.len() - start);
            from = own.end;
        }
        self.bytes.extend_from_slice(bytes.get(from..).unwrap_or_default());
        self.tables.push(Piece { name, at: start..self.bytes.len(), gaps, fields });
    }

    /// A table; none where it isn't known.
    pub(super) fn find(&self, name: &str) -> Option<Known<'_>> {
        let piece = self.tables.iter().find(|piece| piece.name == name)?;
        let bytes = self.bytes.get(piece.at.clone())?;
        Some(Known { bytes, gaps: &piece.gaps, fields: piece.fields })
    }
}

/// Rows on switches that all their neighbours have, by the switch's index: each as bytes, once it was made.
#[derive(Debug)]
pub(crate) struct Neighbours(Vec<OnceLock<Box<[u8]>>>);

impl Neighbours {
    /// Of so many switches.
    pub(crate) fn new(switches: usize) -> Self {
        Neighbours((0..switches).map(|_| OnceLock::new()).collect())
    }

    /// The fields of the row on a switch.
    pub(super) fn row(&self, switch: usize) -> Option<&OnceLock<Box<[u8]>>> {
        self.0.get(switch)
    }
}

/// How many kinds are held: switches come by tier and number, so that like ones follow each other.
const HELD: usize = 8;

/// The kinds of switches seen last.
#[derive(Debug, Default)]
pub(crate) struct Kinds(Mutex<VecDeque<(Likeness, Arc<Pieces>)>>);

impl Kinds {
    /// The tables of this kind, if they were made.
    pub(crate) fn find(&self, likeness: &Likeness) -> Option<Arc<Pieces>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().find(|(known, _)| known == likeness).map(|(_, pieces)| Arc::clone(pieces))
    }

    /// Holds what was made; what has been held longest goes.
    pub(crate) fn hold(&self, likeness: Likeness, pieces: Pieces) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.truncate(HELD - 1);
        held.push_front((likeness, Arc::new(pieces)));
    }
}
