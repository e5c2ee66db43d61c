//! `link` lines: which two nodes each joins, and how many positions it needs on each side.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Findings, nearest};
use fabc_lang::fabric::{Line, Lower, Side, natural_path_cmp};
use fabc_lang::intent::{By, Hosts, Intent, LinkNode, Nos, Striping};
use fabc_lang::source::Spanned;
use fabc_lang::units::Speed;

use super::boxes::Boxes;
use super::nodes::{Member, Nodes, Ref, ScopeKind};
use super::parts::Models;
use super::places::{Places, Rack};
use super::rules;

/// How positions follow from indices.
#[derive(Debug, Clone)]
pub(super) enum Scheme {
    /// Every lower switch to every upper one it shares a scope with, `p` parallel links each.
    /// `declared`: the lower side counts declared upper switches, not `max`.
    Pairs { p: u32, declared: bool },
    /// Lower switch i takes the `n` upper switches from `i·n mod u` on.
    Stripe { n: u32, u: u32 },
    /// Servers.
    Servers(Servers),
}

/// How the NICs of one `nic` line are shared out over leaves.
#[derive(Debug, Clone)]
pub(super) struct Servers {
    pub(super) by: By,
    /// First NIC of the line, their number, ports of each that go to one instance of the leaves.
    pub(super) first: u32,
    pub(super) count: u32,
    pub(super) ports: u32,
    /// NICs of a server, all lines together.
    pub(super) rails: u32,
    /// Place of the plane in the leaf's chain, and the NIC port of its first plane.
    pub(super) plane: Option<(usize, u32)>,
    /// Planes that the leaves stand in; 1 where in none.
    pub(super) planes: u32,
    /// Leaves that take part, declared, in each joint scope.
    pub(super) leaves: u32,
    /// Leaves that there may ever be.
    pub(super) leaves_max: u32,
    /// Servers that there may ever be in one joint scope.
    pub(super) servers_max: u32,
    /// Servers to a leaf; 0 until the cages that are left are known.
    pub(super) b: u32,
    /// By rack, where both ends are placed: who shares a rack.
    pub(super) racks: Option<BTreeMap<(usize, usize, u32), Rack>>,
}

impl Servers {
    /// Fewer leaves than rails: rails share leaves in turn.
    pub(super) fn shared(&self) -> bool {
        self.by == By::Rail && self.leaves < self.rails
    }

    /// Whether B follows from the cages that uplinks leave.
    pub(super) fn open(&self) -> bool {
        self.by == By::Rail && self.b == 0
    }

    /// NICs of this line on the leaf with number `leaf` modulo the leaves, by rail with shared leaves.
    pub(super) fn own(&self, leaf: u32) -> u32 {
        (self.first..self.first + self.count)
            .filter(|k| k % self.leaves.max(1) == leaf)
            .count()
            .try_into()
            .unwrap_or(0)
    }

    /// Positions that the line needs on a leaf.
    pub(super) fn need(&self) -> u64 {
        let (ports, count) = (u64::from(self.ports), u64::from(self.count));
        let served = u64::from(self.b.min(self.servers_max));
        match self.by {
            By::Rail if self.shared() => {
                let own = (0..self.leaves).map(|l| self.own(l)).max().unwrap_or(0);
                u64::from(self.servers_max) * u64::from(own) * ports
            }
            By::Rail => served * ports,
            By::Rack => {
                let of_rack = |r: &Rack| {
                    if r.leaves.is_empty() {
                        0
                    } else {
                        u64::from(r.each(r.leaves.len() / self.planes as usize))
                    }
                };
                let placed = self.racks.as_ref().map(|r| r.values().map(of_rack).max().unwrap_or(0));
                placed.unwrap_or(served) * count * ports
            }
            By::Spread => {
                (u64::from(self.servers_max) * count * ports).div_ceil(u64::from(self.leaves.max(1)))
            }
        }
    }
}

