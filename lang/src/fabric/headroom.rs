//! Headroom: the bytes that still arrive after XOFF, for one port and one lossless class.
//!
//! Ranked: a stated measurement; else the vendor's row for exactly this length; else the larger of formula with margin
//! and the vendor's row for the next shorter length. With `headroom round-up` the next longer row comes before the
//! formula. Integers only; `docs/buffers.md` has the formula in words.

use super::{Fabric, Link, Port};
use crate::intent::Buffers;
use crate::platform::asic::{HeadroomConstant, HeadroomSlope};
use crate::platform::buffers::HeadroomRow;
use crate::platform::{Asic, Fact, Platform};
use crate::source::Span;
use crate::units::{Length, Ratio, Size, Speed, frame};

/// What a cable without a length counts as, at both its ends.
pub const ASSUMED_LENGTH: Length = Length(40_000);

/// What the first cell of a packet keeps for itself, bytes.
const METADATA: u64 = 64;
/// The worst packet: 64 bytes, 8 of preamble and 12 of gap, in a cell of its own.
const WIRE: i128 = 84;
/// Gb/s and metres from Mb/s and mm.
const MILLION: i128 = 1_000_000;

/// Where an xoff comes from; the node that states it where one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadroomSource {
    /// `measured` in the file.
    Measured(Span),
    /// The vendor's row for exactly this length.
    Table(Span),
    /// The vendor's row for the next longer length: by `round-up`, or where the chip has no formula.
    TableLonger(Span),
    /// The vendor's row for the next shorter length, which asks for more than the formula.
    TableShorter(Span),
    /// The formula, with margin.
    Formula,
}

impl HeadroomSource {
    /// `measured`, `table`, `table, longer`, `table, shorter` or `formula`.
    pub fn name(self) -> &'static str {
        match self {
            HeadroomSource::Measured(_) => "measured",
            HeadroomSource::Table(_) => "table",
            HeadroomSource::TableLonger(_) => "table, longer",
            HeadroomSource::TableShorter(_) => "table, shorter",
            HeadroomSource::Formula => "formula",
        }
    }

    /// The node that states it.
    pub fn at(self) -> Option<Span> {
        match self {
            HeadroomSource::Measured(at)
            | HeadroomSource::Table(at)
            | HeadroomSource::TableLonger(at)
            | HeadroomSource::TableShorter(at) => Some(at),
            HeadroomSource::Formula => None,
        }
    }
}

/// A port's lossless profile; bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headroom {
    /// Line rate.
    pub speed: Speed,
    /// Planned length of the cable, the same at both ends.
    pub length: Length,
    /// Nobody says a length: 40 m.
    pub assumed: bool,
    /// The length under which the box's own table holds these values: another than `length` only where it was rounded
    /// up, to whole metres or to the table's next.
    pub table_length: Length,
    /// Bytes that may arrive after XOFF.
    pub xoff: u64,
    /// What is reserved.
    pub size: u64,
    /// Resume threshold.
    pub xon: u64,
    /// Resume below the pause threshold by this.
    pub xon_offset: u64,
    /// Limit: two to this power, times what is free.
    pub dynamic_th: i32,
    /// Where `xoff` comes from.
    pub source: HeadroomSource,
    /// All of these values are a row of the box's own table, under `speed` and `table_length`.
    pub listed: bool,
    /// What the formula says, without margin; none where the chip has no constants for it.
    pub formula: Option<u64>,
}

/// What the file says of headroom.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    frame: u32,
    round_up: bool,
    margin: Ratio,
    buffers: Option<&'a Buffers>,
}

impl Fabric {
    /// The lossless profile of a port with a wire; none without a wire, or where the platform has no figures.
    pub fn headroom(&self, switch: usize, port: &Port<'_>) -> Option<Headroom> {
        let link = &self.links[port.wire?.link as usize];
        let (length, assumed) = self.planned_length(link);
        let platform = self.platform_of(self.tier_of(&self.switches[switch]));
        let headroom = self.headroom_for(platform, port.spec.speed, length)?;
        Some(Headroom { assumed, ..headroom })
    }

    /// The lossless profile of a port of this line rate with a cable of this length.
    pub fn headroom_for(&self, platform: &Platform, speed: Speed, length: Length) -> Option<Headroom> {
        let buffers = self.intent.buffers.as_ref();
        let wanted = Wanted {
            frame: self.headroom_frame(platform),
            round_up: buffers.and_then(|b| b.round_up).is_some_and(|r| r.v),
            margin: buffers.and_then(|b| b.margin).map_or(Ratio::new(0, 1), |m| m.v),
            buffers,
        };
        platform.headroom_for(speed, length, wanted)
    }

