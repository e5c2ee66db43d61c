//! Links: each line's positions, turned into ports of both ends.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Line, Link, Lower, PortId, Side, Wire, natural_cmp};
use fabc_lang::intent::By;
use rayon::prelude::*;

use super::devices::{Devices, NOBODY};
use super::lines::{Draft, Plan, Scheme, Servers};
use super::nodes::{Instance, NodeInfo, Nodes, Ref};
use super::places::Rack;
use super::rules;

/// More links than this are a mistake and not a fabric.
const MAX_LINKS: usize = 8_000_000;

/// All links, and each device's ends of them.
pub(super) struct Links {
    pub(super) links: Vec<Link>,
    pub(super) switch_starts: Vec<u32>,
    pub(super) switch_wires: Vec<Wire>,
    pub(super) host_starts: Vec<u32>,
    pub(super) host_wires: Vec<Wire>,
}

/// Makes all links. `None` where a server finds no leaf, or there would be too many.
pub(super) fn wire(
    nodes: &Nodes<'_>,
    plan: &Plan,
    devices: &Devices,
    findings: &mut Findings,
) -> Option<Links> {
    let mut expected = 0;
    for line in &plan.lines {
        expected += at_most(line, devices);
        if expected > MAX_LINKS {
            let text = format!("the fabric would have more than {MAX_LINKS} links");
            findings.push(rules::TOO_LARGE.at(line.at, text).help("fewer devices or parallel links"));
            return None;
        }
    }
    let made = |id: usize, line: &Line, draft: &Draft| {
        let (mut links, mut found) = (Vec::with_capacity(at_most(line, devices)), Findings::default());
        let id = u32::try_from(id).unwrap_or(u32::MAX);
        let mut wiring = Wiring { nodes, devices, line, draft, id, links: &mut links };
        let fine = match &draft.scheme {
            Scheme::Servers(servers) => wiring.servers(servers, &mut found),
            scheme => wiring.switches(scheme),
        };
        (links, found, fine)
    };
    let lines = plan.lines.par_iter().zip(&plan.drafts).enumerate();
    let all: Vec<_> = lines.map(|(id, (line, draft))| made(id, line, draft)).collect();
    let (mut links, mut fine) = (Vec::new(), true);
    for (of_line, found, is_fine) in all {
        links.push(of_line);
        findings.extend(found);
        fine &= is_fine;
    }
    let links = fine.then(|| sorted(&links, plan, devices))?;
    wired_once(&links, plan, devices, findings).then_some(links)
}

/// Whether no NIC port has two cables; one finding for each two lines.
fn wired_once(links: &Links, plan: &Plan, devices: &Devices, findings: &mut Findings) -> bool {
    let mut reported: Vec<(u32, u32)> = Vec::new();
    for (host, window) in links.host_starts.windows(2).enumerate() {
        let wires = &links.host_wires[window[0] as usize..window[1] as usize];
        for pair in wires.windows(2).filter(|p| p[0].port == p[1].port) {
            let line = |w: &Wire| links.links[w.link as usize].line;
            let (a, b) = (line(&pair[0]).min(line(&pair[1])), line(&pair[0]).max(line(&pair[1])));
            if reported.contains(&(a, b)) {
                continue;
            }
            reported.push((a, b));
            let (name, port) = (&devices.hosts[host].name, pair[0].port);
            let text = format!("NIC {} port {} of `{name}` would have two cables", port.cage, port.child);
            let found = rules::NIC_WIRED_TWICE.at(plan.lines[b as usize].at, text);
            let found = found.label(plan.lines[a as usize].at, "the first one");
            findings
                .push(found.help("remove one of the two lines, or declare a host group of its own for it"));
        }
    }
    reported.is_empty()
}

