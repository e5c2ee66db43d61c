//! Lengths of cables: stated, or from where both ends stand.
//!
//! Same rack: the units between the two, and 0.3 m to the side at each end. Otherwise up to the tray, along it, and
//! down. A tenth is added, half a metre at least, and the result rounded up to a length that is sold.

use super::{Fabric, Link, Lower, Seat};
use crate::units::Length;

/// A rack unit: 1.75 inches, in hundredths of a millimetre (EIA-310).
const UNIT: u32 = 4445;
/// From a port to the side of its rack, mm.
const SIDE: u32 = 300;
/// From the top of the racks to the tray, where no height is given, mm.
const ABOVE: u32 = 500;
/// Lengths that are sold, mm.
const STOCK: &[u32] = &[
    500, 1000, 1500, 2000, 2500, 3000, 5000, 7000, 10_000, 15_000, 20_000, 30_000, 50_000, 100_000, 150_000,
    300_000, 500_000, 1_000_000, 2_000_000,
];

/// Where a length comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthSource {
    /// `cable` on a switch, or `length` on the line.
    Stated,
    /// `place` of both ends.
    Placed,
}

impl LengthSource {
    /// `stated` or `placed`.
    pub fn name(self) -> &'static str {
        match self {
            LengthSource::Stated => "stated",
            LengthSource::Placed => "placed",
        }
    }
}

impl Fabric {
    /// Length of the link's cable, and where it is from; none where nothing tells.
    pub fn length(&self, link: &Link) -> Option<(Length, LengthSource)> {
        if let Some(stated) = self.stated_length(link) {
            return Some((stated.v, LengthSource::Stated));
        }
        if self.intent.halls.is_empty() {
            return None;
        }
        let lower = match self.line_of(link).lower {
            Lower::Hosts { .. } => self.hosts[link.a as usize].seat?,
            Lower::Tier(_) => self.switches[link.a as usize].seat?,
        };
        let upper = self.switches[link.b as usize].seat?;
        Some((self.between(lower, upper)?, LengthSource::Placed))
    }

    /// Length to be bought between two seats; none between two halls.
    pub fn between(&self, a: Seat, b: Seat) -> Option<Length> {
        if a.hall != b.hall {
            return None;
        }
        let hall = self.intent.halls.get(a.hall)?;
        // Where no unit is given, the bottom of the rack: never too short.
        let height = |seat: Seat| seat.unit.map_or(0, |u| u * UNIT / 100);
        let run = if (a.row, a.rack) == (b.row, b.rack) {
            let apart = match (a.unit, b.unit) {
                (Some(p), Some(q)) => p.abs_diff(q) * UNIT / 100,
                _ => hall.rack.units * UNIT / 100,
            };
            apart + 2 * SIDE
        } else {
            let tray = hall.tray.map_or(hall.rack.units * UNIT / 100 + ABOVE, |t| t.0);
            let up = |seat: Seat| tray.saturating_sub(height(seat));
            let rows = u32::try_from(a.row.abs_diff(b.row)).ok()?;
            up(a)
                + up(b)
                + a.rack.abs_diff(b.rack).checked_mul(hall.rack.pitch.0)?
                + rows.checked_mul(hall.row_pitch.0)?
        };
        let planned = run.checked_add((run / 10).max(500))?;
        Some(Length(
            STOCK.iter().copied().find(|&s| s >= planned).unwrap_or(planned.next_multiple_of(100_000)),
        ))
    }
}
