//! Tiers, host groups, switches and servers, with their names.

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Host, HostGroup, Level, Line, Lower, Switch, Tier, natural_cmp};
use fabc_lang::intent::{Intent, TierNode};
use fabc_lang::source::Spanned;
use rayon::prelude::*;

use super::boxes::Boxes;
use super::cages::plan_of_tier;
use super::lines::Plan;
use super::names::{Namer, first_ordinals, is_pod};
use super::nodes::{Instance, Member, NodeInfo, Nodes};
use super::parts::Models;
use super::places::Places;
use super::rules;

/// No device stands at this place.
pub(super) const NOBODY: u32 = u32::MAX;

/// All devices, and where to find each by its coordinates.
#[derive(Debug)]
pub(super) struct Devices {
    pub(super) tiers: Vec<Tier>,
    pub(super) groups: Vec<HostGroup>,
    pub(super) switches: Vec<Switch>,
    pub(super) hosts: Vec<Host>,
    /// By tier: index of the switch at `unit · max + index - 1` over the whole chain.
    pub(super) switch_at: Vec<Vec<u32>>,
    /// By group: the same for servers.
    pub(super) host_at: Vec<Vec<u32>>,
    /// By tier and switch: ordinal of its innermost pod, for ASNs.
    pub(super) pod_ordinal: Vec<u32>,
}

impl Devices {
    pub(super) fn new(
        nodes: &Nodes<'_>,
        plan: &Plan,
        intent: &Intent,
        boxes: &Boxes,
        models: Models,
        places: &Places,
        findings: &mut Findings,
    ) -> Option<Self> {
        let distances = distances(nodes, &plan.lines, findings)?;
        let shares = shares(nodes, &distances, findings)?;
        let firsts = first_ordinals(nodes);
        let settings = super::own_settings(intent);
        let mut all = Devices {
            tiers: tiers(nodes, plan, boxes, &distances, &shares),
            groups: groups(nodes, plan, models),
            switches: Vec::new(),
            hosts: Vec::new(),
            switch_at: Vec::new(),
            host_at: Vec::new(),
            pod_ordinal: Vec::new(),
        };
        let mut fine = true;
        let mut ordinals = Vec::new();
        for (tier, &id) in nodes.tiers.iter().enumerate() {
            let node = &nodes.nodes[id];
            let Member::Tier(declared) = node.member else { continue };
            let namer = Namer { nodes, node, template: declared.template.as_ref(), firsts: &firsts };
            fine &= namer.check(findings);
            for instance in nodes.instances(&node.chain) {
                let ordinal = namer.pod_ordinal(&instance);
                for index in 1..=node.count() {
                    let (plane, pod) = place(nodes, node, &instance);
                    let number = nodes.unit(&node.chain, &instance.coords) * node.max() + index;
                    let name = namer.name(&instance, index);
                    let absent = instance.absent || node.is_absent(index);
                    let own = settings.get(name.as_str()).copied();
                    let maintenance = own.and_then(|o| intent.switches[o].maintenance).is_some_and(|m| m.v);
                    all.switches.push(Switch {
                        name,
                        tier,
                        plane,
                        pod,
                        index,
                        number,
                        absent,
                        asn: None,
                        loopback: None,
                        loopback6: None,
                        mgmt: None,
                        host_block: None,
                        own,
                        maintenance,
                        seat: places.seat(id, number - 1),
                    });
                    ordinals.push(ordinal);
                }
            }
        }
        for (group, &id) in nodes.groups.iter().enumerate() {
            let node = &nodes.nodes[id];
            let Member::Hosts(declared) = node.member else { continue };
            let namer = Namer { nodes, node, template: declared.template.as_ref(), firsts: &firsts };
            fine &= namer.check(findings);
            for instance in nodes.instances(&node.chain) {
                for index in 1..=node.count() {
                    let (_, pod) = place(nodes, node, &instance);
                    let absent = instance.absent || node.is_absent(index);
                    let number = nodes.unit(&node.chain, &instance.coords) * node.max() + index - 1;
                    let (name, seat) = (namer.name(&instance, index), places.seat(id, number));
                    all.hosts.push(Host { name, group, pod, index, absent, seat });
                }
            }
        }
        all.sort(nodes, &ordinals);
        fine &= all.unique(nodes, findings);
        fine.then_some(all)
    }

