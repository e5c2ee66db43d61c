//! The worst of all ways in which so many switches or links may fail at once.
//!
//! What is worst depends on what is asked, so each figure has its own. Combinations that can't be told apart are tried once.
//! Where those that can be are too many, a sample of them is tried, and said to be one: the worst may be worse.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::figures::{Figures, Intact};
use super::picks::{Choice, Picks, Pool};
use super::symmetry::Symmetry;
use crate::checks::lost::Lost;

/// Links that are looked at for all tries together, in the worst case: some seconds.
const WORK: usize = 400_000_000;
/// The most combinations that are tried, however small the fabric is.
const MOST: usize = 20_000;
/// Those of a sample, at the most.
const SAMPLE: usize = 2_000;

/// What can be worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Servers without any link left.
    Servers,
    /// GPUs without any NIC port left.
    Gpus,
    /// NIC ports that lost their link.
    Ports,
    /// Pairs of leaves that are parted.
    Pairs,
    /// Bandwidth below over bandwidth above, on the worst switch of this tier.
    Ratio(usize),
    /// What goes from one half of the leaves to the other.
    Bisection,
    /// The fewest disjoint paths between two leaves.
    Paths,
    /// Load of the links that remain of parallel ones.
    Overload,
    /// BGP sessions.
    Sessions,
}

impl Measure {
    /// All that a fabric has, in the order of the page.
    pub(crate) fn all(intact: &Intact) -> Vec<Measure> {
        let tiers = intact.fabric.tiers.iter().enumerate().filter(|(_, t)| !t.up.is_empty());
        [Measure::Servers, Measure::Gpus, Measure::Ports, Measure::Pairs]
            .into_iter()
            .chain(tiers.map(|(tier, _)| Measure::Ratio(tier)))
            .chain([Measure::Bisection, Measure::Paths, Measure::Overload, Measure::Sessions])
            .collect()
    }

    /// Greater is worse.
    pub(crate) fn compare(self, a: &Figures, b: &Figures) -> Ordering {
        match self {
            Measure::Servers => a.hosts.servers_cut.len().cmp(&b.hosts.servers_cut.len()),
            Measure::Gpus => a.hosts.gpus_cut.cmp(&b.hosts.gpus_cut),
            Measure::Ports => a.hosts.ports.cmp(&b.hosts.ports),
            Measure::Pairs => a.apart.apart.cmp(&b.apart.apart),
            Measure::Ratio(tier) => match (&a.tiers[tier], &b.tiers[tier]) {
                (Some((_, a)), Some((_, b))) => a.worse(b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            },
            Measure::Bisection => b.bisection.cmp(&a.bisection),
            Measure::Paths => {
                let paths = |f: &Figures| f.paths.map_or(u64::MAX, |n| n.paths);
                paths(b).cmp(&paths(a))
            }
            Measure::Overload => a.overload.map(|o| o.plain).cmp(&b.overload.map(|o| o.plain)),
            Measure::Sessions => a.sessions.cmp(&b.sessions),
        }
    }
}

/// The worst of one figure.
#[derive(Debug)]
pub(crate) struct Top {
    /// Which figure.
    pub(crate) measure: Measure,
    /// Index in [`Worst::figures`].
    pub(crate) at: usize,
    /// Combinations that come to it, where all were tried.
    pub(crate) combinations: Option<u128>,
}

/// A line of `expect` that breaks.
#[derive(Debug)]
pub(crate) struct Breaks {
    /// Index of the claim.
    pub(crate) claim: usize,
    /// Index in [`Worst::figures`] of a combination that breaks it.
    pub(crate) at: usize,
    /// Combinations that break it, where all were tried.
    pub(crate) combinations: Option<u128>,
}

/// The worst of all combinations.
#[derive(Debug)]
pub(crate) struct Worst {
    /// Combinations that there are.
    pub(crate) total: u128,
    /// Whether each of them was tried, or one that can't be told apart from it.
    pub(crate) exact: bool,
    /// What can't be told apart when nothing has failed yet.
    pub(crate) alike: Vec<Choice>,
    /// What was tried.
    pub(crate) figures: Vec<Figures>,
    /// The worst of each figure.
    pub(crate) tops: Vec<Top>,
    /// Lines of `expect` that some combination breaks.
    pub(crate) breaks: Vec<Breaks>,
}

/// Looks for the worst of all `count` of the pool; `count` is at most their number.
pub(crate) fn worst(intact: &Intact, pool: &Pool, count: usize) -> Worst {
    let most = (WORK / intact.fabric.links.len().max(1)).clamp(100, MOST);
    worst_within(intact, pool, count, most)
}

/// The same with at most so many tries.
pub(super) fn worst_within(intact: &Intact, pool: &Pool, count: usize, most: usize) -> Worst {
    let fabric = intact.fabric;
    let mut marked = vec![false; fabric.switches.len()];
    if let Pool::Switches(all) = pool {
        all.iter().for_each(|&s| marked[s] = true);
    }
    let symmetry = Symmetry::of(intact, &marked);
    let picks = Picks::new(fabric, &symmetry, pool);
    let all = picks.all(count, most);
    let exact = all.is_some();
    let tried: Vec<(Lost, u128)> = all
        .unwrap_or_else(|| picks.some(count, most.min(SAMPLE)).into_iter().map(|lost| (lost, 1)).collect());
    let figures: Vec<Figures> = tried.par_iter().map(|(lost, _)| intact.without(lost)).collect();
    // Picks are ordered, combinations are not.
    let orders: u128 = (1..=count as u128).product();
    let sum = |fits: &dyn Fn(&Figures) -> bool| {
        let fitting = figures.iter().zip(&tried).filter(|(f, _)| fits(f));
        exact.then(|| fitting.map(|(_, (_, some))| some).sum::<u128>() / orders)
    };
    let top = |measure: Measure| {
        let worse = |&a: &usize, &b: &usize| measure.compare(&figures[a], &figures[b]).then(b.cmp(&a));
        let at = (0..figures.len()).max_by(worse)?;
        let combinations = sum(&|f| measure.compare(f, &figures[at]).is_eq());
        Some(Top { measure, at, combinations })
    };
    let tops: Vec<Top> = Measure::all(intact).into_iter().filter_map(top).collect();
    let breaks = (0..fabric.intent.expect.len()).filter_map(|claim| {
        let hit = |f: &Figures| f.broken.iter().any(|(c, _)| *c == claim);
        // Where the worst of some figure breaks it, that is the one to show.
        let worst = tops.iter().map(|top| top.at).find(|&at| hit(&figures[at]));
        let at = worst.or_else(|| figures.iter().position(hit))?;
        Some(Breaks { claim, at, combinations: sum(&hit) })
    });
    let breaks: Vec<Breaks> = breaks.collect();
    let total = combinations(pool.len(fabric) as u128, count as u128);
    Worst { total, exact, alike: picks.choices(&Lost::default()), tops, breaks, figures }
}

/// How many ways there are to pick `k` of `n`; the greatest number there is where they are more.
pub(crate) fn combinations(n: u128, k: u128) -> u128 {
    if k > n {
        return 0;
    }
    let k = k.min(n - k);
    let mut ways: u128 = 1;
    for i in 0..k {
        let Some(product) = ways.checked_mul(n - i) else { return u128::MAX };
        ways = product / (i + 1);
    }
    ways
}
