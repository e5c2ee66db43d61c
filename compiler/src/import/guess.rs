//! A first model of what was read: nodes by name, tiers by their distance from servers, lines by what is wired.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::natural_cmp;

use super::model::{Hosts, Link, Low, Model, Nic, Place, Tier};
use super::names::{self, Interfaces, Parts};
use super::read::Reading;
use super::{boxes, numbers, telemetry, traffic};

/// A device: which node, which pod and plane, which index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) node: usize,
    /// From 1; 0 outside of pods.
    pub(super) pod: u32,
    pub(super) plane: usize,
    pub(super) index: u32,
}

/// Who there is, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Who {
    pub(super) switches: BTreeMap<String, Seat>,
    pub(super) hosts: BTreeMap<String, Seat>,
    /// Interfaces of each group of servers.
    pub(super) interfaces: Vec<Interfaces>,
}

/// Links between two tiers: both names, and the speed.
type Wires<'a> = BTreeMap<(usize, usize), Vec<(&'a str, &'a str, u32)>>;
/// Links of a group of servers to a tier: server, NIC, leaf, and the port's index there.
type HostWires<'a> = BTreeMap<(usize, usize), Vec<(&'a str, u32, &'a str, u32)>>;
/// Lengths of a line's cables: lower switch, its port, mm.
type Lengths<'a> = BTreeMap<(Low, usize), Vec<(&'a str, &'a str, u32)>>;

/// The model, and who is who in it. What is odd goes to `notes`.
pub(super) fn model(readings: &[Reading], notes: &mut Vec<String>) -> (Model, Who) {
    let mut model = Model::default();
    let mut who = Who::default();
    nodes(readings, &mut model, &mut who, notes);
    distances(readings, &mut model, &who);
    boxes::platforms(readings, &mut model, &who, notes);
    nics(readings, &mut model, &mut who, notes);
    host_links(readings, &mut model, &who);
    tier_links(readings, &mut model, &who, notes);
    lengths(readings, &mut model, &who);
    orders(&mut model);
    numbers::routing(readings, &mut model, &who);
    numbers::management(readings, &mut model);
    boxes::own(readings, &mut model);
    traffic::classes(readings, &mut model);
    traffic::balancing(readings, &mut model);
    telemetry::telemetry(readings, &mut model);
    (model, who)
}

/// What counts most often; of equals the smallest.
pub(super) fn most<T: Ord + Clone>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().max().copied()?;
    counts.into_iter().find(|(_, n)| *n == most).map(|(value, _)| value)
}