    /// Brings devices into the order of their names and notes where each stands.
    fn sort(&mut self, nodes: &Nodes<'_>, ordinals: &[u32]) {
        let switches = std::mem::take(&mut self.switches).into_iter().zip(ordinals.iter().copied());
        (self.switches, self.pod_ordinal) = named(switches.collect(), |switch| &switch.name);
        let size = |id: &usize| (nodes.units(&nodes.nodes[*id].chain) * nodes.nodes[*id].max()) as usize;
        self.switch_at = nodes.tiers.iter().map(|id| vec![NOBODY; size(id)]).collect();
        for (i, switch) in self.switches.iter().enumerate() {
            self.switch_at[switch.tier][switch.number as usize - 1] = u32::try_from(i).unwrap_or(NOBODY);
        }
        // Servers carry no number of their own: it is the place that they were made in.
        let mut numbers = Vec::with_capacity(self.hosts.len());
        for &id in &nodes.groups {
            let node = &nodes.nodes[id];
            for instance in nodes.instances(&node.chain) {
                let unit = nodes.unit(&node.chain, &instance.coords);
                numbers.extend((0..node.count()).map(|i| unit * node.max() + i));
            }
        }
        let hosts = std::mem::take(&mut self.hosts).into_iter().zip(numbers);
        (self.hosts, numbers) = named(hosts.collect(), |host| &host.name);
        self.host_at = nodes.groups.iter().map(|id| vec![NOBODY; size(id)]).collect();
        for (i, (host, number)) in self.hosts.iter().zip(numbers).enumerate() {
            self.host_at[host.group][number as usize] = u32::try_from(i).unwrap_or(NOBODY);
        }
    }

    /// Reports names that two devices have; case counts for nothing in names of hosts (RFC 4343), nor in those of folders on
    /// many systems. One finding for each two nodes.
    fn unique(&self, nodes: &Nodes<'_>, findings: &mut Findings) -> bool {
        let mut names: Vec<(&str, usize)> =
            self.switches.iter().map(|s| (s.name.as_str(), nodes.tiers[s.tier])).collect();
        names.extend(self.hosts.iter().map(|h| (h.name.as_str(), nodes.groups[h.group])));
        names.par_sort_unstable_by(|(a, x), (b, y)| {
            folded(a).cmp(folded(b)).then_with(|| (a, x).cmp(&(b, y)))
        });
        let mut reported: Vec<(usize, usize)> = Vec::new();
        for pair in names.windows(2) {
            let [(a, x), (b, y)] = pair else { continue };
            // A name is empty where its template is wrong; that, and two nodes of one path, is reported already.
            if !a.eq_ignore_ascii_case(b) || a.is_empty() || reported.contains(&(*x, *y)) {
                continue;
            }
            reported.push((*x, *y));
            let (first, second) = (&nodes.nodes[*x], &nodes.nodes[*y]);
            if x != y && first.path == second.path {
                continue;
            }
            let message = if a == b {
                format!("two devices would be called `{a}`")
            } else {
                format!("devices would be called `{a}` and `{b}`, which is one name: case doesn't count")
            };
            let mut found = rules::DUPLICATE_NAME.at(namer_span(second), message);
            if x != y {
                found = found.label(namer_span(first), "this node makes the same name");
            }
            let help = if x == y && second.chain.is_empty() {
                "let the template say {index}"
            } else {
                "let the template say {pod} or {plane}, or give a node another name"
            };
            findings.push(found.help(help));
        }
        reported.is_empty()
    }
}

