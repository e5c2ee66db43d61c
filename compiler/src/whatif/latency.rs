//! From server to server in an idle fabric: what a frame takes on its way.
//!
//! Light in fibre takes 5.05 ns a metre. A switch takes its latency, and where it stores a frame, the time to send it once
//! more. One that cuts through can't where the link out is faster than the link in; where it is slower, the frame arrives as
//! slowly as it leaves. NICs, error correction and queues are not in it.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::intent::Switching;
use fabc_lang::units::{Length, Speed};

use crate::checks::lost::stands;

/// Light in a cable, picoseconds for 100 mm.
const LIGHT: u64 = 505;
/// Ethernet header and check sum.
const HEADER: u32 = 22;

/// Ways that are followed at the most; a fabric has a handful.
const MOST: usize = 64;

/// A way between two servers that climbs through some tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// Tiers on the way up, the last of which turns it down again.
    pub(crate) tiers: Vec<usize>,
    /// Switches on it.
    pub(crate) switches: u64,
    /// All cables together, each the longest of its line; none where a length isn't known.
    pub(crate) cable: Option<u64>,
    /// Picoseconds; none where something isn't known.
    pub(crate) latency: Option<u64>,
    /// Platforms whose latency isn't known, by tier.
    pub(crate) unknown: Vec<usize>,
}

/// The longest frame that the fabric carries.
pub(crate) fn frame(fabric: &Fabric) -> u32 {
    fabric.mtu.v + HEADER
}

/// Whether switches cut through.
pub(crate) fn cuts_through(fabric: &Fabric) -> bool {
    fabric.intent.fabric.switching.is_some_and(|s| s.v == Switching::CutThrough)
}

/// Picoseconds over `links` (speed, millimetres), with a switch between each two: what it takes, picoseconds.
pub(crate) fn picoseconds(frame: u32, links: &[(Speed, u64)], switches: &[u64], cut_through: bool) -> u64 {
    let sending = |speed: Speed| u64::from(frame) * 8_000_000 / u64::from(speed.0.max(1));
    let cables: u64 = links.iter().map(|(_, length)| length * LIGHT / 100).sum();
    let first = links.first().map_or(0, |l| sending(l.0));
    let again = links.windows(2).map(|pair| {
        let (enters, leaves) = (pair[0].0, pair[1].0);
        match cut_through && leaves <= enters {
            true => sending(leaves) - sending(enters),
            false => sending(leaves),
        }
    });
    cables + first + again.sum::<u64>() + switches.iter().sum::<u64>()
}

/// Every way from a server up and down again to another of its kind, shortest first.
pub(crate) fn ways(fabric: &Fabric) -> Vec<Way> {
    let mut longest: BTreeMap<u32, Option<Length>> = BTreeMap::new();
    for link in fabric.links.iter().filter(|l| stands(fabric, l)) {
        let length = fabric.length(link).map(|(length, _)| length);
        let known = longest.entry(link.line).or_insert(length);
        *known = known.zip(length).map(|(a, b)| a.max(b));
    }
    let mut ways: Vec<Way> = Vec::new();
    for (index, line) in fabric.lines.iter().enumerate() {
        let Lower::Hosts { group, .. } = line.lower else { continue };
        if fabric.groups[group].gpus > 0 {
            climb(fabric, &longest, &[index], &mut ways);
        }
    }
    ways.sort_by(|a, b| (a.switches, &a.tiers).cmp(&(b.switches, &b.tiers)));
    ways.dedup_by(|b, a| a == b);
    ways
}

