//! The lab: a fabric, or a smaller one of its shape, on this machine's FRR, beside what was predicted of it.
//!
//! - `shrink`: which switches stay
//! - `plan`: nodes, addresses and wires
//! - `machine`: namespaces and daemons; `limits`: what the kernel allows; `vty`: how they are asked
//! - `judge`: the prediction beside what there is
//! - `probe`: pings, and flows that count what is lost
//! - `failure`: what is to fail
//!
//! This is the second door to the outside, beside [`crate::host`], and the only one that runs daemons.

pub(crate) mod failure;
pub(crate) mod judge;
mod limits;
pub(crate) mod machine;
pub(crate) mod plan;
mod probe;
pub(crate) mod shrink;
mod vty;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use fabc_lang::fabric::Fabric;
use fabc_targets::Bundle;
use fabc_targets::frr::Templates;
use fabc_targets::sonic::Release;

use crate::routing::net::{SORTS, Sort, prefix};
use crate::routing::predict::{Failed, Predictor};
use failure::{Failure, Kind};
use judge::{Expected, State};
use machine::{Frr, Machine, Result};
use plan::Plan;
pub(crate) use probe::Loss;
use probe::{Flows, Pings};

/// How long what is right must stay so.
const SETTLE: Duration = Duration::from_millis(1500);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(300);
/// How long flows run before something fails, and at least after.
const AROUND: Duration = Duration::from_millis(1500);
/// Differences that are told.
const TOLD: usize = 6;

/// What is asked of a run.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) fabric: &'a Fabric,
    pub(crate) bundle: &'a Bundle<'a>,
    pub(crate) templates: &'a Templates,
    pub(crate) release: &'static Release,
    pub(crate) failures: &'a [Failure],
    /// How long routes may take to be as predicted.
    pub(crate) patience: Duration,
}

/// Whether something came out as predicted, and after how long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// From the beginning to the first look that saw all as predicted, ms; none where that never was.
    pub(crate) after: Option<u64>,
    /// What differed in the end.
    pub(crate) differences: Vec<String>,
}

impl Outcome {
    fn is_good(&self) -> bool {
        self.after.is_some() && self.differences.is_empty()
    }
}

/// Pings that were to be answered, and those that were not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mesh {
    pub(crate) asked: usize,
    /// From and to, by name.
    pub(crate) silent: Vec<(String, String)>,
    /// Answers where none was predicted.
    pub(crate) unexpected: Vec<(String, String)>,
}

impl Mesh {
    fn is_good(&self) -> bool {
        self.silent.is_empty() && self.unexpected.is_empty()
    }
}

/// What a failure did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) name: String,
    /// Sessions that are up then.
    pub(crate) sessions: usize,
    /// Routes whose next hops are to have different weights then.
    pub(crate) weighted: usize,
    /// Flows across what failed, one way and back; none where nothing runs across.
    pub(crate) flows: Vec<(String, Loss)>,
    pub(crate) outcome: Outcome,
    pub(crate) mesh: Mesh,
    /// Routes of others that still lead over what is drained, though not to it.
    pub(crate) carries: Option<usize>,
    pub(crate) back: Outcome,
}

impl Hit {
    /// Whether all was as predicted, and a drain lost nothing.
    pub(crate) fn is_good(&self) -> bool {
        let drained = self.carries.is_none() || self.flows.iter().all(|(_, loss)| loss.lost == 0);
        self.outcome.is_good() && self.mesh.is_good() && self.back.is_good() && drained
    }
}

/// What a run found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) frr: String,
    pub(crate) switches: usize,
    pub(crate) servers: usize,
    pub(crate) links: usize,
    /// To make all namespaces, and to start all daemons, ms.
    pub(crate) built: u64,
    pub(crate) booted: u64,
    /// What was said at the start, by switch.
    pub(crate) said: Vec<(String, String)>,
    pub(crate) sessions: usize,
    pub(crate) routes: usize,
    pub(crate) widest: usize,
    /// Routes whose next hops are to have different weights.
    pub(crate) weighted: usize,
    /// Routes that weren't compared, since they hang on what comes first.
    pub(crate) unsure: usize,
    /// Lines of frr.conf that the prediction doesn't follow, each with a switch that has it.
    pub(crate) not_followed: Vec<(String, String)>,
    pub(crate) valleys: Vec<(String, String, String)>,
    pub(crate) outcome: Outcome,
    /// BFD sessions that are up, of how many; none where there is no BFD.
    pub(crate) bfd: Option<(usize, usize)>,
    pub(crate) mesh: Mesh,
    pub(crate) hits: Vec<Hit>,
}