/// Links that a line can have: the ports of its lower ends.
fn at_most(line: &Line, devices: &Devices) -> usize {
    match (line.lower, &line.lower_side) {
        (Lower::Tier(tier), Some(side)) => {
            devices.switches.iter().filter(|s| s.tier == tier).count().saturating_mul(side.need as usize)
        }
        (Lower::Hosts { group, nic, .. }, _) => {
            let nic = &devices.groups[group].node.nics[nic];
            let ports = nic.count.v as usize * nic.ports.v as usize;
            devices.hosts.iter().filter(|h| h.group == group).count().saturating_mul(ports)
        }
        (Lower::Tier(_), None) => 0,
    }
}

/// A declared leaf: its number in the joint scope (from 0, by `max`), over its whole chain, and its switch.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    place: u32,
    number: u32,
    switch: u32,
}

struct Wiring<'w, 'a> {
    nodes: &'w Nodes<'a>,
    devices: &'w Devices,
    line: &'w Line,
    draft: &'w Draft,
    id: u32,
    links: &'w mut Vec<Link>,
}

impl<'w, 'a> Wiring<'w, 'a> {
    /// Declared instances that a name means.
    fn instances(&self, of: &Ref) -> Vec<Instance> {
        let mut list = self.nodes.instances(&self.nodes.nodes[of.node].chain);
        list.retain(|i| i.coords.iter().zip(&of.only).all(|(at, only)| only.is_none_or(|o| o == *at)));
        list
    }

    fn node(&self, of: &Ref) -> &'w NodeInfo<'a> {
        &self.nodes.nodes[of.node]
    }

    /// Unit below the scope that holds both ends.
    fn unit(&self, node: &NodeInfo<'_>, instance: &Instance) -> u32 {
        self.nodes.unit(&node.chain[self.draft.common..], &instance.coords[self.draft.common..])
    }

    fn switch(&self, node: &NodeInfo<'_>, instance: &Instance, index: u32) -> u32 {
        let place = self.nodes.unit(&node.chain, &instance.coords) * node.max() + index;
        self.devices.switch_at[node.ordinal].get(place as usize).copied().unwrap_or(NOBODY)
    }

    fn push(&mut self, a: u32, b: u32, a_port: Option<PortId>, b_port: Option<PortId>) {
        if let (Some(a_port), Some(b_port)) = (a_port, b_port)
            && a != NOBODY
            && b != NOBODY
        {
            self.links.push(Link { line: self.id, a, b, a_port, b_port });
        }
    }

    fn switches(&mut self, scheme: &Scheme) -> bool {
        let (low, up) = (self.node(&self.draft.lower), self.node(&self.draft.upper));
        let (lowers, uppers) = (self.instances(&self.draft.lower), self.instances(&self.draft.upper));
        let common = self.draft.common;
        let mut by_scope: BTreeMap<&[u32], Vec<&Instance>> = BTreeMap::new();
        for upper in &uppers {
            by_scope.entry(&upper.coords[..common]).or_default().push(upper);
        }
        for lower in &lowers {
            let Some(above) = by_scope.get(&lower.coords[..common]) else { continue };
            let base = self.unit(low, lower) * self.draft.unit_block;
            for i in 0..low.count() {
                let a = self.switch(low, lower, i);
                self.one_switch(scheme, a, i, base, above, up);
            }
        }
        true
    }

    /// All links of one lower switch: the `i`-th (from 0) of its unit, whose upper positions begin at `base`.
    fn one_switch(
        &mut self,
        scheme: &Scheme,
        a: u32,
        i: u32,
        base: u32,
        above: &[&Instance],
        up: &NodeInfo<'_>,
    ) {
        let line = self.line;
        let Some(lower_side) = line.lower_side.as_ref() else { return };
        match *scheme {
            Scheme::Pairs { p, declared } => {
                for (rank, upper) in (0u32..).zip(above) {
                    let block = if declared { rank * up.count() } else { self.unit(up, upper) * up.max() };
                    for t in 0..up.count() {
                        let b = self.switch(up, upper, t);
                        for r in 0..p {
                            let (low, high) = ((block + t) * p + r, base + i * p + r);
                            self.push(a, b, port(lower_side, low), port(&line.upper_side, high));
                        }
                    }
                }
            }
            Scheme::Stripe { n, u } => {
                for j in 0..n {
                    let target = (u64::from(i) * u64::from(n) + u64::from(j)) % u64::from(u);
                    let target = u32::try_from(target).unwrap_or(0);
                    let Some(upper) = above.get((target / up.count()) as usize) else { continue };
                    let b = self.switch(up, upper, target % up.count());
                    self.push(a, b, port(lower_side, j), port(&line.upper_side, base + i / (u / n)));
                }
            }
            Scheme::Servers(_) => {}
        }
    }