/// A line before it has cages.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) lower: Ref,
    pub(super) upper: Ref,
    /// Scopes that hold both ends.
    pub(super) common: usize,
    pub(super) scheme: Scheme,
    /// Place of a lower switch's unit on the upper side: units × n × p positions.
    pub(super) unit_block: u32,
    pub(super) order: i64,
    /// Whether the break-out is stated, so that no other mode may be tried.
    pub(super) fixed: bool,
}

/// All lines, in the order in which they take cages.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) lines: Vec<Line>,
    pub(super) drafts: Vec<Draft>,
    /// Whether a line could not be made, so that nothing can be said of what is left over.
    pub(super) broken: bool,
}

impl Plan {
    pub(super) fn new(
        nodes: &Nodes<'_>,
        boxes: &Boxes,
        models: &Models,
        places: &Places,
        intent: &Intent,
        findings: &mut Findings,
    ) -> Self {
        let mut made: Vec<(Line, Draft)> = Vec::new();
        let community = intent.fabric.nos.v == Nos::Sonic;
        let mut maker = Maker {
            nodes,
            boxes,
            models,
            places,
            findings,
            intent,
            community,
            broken: boxes.of_tier.contains(&None),
        };
        for (scope, info) in nodes.scopes.iter().enumerate() {
            for link in &info.scope.links {
                maker.link(link, scope, &mut made);
            }
        }
        let mut broken = maker.broken;
        made.sort_by(|(l, a), (m, b)| order(nodes, (l, a), (m, b)));
        broken |= duplicates(nodes, &made, findings);
        let (lines, drafts) = made.into_iter().unzip();
        Plan { lines, drafts, broken }
    }
}

/// Tier lines before host lines; rail, rack, spread; `order=`; paths of both ends; `nic` lines in source order.
fn order(nodes: &Nodes<'_>, (l, a): (&Line, &Draft), (m, b): (&Line, &Draft)) -> Ordering {
    let path = |r: &Ref| nodes.nodes[r.node].path.as_str();
    let nic = |line: &Line| if let Lower::Hosts { nic, .. } = line.lower { nic } else { 0 };
    l.by.cmp(&m.by)
        .then(a.order.cmp(&b.order))
        .then_with(|| natural_path_cmp(path(&a.lower), path(&b.lower)))
        .then_with(|| natural_path_cmp(path(&a.upper), path(&b.upper)))
        .then_with(|| a.lower.only.cmp(&b.lower.only))
        .then_with(|| a.upper.only.cmp(&b.upper.only))
        .then(nic(l).cmp(&nic(m)))
}

/// Lines that join the same two nodes. Gives whether there are any.
fn duplicates(nodes: &Nodes<'_>, made: &[(Line, Draft)], findings: &mut Findings) -> bool {
    let mut any = false;
    for pair in made.windows(2) {
        let [(first, a), (second, b)] = pair else { continue };
        let overlap = |x: &Ref, y: &Ref| {
            x.node == y.node && x.only.iter().zip(&y.only).all(|(p, q)| p.is_none() || q.is_none() || p == q)
        };
        let other_nic = first.at == second.at && first.lower != second.lower;
        if overlap(&a.lower, &b.lower) && overlap(&a.upper, &b.upper) && !other_nic {
            let (low, up) = (&nodes.nodes[a.lower.node].path, &nodes.nodes[a.upper.node].path);
            let found =
                rules::DUPLICATE_LINE.at(second.at, format!("`{low}` and `{up}` are joined a second time"));
            findings.push(found.label(first.at, "first here").help("keep one line for each two nodes"));
            any = true;
        }
    }
    any
}

struct Maker<'n, 'a, 'f> {
    nodes: &'n Nodes<'a>,
    boxes: &'n Boxes,
    models: &'n Models,
    places: &'n Places,
    findings: &'f mut Findings,
    intent: &'n Intent,
    community: bool,
    broken: bool,
}