impl Report {
    /// Whether all was as predicted.
    pub(crate) fn is_good(&self) -> bool {
        self.said.is_empty()
            && self.outcome.is_good()
            && self.bfd.is_none_or(|(up, of)| up == of)
            && self.mesh.is_good()
            && self.hits.iter().all(Hit::is_good)
    }
}

/// Boots, waits, compares, lets fail.
pub(crate) fn run(ask: &Ask<'_>, frr: Frr, stop: Arc<AtomicBool>, tell: &dyn Fn(&str)) -> Result<Report> {
    let fabric = ask.fabric;
    let plan = Plan::new(ask.bundle, fabric, frr.paths());
    let intact = ask.expected(fabric, &Failed::default(), &plan)?;
    let mut report = Report {
        frr: frr.version.clone(),
        switches: plan.of.len(),
        servers: plan.nodes.len() - plan.of.len(),
        links: plan.wires.iter().filter(|w| plan.nodes[w.a].switch.is_some()).count(),
        sessions: intact.sessions(),
        routes: intact.routes(),
        widest: intact.widest,
        weighted: intact.weighted,
        unsure: intact.unsure,
        ..Report::default()
    };
    let name = |switch: u32| fabric.switches[switch as usize].name.clone();
    report.not_followed = intact.not_followed.iter().map(|(line, at)| (line.clone(), name(*at))).collect();
    report.valleys = intact.valleys.iter().map(|&(a, b, c)| (name(a), name(b), name(c))).collect();
    if let Some((switch, _)) = plan.of.iter().find(|(s, n)| {
        fabric.switches[**s as usize].loopback.is_none()
            && intact.states.get(*n).is_some_and(|state| !state.sessions.is_empty())
    }) {
        let name = &fabric.switches[*switch as usize].name;
        return Err(format!(
            "{name} has no IPv4 loopback, so its BGP has no router ID of its own: give `routing` a pool of `loopbacks`"
        ));
    }
    tell(&format!("{} namespaces, {} wires", plan.nodes.len(), plan.wires.len()));
    let begin = Instant::now();
    let machine = Machine::build(frr, &plan, stop)?;
    report.built = ms(begin);
    tell("starting FRR");
    let begin = Instant::now();
    let boots = machine.boot(&plan)?;
    report.booted = ms(begin);
    for (node, boot) in plan.nodes.iter().filter(|n| n.conf.is_some()).zip(&boots) {
        report.said.extend(boot.said.iter().map(|line| (node.name.clone(), line.clone())));
        if !boot.up {
            let said: Vec<&str> = boot.said.iter().map(String::as_str).take(3).collect();
            return Err(format!("FRR doesn't start on {}: {}", node.name, said.join("; ")));
        }
    }
    let run = Run { ask, plan: &plan, machine: &machine };
    tell("waiting for routes");
    report.outcome = run.settle(&intact, begin)?;
    if !report.outcome.is_good() {
        // What isn't right before anything fails tells nothing after.
        return Ok(report);
    }
    let watched = fabric.intent.routing.as_ref().is_some_and(|r| r.bfd.is_some()) && ask.release.bfd;
    if watched {
        let up = run.bfd(intact.sessions())?;
        report.bfd = Some((up, intact.sessions()));
    }
    tell("pings");
    report.mesh = run.mesh(&intact)?;
    for failure in ask.failures {
        tell(&format!("failing {}", failure.name));
        report.hits.push(run.hit(failure, &intact)?);
    }
    tell("removing");
    Ok(report)
}

impl Ask<'_> {
    fn expected(&self, fabric: &Fabric, failed: &Failed, plan: &Plan) -> Result<Expected> {
        let predictor = Predictor::new(fabric, self.release, self.templates, failed);
        Ok(Expected::new(&predictor.map_err(|e| e.message)?, plan))
    }
}

/// A run under way.
struct Run<'a> {
    ask: &'a Ask<'a>,
    plan: &'a Plan,
    machine: &'a Machine,
}