    fn servers(&mut self, servers: &Servers, findings: &mut Findings) -> bool {
        let (low, up) = (self.node(&self.draft.lower), self.node(&self.draft.upper));
        let (groups, leaves) = (self.instances(&self.draft.lower), self.instances(&self.draft.upper));
        let common = self.draft.common;
        // By joint scope and plane: the declared leaves in order.
        let mut by_scope: BTreeMap<(&[u32], u32), Vec<Leaf>> = BTreeMap::new();
        for leaf in &leaves {
            let plane = servers.plane.map_or(0, |(at, _)| leaf.coords[at]);
            let (chain, coords): (Vec<usize>, Vec<u32>) = up.chain[common..]
                .iter()
                .zip(&leaf.coords[common..])
                .enumerate()
                .filter(|(i, _)| servers.plane.is_none_or(|(at, _)| at != common + i))
                .map(|(_, (&s, &c))| (s, c))
                .unzip();
            let unit = self.nodes.unit(&chain, &coords);
            let list = by_scope.entry((&leaf.coords[..common], plane)).or_default();
            let base = self.nodes.unit(&up.chain, &leaf.coords) * up.max();
            list.extend((0..up.count()).map(|i| Leaf {
                place: unit * up.max() + i,
                number: base + i,
                switch: self.switch(up, leaf, i),
            }));
        }
        let mut stray = None;
        for group in &groups {
            let unit = self.unit(low, group);
            for ((_, plane), list) in
                by_scope.range((&group.coords[..common], 0)..=(&group.coords[..common], u32::MAX))
            {
                for i in 0..low.count() {
                    let place = self.nodes.unit(&low.chain, &group.coords) * low.max() + i;
                    let host =
                        self.devices.host_at[low.ordinal].get(place as usize).copied().unwrap_or(NOBODY);
                    let s = unit * low.max() + i;
                    if let Err(k) = self.one_server(servers, (host, place), s, *plane, list) {
                        stray = stray.or(Some((host, k)));
                    }
                }
            }
        }
        if let Some((host, k)) = stray {
            self.no_leaf(servers, host, k, up, findings);
        }
        stray.is_none()
    }