    /// Length of the link's cable, and whether it had to be assumed.
    pub fn planned_length(&self, link: &Link) -> (Length, bool) {
        self.length(link).map_or((ASSUMED_LENGTH, true), |(length, _)| (length, false))
    }

    /// The frame that headroom is made for: `headroom mtu=`, else the larger of the chip's reference and the fabric's.
    pub fn headroom_frame(&self, platform: &Platform) -> u32 {
        let stated = self.intent.buffers.as_ref().and_then(|b| b.mtu);
        let reference = platform.asic.v.headroom_slope.as_ref().map_or(9216, |s| s.v.reference_mtu);
        stated.map_or(reference.max(frame(self.mtu.v)), |mtu| mtu.v)
    }
}

impl Platform {
    /// Headroom of a port by the platform's own figures alone.
    pub fn usual_xoff(&self, speed: Speed, length: Length) -> Option<u64> {
        let frame = self.asic.v.headroom_slope.as_ref().map_or(9216, |s| s.v.reference_mtu);
        let wanted = Wanted { frame, round_up: false, margin: Ratio::new(0, 1), buffers: None };
        self.headroom_for(speed, length, wanted).map(|h| h.xoff)
    }

    fn headroom_for(&self, speed: Speed, length: Length, wanted: Wanted<'_>) -> Option<Headroom> {
        let cell = self.asic.v.mmu.as_ref().map_or(1, |m| m.v.cell.0.max(1));
        // Profiles are named by whole metres, and made for the length that they name.
        let whole = Length(length.metres_up().saturating_mul(1000));
        let cells = self.asic.v.headroom_cells(speed, whole, wanted.frame);
        let formula = cells.and_then(|cells| sane(cells.checked_mul(cell)?));
        let rows = || self.headroom.iter().filter(|h| h.v.speed == speed);
        let exact = rows().find(|h| h.v.length == length).or_else(|| rows().find(|h| h.v.length == whole));
        let shorter = rows().filter(|h| h.v.length < length).max_by_key(|h| h.v.length);
        let longer = rows().filter(|h| h.v.length > length).min_by_key(|h| h.v.length);
        let measured = wanted.buffers.and_then(|b| {
            b.measured.iter().rev().find(|m| m.speed.v == speed && m.length.v == length).map(|m| m.xoff)
        });
        let padded = formula.and_then(|bytes| with_margin(bytes, wanted.margin, cell));
        let (xoff, source, from) = match (measured, exact) {
            (Some(xoff), _) => (xoff.v.0, HeadroomSource::Measured(xoff.at), exact),
            (None, Some(row)) => (row.v.xoff.0, HeadroomSource::Table(row.at), exact),
            (None, None) => match (longer.filter(|_| wanted.round_up || padded.is_none()), padded, shorter) {
                (Some(row), _, _) => (row.v.xoff.0, HeadroomSource::TableLonger(row.at), Some(row)),
                (None, Some(bytes), Some(row)) if row.v.xoff.0 > bytes => {
                    (row.v.xoff.0, HeadroomSource::TableShorter(row.at), Some(row))
                }
                (None, Some(bytes), _) => (bytes, HeadroomSource::Formula, None),
                (None, None, _) => return None,
            },
        };
        // What isn't xoff depends neither on length nor on speed in any vendor's table.
        let row = &from.or(shorter).or(longer).or_else(|| self.nearest_row(speed))?.v;
        let held = matches!(source, HeadroomSource::Table(_) | HeadroomSource::TableLonger(_));
        Some(Headroom {
            speed,
            length,
            assumed: false,
            table_length: if held || exact.is_some() { row.length } else { length },
            xoff,
            size: row.size.0,
            xon: row.xon.0,
            xon_offset: row.xon_offset.map_or(0, |o| o.0),
            dynamic_th: i32::try_from(row.dynamic_th).unwrap_or_default(),
            source,
            listed: held || exact.is_some_and(|row| row.v.xoff == Size(xoff)),
            formula,
        })
    }

    /// A row of the line rate that is next to this one.
    fn nearest_row(&self, speed: Speed) -> Option<&Fact<HeadroomRow>> {
        self.headroom.iter().min_by_key(|h| (h.v.speed.0.abs_diff(speed.0), h.v.length))
    }
}

impl Asic {
    /// Headroom by the formula, in cells, for frames of so many bytes; none where the chip has no constants for it.
    pub fn headroom_cells(&self, speed: Speed, length: Length, frame: u32) -> Option<u64> {
        let slope = &self.headroom_slope.as_ref()?.v;
        let constant = &self.headroom_constant(speed)?.v;
        cells(*slope, *constant, self.mmu.as_ref()?.v.cell, length, frame)
    }