fn nodes(readings: &[Reading], model: &mut Model, who: &mut Who, notes: &mut Vec<String>) {
    let read: BTreeSet<&str> = readings.iter().map(|r| r.name.as_str()).collect();
    let peers: BTreeSet<&str> = readings
        .iter()
        .flat_map(|r| r.ports.values())
        .filter_map(|p| Some(p.end.as_ref()?.peer.as_str()))
        .collect();
    let all = names::parts(read.union(&peers).copied());
    let form = |parts: &Parts| {
        (parts.pod.as_ref().map(|(pod, _)| pod.clone()), parts.node.clone(), parts.template.clone())
    };
    let told: BTreeSet<&str> = readings.iter().flat_map(boxes::neighbours).map(|(name, _)| name).collect();
    let known = read.iter().chain(told.intersection(&peers));
    let forms: BTreeSet<_> = known.map(|name| form(&all[*name])).collect();
    // Whoever is named as switches are is one that was not read.
    let (switches, hosts): (Vec<_>, Vec<_>) = all.iter().partition(|(_, parts)| forms.contains(&form(parts)));
    let heads: BTreeSet<String> =
        switches.iter().filter(|(_, p)| p.template.is_none()).map(|(_, p)| p.node.clone()).collect();
    model.planes = names::planes(&heads);
    for (name, parts) in switches {
        if !read.contains(name.as_str()) {
            notes.push(format!("{name} is a neighbour, and the folder has nothing of it"));
        }
        let split = parts.node.split_once('-').filter(|_| parts.template.is_none());
        let plane =
            split.and_then(|(first, rest)| Some((model.planes.iter().position(|p| p == first)?, rest)));
        let (plane, node) = plane.map_or((None, parts.node.as_str()), |(plane, rest)| (Some(plane), rest));
        let place = place(parts, plane.is_some(), model);
        let at = model
            .tiers
            .iter()
            .position(|t| t.place == place && t.name == node && t.template == parts.template);
        let at = at.unwrap_or_else(|| {
            let template = parts.template.clone();
            model.tiers.push(Tier { name: node.to_owned(), place, template, ..Tier::default() });
            model.tiers.len() - 1
        });
        let pod = parts.pod.as_ref().map_or(0, |(_, pod)| *pod);
        let seat = Seat { node: at, pod, plane: plane.unwrap_or(0), index: parts.index };
        who.switches.insert(name.clone(), seat);
    }
    for (name, parts) in hosts {
        let place = place(parts, false, model);
        let at = model
            .hosts
            .iter()
            .position(|h| h.place == place && h.name == parts.node && h.template == parts.template);
        let at = at.unwrap_or_else(|| {
            let (name, template) = (parts.node.clone(), parts.template.clone());
            model.hosts.push(Hosts { name, place, template, ..Hosts::default() });
            model.hosts.len() - 1
        });
        let pod = parts.pod.as_ref().map_or(0, |(_, pod)| *pod);
        who.hosts.insert(name.clone(), Seat { node: at, pod, plane: 0, index: parts.index });
    }
    let gone: BTreeSet<&str> = readings
        .iter()
        .flat_map(|r| r.ports.values())
        .filter(|p| p.absent)
        .filter_map(|p| Some(p.end.as_ref()?.peer.as_str()))
        .collect();
    let seats = |seats: &BTreeMap<String, Seat>, node: usize| {
        let of = seats.iter().filter(|(_, seat)| seat.node == node);
        let there: BTreeSet<u32> =
            of.clone().filter(|(name, _)| !gone.contains(name.as_str())).map(|(_, s)| s.index).collect();
        let most = of.map(|(_, seat)| seat.index).max().unwrap_or(1);
        (most, (1..=most).filter(|index| !there.contains(index)).collect::<Vec<u32>>())
    };
    for at in 0..model.tiers.len() {
        let (count, absent) = seats(&who.switches, at);
        let tier = &mut model.tiers[at];
        (tier.count, tier.max, tier.absent) = (count, count, absent);
    }
    for at in 0..model.hosts.len() {
        let (count, absent) = seats(&who.hosts, at);
        let group = &mut model.hosts[at];
        (group.count, group.max, group.absent) = (count, count, absent);
    }
    // Two nodes of one name can't stand in one place.
    let mut taken = BTreeSet::new();
    for (place, name) in model
        .tiers
        .iter_mut()
        .map(|t| (&t.place, &mut t.name))
        .chain(model.hosts.iter_mut().map(|h| (&h.place, &mut h.name)))
    {
        let base = name.clone();
        let mut number = 2;
        while !taken.insert((place.clone(), name.clone())) {
            *name = format!("{base}-{number}");
            number += 1;
        }
    }
}

fn place(parts: &Parts, planes: bool, model: &mut Model) -> Place {
    if let Some((pod, at)) = &parts.pod {
        let count = model.pods.entry(pod.clone()).or_default();
        *count = (*count).max(*at);
    }
    Place { pod: parts.pod.as_ref().map(|(pod, _)| pod.clone()), planes }
}

/// Ends of links between switches, each seen from its own side.
fn between<'a>(readings: &'a [Reading], who: &Who) -> Vec<(&'a str, &'a str, u32)> {
    let of = |r: &'a Reading| {
        r.ports.values().filter_map(move |port| {
            let end = port.end.as_ref()?;
            Some((r.name.as_str(), end.peer.as_str(), port.speed))
        })
    };
    readings.iter().flat_map(of).filter(|(_, peer, _)| who.switches.contains_key(*peer)).collect()
}

