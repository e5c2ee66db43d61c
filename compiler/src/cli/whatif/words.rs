//! How whatif says what it found.

use fabc_lang::fabric::Fabric;
use fabc_lang::units::{Ratio, grouped};

use crate::checks::load::Load;
use crate::checks::lost::{Lost, put_down};
use crate::whatif::failure::link_name;

/// Names that are written out.
const NAMES: usize = 4;

/// What has failed, by name.
pub(super) fn failed(fabric: &Fabric, lost: &Lost) -> String {
    list(names(fabric, lost).into_iter())
}

/// `spine-01 fails`, `a and b fail`
pub(super) fn failing(fabric: &Fabric, lost: &Lost) -> String {
    let one = lost.switches.len() + lost.links.len() == 1;
    format!("{} {}", failed(fabric, lost), if one { "fails" } else { "fail" })
}

/// Every name of what has failed, switches first.
pub(super) fn names(fabric: &Fabric, lost: &Lost) -> Vec<String> {
    let switches = lost.switches.iter().map(|&s| fabric.switches[s].name.clone());
    let links = lost.links.iter().map(|&l| link_name(fabric, &fabric.links[l as usize]));
    switches.chain(links).collect()
}

/// Switches that are there and drained.
pub(super) fn drained(fabric: &Fabric) -> Vec<String> {
    let drained = fabric.switches.iter().filter(|s| s.maintenance && !s.absent);
    drained.map(|s| s.name.clone()).collect()
}

/// Links that the file puts down.
pub(super) fn links_put_down(fabric: &Fabric) -> Vec<String> {
    put_down(fabric).iter().map(|&l| link_name(fabric, &fabric.links[l as usize])).collect()
}

/// `a`, `a and b`, `a, b, c, d and 3 more`
pub(super) fn list(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    match (more, names.split_last()) {
        (0, Some((last, rest))) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (0, _) => names.join(", "),
        (more, _) => format!("{} and {} more", names.join(", "), grouped(more as u64)),
    }
}

/// `4/3 (~1.333) to 1`; `nothing up` where bandwidth below meets none above.
pub(super) fn ratio(load: &Load) -> String {
    match load.ratio() {
        Some(ratio) => format!("{} to 1", ratio.exact()),
        None if load.down > 0 => "nothing up".to_owned(),
        None => "nothing on it".to_owned(),
    }
}

/// `102.4 Tb/s`
pub(super) fn tera(megabits: u64) -> String {
    crate::checks::load::tera(megabits)
}

/// `8/7 (~1.143) times`
pub(super) fn times(ratio: Ratio) -> String {
    format!("{} times", ratio.exact())
}

/// `13,104,640`
pub(super) fn big(n: u128) -> String {
    match u64::try_from(n) {
        Ok(n) => grouped(n),
        Err(_) => "more than 18 quintillion".to_owned(),
    }
}

/// A sentence, no wider than the terminal.
pub(super) fn sentence(text: &str, width: Option<usize>) -> String {
    let options = textwrap::Options::new(width.unwrap_or(usize::MAX).max(20)).subsequent_indent("    ");
    textwrap::fill(text, options) + "\n"
}