    /// All links of one server in one plane; the error is a NIC that finds no leaf.
    fn one_server(
        &mut self,
        servers: &Servers,
        (host, number): (u32, u32),
        s: u32,
        plane: u32,
        leaves: &[Leaf],
    ) -> Result<(), u32> {
        let side = &self.line.upper_side;
        let numbered =
            |n: u64| leaves.binary_search_by_key(&n, |l| u64::from(l.place)).ok().map(|i| leaves[i].switch);
        let declared = |n: u64| leaves.get(usize::try_from(n).ok()?).map(|l| l.switch);
        let (s64, b) = (u64::from(s), u64::from(servers.b.max(1)));
        let (count, ports) = (u64::from(servers.count), u64::from(servers.ports));
        for nth in 0..servers.count {
            let k = servers.first + nth;
            for p in 0..servers.ports {
                let (k64, p64) = (u64::from(k), u64::from(p));
                let (leaf, position) = match servers.by {
                    By::Rail if servers.shared() => {
                        let leaf = k % servers.leaves;
                        let own = u64::from(servers.own(leaf));
                        let j = (servers.first..k).filter(|m| m % servers.leaves == leaf).count() as u64;
                        (declared(u64::from(leaf)), (s64 * own + j) * ports + p64)
                    }
                    By::Rail => {
                        let number = s64 / b * u64::from(servers.rails) + k64;
                        let inside = number < u64::from(servers.leaves_max);
                        (numbered(number).filter(|_| inside), (s64 % b) * ports + p64)
                    }
                    By::Rack => {
                        let (leaf, nth_server) = match &servers.racks {
                            Some(racks) => self.in_rack(racks, host, number, leaves),
                            None if s64 / b < u64::from(servers.leaves) => (declared(s64 / b), s64 % b),
                            None => (None, 0),
                        };
                        (leaf, (nth_server * count + u64::from(nth)) * ports + p64)
                    }
                    By::Spread => {
                        let port_in_plane = if servers.plane.is_some() { 0 } else { p64 };
                        let g = (s64 * count + u64::from(nth)) * ports + port_in_plane;
                        let w = u64::from(servers.leaves.max(1));
                        (declared(g % w), g / w)
                    }
                };
                let Some(leaf) = leaf else { return Err(k) };
                let nic_port = servers.plane.map_or(p, |(_, first)| first + plane);
                let (Ok(cage), Ok(child)) = (u16::try_from(k), u16::try_from(nic_port)) else { continue };
                let upper = u32::try_from(position).ok().and_then(|q| port(side, q));
                self.push(host, leaf, Some(PortId { cage, child }), upper);
            }
        }
        Ok(())
    }

    /// The leaf of a server's own rack, and the server's place on it.
    fn in_rack(
        &self,
        racks: &BTreeMap<(usize, usize, u32), Rack>,
        host: u32,
        number: u32,
        leaves: &[Leaf],
    ) -> (Option<u32>, u64) {
        let seat = self.devices.hosts.get(host as usize).and_then(|h| h.seat);
        let Some(rack) = seat.and_then(|s| racks.get(&(s.hall, s.row, s.rack))) else { return (None, 0) };
        let find =
            |l: &u32| leaves.binary_search_by_key(l, |leaf| leaf.number).ok().map(|i| leaves[i].switch);
        let mine: Vec<u32> = rack.leaves.iter().filter_map(find).collect();
        let Ok(nth) = rack.servers.binary_search(&number) else { return (None, 0) };
        let each = rack.each(mine.len()) as usize;
        (mine.get(nth / each).copied(), (nth % each) as u64)
    }

    fn no_leaf(&self, servers: &Servers, host: u32, k: u32, up: &NodeInfo<'_>, findings: &mut Findings) {
        let seat = self.devices.hosts.get(host as usize).and_then(|h| h.seat);
        let host = self.devices.hosts.get(host as usize).map_or("", |h| h.name.as_str());
        let groups = servers.servers_max.div_ceil(servers.b.max(1));
        let (text, help) = match servers.by {
            By::Rack if servers.racks.is_some() => match seat {
                Some(_) => (
                    format!("`{host}` finds no leaf: there is none with a place for it in its rack"),
                    "`place` a leaf in each rack of servers".to_owned(),
                ),
                None => (
                    format!("`{host}` finds no leaf: it stands in no rack"),
                    "a row with more racks, or more of its `per-rack`".to_owned(),
                ),
            },
            By::Rail => (
                format!(
                    "NIC {k} of `{host}` finds no leaf: {} servers at {} to a leaf need {groups} × {} leaves, there are {}",
                    servers.servers_max, servers.b, servers.rails, servers.leaves
                ),
                format!(
                    "{} leaves would do, or servers-per-leaf={}",
                    groups * servers.rails,
                    servers.servers_max.div_ceil((servers.leaves / servers.rails.max(1)).max(1))
                ),
            ),
            _ => (
                format!(
                    "`{host}` finds no leaf: {} servers at {} to a leaf need {groups} leaves, there are {}",
                    servers.servers_max, servers.b, servers.leaves
                ),
                format!(
                    "{groups} leaves would do, or servers-per-leaf={}",
                    servers.servers_max.div_ceil(servers.leaves.max(1))
                ),
            ),
        };
        findings.push(rules::NO_LEAF.at(self.line.at, text).label(up.at(), "these leaves").help(help));
    }
}

