//! Modules and cables whose figures are known. A name that isn't here is the user's own: nothing is said of it.

use fabc_lang::units::{Length, Power, Speed};

/// A module, or a cable with its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Optic {
    /// As written after `media`.
    pub(super) name: &'static str,
    /// Line rate of the whole module.
    pub(super) speed: Speed,
    /// Longest cable.
    pub(super) reach: Length,
    /// What one end may draw.
    pub(super) power: Option<Power>,
    /// Whether wires join the lanes of both ends as they are.
    pub(super) passive: bool,
    /// Whether ends and cable are one piece.
    pub(super) integral: bool,
}

const fn cable(name: &'static str, gigabits: u32, metres: u32, milliwatts: Option<u64>) -> Optic {
    Optic { integral: true, ..module(name, gigabits, metres, milliwatts) }
}

const fn module(name: &'static str, gigabits: u32, metres: u32, milliwatts: Option<u64>) -> Optic {
    let power = match milliwatts {
        Some(mw) => Some(Power(mw)),
        None => None,
    };
    let (speed, reach) = (Speed(gigabits * 1000), Length(metres * 1000));
    Optic { name, speed, reach, power, passive: false, integral: false }
}

/// Longest reach over the best fibre named, greatest power that a vendor states.
static OPTICS: &[Optic] = &[
    Optic { passive: true, ..cable("DAC", 800, 2, Some(100)) }, // NVIDIA LinkX, straight
    Optic { passive: true, ..cable("DAC", 400, 3, Some(100)) }, // NVIDIA LinkX, Arista
    cable("ACC", 800, 5, Some(1500)),                           // NVIDIA LinkX (LACC)
    cable("AEC", 800, 7, None),                                 // typical
    cable("AEC", 400, 7, None),                                 // typical
    cable("AOC", 400, 30, None),                                // Arista
    module("2xSR4", 800, 50, Some(17_000)),                     // NVIDIA MMA4Z00
    module("2xVR4", 800, 50, Some(17_000)),                     // NVIDIA MMA4Z00
    module("SR8", 800, 50, Some(17_000)),                       // as 2xSR4
    module("SR4", 400, 100, Some(8_000)),                       // Ascent; 802.3db objective over OM4
    module("VR4", 400, 50, Some(8_000)),                        // NVIDIA, Arista
    module("SR8", 400, 100, None),                              // 802.3cm over OM4
    module("SR4.2", 400, 150, None),                            // 802.3cm over OM5
    module("2xDR4", 800, 500, Some(17_000)),                    // 802.3df, NVIDIA
    module("DR8", 800, 500, Some(17_000)),                      // 802.3df, NVIDIA
    module("DR4", 400, 500, Some(9_000)),                       // NVIDIA NS400
    module("XDR4", 400, 2000, Some(8_000)),                     // vendor
    module("2xFR4", 800, 2000, Some(17_000)),                   // NVIDIA
    module("FR4", 400, 2000, None),                             // Arista
    module("LR4", 400, 10_000, None),                           // typical
];

fn find(name: &str, speed: Speed) -> Option<&'static Optic> {
    OPTICS.iter().find(|o| o.name == name && o.speed == speed)
}

/// What stands in a cage that is broken out into `children` ports of `speed`: `DR4` in two of 400G is a 2xDR4.
pub(super) fn in_cage(media: &str, speed: Speed, children: u32) -> Option<&'static Optic> {
    let whole = Speed(speed.0.saturating_mul(children.max(1)));
    find(media, whole).or_else(|| find(&format!("{children}x{media}"), whole))
}

/// What stands in a port of its own: the NIC's end of a 2xDR4 at 400G is a DR4.
pub(super) fn in_port(media: &str, speed: Speed) -> Option<&'static Optic> {
    let single = media.split_once('x').filter(|(n, _)| n.parse::<u32>().is_ok()).map(|(_, name)| name);
    find(media, speed).or_else(|| find(single?, speed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twin_ports_are_one_module() {
        assert_eq!(in_cage("DR4", Speed(400_000), 2).map(|o| o.name), Some("2xDR4"));
        assert_eq!(in_cage("2xDR4", Speed(800_000), 1).map(|o| o.name), Some("2xDR4"));
        assert_eq!(in_port("2xDR4", Speed(400_000)).map(|o| o.name), Some("DR4"));
        assert_eq!(in_cage("my own", Speed(800_000), 1), None);
    }
}
