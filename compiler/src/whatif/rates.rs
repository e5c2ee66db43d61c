//! How often things break: what operators have published of it.
//!
//! Rates of one operator, with its optics and its boxes, are no one else's: what follows from them is likely at best.

use super::domains::{Domain, What};

/// How often one of a kind breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// What it is of.
    pub(crate) of: &'static str,
    /// Of a million, in a month.
    pub(crate) per_million: u64,
    /// Who has published it.
    pub(crate) source: &'static str,
}

/// Links of NICs: 0.057 % a month.
pub(crate) const NIC_LINK: Rate =
    Rate { of: "links between NICs and switches", per_million: 570, source: HPN };
/// Switches that servers hang on: 0.051 % a month.
pub(crate) const LEAF: Rate = Rate { of: "switches with servers", per_million: 510, source: HPN };

/// The one source there is.
pub(crate) const HPN: &str = "Qian et al., Alibaba HPN, SIGCOMM 2024, doi 10.1145/3651890.3672265";

/// The rate of what fails, where one is published: none is of links between switches, of higher tiers, or of modules.
pub(crate) fn rate(what: What, host_facing: impl Fn(usize) -> bool) -> Option<Rate> {
    match what {
        What::Port(_) => Some(NIC_LINK),
        What::Switch(tier) if host_facing(tier) => Some(LEAF),
        _ => None,
    }
}

/// How many to expect in a month, in thousandths: of all of a kind, and of those that cut a GPU off.
pub(crate) fn monthly(domain: &Domain, rate: Rate) -> (u64, u64) {
    let of = |count: u64| (count * rate.per_million + 500) / 1000;
    (of(domain.count), of(domain.cutting))
}