/// Devices in the order of their names, and the number that came with each.
fn named<T>(mut devices: Vec<(T, u32)>, name: impl Fn(&T) -> &String) -> (Vec<T>, Vec<u32>) {
    devices.sort_by(|(a, _), (b, _)| natural_cmp(name(a), name(b)));
    devices.into_iter().unzip()
}

/// The bytes of a name, in lower case.
fn folded(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|b| b.to_ascii_lowercase())
}

fn namer_span(node: &NodeInfo<'_>) -> fabc_lang::source::Span {
    let template = match node.member {
        Member::Tier(t) => t.template.as_ref(),
        Member::Hosts(h) => h.template.as_ref(),
    };
    template.map_or(node.name().at, |t| t.at)
}

/// Plane from 0 and pod from 1 (0 where none holds the node).
fn place(nodes: &Nodes<'_>, node: &NodeInfo<'_>, instance: &Instance) -> (u32, u32) {
    let plane = nodes.plane_of(&node.chain).map_or(0, |(i, _)| instance.coords[i]);
    let pods: Vec<(usize, u32)> = node
        .chain
        .iter()
        .copied()
        .zip(instance.coords.iter().copied())
        .filter(|(s, _)| is_pod(nodes, *s))
        .collect();
    let (chain, coords): (Vec<usize>, Vec<u32>) = pods.into_iter().unzip();
    let pod = if chain.is_empty() { 0 } else { nodes.unit(&chain, &coords) + 1 };
    (plane, pod)
}

/// Links on the longest way down, from 1, by tier. `None` where tiers go round in a circle.
fn distances(nodes: &Nodes<'_>, lines: &[Line], findings: &mut Findings) -> Option<Vec<u32>> {
    let mut distance = vec![1u32; nodes.tiers.len()];
    for _ in 0..=nodes.tiers.len() {
        let mut changed = false;
        for line in lines {
            let Lower::Tier(lower) = line.lower else { continue };
            if distance[line.upper] <= distance[lower] {
                distance[line.upper] = distance[lower] + 1;
                changed = true;
            }
        }
        if !changed {
            return Some(distance);
        }
    }
    let of_tiers = lines.iter().filter(|l| matches!(l.lower, Lower::Tier(_)));
    let last = of_tiers.max_by_key(|l| distance[l.upper])?;
    let found = rules::LINK_ENDS.at(last.at, "this link closes a circle: a tier would be above itself");
    findings.push(found.help("the first name of a link is the lower tier"));
    None
}

/// Which share of every pool each tier owns, and how many shares there are.
fn shares(nodes: &Nodes<'_>, distances: &[u32], findings: &mut Findings) -> Option<(Vec<u32>, u32)> {
    let mut order: Vec<usize> = (0..nodes.tiers.len()).collect();
    order.sort_by_key(|&t| distances[t]); // stable: tiers are in order of their paths
    let mut shares: Vec<u32> = vec![0; order.len()];
    for (rank, &tier) in order.iter().enumerate() {
        shares[tier] = stated(nodes, tier).map_or(u32::try_from(rank).unwrap_or(u32::MAX), |s| s.v);
    }
    let most = shares.iter().copied().max().unwrap_or(0);
    let count = if most < 4 { 4 } else { 8 };
    let mut fine = true;
    for (tier, &share) in shares.iter().enumerate() {
        let at = &nodes.nodes[nodes.tiers[tier]];
        if share >= count {
            let text =
                format!("`{}` is tier number {}; a fabric's pools have {count} shares", at.path, share + 1);
            findings.push(rules::SHARE.at(at.at(), text).help("eight tier nodes are the limit"));
            fine = false;
        }
        if let Some(other) = shares[..tier].iter().position(|&s| s == share) {
            let first = &nodes.nodes[nodes.tiers[other]];
            let place = stated(nodes, tier).or(stated(nodes, other)).map_or(at.at(), |s| s.at);
            let free = (0..count).find(|s| !shares.contains(s));
            let found = rules::SHARE.at(
                place,
                format!("`{}` and `{}` would both own share {share} of every pool", first.path, at.path),
            );
            findings.push(found.help_opt(free.map(|s| format!("share={s} is free"))));
            fine = false;
        }
    }
    fine.then_some((shares, count))
}