    /// What frames of so many bytes add to the constant, over the divisor of the slope; rounded up.
    pub fn frame_term(&self, frame: u32) -> Option<i128> {
        let slope = &self.headroom_slope.as_ref()?.v;
        let (wire, stored) = frame_parts(*slope, self.mmu.as_ref()?.v.cell, frame);
        Some(stored - (-wire).div_euclid(WIRE))
    }
}

/// `(k + per-metre × speed × metres + what the frame adds) / divisor`, rounded up.
///
/// A longer frame adds the wire time of two (one on our egress before the PAUSE, one at the peer before it obeys), all
/// of it filled with the smallest packets, and the cells of the one that is stored.
fn cells(
    slope: HeadroomSlope,
    constant: HeadroomConstant,
    cell: Size,
    length: Length,
    frame: u32,
) -> Option<u64> {
    let divisor = i128::from(slope.divisor);
    let wire = i128::from(slope.per_metre) * i128::from(constant.speed.0) * i128::from(length.0);
    let (frames, more) = frame_parts(slope, cell, frame);
    // Over WIRE × MILLION × divisor, so that nothing is rounded before the end.
    let sum = (i128::from(constant.k) + more) * WIRE * MILLION + wire * WIRE + frames * MILLION;
    let whole = divisor * WIRE * MILLION;
    u64::try_from((sum.max(0) + whole - 1).checked_div(whole)?).ok()
}

/// What a frame adds over the reference: on the wire, times WIRE, and stored.
fn frame_parts(slope: HeadroomSlope, cell: Size, frame: u32) -> (i128, i128) {
    let divisor = i128::from(slope.divisor);
    let stored = |frame: u32| i128::from(frame_cells(frame, cell.0));
    let wire = 2 * (i128::from(frame) - i128::from(slope.reference_mtu)) * divisor;
    (wire, (stored(frame) - stored(slope.reference_mtu)) * divisor)
}

/// Cells that a frame takes: the first holds less.
fn frame_cells(frame: u32, cell: u64) -> u64 {
    1 + u64::from(frame).saturating_sub(cell.saturating_sub(METADATA)).div_ceil(cell.max(1))
}

/// Bytes and a fraction of them more, in whole cells.
fn with_margin(bytes: u64, margin: Ratio, cell: u64) -> Option<u64> {
    let (num, den) = (u128::from(margin.num), u128::from(margin.den));
    let exact = (u128::from(bytes) * (den + num)).div_ceil(den);
    sane(u64::try_from(exact.div_ceil(u128::from(cell)) * u128::from(cell)).ok()?)
}