/// The port at a logical position of a side.
fn port(side: &Side, position: u32) -> Option<PortId> {
    let cage = *side.cages.get((position / side.children.max(1)) as usize)?;
    Some(PortId { cage, child: u16::try_from(position % side.children.max(1)).ok()? })
}

/// Brings links into order and lists each device's ends.
fn sorted(links: &[Vec<Link>], plan: &Plan, devices: &Devices) -> Links {
    let (host_rank, switch_rank) = ranks(devices);
    let from_host: Vec<bool> = plan.lines.iter().map(|l| matches!(l.lower, Lower::Hosts { .. })).collect();
    let from_host = |l: &Link| from_host[l.line as usize];
    let rank = |l: &Link| if from_host(l) { host_rank[l.a as usize] } else { switch_rank[l.a as usize] };
    let of_lower = links.iter().flatten().map(|l| (rank(l), *l));
    let (_, links) = grouped(of_lower, host_rank.len() + switch_rank.len(), |l| {
        (l.a_port, switch_rank[l.b as usize], l.b_port)
    });
    let numbered = || (0u32..).zip(&links);
    let lower = |(i, l): (u32, &Link)| (l.a, Wire { port: l.a_port, link: i });
    let upper = |(i, l): (u32, &Link)| (l.b, Wire { port: l.b_port, link: i });
    let at_switch = numbered().flat_map(|link| {
        let below = (!from_host(link.1)).then(|| lower(link));
        below.into_iter().chain([upper(link)])
    });
    let at_host = numbered().filter(|(_, l)| from_host(l)).map(lower);
    let ((switch_starts, switch_wires), (host_starts, host_wires)) = rayon::join(
        || grouped(at_switch, devices.switches.len(), |w| w.port),
        || grouped(at_host, devices.hosts.len(), |w| w.port),
    );
    Links { links, switch_starts, switch_wires, host_starts, host_wires }
}

/// Items by group, each group in order of `key`: where each begins, with one entry more than groups, and all items.
/// Groups are many and small, so that counting them first is several times faster than one large sort.
fn grouped<T: Copy, K: Ord>(
    items: impl Iterator<Item = (u32, T)> + Clone,
    groups: usize,
    key: impl Fn(&T) -> K,
) -> (Vec<u32>, Vec<T>) {
    let mut starts = vec![0u32; groups + 1];
    for (group, _) in items.clone() {
        starts[group as usize + 1] += 1;
    }
    for i in 0..groups {
        starts[i + 1] += starts[i];
    }
    let Some((_, any)) = items.clone().next() else { return (starts, Vec::new()) };
    let mut all = vec![any; starts[groups] as usize];
    let mut next = starts.clone();
    for (group, item) in items {
        let at = &mut next[group as usize];
        all[*at as usize] = item;
        *at += 1;
    }
    for range in starts.windows(2) {
        all[range[0] as usize..range[1] as usize].sort_unstable_by_key(&key);
    }
    (starts, all)
}

/// Place of each server and switch among all names.
fn ranks(devices: &Devices) -> (Vec<u32>, Vec<u32>) {
    let (mut hosts, mut switches) = (Vec::new(), Vec::new());
    let (mut h, mut s) = (devices.hosts.iter().peekable(), devices.switches.iter().peekable());
    for rank in 0.. {
        let host_first = match (h.peek(), s.peek()) {
            (None, None) => break,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(host), Some(switch)) => natural_cmp(&host.name, &switch.name).is_lt(),
        };
        if host_first {
            h.next();
            hosts.push(rank);
        } else {
            s.next();
            switches.push(rank);
        }
    }
    (hosts, switches)
}
