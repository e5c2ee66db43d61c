//! Whether something must fail before routes close a circle.
//!
//! Routes are predicted as they are in use: with all up, then without each two neighbours' links and each switch, then without
//! two of those, as far as the size of the fabric allows.

use std::collections::BTreeSet;

use fabc_lang::fabric::{Fabric, Lower};
use fabc_targets::sonic::Release;

use super::search::{Circle, Graph, components, shortest, starts};
use crate::routing::net::{Net, Sort};
use crate::routing::predict::{Failed, Predictor};

/// What fails at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// All links between two switches.
    Links(u32, u32),
    /// A switch.
    Switch(u32),
}

/// When the routes of a circle are in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    /// While all is up.
    Intact,
    /// After these failures.
    After(Vec<Failure>),
    /// Not after any so many.
    Beyond(usize),
    /// The fabric is too large to try.
    Untried,
}

/// Switches × ends of links that are looked at, for all failures together.
const MOST_WORK: u64 = 20_000_000;
/// Failures at once.
const MOST_FAILURES: usize = 2;

/// The first state in which routes that are in use close a circle, and that circle.
pub(super) fn when(fabric: &Fabric, release: &Release, net: Net) -> (Net, When, Option<Circle>) {
    let predictor = Predictor::over(fabric, release, net, &Failed::default());
    let each = predictor.work().max(1);
    let mut left = MOST_WORK / each;
    if left == 0 {
        return (predictor.into_net(), When::Untried, None);
    }
    left -= 1;
    if let Some(circle) = in_use(&predictor) {
        return (predictor.into_net(), When::Intact, Some(circle));
    }
    let single = failures(&predictor);
    let mut net = predictor.into_net();
    let mut tried = 0;
    for count in 1..=MOST_FAILURES {
        let choices =
            (0..count as u64).fold(1, |all, k| all * (single.len() as u64).saturating_sub(k) / (k + 1));
        if choices > left {
            break;
        }
        (left, tried) = (left - choices, count);
        for failures in combinations(&single, count) {
            let predictor = Predictor::over(fabric, release, net, &failed(fabric, &failures));
            let circle = in_use(&predictor);
            net = predictor.into_net();
            if circle.is_some() {
                return (net, When::After(failures), circle);
            }
        }
    }
    (net, When::Beyond(tried), None)
}

/// All that may fail: links between neighbours, then switches.
fn failures(predictor: &Predictor<'_>) -> Vec<Failure> {
    let switches = || (0u32..).zip(&predictor.fabric().switches).map(|(at, _)| at);
    let links: BTreeSet<Failure> = switches()
        .flat_map(|at| predictor.hops(at).iter().map(move |hop| (at, hop.peer)))
        .filter(|(a, b)| a < b)
        .map(|(a, b)| Failure::Links(a, b))
        .collect();
    links.into_iter().chain(switches().filter(|&s| predictor.is_there(s)).map(Failure::Switch)).collect()
}

/// So many of them, in order.
fn combinations(single: &[Failure], count: usize) -> Vec<Vec<Failure>> {
    match count {
        0 => vec![Vec::new()],
        count => (0..single.len())
            .flat_map(|at| {
                let rest = combinations(single.get(at + 1..).unwrap_or_default(), count - 1);
                rest.into_iter().map(move |rest| [vec![single[at]], rest].concat())
            })
            .collect(),
    }
}

fn failed(fabric: &Fabric, failures: &[Failure]) -> Failed {
    let mut failed = Failed::default();
    for failure in failures {
        match *failure {
            Failure::Switch(switch) => {
                failed.switches.insert(switch);
            }
            Failure::Links(a, b) => {
                let between = (0u32..).zip(&fabric.links).filter(|(_, link)| {
                    matches!(fabric.line_of(link).lower, Lower::Tier(_))
                        && [(a, b), (b, a)].contains(&(link.a, link.b))
                });
                failed.links.extend(between.map(|(index, _)| index));
            }
        }
    }
    failed
}

/// A circle of links that packets take one after the other, by routes that are all in use.
fn in_use(predictor: &Predictor<'_>) -> Option<Circle> {
    let net = predictor.net();
    let starts = starts(net);
    let links = starts.last().copied().unwrap_or_default();
    let link = |from: u32, to: u32| Some(starts.get(to as usize)? + net.session(to, from)?);
    let mut edges: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); links];
    for target in (0u32..).zip(&net.nodes).map(|(at, _)| at) {
        let mut known: Vec<Sort> = Vec::new();
        for sort in predictor.announces(target) {
            if known.iter().any(|other| predictor.alike(target, *other, sort)) {
                continue;
            }
            known.push(sort);
            let ways = predictor.toward(target, sort);
            let next = |at: u32| -> BTreeSet<u32> {
                let way = ways.get(at as usize).and_then(Option::as_ref);
                way.into_iter().flat_map(|way| way.hops.iter().map(|hop| hop.peer)).collect()
            };
            let all: Vec<BTreeSet<u32>> = (0u32..).zip(&ways).map(|(at, _)| next(at)).collect();
            for (from, over) in (0u32..).zip(&all) {
                for &over in over {
                    let beyond = all.get(over as usize).into_iter().flatten().filter(|to| **to != from);
                    for (one, then) in beyond.filter_map(|&to| link(from, over).zip(link(over, to))) {
                        edges[one].insert(u32::try_from(then).unwrap_or(u32::MAX));
                    }
                }
            }
        }
    }
    let edges: Vec<Vec<u32>> = edges.into_iter().map(|to| to.into_iter().collect()).collect();
    let parts = components(&edges)?;
    shortest(&Graph { links, edges }, &parts, net, &starts)
}