/// Turns round at the end of `lines`, then goes on up.
fn climb(fabric: &Fabric, longest: &BTreeMap<u32, Option<Length>>, lines: &[usize], ways: &mut Vec<Way>) {
    let tiers: Vec<usize> = lines.iter().map(|&l| fabric.lines[l].upper).collect();
    let length = |&line: &usize| {
        let known = longest.get(&u32::try_from(line).ok()?).copied().flatten()?;
        Some((fabric.lines[line].speed.v, u64::from(known.0)))
    };
    let takes = |tier: usize| fabric.platform_of(&fabric.tiers[tier]).latency.as_ref().map(|l| l.v * 1000);
    let up: Option<Vec<(Speed, u64)>> = lines.iter().map(length).collect();
    let links = up.map(|up| up.iter().chain(up.iter().rev()).copied().collect::<Vec<_>>());
    let boxes: Vec<usize> = tiers.iter().chain(tiers.iter().rev().skip(1)).copied().collect();
    let switches: Option<Vec<u64>> = boxes.iter().map(|&t| takes(t)).collect();
    let latency = links.as_ref().zip(switches);
    let latency = latency.map(|(l, s)| picoseconds(frame(fabric), l, &s, cuts_through(fabric)));
    let mut unknown: Vec<usize> = tiers.iter().copied().filter(|&t| takes(t).is_none()).collect();
    unknown.dedup();
    ways.push(Way {
        switches: boxes.len() as u64,
        cable: links.map(|l| l.iter().map(|l| l.1).sum()),
        latency,
        unknown,
        tiers: tiers.clone(),
    });
    let Some(&top) = tiers.last() else { return };
    for &next in fabric.tiers[top].up.iter().filter(|&&l| !tiers.contains(&fabric.lines[l].upper)) {
        if ways.len() >= MOST {
            return;
        }
        climb(fabric, longest, &[lines, &[next]].concat(), ways);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tenths of nanoseconds over cables of so many metres.
    fn tenths(metres: &[u64], mtu: u32, speed: u32, cut_through: bool) -> u64 {
        let links: Vec<(Speed, u64)> = metres.iter().map(|m| (Speed(speed), m * 1000)).collect();
        let switches = vec![700_000; metres.len() - 1];
        (picoseconds(mtu, &links, &switches, cut_through) + 50) / 100
    }

    #[test]
    fn known_ways_take_what_they_do() {
        assert_eq!(tenths(&[3, 3], 4200, 400_000, true), 8143);
        assert_eq!(tenths(&[3, 30, 30, 3], 4200, 400_000, true), 25_173);
        assert_eq!(tenths(&[3, 30, 30, 3], 4200, 400_000, false), 27_693);
        assert_eq!(tenths(&[3, 30, 100, 100, 30, 3], 4200, 400_000, true), 49_273);
    }

    #[test]
    fn a_frame_takes_its_time() {
        let sent = |mtu: u32, speed: u32| picoseconds(mtu, &[(Speed(speed), 0)], &[], true);
        for (mtu, speed, picoseconds) in [
            (1500, 100_000, 120_000),
            (1500, 200_000, 60_000),
            (1500, 400_000, 30_000),
            (1500, 800_000, 15_000),
            (4200, 100_000, 336_000),
            (4200, 200_000, 168_000),
            (4200, 400_000, 84_000),
            (4200, 800_000, 42_000),
            (9216, 100_000, 737_280),
            (9216, 200_000, 368_640),
            (9216, 400_000, 184_320),
            (9216, 800_000, 92_160),
        ] {
            assert_eq!(sent(mtu, speed), picoseconds);
        }
    }

    #[test]
    fn a_faster_link_can_not_be_cut_through_to() {
        let ways = |speeds: &[u32], cut| {
            let links: Vec<(Speed, u64)> = speeds.iter().map(|&s| (Speed(s), 0)).collect();
            picoseconds(4200, &links, &[], cut)
        };
        // Into a faster link the frame is stored; into a slower one it leaves as slowly as that is.
        assert_eq!(ways(&[400_000, 800_000], true), 84_000 + 42_000);
        assert_eq!(ways(&[800_000, 400_000], true), 84_000);
        assert_eq!(ways(&[400_000, 800_000, 800_000, 400_000], true), 84_000 + 42_000 + 42_000);
        assert_eq!(ways(&[400_000, 800_000, 800_000, 400_000], false), 84_000 + 42_000 + 42_000 + 84_000);
    }
}