/// Bytes that a size may have: a platform's constants may say anything.
fn sane(bytes: u64) -> Option<u64> {
    (bytes <= Size::MOST.0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::Findings;
    use crate::intent::Measured;
    use crate::platform::Catalog;
    use crate::source::{Sources, Spanned};

    fn platform(name: &str) -> Arc<Platform> {
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let mut catalog = Catalog::new(&[], &mut findings);
        catalog.platform(name, None, &mut sources, &mut findings).unwrap()
    }

    fn nothing() -> Wanted<'static> {
        Wanted { frame: 9216, round_up: false, margin: Ratio::new(0, 1), buffers: None }
    }

    #[test]
    fn vectors_reproduce_to_the_byte() {
        let (th4, th5) = (platform("dell-z9664f"), platform("dell-z9864f"));
        let mut count = 0;
        let lines = include_str!("headroom_vectors.txt").lines().filter(|l| !l.starts_with('#'));
        for line in lines {
            let [chip, speed, length, frame, bytes] = line.split_whitespace().collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let (speed, length) = (Speed::parse(speed).unwrap(), Length::parse(length).unwrap());
            let (frame, bytes): (u32, u64) = (frame.parse().unwrap(), bytes.parse().unwrap());
            let platform = if chip == "th4" { &th4 } else { &th5 };
            let found = platform.asic.v.headroom_cells(speed, length, frame).map(|c| c * 254);
            assert_eq!(found, Some(bytes), "{line}");
            count += 1;
        }
        assert_eq!(count, 187);
    }

    #[test]
    fn vendors_rows_are_the_formula_but_for_one_clamp() {
        let (mut exact, mut clamped) = (0, 0);
        for name in ["dell-z9664f", "dell-z9864f", "micas-m2-w6940-64oc"] {
            let platform = platform(name);
            for row in &platform.headroom {
                let (speed, length) = (row.v.speed, row.v.length);
                let formula = platform.asic.v.headroom_cells(speed, length, 9216).map(|c| c * 254);
                let held = platform.headroom_for(speed, length, nothing()).unwrap();
                assert_eq!((held.source, held.xoff), (HeadroomSource::Table(row.at), row.v.xoff.0));
                assert!(held.listed);
                if formula == Some(row.v.xoff.0) {
                    exact += 1;
                } else {
                    assert_eq!((length, row.v.xoff), (Length(300_000), Size(258_572)), "{name} {speed}");
                    clamped += 1;
                }
            }
        }
        assert_eq!((exact, clamped), (61, 8));
    }

    #[test]
    fn frames_take_cells() {
        let cells: Vec<u64> = [64, 190, 191, 1518, 4178, 8572, 9080, 9100, 9216, 9416]
            .into_iter()
            .map(|f| frame_cells(f, 254))
            .collect();
        assert_eq!(cells, [1, 1, 2, 7, 17, 34, 36, 37, 37, 38]);
        let asic = &platform("dell-z9864f").asic.v;
        assert_eq!(
            [9216, 9238, 4200].map(|frame| asic.frame_term(frame)),
            [Some(0), Some(176), Some(-46_848)]
        );
    }

    #[test]
    fn a_measurement_wins_then_the_row_then_the_larger() {
        let z9864f = platform("dell-z9864f");
        let at = Span::default();
        let say = |speed, length, xoff| Measured {
            speed: Spanned { v: Speed(speed), at },
            length: Spanned { v: Length(length), at },
            xoff: Spanned { v: Size(xoff), at },
        };
        let buffers = Buffers {
            oversubscription: None,
            mtu: None,
            round_up: None,
            margin: None,
            measured: vec![say(800_000, 40_000, 700_000), say(400_000, 17_000, 400_000)],
            pools: Vec::new(),
            round_trip: None,
            at,
        };
        let stated = Wanted { margin: Ratio::new(1, 20), buffers: Some(&buffers), ..nothing() };
        let of = |speed: u32, length: u32, wanted| {
            let h = z9864f.headroom_for(Speed(speed * 1000), Length(length * 1000), wanted).unwrap();
            (h.xoff, h.source.name(), h.listed)
        };
        assert_eq!(of(800, 40, stated), (700_000, "measured", false));
        assert_eq!(of(400, 17, stated), (400_000, "measured", false));
        assert_eq!(of(400, 40, stated), (446_024, "table", true));
        assert_eq!(of(400, 17, nothing()), (411_226, "formula", false));
        // 3,015 cells and a twentieth.
        assert_eq!(of(800, 17, stated), (3166 * 254, "formula", false));
        // Less than the row for 5 m only by its smaller frame.
        assert_eq!(of(400, 17, Wanted { frame: 4200, ..nothing() }), (393_192, "table, shorter", false));
        assert_eq!(of(400, 17, Wanted { round_up: true, ..stated }), (400_000, "measured", false));
        assert_eq!(of(200, 17, Wanted { round_up: true, ..stated }), (255_778, "table, longer", true));
        let up = z9864f.headroom_for(Speed(200_000), Length(17_000), Wanted { round_up: true, ..nothing() });
        assert_eq!(up.map(|h| (h.length, h.table_length)), Some((Length(17_000), Length(40_000))));
        // Beyond the table: the formula.
        assert_eq!(of(400, 500, Wanted { round_up: true, ..nothing() }), (1_141_476, "formula", false));
        let held = z9864f.headroom_for(Speed(400_000), Length(17_000), nothing()).unwrap();
        assert_eq!((held.size, held.xon, held.xon_offset, held.dynamic_th), (18_796, 0, 3556, 0));
    }

    #[test]
    fn a_part_of_a_metre_counts_as_a_whole_one() {
        let z9864f = platform("dell-z9864f");
        let of = |length| z9864f.headroom_for(Speed(400_000), Length(length), nothing()).unwrap();
        assert_eq!(of(10_100).xoff, of(11_000).xoff);
        assert!(of(10_100).xoff > of(10_000).xoff);
        // 4.2 m are the table's 5 m.
        assert_eq!((of(4_200).source.name(), of(4_200).table_length), ("table", Length(5000)));
        assert_eq!(of(4_200).length, Length(4_200));
    }

    #[test]
    fn rows_without_a_formula_are_rounded_up() {
        // No constants are known for half a Tomahawk 5: only a longer row is safe, and beyond the last there is none.
        let half = platform("nokia-ixr7220-h5-32d");
        let of = |length| half.headroom_for(Speed(400_000), Length(length), nothing());
        assert_eq!(of(17_000).map(|h| (h.source.name(), h.table_length, h.formula)), {
            Some(("table, longer", Length(40_000), None))
        });
        assert_eq!(of(2_000_000), None);
        // And none of it where the box has no table.
        assert_eq!(platform("accton-as9817-64d").headroom_for(Speed(400_000), Length(5000), nothing()), None);
    }
}