fn distances(readings: &[Reading], model: &mut Model, who: &Who) {
    let mut far: Vec<Option<usize>> = vec![None; model.tiers.len()];
    for reading in readings {
        let serves =
            reading.ports.values().filter_map(|p| p.end.as_ref()).any(|e| who.hosts.contains_key(&e.peer));
        if let (true, Some(seat)) = (serves, who.switches.get(&reading.name)) {
            far[seat.node] = Some(0);
        }
    }
    if far.iter().all(Option::is_none) {
        // Without servers their types tell.
        for reading in readings {
            let kind = reading.metadata("type").unwrap_or_default();
            let rank = ["ToRRouter", "LeafRouter", "SpineRouter"].iter().position(|k| kind.ends_with(k));
            if let Some(seat) = who.switches.get(&reading.name) {
                far[seat.node] = rank;
            }
        }
    }
    let wires = between(readings, who);
    for round in 0..model.tiers.len() {
        for (a, b, _) in &wires {
            let (Some(a), Some(b)) = (who.switches.get(*a), who.switches.get(*b)) else { continue };
            for (from, to) in [(a.node, b.node), (b.node, a.node)] {
                if far[from] == Some(round) && far[to].is_none() {
                    far[to] = Some(round + 1);
                }
            }
        }
    }
    for (tier, far) in model.tiers.iter_mut().zip(far) {
        tier.distance = far.unwrap_or(0);
    }
}

fn nics(readings: &[Reading], model: &mut Model, who: &mut Who, notes: &mut Vec<String>) {
    let planes = model.planes.len();
    for group in 0..model.hosts.len() {
        let mut used: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for port in readings.iter().flat_map(|r| r.ports.values()) {
            let Some(end) = &port.end else { continue };
            if who.hosts.get(&end.peer).is_some_and(|seat| seat.node == group) {
                used.entry(end.port.clone()).or_default().push(port.speed);
            }
        }
        let names: BTreeSet<String> = used.keys().cloned().collect();
        let found = names::interfaces(&names).unwrap_or_else(|| {
            notes.push(format!(
                "interfaces of `{}` have no common form: {}",
                model.hosts[group].name,
                names.iter().take(4).cloned().collect::<Vec<_>>().join(", ")
            ));
            let of = by_place(readings, who, group);
            Interfaces { template: "nic{index}".into(), of }
        });
        let mut speeds: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (name, seen) in &used {
            let Some((index, port)) = found.of.get(name) else { continue };
            let speed = most(seen.iter().copied()).unwrap_or(0);
            let nic = speeds.entry(*index).or_insert((speed, 1));
            nic.1 = nic.1.max(port + 1);
        }
        let mut list: Vec<Nic> = Vec::new();
        let last = speeds.keys().max().copied().unwrap_or(0);
        let usual = most(speeds.values().copied());
        for index in 0..=last {
            let (speed, ports) =
                speeds.get(&index).copied().or(usual.filter(|_| list.is_empty())).unwrap_or((0, 1));
            let ports = if planes > 1 { ports.max(u32::try_from(planes).unwrap_or(1)) } else { ports };
            match list.last_mut() {
                Some(nic) if speed == 0 || (nic.speed, nic.ports) == (speed, ports) => nic.count += 1,
                _ => {
                    let usual = if ports > 1 { "nic{index}p{port}" } else { "nic{index}" };
                    let template = Some(found.template.clone()).filter(|t| t != usual);
                    list.push(Nic { count: 1, ports, speed, lanes: None, template });
                }
            }
        }
        model.hosts[group].nics = list;
        who.interfaces.push(found);
    }
}

