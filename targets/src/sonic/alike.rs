//! Rows that are made once for all switches that are alike.
//!
//! Two thirds of a config_db.json say of each port what the classes, the cage and the cable ask for. On switches of one
//! tier with the same ports wired by cables of the same length they are the same bytes. They are made for the first such
//! switch; the others copy them.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use fabc_lang::units::Length;

use crate::device::Device;

/// What the rows of tables that are [`alike`](super::tables::Table::alike) follow from, besides the fabric's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Likeness {
    tier: usize,
    /// By port, in their order: how long the cable is, where the far end is there.
    cables: Vec<Option<Length>>,
}

impl Likeness {
    /// What a switch shares with others; none where the file says something of this one alone.
    pub(crate) fn of(device: &Device<'_>) -> Option<Self> {
        if device.own.is_some() {
            return None;
        }
        let length = |link| device.fabric.planned_length(link).0;
        let cables = device.ports.iter().map(|port| port.wired().map(|wired| length(wired.link)));
        Some(Likeness { tier: device.switch.tier, cables: cables.collect() })
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
    /// Whether the last row has fields: it is not yet closed.
    fields: bool,
}

impl Pieces {
    /// Adds a table: from its name to before the end of its last row.
    pub(super) fn add(&mut self, name: &'static str, bytes: &[u8], fields: bool) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.tables.push(Piece { name, at: start..self.bytes.len(), fields });
    }

    /// A table and whether its last row has fields; empty where it has no rows, none where it isn't known.
    pub(super) fn find(&self, name: &str) -> Option<(&[u8], bool)> {
        let piece = self.tables.iter().find(|piece| piece.name == name)?;
        Some((self.bytes.get(piece.at.clone())?, piece.fields))
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
