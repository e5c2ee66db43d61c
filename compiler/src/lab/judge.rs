//! What was predicted beside what the daemons and kernels have.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use super::machine::{Machine, Result};
use super::plan::Plan;
use crate::routing::net::{Sort, prefix};
use crate::routing::predict::{Predictor, Way};

/// A route of one switch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// Ports that it leaves by.
    pub(crate) ports: BTreeSet<String>,
    /// The most that are used of them.
    pub(crate) most: usize,
    /// Whether it is certain.
    pub(crate) sure: bool,
}

/// What a switch is to have, or has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Sessions that are up, as frr.conf names them.
    pub(crate) sessions: BTreeSet<String>,
    /// Routes of BGP in the kernel, by prefix.
    pub(crate) routes: BTreeMap<String, Route>,
}

/// What all switches are to have, by node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) states: BTreeMap<usize, State>,
    /// Nodes that are gone.
    pub(crate) gone: BTreeSet<usize>,
    /// Switches, by index, that reach each switch's IPv4 loopback.
    pub(crate) reach: BTreeMap<u32, BTreeSet<u32>>,
    /// The same for IPv6.
    pub(crate) reach6: BTreeMap<u32, BTreeSet<u32>>,
    /// The same for servers' blocks.
    pub(crate) blocks: BTreeMap<u32, BTreeSet<u32>>,
    /// Ways that go down and up again: from, over, towards.
    pub(crate) valleys: Vec<(u32, u32, u32)>,
    /// Routes that hang on which of several equal ones came first.
    pub(crate) unsure: usize,
    /// Lines of frr.conf that the prediction doesn't follow.
    pub(crate) not_followed: Vec<(String, u32)>,
    /// The widest route.
    pub(crate) widest: usize,
}

impl Expected {
    /// What the prediction says of every switch of a plan.
    pub(crate) fn new(predictor: &Predictor<'_>, plan: &Plan) -> Self {
        let mut all =
            Expected { not_followed: predictor.not_followed().cloned().collect(), ..Expected::default() };
        for (&switch, &node) in &plan.of {
            if predictor.is_there(switch) {
                all.states.insert(node, State { sessions: sessions(predictor, switch), ..State::default() });
            } else {
                all.gone.insert(node);
            }
        }
        for &target in plan.of.keys() {
            let mut known: Vec<(Sort, Vec<Option<Way>>)> = Vec::new();
            for sort in predictor.announces(target) {
                let same = known.iter().find(|(other, _)| predictor.alike(target, *other, sort));
                let ways = same.map_or_else(|| predictor.toward(target, sort), |(_, ways)| ways.clone());
                all.take_in(predictor, plan, target, sort, &ways);
                known.push((sort, ways));
            }
        }
        all
    }

    fn take_in(
        &mut self,
        predictor: &Predictor<'_>,
        plan: &Plan,
        target: u32,
        sort: Sort,
        ways: &[Option<Way>],
    ) {
        let fabric = predictor.fabric();
        let Some(prefix) = prefix(fabric, target, sort) else { return };
        self.valleys.extend(predictor.valleys(ways).into_iter().map(|(from, over)| (from, over, target)));
        let reach = match sort {
            Sort::Loopback6 => &mut self.reach6,
            Sort::Block => &mut self.blocks,
            _ => &mut self.reach,
        };
        let reach = reach.entry(target).or_default();
        for (switch, way) in (0u32..).zip(ways) {
            let (Some(way), Some(node)) = (way, plan.of.get(&switch)) else { continue };
            reach.insert(switch);
            let tier = fabric.tier_of(&fabric.switches[switch as usize]);
            let ports = way.hops.iter().filter_map(|h| tier.spec(h.port).map(|s| s.name.clone())).collect();
            let most = predictor.width(switch);
            self.unsure += usize::from(!way.sure);
            self.widest = self.widest.max(way.hops.len().min(most));
            if let Some(state) = self.states.get_mut(node) {
                state.routes.insert(prefix.clone(), Route { ports, most, sure: way.sure });
            }
        }
    }

    /// Sessions of all switches.
    pub(crate) fn sessions(&self) -> usize {
        self.states.values().map(|s| s.sessions.len()).sum()
    }

    /// Routes of all switches.
    pub(crate) fn routes(&self) -> usize {
        self.states.values().map(|s| s.routes.len()).sum()
    }
}

/// Names of the sessions that come up: interfaces, or addresses where links are numbered.
fn sessions(predictor: &Predictor<'_>, switch: u32) -> BTreeSet<String> {
    let fabric = predictor.fabric();
    let tier = fabric.tier_of(&fabric.switches[switch as usize]);
    let mut names = BTreeSet::new();
    for hop in predictor.hops(switch) {
        let Some(link) = fabric.links.get(hop.link as usize) else { continue };
        let lower = link.a == switch;
        let far = |(a, b)| if lower { b } else { a };
        match fabric.link_addresses(link) {
            Some((a, b)) => {
                names.insert(far((a.to_string(), b.to_string())));
                let six = fabric.link_addresses6(link).filter(|_| predictor.families() > 1);
                names.extend(six.map(|(a, b)| far((a.to_string(), b.to_string()))));
            }
            None => names.extend(tier.spec(hop.port).map(|spec| spec.name.clone())),
        }
    }
    names
}