/// Interfaces whose names tell nothing, as MAC addresses: counted through by their switch and its port.
fn by_place(readings: &[Reading], who: &Who, group: usize) -> BTreeMap<String, (u32, u32)> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut of = BTreeMap::new();
    for port in readings.iter().flat_map(|r| r.ports.values()) {
        let Some(end) = port.end.as_ref().filter(|e| who.hosts.get(&e.peer).is_some_and(|s| s.node == group))
        else {
            continue;
        };
        let index = seen.entry(&end.peer).or_default();
        if let std::collections::btree_map::Entry::Vacant(slot) = of.entry(end.port.clone()) {
            slot.insert(((*index).min(63), 0));
            *index += 1;
        }
    }
    of
}

fn host_links(readings: &[Reading], model: &mut Model, who: &Who) {
    let mut wires = HostWires::new();
    for reading in readings {
        let Some(seat) = who.switches.get(&reading.name) else { continue };
        for port in reading.ports.values() {
            let Some(end) = &port.end else { continue };
            let Some(host) = who.hosts.get(&end.peer) else { continue };
            let nic = who.interfaces[host.node].of.get(&end.port).map_or(0, |(nic, _)| *nic);
            wires.entry((host.node, seat.node)).or_default().push((
                &end.peer,
                nic,
                &reading.name,
                port.index,
            ));
        }
    }
    for ((group, tier), wires) in wires {
        let mut leaves_of: BTreeMap<(&str, usize), BTreeSet<&str>> = BTreeMap::new();
        let mut of_nic: BTreeMap<(u32, usize, u32), BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
        let mut hosts_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (host, nic, leaf, _) in &wires {
            let (plane, pod) = who.switches.get(*leaf).map_or((0, 0), |s| (s.plane, s.pod));
            leaves_of.entry((host, plane)).or_default().insert(leaf);
            of_nic.entry((*nic, plane, pod)).or_default().entry(leaf).or_default().insert(host);
            hosts_of.entry(leaf).or_default().insert(host);
        }
        let rails: u32 = model.hosts[group].nics.iter().map(|n| n.count).sum();
        let all_on_one = leaves_of.values().all(|leaves| leaves.len() == 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let fixed = of_nic.values().all(|leaves| leaves.len() == 1);
        let by = if all_on_one && rails > 1 {
            "rack"
        } else if fixed
            || leaves_of.values().any(|leaves| count(leaves.len()) >= rails.min(model.tiers[tier].count))
        {
            "rail"
        } else {
            "spread"
        };
        let block = match by {
            "rail" => of_nic.values().flat_map(|leaves| leaves.values().map(BTreeSet::len)).max(),
            _ => hosts_of.values().map(BTreeSet::len).max(),
        };
        let used: BTreeSet<u32> =
            hosts_of.keys().filter_map(|leaf| who.switches.get(*leaf)).map(|seat| seat.index).collect();
        let link = Link {
            low: Low::Hosts(group),
            up: tier,
            by,
            speed: None,
            per_pair: None,
            uplinks: None,
            order: 0,
            servers_per_leaf: block.map(count).filter(|_| by != "spread" && !(by == "rail" && fixed)),
            leaves: Some(count(used.len())).filter(|used| *used < model.tiers[tier].count),
            length: None,
            breakout: None,
            first: wires.iter().map(|(.., index)| *index).min().unwrap_or(0),
        };
        model.links.push(link);
    }
}

fn tier_links(readings: &[Reading], model: &mut Model, who: &Who, notes: &mut Vec<String>) {
    let mut wires = Wires::new();
    let mut lonely = 0;
    for (a, b, speed) in between(readings, who) {
        let (Some(x), Some(y)) = (who.switches.get(a), who.switches.get(b)) else { continue };
        if model.tiers[x.node].distance < model.tiers[y.node].distance {
            wires.entry((x.node, y.node)).or_default().push((a, b, speed));
        } else if model.tiers[x.node].distance == model.tiers[y.node].distance {
            lonely += 1;
        }
    }
    if lonely > 0 {
        notes.push(format!("{lonely} ends of links join switches of one tier: no word says that"));
    }
    for ((low, up), wires) in wires {
        let mut of: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
        for (a, b, _) in &wires {
            *of.entry(a).or_default().entry(b).or_default() += 1;
        }
        let total = most(of.values().map(|peers| peers.values().sum::<u32>())).unwrap_or(1);
        let pods = match (&model.tiers[up].place.pod, &model.tiers[low].place.pod) {
            (Some(pod), None) => model.pods.get(pod).copied().unwrap_or(1),
            _ => 1,
        };
        let reach = model.tiers[up].count * pods;
        let peers = most(of.values().map(BTreeMap::len)).unwrap_or(0);
        let each = most(of.values().flat_map(|peers| peers.values().copied())).unwrap_or(1);
        let full = u32::try_from(peers) == Ok(reach);
        let speed = most(wires.iter().map(|(.., speed)| *speed));
        model.links.push(Link {
            low: Low::Tier(low),
            up,
            by: "",
            speed,
            per_pair: full.then_some(each),
            uplinks: (!full).then_some(total),
            order: 0,
            servers_per_leaf: None,
            leaves: None,
            length: None,
            breakout: None,
            first: 0,
        });
    }
}

/// Lengths that profiles name: the line's where most have it, else the cable's own.
fn lengths(readings: &[Reading], model: &mut Model, who: &Who) {
    let mut of = Lengths::new();
    for reading in readings {
        let Some(seat) = who.switches.get(&reading.name) else { continue };
        let known = boxes::lengths(reading);
        for (name, port) in &reading.ports {
            let (Some(end), Some(mm)) = (&port.end, known.get(name.0.as_str())) else { continue };
            if let Some(host) = who.hosts.get(&end.peer) {
                of.entry((Low::Hosts(host.node), seat.node)).or_default().push((&reading.name, &name.0, *mm));
            } else if let Some(up) = who.switches.get(&end.peer)
                && model.tiers[up.node].distance > model.tiers[seat.node].distance
            {
                of.entry((Low::Tier(seat.node), up.node)).or_default().push((&reading.name, &name.0, *mm));
            }
        }
    }
    for ((low, up), list) in of {
        let usual = most(list.iter().map(|(.., mm)| *mm));
        if let Some(link) = model.links.iter_mut().find(|l| l.low == low && l.up == up) {
            link.length = usual;
        }
        for (switch, port, mm) in list.iter().filter(|(.., mm)| Some(*mm) != usual) {
            model.switch(switch).cables.insert((*port).into(), *mm);
        }
    }
}

/// Lines from hosts take cages by name; where they don't, `order=` says so.
fn orders(model: &mut Model) {
    let rank = |by: &str| ["rail", "rack", "spread"].iter().position(|b| *b == by).unwrap_or(0);
    let name = |model: &Model, link: &Link| match link.low {
        Low::Hosts(at) => model.hosts[at].name.clone(),
        Low::Tier(at) => model.tiers[at].name.clone(),
    };
    let mut lines: Vec<usize> = (0..model.links.len()).filter(|&i| !model.links[i].by.is_empty()).collect();
    lines.sort_by(|&a, &b| {
        let (x, y) = (&model.links[a], &model.links[b]);
        rank(x.by).cmp(&rank(y.by)).then_with(|| natural_cmp(&name(model, x), &name(model, y)))
    });
    for pair in lines.clone().windows(2) {
        let (a, b) = (&model.links[pair[0]], &model.links[pair[1]]);
        let turned = a.up == b.up && a.by == b.by && a.first > b.first;
        if turned {
            // All of them say it then: each its place on the front.
            let mut by_place = lines.clone();
            by_place.sort_by_key(|&i| model.links[i].first);
            for (order, i) in (1..).zip(by_place) {
                model.links[i].order = order;
            }
            return;
        }
    }
}