impl Maker<'_, '_, '_> {
    fn link(&mut self, link: &LinkNode, scope: usize, made: &mut Vec<(Line, Draft)>) {
        let lowers = self.look_up(&link.lower, scope);
        let uppers = self.look_up(&link.upper, scope);
        for lower in &lowers {
            for upper in &uppers {
                self.pair(link, lower, upper, made);
            }
        }
    }

    fn look_up(&mut self, name: &Spanned<String>, scope: usize) -> Vec<Ref> {
        let found = self.nodes.find(&name.v, scope);
        if found.is_empty() {
            self.broken = true;
            if self.intent.unread.may_be(&name.v) {
                return found;
            }
            let near = self.nodes.nearest(&name.v);
            let guess = near.map(|n| format!("did you mean \"{n}\"?"));
            let error = rules::UNKNOWN_NODE.at(name.at, format!("no hosts or tier is called `{}`", name.v));
            let error = error.instead_opt(near);
            self.findings.push(error.help_opt(guess.or(Some("declare it with `tier` or `hosts`".into()))));
        }
        found
    }

    fn pair(&mut self, link: &LinkNode, lower: &Ref, upper: &Ref, made: &mut Vec<(Line, Draft)>) {
        let (low, up) = (&self.nodes.nodes[lower.node], &self.nodes.nodes[upper.node]);
        if let Member::Hosts(_) = up.member {
            let both = matches!(low.member, Member::Hosts(_));
            let text = format!("`{}` is a host group; the upper end of a link is a tier", link.upper.v);
            let help = if both {
                "link hosts to a tier".into()
            } else {
                format!("swap the ends: link \"{}\" \"{}\"", link.upper.v, link.lower.v)
            };
            return self.fail(rules::LINK_ENDS.at(link.upper.at, text).help(help));
        }
        if lower.node == upper.node {
            return self.fail(
                rules::LINK_ENDS
                    .at(link.upper.at, format!("`{}` is linked to itself", link.upper.v))
                    .help("name another tier"),
            );
        }
        let common = low.chain.iter().zip(&up.chain).take_while(|(a, b)| a == b).count();
        match low.member {
            Member::Tier(_) => self.tiers(link, lower, upper, common, made),
            Member::Hosts(hosts) => self.hosts(link, hosts, lower, upper, common, made),
        }
    }

    fn fail(&mut self, found: fabc_lang::diagnostic::Diagnostic) {
        self.broken = true;
        self.findings.push(found);
    }

    fn tiers(
        &mut self,
        link: &LinkNode,
        lower: &Ref,
        upper: &Ref,
        common: usize,
        made: &mut Vec<(Line, Draft)>,
    ) {
        let nodes = self.nodes;
        let (low, up) = (&nodes.nodes[lower.node], &nodes.nodes[upper.node]);
        let surplus = [
            ("by", link.by.map(|b| b.at)),
            ("servers-per-leaf", link.servers_per_leaf.map(|s| s.at)),
            ("leaves", link.leaves.map(|l| l.at)),
        ];
        for (word, at) in surplus {
            let Some(at) = at else { continue };
            let found = rules::NOT_HERE
                .at(at, format!("`{word}` says how servers are shared out; this line joins two tiers"));
            self.findings.push(found.help(format!("remove `{word}=`")));
        }
        let (Some(low_box), Some(up_box)) = (self.boxes.of(low.ordinal), self.boxes.of(up.ordinal)) else {
            return;
        };
        let default = |b: &super::boxes::SwitchBox| {
            b.cages
                .first()
                .and_then(|c| c.modes.iter().find(|m| m.name == c.default)?.speeds.first().copied())
        };
        let speed = match link.speed {
            Some(speed) => speed,
            None => match (default(low_box), default(up_box)) {
                (Some(a), Some(b)) if a == b => Spanned::new(a, link.at),
                _ => {
                    let text = "the two platforms have different default speeds, and the link says none";
                    return self.fail(rules::SPEED_NEEDED.at(link.at, text).help("add `speed=\"…\"`"));
                }
            },
        };
        let breakout = link.breakout.as_ref();
        let sides = (
            self.side(lower.node, speed, Over::Any, breakout),
            self.side(upper.node, speed, Over::Any, breakout),
        );
        let striping = link.striping.unwrap_or(Spanned::new(Striping::PerPair(1), link.at));
        let units_up = nodes.units(&up.chain[common..]);
        let declared_up: u32 = up.count() * count_declared(nodes, &up.chain[common..]);
        let units_low = nodes.units(&low.chain[common..]);
        let (scheme, low_need, block) = match striping.v {
            Striping::PerPair(p) => (
                Scheme::Pairs { p, declared: false },
                u64::from(units_up) * u64::from(up.max()) * u64::from(p),
                low.max() * p,
            ),
            Striping::Uplinks(n) if n.is_multiple_of(declared_up) => {
                let p = n / declared_up;
                (Scheme::Pairs { p, declared: true }, u64::from(n), low.max() * p)
            }
            Striping::Uplinks(n) if declared_up.is_multiple_of(n) => {
                if !(u64::from(low.count()) * u64::from(n)).is_multiple_of(u64::from(declared_up)) {
                    self.uneven(link, striping.at, n, declared_up, low.count());
                }
                (Scheme::Stripe { n, u: declared_up }, u64::from(n), (low.max() * n).div_ceil(declared_up))
            }
            Striping::Uplinks(n) => return self.indivisible(link, striping.at, n, declared_up),
        };
        let (Some(lower_side), Some(upper_side)) = sides else { return };
        let up_need = u64::from(units_low) * u64::from(block);
        let parallel = if let Scheme::Pairs { p, .. } = scheme { p } else { 1 };
        let line = Line {
            lower: Lower::Tier(low.ordinal),
            upper: up.ordinal,
            at: link.at,
            speed,
            by: None,
            striping: Some(striping),
            parallel,
            shared_rails: false,
            media: link.media.clone(),
            length: link.length,
            lower_side: Some(Side { need: clamp(low_need), ..lower_side }),
            upper_side: Side { need: clamp(up_need), ..upper_side },
        };
        let draft = Draft {
            lower: lower.clone(),
            upper: upper.clone(),
            common,
            scheme,
            unit_block: block,
            order: link.order,
            fixed: link.breakout.is_some(),
        };
        made.push((line, draft));
    }

    fn uneven(&mut self, link: &LinkNode, at: fabc_lang::source::Span, n: u32, upper: u32, lower: u32) {
        let total = u64::from(lower) * u64::from(n);
        let text = format!(
            "{lower} lower switches × {n} uplinks = {total} links don't share out over {upper} upper switches: {} are left over",
            total % u64::from(upper)
        );
        let step = upper / n;
        let (less, more) = (lower / step * step, lower.div_ceil(step) * step);
        let fits = if less == 0 {
            format!("{more} lower switches would fit")
        } else {
            format!("{less} or {more} lower switches would fit")
        };
        self.findings.push(
            rules::UNEVEN_STRIPING.at(at, text).label(link.upper.at, format!("{upper} of them")).help(fits),
        );
    }

    fn indivisible(&mut self, link: &LinkNode, at: fabc_lang::source::Span, n: u32, upper: u32) {
        let text =
            format!("{n} uplinks don't stripe evenly over {upper} upper switches: neither divides the other");
        let below = (1..n).rev().find(|&m| upper.is_multiple_of(m) || m.is_multiple_of(upper)).unwrap_or(1);
        let above = (n + 1..)
            .find(|&m| (m < upper && upper.is_multiple_of(m)) || m.is_multiple_of(upper))
            .unwrap_or(upper);
        let found = rules::UNEVEN_STRIPING.at(at, text).label(link.upper.at, format!("{upper} of them"));
        self.fail(found.help(format!("uplinks={below} or uplinks={above} would fit")));
    }

    /// The mode for one end of a line; reports where there is none.
    fn side(
        &mut self,
        node: usize,
        speed: Spanned<Speed>,
        over: Over,
        breakout: Option<&Spanned<String>>,
    ) -> Option<Side> {
        let node = &self.nodes.nodes[node];
        let Member::Tier(tier) = node.member else { return None };
        let which = self.boxes.of(node.ordinal)?;
        let named = breakout.filter(|b| which.cages.iter().any(|c| c.modes.iter().any(|m| m.name == b.v)));
        if let (Some(breakout), None) = (breakout, named) {
            let text =
                format!("`{}` of tier `{}` has no break-out mode `{}`", tier.switch.v, node.path, breakout.v);
            let found = rules::NO_BREAKOUT.at(breakout.at, text).label(tier.switch.at, "its platform");
            let modes = || which.cages.iter().flat_map(|c| &c.modes).map(|m| m.name.as_str());
            let longer = modes().find(|m| m.starts_with(breakout.v.as_str()));
            let near = longer.or(nearest(&breakout.v, modes()));
            let guess = near.map(|m| format!("did you mean \"{m}\"?"));
            let found = found.instead_opt(near);
            self.fail(found.help(guess.unwrap_or_else(|| format!("its modes: {}", which.offers()))));
            return None;
        }
        let named = named.map(|b| b.v.as_str());
        let mode = match over {
            Over::Any => which.choose(speed.v, None, named),
            Over::Just(lanes) => which.choose(speed.v, Some(lanes), named),
            Over::Rather(lanes) => {
                which.choose(speed.v, Some(lanes), named).or_else(|| which.choose(speed.v, None, named))
            }
        };
        let Some(mode) = mode else {
            let how = match (over, named) {
                (_, Some(b)) => format!(" in mode `{b}`"),
                (Over::Just(l), None) => format!(" over {l} lane{}", if l == 1 { "" } else { "s" }),
                (Over::Any | Over::Rather(_), None) => String::new(),
            };
            let text = format!("`{}` of tier `{}` has no port of {}{how}", tier.switch.v, node.path, speed.v);
            let found = rules::NO_BREAKOUT.at(speed.at, text).label(tier.switch.at, "its platform");
            self.fail(found.help(format!("its modes: {}", which.offers())));
            return None;
        };
        let default = which.cages.first().is_some_and(|c| c.default == mode.name);
        if self.community && !mode.community && !default {
            let text = format!(
                "`{}` of tier `{}` can't break a cage out into {} on community SONiC: its platform.json has no modes",
                tier.switch.v, node.path, mode.name
            );
            let found = rules::NO_BREAKOUT.at(speed.at, text).label(tier.switch.at, "its platform");
            self.fail(found.help("run enterprise-sonic on it, or use whole cages"));
            return None;
        }
        Some(Side { mode: mode.name.clone(), children: mode.children, need: 0, cages: Vec::new() })
    }

    fn hosts(
        &mut self,
        link: &LinkNode,
        hosts: &Hosts,
        lower: &Ref,
        upper: &Ref,
        common: usize,
        made: &mut Vec<(Line, Draft)>,
    ) {
        let nodes = self.nodes;
        let (low, up) = (&nodes.nodes[lower.node], &nodes.nodes[upper.node]);
        if let Some(striping) = link.striping {
            let word = if matches!(striping.v, Striping::PerPair(_)) { "per-pair" } else { "uplinks" };
            let text =
                format!("`{word}` joins two tiers; how many links come from hosts follows from their NICs");
            self.findings.push(rules::NOT_HERE.at(striping.at, text).help(format!("remove `{word}=`")));
        }
        let Some(by) = link.by else {
            if link.flawed {
                self.broken = true;
                return;
            }
            let text = "a link from hosts says how servers are shared out over the leaves";
            return self.fail(
                rules::BY_NEEDED.at(link.at, text).help("add by=\"rail\", by=\"rack\" or by=\"spread\""),
            );
        };
        let plane = nodes
            .plane_of(&up.chain[common..])
            .map(|(i, _)| (common + i, nodes.first_port(up.chain[common + i])));
        let rails: u32 = hosts.nics.iter().map(|n| n.count.v).sum();
        let units = nodes.units(&low.chain[common..]);
        let inner: Vec<usize> = up.chain[common..]
            .iter()
            .copied()
            .filter(|&s| !matches!(nodes.scopes[s].kind, ScopeKind::Plane(_)))
            .collect();
        let mut leaves = up.count() * count_declared(nodes, &inner);
        let mut leaves_max = up.max() * nodes.units(&inner);
        if let Some(limit) = link.leaves {
            if limit.v > leaves {
                let text = format!("leaves={} is more than the {leaves} leaves that there are", limit.v);
                self.findings.push(
                    rules::NO_LEAF
                        .at(limit.at, text)
                        .label(up.at(), "the leaves")
                        .help(format!("leaves={leaves} or fewer")),
                );
            }
            leaves = leaves.min(limit.v);
            leaves_max = leaves;
        }
        let mut first = 0;
        for (index, nic) in hosts.nics.iter().enumerate() {
            let at_first = first;
            first += nic.count.v;
            if let Some((at, _)) = plane {
                let planes = nodes.plane_ports(up.chain[at]);
                if planes != nic.ports.v {
                    let text = format!(
                        "a NIC has {} port{}, and there are {planes} planes",
                        nic.ports.v,
                        if nic.ports.v == 1 { "" } else { "s" }
                    );
                    let found = rules::PLANES_AND_PORTS
                        .at(nic.ports.at, text)
                        .label(link.at, "each port goes into one plane");
                    self.fail(found.help(format!("ports={planes}, or {} plane names", nic.ports.v)));
                    continue;
                }
            }
            if let Some(speed) = link.speed.filter(|s| s.v != nic.speed.v) {
                let text = format!("the link says {}, the NIC's ports run at {}", speed.v, nic.speed.v);
                let found = rules::SPEEDS_DIFFER.at(speed.at, text).label(nic.speed.at, "the NIC");
                self.findings.push(found.help(format!("remove it, or write speed=\"{}\"", nic.speed.v)));
            }
            let over = match (nic.lanes, self.models.lanes(low.ordinal, index, nic)) {
                (Some(lanes), _) => Over::Just(lanes.v),
                (None, Some(lanes)) => Over::Rather(lanes),
                (None, None) => Over::Any,
            };
            let Some(side) = self.side(upper.node, nic.speed, over, link.breakout.as_ref()) else {
                continue;
            };
            let mut servers = Servers {
                by: by.v,
                first: at_first,
                count: nic.count.v,
                ports: if plane.is_some() { 1 } else { nic.ports.v },
                rails,
                plane,
                planes: plane.map_or(1, |(at, _)| nodes.radix(up.chain[at])),
                leaves,
                leaves_max,
                servers_max: units * low.max(),
                b: link.servers_per_leaf.map_or(0, |s| s.v),
                racks: self.places.racks(nodes, lower.node, upper.node).filter(|_| by.v == By::Rack),
            };
            if servers.b == 0 {
                servers.b = match by.v {
                    By::Rail if servers.leaves_max / rails.max(1) <= 1 => servers.servers_max,
                    By::Rail => 0,
                    By::Rack | By::Spread => servers.servers_max.div_ceil(leaves.max(1)),
                };
            }
            let line = Line {
                lower: Lower::Hosts { group: low.ordinal, nic: index, first: at_first },
                upper: up.ordinal,
                at: link.at,
                speed: nic.speed,
                by: Some(by.v),
                striping: None,
                parallel: 1,
                shared_rails: servers.shared(),
                media: link.media.clone(),
                length: link.length,
                lower_side: None,
                upper_side: Side { need: clamp(servers.need()), ..side },
            };
            let scheme = Scheme::Servers(servers);
            let draft = Draft {
                lower: lower.clone(),
                upper: upper.clone(),
                common,
                scheme,
                unit_block: 0,
                order: link.order,
                fixed: link.breakout.is_some(),
            };
            made.push((line, draft));
        }
    }
}

/// Electrical lanes that a port shall have.
#[derive(Debug, Clone, Copy)]
enum Over {
    /// The fewest.
    Any,
    /// So many, as the file says.
    Just(u32),
    /// So many where the box can, as the model of NIC has them: a module can change lanes.
    Rather(u32),
}

/// Declared instances over a part of a chain.
fn count_declared(nodes: &Nodes<'_>, chain: &[usize]) -> u32 {
    let of = |&s: &usize| match nodes.scopes[s].kind {
        ScopeKind::Pod(pod) => pod.count.v,
        _ => nodes.radix(s),
    };
    chain.iter().map(of).product()
}

fn clamp(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