/// What the switches have now. `skip` are not asked.
pub(crate) fn observe(
    machine: &Machine,
    plan: &Plan,
    skip: &BTreeSet<usize>,
) -> Result<BTreeMap<usize, State>> {
    let asked: Vec<usize> = plan.of.values().copied().filter(|n| !skip.contains(n)).collect();
    let all: Result<Vec<(usize, State)>> = asked
        .par_iter()
        .map(|&node| {
            machine.check()?;
            let mut state = State { sessions: up(machine, node)?, ..State::default() };
            for family in ["-4", "-6"] {
                routes(machine, node, family, &mut state.routes)?;
            }
            Ok((node, state))
        })
        .collect();
    all.map(|all| all.into_iter().collect())
}

/// Sessions that are up in all their families.
fn up(machine: &Machine, node: usize) -> Result<BTreeSet<String>> {
    let said = machine.vty(node, "bgpd")?.json("show bgp summary json").map_err(|e| format!("bgpd: {e}"))?;
    let mut peers: BTreeMap<String, bool> = BTreeMap::new();
    for family in said.as_object().into_iter().flat_map(serde_json::Map::values) {
        for (peer, facts) in family["peers"].as_object().into_iter().flatten() {
            *peers.entry(peer.clone()).or_insert(true) &= facts["state"] == "Established";
        }
    }
    Ok(peers.into_iter().filter(|(_, up)| *up).map(|(peer, _)| peer).collect())
}

/// BFD sessions that are up.
pub(crate) fn bfd(machine: &Machine, plan: &Plan, skip: &BTreeSet<usize>) -> Result<usize> {
    let mut up = 0;
    for &node in plan.of.values().filter(|n| !skip.contains(n)) {
        let said =
            machine.vty(node, "bfdd")?.json("show bfd peers json").map_err(|e| format!("bfdd: {e}"))?;
        up += said.as_array().into_iter().flatten().filter(|p| p["status"] == "up").count();
    }
    Ok(up)
}

/// BGP's routes as the kernel has them, next hops without a carrier left out.
fn routes(machine: &Machine, node: usize, family: &str, into: &mut BTreeMap<String, Route>) -> Result<()> {
    let text = machine.ip(node, &[family, "-j", "route", "show", "table", "main"])?;
    let all: Value = serde_json::from_str(&text).unwrap_or_default();
    for route in all.as_array().into_iter().flatten() {
        // 186 is BGP's number, for an `ip` that doesn't know the name.
        if route["protocol"] != "bgp" && route["protocol"] != "186" {
            continue;
        }
        let dst = route["dst"].as_str().unwrap_or_default();
        let whole = if family == "-4" { "/32" } else { "/128" };
        let prefix = if dst.contains('/') { dst.to_owned() } else { format!("{dst}{whole}") };
        let port = |hop: &Value| {
            let dead = hop["flags"].as_array().into_iter().flatten().any(|f| f == "dead" || f == "linkdown");
            hop["dev"].as_str().filter(|_| !dead).map(str::to_owned)
        };
        let hops = route["nexthops"].as_array();
        let ports = &mut into.entry(prefix).or_default().ports;
        match hops {
            Some(hops) => ports.extend(hops.iter().filter_map(port)),
            None => ports.extend(port(route)),
        }
    }
    Ok(())
}

/// Where what is differs from what was predicted, in words; none where nothing does.
pub(crate) fn differences(plan: &Plan, expected: &Expected, found: &BTreeMap<usize, State>) -> Vec<String> {
    let mut told = Vec::new();
    for (node, want) in &expected.states {
        let name = &plan.nodes[*node].name;
        let Some(have) = found.get(node) else {
            told.push(format!("{name}: not asked"));
            continue;
        };
        let missing: Vec<&str> = want.sessions.difference(&have.sessions).map(String::as_str).collect();
        if !missing.is_empty() {
            told.push(format!("{name}: no session at {}", some(&missing)));
        }
        let more: Vec<&str> = have.sessions.difference(&want.sessions).map(String::as_str).collect();
        if !more.is_empty() {
            told.push(format!("{name}: a session that should be down at {}", some(&more)));
        }
        for (prefix, route) in want.routes.iter().filter(|(_, r)| r.sure) {
            let ports = have.routes.get(prefix).map(|r| &r.ports);
            let same = match ports {
                Some(ports) if route.ports.len() > route.most => {
                    ports.len() == route.most && ports.is_subset(&route.ports)
                }
                Some(ports) => *ports == route.ports,
                None => false,
            };
            if !same {
                let list = |ports: &BTreeSet<String>| {
                    format!(
                        "{} next hops ({})",
                        ports.len(),
                        some(&ports.iter().map(String::as_str).collect::<Vec<_>>())
                    )
                };
                let have = ports.map_or_else(|| "none".to_owned(), list);
                told.push(format!("{name}: {prefix} by {}, has {have}", list(&route.ports)));
            }
        }
        for prefix in have.routes.keys().filter(|p| !want.routes.contains_key(*p)) {
            told.push(format!("{name}: {prefix}, which nobody was to announce here"));
        }
    }
    told
}

/// The first few of a list.
fn some(names: &[&str]) -> String {
    match names {
        [] => "nowhere".to_owned(),
        names if names.len() <= 4 => names.join(" "),
        [a, b, c, ..] => format!("{a} {b} {c} and {} more", names.len() - 3),
        _ => names.join(" "),
    }
}