fn stated(nodes: &Nodes<'_>, tier: usize) -> Option<Spanned<u32>> {
    match nodes.nodes[nodes.tiers[tier]].member {
        Member::Tier(t) => t.share,
        Member::Hosts(_) => None,
    }
}

fn tiers(
    nodes: &Nodes<'_>,
    plan: &Plan,
    boxes: &Boxes,
    distances: &[u32],
    (shares, count): &(Vec<u32>, u32),
) -> Vec<Tier> {
    let make = |(tier, &id): (usize, &usize)| -> Option<Tier> {
        let node = &nodes.nodes[id];
        let Member::Tier(declared) = node.member else { return None };
        let which = boxes.of(tier)?;
        let up: Vec<usize> =
            (0..plan.lines.len()).filter(|&i| plan.lines[i].lower == Lower::Tier(tier)).collect();
        let down: Vec<usize> = (0..plan.lines.len()).filter(|&i| plan.lines[i].upper == tier).collect();
        let tier_below = down.iter().any(|&i| matches!(plan.lines[i].lower, Lower::Tier(_)));
        let level = match (tier_below, up.is_empty()) {
            (false, _) => Level::Bottom,
            (true, true) => Level::Top,
            (true, false) => Level::Middle,
        };
        let planes = nodes
            .plane_of(&node.chain)
            .map_or(Vec::new(), |(_, p)| p.names.iter().map(|n| n.v.clone()).collect());
        let host_facing = down.iter().any(|&i| matches!(plan.lines[i].lower, Lower::Hosts { .. }));
        Some(Tier {
            host_facing,
            path: node.path.clone(),
            label: node.label.clone(),
            node: TierNode::clone(declared),
            platform: boxes.of_tier[tier]?,
            level,
            distance: distances[tier] - 1,
            share: shares[tier],
            shares: *count,
            kind: declared
                .kind
                .as_ref()
                .map_or_else(|| router_type(distances[tier]).to_owned(), |k| k.v.clone()),
            asn_base: None,
            cages: plan_of_tier(tier, which, &plan.lines),
            extra: which.extra(),
            up,
            down,
            planes,
            pods: node.chain.iter().filter(|&&s| is_pod(nodes, s)).map(|&s| nodes.radix(s)).product(),
            slots: which.slots(),
        })
    };
    nodes.tiers.iter().enumerate().filter_map(make).collect()
}

/// SONiC derives the hash seed from the type, so neighbours must differ.
fn router_type(distance: u32) -> &'static str {
    match distance {
        0 | 1 => "ToRRouter",
        d if d.is_multiple_of(2) => "LeafRouter",
        _ => "SpineRouter",
    }
}

fn groups(nodes: &Nodes<'_>, plan: &Plan, models: Models) -> Vec<HostGroup> {
    let make = |((group, &id), models): ((usize, &usize), _)| -> Option<HostGroup> {
        let node = &nodes.nodes[id];
        let Member::Hosts(declared) = node.member else { return None };
        let nics = declared.nics.iter().map(|n| n.count.v).sum();
        let in_planes = plan.lines.iter().zip(&plan.drafts).any(|(line, draft)| {
            let mine = matches!(line.lower, Lower::Hosts { group: g, .. } if g == group);
            mine && nodes.plane_of(&nodes.nodes[draft.upper.node].chain[draft.common..]).is_some()
        });
        let gpus = declared.gpus.map_or(nics, |g| g.v);
        Some(HostGroup {
            path: node.path.clone(),
            label: node.label.clone(),
            node: declared.clone(),
            gpus,
            nics,
            models,
            in_planes,
        })
    };
    nodes.groups.iter().enumerate().zip(models.by_group).filter_map(make).collect()
}
