//! What was predicted beside what the daemons and kernels have.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use super::machine::{Machine, Result};
use super::plan::Plan;
use crate::routing::net::{Sort, prefix};
use crate::routing::predict::{Predictor, Way, Weights};

/// A route of one switch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// Ports that it leaves by, with the weight of each; none where the prediction doesn't follow what it hangs on.
    pub(crate) ports: BTreeMap<String, Option<u32>>,
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
    /// Routes whose next hops are to have different weights.
    pub(crate) weighted: usize,
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
            let weighed = way.hops.iter().enumerate().map(|(at, hop)| (hop, way.weights.of(at)));
            let ports = weighed.filter_map(|(h, w)| Some((tier.spec(h.port)?.name.clone(), w))).collect();
            self.weighted += usize::from(matches!(way.weights, Weights::Of(_)));
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
            // One next hop has no weight.
            let weight = hop["weight"].as_u64().and_then(|w| u32::try_from(w).ok()).or(Some(1));
            hop["dev"].as_str().filter(|_| !dead).map(|port| (port.to_owned(), weight))
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
                    ports.len() == route.most && ports.keys().all(|port| route.ports.contains_key(port))
                }
                Some(ports) => ports.keys().eq(route.ports.keys()),
                None => false,
            };
            if same {
                let have = ports.into_iter().flatten();
                let both = have.filter_map(|(port, have)| Some((route.ports.get(port).copied()??, (*have)?)));
                let (want, have): (Vec<u32>, Vec<u32>) = both.unzip();
                if !is_ratio(&want, &have) {
                    let list = |all: &[u32]| {
                        let all: Vec<String> = all.iter().map(u32::to_string).collect();
                        some(&all.iter().map(String::as_str).collect::<Vec<_>>())
                    };
                    told.push(format!("{name}: {prefix} with weights {}, has {}", list(&want), list(&have)));
                }
            } else {
                let list = |ports: &BTreeMap<String, Option<u32>>| {
                    format!(
                        "{} next hops ({})",
                        ports.len(),
                        some(&ports.keys().map(String::as_str).collect::<Vec<_>>())
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

/// Whether weights are what was wanted, rounded down from one common scale as FRR does it: to whole percents of all (FRR 8),
/// or with 254 for the heaviest (FRR 10). None becomes less than 1.
fn is_ratio(want: &[u32], have: &[u32]) -> bool {
    let both = || want.iter().copied().map(u64::from).zip(have.iter().copied().map(u64::from));
    let mut alike: BTreeMap<u64, u64> = BTreeMap::new();
    if both().any(|(want, have)| *alike.entry(want).or_insert(have) != have) {
        return false;
    }
    if alike.len() < 2 {
        return true;
    }
    // The scale times `want` lies from `have` on, and below `have` + 1: no lower bound is above an upper one. It is never
    // less than percents.
    let sum: u64 = both().map(|(want, _)| want).sum();
    let low = |have| if have > 1 { have } else { 0 };
    let lower = || both().map(|(want, have)| (low(have), want)).chain([(100, sum)]);
    lower().all(|(least, of)| both().all(|(want, have)| least * want < (have + 1) * of))
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

#[cfg(test)]
mod tests {
    use super::is_ratio;

    #[test]
    fn weights_are_compared_as_they_are_to_each_other() {
        for (want, have) in [
            (&[1, 1, 2, 2][..], &[16, 16, 33, 33][..]),
            (&[1, 1, 2, 2], &[127, 127, 254, 254]),
            (&[1, 1, 1], &[33, 33, 33]),
            (&[2, 2], &[1, 1]),
            (&[7, 8], &[46, 53]),
            (&[], &[]),
        ] {
            assert!(is_ratio(want, have), "{want:?} {have:?}");
        }
        for (want, have) in [
            (&[1, 1, 2, 2][..], &[25, 25, 25, 25][..]),
            (&[1, 1, 2, 2], &[1, 1, 1, 1]),
            (&[1, 1, 2, 2], &[1, 1, 2, 2]),
            (&[1, 1, 2, 2], &[33, 33, 16, 16]),
            (&[1, 1], &[16, 33]),
            (&[1, 2], &[33, 33]),
            (&[1, 2], &[20, 80]),
            (&[7, 8], &[50, 50]),
        ] {
            assert!(!is_ratio(want, have), "{want:?} {have:?}");
        }
        // Of 130 paths a whole percent is more than any has.
        let mut want = vec![1; 130];
        want[0] = 2;
        assert!(is_ratio(&want, &[1; 130]));
    }
}
