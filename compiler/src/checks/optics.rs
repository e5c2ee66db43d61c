//! Modules and cables whose figures are known. A name that isn't in the catalogue is the user's own: nothing is said of
//! it.

use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::fabric::Fabric;
use fabc_lang::platform::{Confidence, Optic, OpticSpeed};
use fabc_lang::units::Speed;

/// What stands somewhere: an optic at its line rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'a> {
    pub(super) optic: &'a Optic,
    pub(super) figures: &'a OpticSpeed,
}

fn find<'a>(fabric: &'a Fabric, name: &str, speed: Speed) -> Option<Standing<'a>> {
    let optic = fabric.optics.get(name)?;
    Some(Standing { optic, figures: optic.at_speed(speed)? })
}

/// What stands in a cage that is broken out into `children` ports of `speed`: `DR4` in two of 400G is a 2xDR4.
pub(super) fn in_cage<'a>(
    fabric: &'a Fabric,
    media: &str,
    speed: Speed,
    children: u32,
) -> Option<Standing<'a>> {
    let whole = Speed(speed.0.saturating_mul(children.max(1)));
    find(fabric, media, whole).or_else(|| find(fabric, &format!("{children}x{media}"), whole))
}

/// What stands in a port of its own: the NIC's end of a 2xDR4 at 400G is a DR4.
pub(super) fn in_port<'a>(fabric: &'a Fabric, media: &str, speed: Speed) -> Option<Standing<'a>> {
    let single = media.split_once('x').filter(|(n, _)| n.parse::<u32>().is_ok()).map(|(_, name)| name);
    find(fabric, media, speed).or_else(|| find(fabric, single?, speed))
}

/// A finding that rests on a figure: says so where that is only likely.
pub(crate) fn resting_on(confidence: Confidence, found: Diagnostic) -> Diagnostic {
    if confidence.is_likely() { found.note("the figure is likely, not confirmed") } else { found }
}