impl Run<'_> {
    /// Waits until all is as predicted, and stays so.
    fn settle(&self, expected: &Expected, begin: Instant) -> Result<Outcome> {
        Ok(self.watch(expected, begin)?.0)
    }

    /// The same, with what there is in the end.
    fn watch(&self, expected: &Expected, begin: Instant) -> Result<(Outcome, BTreeMap<usize, State>)> {
        let mut good: Option<(Instant, u64)> = None;
        let end = Instant::now() + self.ask.patience;
        loop {
            let found = judge::observe(self.machine, self.plan, &expected.gone)?;
            let differences = judge::differences(self.plan, expected, &found);
            if differences.is_empty() {
                let (since, after) = *good.get_or_insert((Instant::now(), ms(begin)));
                if since.elapsed() >= SETTLE {
                    return Ok((Outcome { after: Some(after), differences }, found));
                }
            } else {
                good = None;
                if Instant::now() > end {
                    return Ok((Outcome { after: None, differences: told(differences) }, found));
                }
            }
            self.machine.pause(LOOK)?;
        }
    }

    /// BFD sessions that come up.
    fn bfd(&self, expected: usize) -> Result<usize> {
        let end = Instant::now() + self.ask.patience;
        loop {
            let up = judge::bfd(self.machine, self.plan, &BTreeSet::new())?;
            if up >= expected || Instant::now() > end {
                return Ok(up);
            }
            self.machine.pause(LOOK)?;
        }
    }

    /// Pings everyone from everyone, switches by loopback in both families, and servers.
    fn mesh(&self, expected: &Expected) -> Result<Mesh> {
        let (answered, silent) = self.pings(expected);
        let names = |pairs: Vec<(usize, usize)>| {
            let name = |node: usize| self.plan.nodes[node].name.clone();
            pairs.into_iter().map(|(from, to)| (name(from), name(to))).collect::<Vec<_>>()
        };
        let asked = answered.iter().map(|p| p.to.len()).sum();
        let mut mesh = Mesh { asked, ..Mesh::default() };
        mesh.silent = names(probe::mesh(self.machine, &answered, 6)?);
        if !silent.is_empty() {
            let all: BTreeSet<(usize, usize)> =
                silent.iter().flat_map(|p| p.to.iter().map(|(to, _)| (p.from, *to))).collect();
            let quiet: BTreeSet<(usize, usize)> =
                probe::mesh(self.machine, &silent, 1)?.into_iter().collect();
            mesh.unexpected = names(all.difference(&quiet).copied().collect());
        }
        Ok(mesh)
    }

    /// Pings that are to be answered, and those that are not.
    fn pings(&self, expected: &Expected) -> (Vec<Pings>, Vec<Pings>) {
        let plan = self.plan;
        let reaches = |reach: &BTreeMap<u32, BTreeSet<u32>>, from: u32, to: u32| {
            let goes = |from, to| reach.get(&to).is_some_and(|all| all.contains(&from));
            from == to || (goes(from, to) && goes(to, from))
        };
        let mut both = (Vec::new(), Vec::new());
        let mut ask = |from: usize, source: IpAddr, to: Vec<(usize, IpAddr, bool)>| {
            for (all, answered) in [(&mut both.0, true), (&mut both.1, false)] {
                let to = to.iter().filter(|(.., a)| *a == answered).map(|(n, a, _)| (*n, *a));
                let to: Vec<_> = to.collect();
                if !to.is_empty() {
                    all.push(Pings { from, source, to });
                }
            }
        };
        let gone = |node: &usize| expected.gone.contains(node);
        let switches: Vec<(u32, usize)> =
            plan.of.iter().map(|(s, n)| (*s, *n)).filter(|(_, n)| !gone(n)).collect();
        for &(from, node) in &switches {
            let (v4, v6) = plan.answers(node);
            let others = switches.iter().filter(|(to, _)| *to != from);
            let to4 = others.clone().filter_map(|&(to, n)| {
                Some((n, plan.answers(n).0?.into(), reaches(&expected.reach, from, to)))
            });
            let to6 = others.filter_map(|&(to, n)| {
                Some((n, plan.answers(n).1?.into(), reaches(&expected.reach6, from, to)))
            });
            if let Some(source) = v4 {
                ask(node, source.into(), to4.collect());
            }
            if let Some(source) = v6 {
                ask(node, source.into(), to6.collect());
            }
        }
        let servers: Vec<(u32, usize)> =
            switches.iter().filter_map(|&(s, n)| Some((s, plan.server_of(n)?))).collect();
        for &(from, node) in &servers {
            let Some(source) = plan.answers(node).0 else { continue };
            let others = servers.iter().filter(|(_, n)| *n != node);
            let to = others.filter_map(|&(to, n)| {
                Some((n, plan.answers(n).0?.into(), reaches(&expected.blocks, from, to)))
            });
            // Its own switch first.
            let gateway = plan.nodes[node].gateway.zip(plan.of.get(&from));
            let gateway = gateway.map(|(address, &at)| (at, address.into(), true));
            ask(node, source.into(), gateway.into_iter().chain(to).collect());
        }
        both
    }

    /// Lets something fail, measures, and mends it.
    fn hit(&self, failure: &Failure, intact: &Expected) -> Result<Hit> {
        let drained = self.drained(&failure.kind);
        let fabric = drained.as_ref().unwrap_or(self.ask.fabric);
        let after = self.ask.expected(fabric, &failure.failed(), self.plan)?;
        let (sessions, weighted) = (after.sessions(), after.weighted);
        let mut hit = Hit { name: failure.name.clone(), sessions, weighted, ..Hit::default() };
        let ends = self.across(&failure.kind, intact)?;
        let flows = std::thread::scope(|scope| -> Result<_> {
            let flows: Vec<_> = match ends {
                Some((a, b)) => {
                    vec![
                        Flows::start(scope, self.machine, a, b, 47_999),
                        Flows::start(scope, self.machine, b, a, 47_998),
                    ]
                }
                None => Vec::new(),
            };
            let failed = self.machine.pause(AROUND).and_then(|()| {
                let begin = Instant::now();
                self.strike(&failure.kind, true)?;
                let outcome = self.watch(&after, begin)?;
                self.machine.pause(AROUND)?;
                Ok(outcome)
            });
            // They end in any case, or the scope would wait for ever.
            let flows: Vec<Result<Loss>> = flows.into_iter().map(Flows::end).collect();
            let (outcome, found) = failed?;
            if let Kind::Drain(switch) = &failure.kind {
                hit.carries = Some(self.carried(&found, *switch));
            }
            hit.outcome = outcome;
            flows.into_iter().collect::<Result<Vec<Loss>>>()
        })?;
        if let Some(((a, _), (b, _))) = ends {
            let name = |node: usize| self.plan.nodes[node].name.as_str();
            let both = [format!("{} → {}", name(a), name(b)), format!("{} → {}", name(b), name(a))];
            hit.flows = both.into_iter().zip(flows).collect();
        }
        hit.mesh = self.mesh(&after)?;
        let begin = Instant::now();
        self.strike(&failure.kind, false)?;
        hit.back = self.settle(intact, begin)?;
        Ok(hit)
    }

    /// The fabric with a switch drained.
    fn drained(&self, kind: &Kind) -> Option<Fabric> {
        let &Kind::Drain(switch) = kind else { return None };
        let mut fabric = self.ask.fabric.clone();
        fabric.switches.get_mut(switch as usize)?.maintenance = true;
        Some(fabric)
    }

    /// Routes of others, as they are, over a switch that don't end there.
    fn carried(&self, found: &BTreeMap<usize, State>, switch: u32) -> usize {
        let Some(&node) = self.plan.of.get(&switch) else { return 0 };
        let own = |sort| prefix(self.ask.fabric, switch, sort);
        let mine: BTreeSet<String> = SORTS.into_iter().filter_map(own).collect();
        let toward = |other: usize| -> BTreeSet<&String> {
            let wires = self.plan.wires.iter();
            wires
                .filter_map(|w| match (w.a == node, w.b == node) {
                    (true, _) if w.b == other => Some(&w.b_port),
                    (_, true) if w.a == other => Some(&w.a_port),
                    _ => None,
                })
                .collect()
        };
        let others = found.iter().filter(|(other, _)| **other != node);
        others
            .map(|(other, state)| {
                let ports = toward(*other);
                let over = state.routes.iter().filter(|(prefix, route)| {
                    !mine.contains(*prefix) && route.ports.keys().any(|port| ports.contains(port))
                });
                over.count()
            })
            .sum()
    }

    /// Does it, or undoes it.
    fn strike(&self, kind: &Kind, on: bool) -> Result<()> {
        let state = if on { "down" } else { "up" };
        let wires = self.plan.wires.iter();
        match kind {
            Kind::Links(links) => {
                for wire in wires.filter(|w| links.contains(&w.link)) {
                    self.machine.ip(wire.a, &["link", "set", &wire.a_port, state])?;
                }
            }
            Kind::Silent(links) => {
                for wire in wires.filter(|w| links.contains(&w.link)) {
                    self.machine.mute(wire.a, &wire.a_port, on)?;
                    self.machine.mute(wire.b, &wire.b_port, on)?;
                }
            }
            Kind::Switch(switch) => {
                let node = self.plan.of.get(switch).copied();
                let mut batch: Vec<&str> = wires
                    .filter_map(|w| match (Some(w.a) == node, Some(w.b) == node) {
                        (true, _) => Some(w.a_port.as_str()),
                        (_, true) => Some(w.b_port.as_str()),
                        _ => None,
                    })
                    .collect();
                batch.sort_unstable();
                let Some(node) = node else { return Ok(()) };
                self.machine.ports(node, &batch, !on)?;
            }
            Kind::Drain(switch) => {
                let Some(&node) = self.plan.of.get(switch) else { return Ok(()) };
                let set = "set community graceful-shutdown additive";
                let line = if on { set.to_owned() } else { "no set community".to_owned() };
                let mut vty = self.machine.vty(node, "bgpd")?;
                // A changed map is applied after five seconds otherwise, and never with 0.
                let now = "bgp route-map delay-timer 1";
                let map = "route-map GRACEFUL_SHUTDOWN permit 10";
                for line in ["configure terminal", now, map, &line, "end"] {
                    let said = vty.ask(line).map_err(|e| format!("bgpd: {e}"))?;
                    if said.contains('%') {
                        return Err(format!("`{line}`: {}", said.trim()));
                    }
                }
                // What is seen before says nothing.
                self.machine.pause(2 * SETTLE)?;
            }
        }
        Ok(())
    }

    /// Two nodes, and addresses of theirs, between which a way leads over what fails.
    #[allow(clippy::type_complexity, reason = "two ends, each a node and an address")]
    fn across(
        &self,
        kind: &Kind,
        intact: &Expected,
    ) -> Result<Option<((usize, Ipv4Addr), (usize, Ipv4Addr))>> {
        let fabric = self.ask.fabric;
        let predictor = Predictor::new(fabric, self.ask.release, self.ask.templates, &Failed::default())
            .map_err(|e| e.message)?;
        let over = |link: u32, from: u32| match kind {
            Kind::Links(links) | Kind::Silent(links) => links.contains(&link),
            &Kind::Switch(s) | &Kind::Drain(s) => {
                from != s && fabric.links.get(link as usize).is_some_and(|l| l.a == s || l.b == s)
            }
        };
        let itself = |switch: u32| matches!(kind, Kind::Switch(s) | Kind::Drain(s) if *s == switch);
        let bottom = |s: &u32| fabric.tier_of(&fabric.switches[*s as usize]).host_facing && !itself(*s);
        let ends: Vec<u32> = self.plan.of.keys().copied().filter(bottom).collect();
        let end = |switch: u32| {
            let node = *self.plan.of.get(&switch)?;
            let node = self.plan.server_of(node).unwrap_or(node);
            Some((node, self.plan.answers(node).0?))
        };
        for &to in ends.iter().rev() {
            let sort = if intact.blocks.contains_key(&to) { Sort::Block } else { Sort::Loopback };
            let ways = predictor.toward(to, sort);
            for &from in ends.iter().filter(|from| **from != to) {
                // All that lies on the way.
                let (mut seen, mut next) = (BTreeSet::from([from]), vec![from]);
                let mut hit = false;
                while let Some(at) = next.pop() {
                    for hop in ways.get(at as usize).iter().flat_map(|w| w.iter()).flat_map(|w| &w.hops) {
                        hit |= over(hop.link, at);
                        if seen.insert(hop.peer) {
                            next.push(hop.peer);
                        }
                    }
                }
                if hit && let Some(ends) = end(from).zip(end(to)) {
                    return Ok(Some(ends));
                }
            }
        }
        Ok(None)
    }
}

fn told(mut differences: Vec<String>) -> Vec<String> {
    let more = differences.len().saturating_sub(TOLD);
    differences.truncate(TOLD);
    if more > 0 {
        differences.push(format!("and {more} more"));
    }
    differences
}

fn ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
