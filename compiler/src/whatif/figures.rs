//! Figures of a fabric, intact and without what has failed.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::units::Ratio;

use super::bisection::{bisection, halves};
use super::hosts::{Hosts, hit};
use super::reach::{Apart, apart};
use crate::checks::cut::Narrowest;
use crate::checks::evidence::{Evidence, judge};
use crate::checks::graph::Graph;
use crate::checks::load::{self, Load};
use crate::checks::lost::Lost;
use crate::scale::families;

/// The fabric before anything fails, and what is worked out of it once.
#[derive(Debug)]
pub(crate) struct Intact<'a> {
    /// As it is declared.
    pub(crate) fabric: &'a Fabric,
    /// Who is joined to whom.
    pub(crate) graph: Graph,
    /// What hangs on each switch.
    pub(crate) loads: Vec<Load>,
    /// The half that each leaf is counted to.
    pub(crate) halves: Vec<Option<bool>>,
    /// Lines of `expect` that don't hold from the start.
    broken: Vec<usize>,
}

/// What stands, and what doesn't.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// What has failed.
    pub(crate) lost: Lost,
    /// Links that were there and are not.
    pub(crate) links: u64,
    /// BGP sessions between switches that went with them.
    pub(crate) sessions: u64,
    /// Leaves among the switches that failed.
    pub(crate) leaves: u64,
    /// What happens to servers.
    pub(crate) hosts: Hosts,
    /// Leaves that stand and are parted.
    pub(crate) apart: Apart,
    /// By tier: the switch with the worst ratio, and its load; none where the tier has no line up, or no switch left.
    pub(crate) tiers: Vec<Option<(usize, Load)>>,
    /// By tier: bandwidth up of all its switches, Mb/s.
    pub(crate) up: Vec<u64>,
    /// From the first halves of the leaves to the second, Mb/s.
    pub(crate) bisection: Option<u64>,
    /// The two leaves with the fewest disjoint paths.
    pub(crate) paths: Option<Narrowest>,
    /// Two switches whose remaining links carry more than before.
    pub(crate) overload: Option<Overload>,
    /// Lines of `expect` that hold in the intact fabric and not here: index, and what is said of each.
    pub(crate) broken: Vec<(usize, Diagnostic)>,
}

/// Parallel links of which some are lost: plain ECMP still sends the pair as much as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overload {
    /// The lower switch, for which the traffic is.
    pub(crate) lower: usize,
    /// The upper switch.
    pub(crate) upper: usize,
    /// Bandwidth between them before over bandwidth left: the load of each link that is left.
    pub(crate) plain: Ratio,
    /// The same with shares by bandwidth (WCMP): the lower switch's bandwidth up before over what is left of it.
    pub(crate) weighted: Ratio,
}

impl<'a> Intact<'a> {
    pub(crate) fn of(fabric: &'a Fabric) -> Self {
        let graph = Graph::of(fabric);
        let (loads, halves) = (load::loads(fabric), halves(&graph));
        let mut intact = Intact { fabric, graph, loads, halves, broken: Vec::new() };
        intact.broken = intact.without(&Lost::default()).broken.into_iter().map(|(claim, _)| claim).collect();
        intact
    }

    /// The figures when all of this has failed.
    pub(crate) fn without(&self, lost: &Lost) -> Figures {
        let fabric = self.fabric;
        let graph = self.graph.without(fabric, lost);
        let loads = load::without(&self.loads, fabric, lost);
        let gone = lost.links_gone(fabric);
        let between = |l: &&u32| matches!(fabric.line_of(&fabric.links[**l as usize]).lower, Lower::Tier(_));
        let sessions = gone.iter().filter(between).count() as u64 * u64::from(families(fabric));
        let is_leaf = |s: &usize| !self.graph.servers[*s].is_empty();
        let standing = (0..fabric.switches.len()).filter(|s| is_leaf(s) && !lost.switches.contains(s));
        let apart = apart(&self.graph, &graph, &standing.collect::<Vec<_>>());
        let mut tiers: Vec<Option<(usize, Load)>> = vec![None; fabric.tiers.len()];
        let mut up = vec![0; fabric.tiers.len()];
        for (index, switch) in fabric.switches.iter().enumerate().filter(|(i, _)| lost.spares(fabric, *i)) {
            let (load, worst) = (loads[index], &mut tiers[switch.tier]);
            up[switch.tier] += load.up;
            if !fabric.tiers[switch.tier].up.is_empty()
                && worst.is_none_or(|(_, known)| load.worse(&known).is_gt())
            {
                *worst = Some((index, load));
            }
        }
        let bisection = bisection(fabric, &graph, &self.halves);
        let overload = self.overload(lost, &loads);
        let evidence = Evidence::of(fabric, lost, graph, loads);
        let claims = fabric.intent.expect.iter().enumerate();
        let held = claims.filter(|(index, _)| !self.broken.contains(index));
        let broken = held.filter_map(|(index, e)| Some((index, judge(&evidence, &e.claim)?))).collect();
        Figures {
            links: gone.len() as u64,
            sessions,
            leaves: lost.switches.iter().filter(|s| is_leaf(s)).count() as u64,
            hosts: hit(fabric, lost),
            apart,
            tiers,
            up,
            bisection,
            paths: evidence.narrowest(),
            overload,
            broken,
            lost: lost.clone(),
        }
    }

    /// The two switches whose remaining links carry most in terms of what they did.
    fn overload(&self, lost: &Lost, loads: &[Load]) -> Option<Overload> {
        let fabric = self.fabric;
        let mut pairs: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for index in lost.links_gone(fabric) {
            let link = &fabric.links[index as usize];
            let line = fabric.line_of(link);
            if matches!(line.lower, Lower::Tier(_)) {
                *pairs.entry((link.a as usize, link.b as usize)).or_default() += u64::from(line.speed.v.0);
            }
        }
        let over = pairs.into_iter().filter_map(|((lower, upper), gone)| {
            let speed = |line: u32| u64::from(fabric.lines[line as usize].speed.v.0);
            let joined = self.graph.up[lower].iter().filter(|e| e.to as usize == upper);
            let whole: u64 = joined.map(|e| speed(e.line) * u64::from(e.links)).sum();
            let left = whole - gone;
            let weighted = Ratio::new(self.loads[lower].up, loads[lower].up);
            (left > 0).then(|| Overload { lower, upper, plain: Ratio::new(whole, left), weighted })
        });
        over.reduce(|a, b| if b.plain > a.plain { b } else { a })
    }
}
