//! Which edits might keep what stands: read off from what differs between two censuses. None of them is believed before it
//! has been tried.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use fabc_lang::fabric::{Fabric, Line, Lower, Switch, Tier};
use fabc_lang::intent::{By, Hosts, LinkNode, Scope, Striping};
use fabc_lang::source::Span;
use fabc_lang::units::Speed;
use ipnet::Ipv4Net;

use super::census::{Census, LinkFacts, SwitchFacts};
use super::edit::{Edit, Pool, What};

/// All of them, the likeliest first: each alone, then those of one kind that only work together.
pub(super) fn candidates(old: &Census, fabric: &Fabric) -> Vec<Vec<Edit>> {
    let mut found = Found { edits: Vec::new(), fabric };
    let facts = Facts::new(old, fabric);
    names(&facts, &mut found);
    lines(&facts, &mut found);
    tiers(&facts, &mut found);
    bases(&facts, &mut found);
    pools(&facts, &mut found);
    maxima(&facts, &mut found);
    let kinds: [fn(&What) -> bool; 4] = [
        |what| matches!(what, What::Order(_)),
        |what| matches!(what, What::Share(_)),
        |what| matches!(what, What::First(_)),
        |what| matches!(what, What::Order(_) | What::Share(_)),
    ];
    let together =
        kinds.map(|is| found.edits.iter().filter(|edit| is(&edit.what)).cloned().collect::<Vec<_>>());
    let alone = found.edits.iter().map(|edit| vec![edit.clone()]);
    alone.chain(together.into_iter().filter(|edits| edits.len() > 1)).collect()
}

struct Found<'a> {
    edits: Vec<Edit>,
    fabric: &'a Fabric,
}

impl Found<'_> {
    fn add(&mut self, at: Span, what: What) {
        if !self.edits.iter().any(|edit| edit.at == at && edit.what == what) {
            let node = node_at(&self.fabric.intent.root, at).unwrap_or_default();
            self.edits.push(Edit { at, node, what });
        }
    }
}

/// How the node of this place begins.
fn node_at(scope: &Scope, at: Span) -> Option<String> {
    let link = scope.links.iter().find(|link| link.at == at);
    if let Some(link) = link {
        return Some(format!("link \"{}\" \"{}\"", link.lower.v, link.upper.v));
    }
    let tier = scope.tiers.iter().find(|tier| tier.at == at).map(|tier| format!("tier \"{}\"", tier.name.v));
    let hosts = || {
        let mut nodes = scope.hosts.iter();
        let nic = |hosts: &&Hosts| hosts.at == at || hosts.nics.iter().any(|nic| nic.at == at);
        nodes.find(nic).map(|hosts| format!("hosts \"{}\"", hosts.name.v))
    };
    let pod = || scope.pods.iter().find(|pod| pod.at == at).map(|pod| format!("pod \"{}\"", pod.name.v));
    let inner = || {
        scope
            .pods
            .iter()
            .map(|p| &p.scope)
            .chain(scope.planes.iter().map(|p| &p.scope))
            .find_map(|s| node_at(s, at))
    };
    tier.or_else(hosts).or_else(pod).or_else(inner)
}

/// What the candidates are read off from.
struct Facts<'a> {
    old: &'a Census,
    fabric: &'a Fabric,
    /// Switches of the former build by name.
    switches: BTreeMap<&'a str, &'a SwitchFacts>,
    /// Links of the former build by the nodes of their line.
    links: BTreeMap<&'a [String], Vec<&'a LinkFacts>>,
    /// The source's links.
    nodes: Vec<&'a LinkNode>,
}

impl<'a> Facts<'a> {
    fn new(old: &'a Census, fabric: &'a Fabric) -> Self {
        let switches = old.switches.iter().map(|s| (s.name.as_str(), s)).collect();
        let mut links: BTreeMap<&[String], Vec<&LinkFacts>> = BTreeMap::new();
        for link in &old.links {
            links.entry(&link.line).or_default().push(link);
        }
        let mut nodes = Vec::new();
        gather(&fabric.intent.root, &mut nodes);
        Facts { old, fabric, switches, links, nodes }
    }

    /// Switches that both builds have.
    fn both(&self) -> impl Iterator<Item = (&'a SwitchFacts, &'a Switch)> {
        self.fabric.switches.iter().filter_map(|is| Some((*self.switches.get(is.name.as_str())?, is)))
    }

    fn path(&self, line: &Line) -> [String; 2] {
        let lower = match line.lower {
            Lower::Hosts { group, .. } => &self.fabric.groups[group].label,
            Lower::Tier(tier) => &self.fabric.tiers[tier].label,
        };
        [lower.clone(), self.fabric.tiers[line.upper].label.clone()]
    }
}

fn gather<'a>(scope: &'a Scope, nodes: &mut Vec<&'a LinkNode>) {
    nodes.extend(&scope.links);
    scope.pods.iter().for_each(|pod| gather(&pod.scope, nodes));
    scope.planes.iter().for_each(|plane| gather(&plane.scope, nodes));
}

/// Order, leaves, servers to a leaf, parallel links and speeds of lines.
fn lines(facts: &Facts<'_>, found: &mut Found<'_>) {
    let last = facts.nodes.iter().map(|node| node.order).max().unwrap_or(0);
    for line in &facts.fabric.lines {
        let Some(were) = facts.links.get(&facts.path(line)[..]) else {
            found.add(line.at, What::Order(last.saturating_add(1)));
            continue;
        };
        let node = facts.nodes.iter().find(|node| node.at == line.at);
        if let Some(speed) =
            were.first().map(|link| Speed(link.speed)).filter(|s| *s != line.speed.v && s.0 > 0)
        {
            let at = match line.lower {
                Lower::Hosts { group, nic, .. } => {
                    facts.fabric.groups[group].node.nics.get(nic).map_or(line.at, |nic| nic.at)
                }
                Lower::Tier(_) => line.at,
            };
            found.add(at, What::Speed(speed));
        }
        match line.by {
            None => striping(node.copied(), were, line, found),
            Some(by) => {
                let upper = were.iter().filter_map(|link| facts.switches.get(link.b.as_str()));
                let leaves = upper.map(|switch| switch.index).max().unwrap_or(0);
                let mut on: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
                for link in were {
                    on.entry(&link.b).or_default().insert(&link.a);
                }
                let servers = on.values().map(BTreeSet::len).max().unwrap_or(0);
                if by != By::Spread && servers > 0 {
                    found.add(line.at, What::ServersPerLeaf(u32::try_from(servers).unwrap_or(u32::MAX)));
                }
                if leaves > 0 && (by != By::Rail || line.shared_rails) {
                    found.add(line.at, What::Leaves(leaves));
                }
            }
        }
    }
}

fn striping(node: Option<&LinkNode>, were: &[&LinkFacts], line: &Line, found: &mut Found<'_>) {
    let (mut pairs, mut lower) = (BTreeMap::<_, u32>::new(), BTreeMap::<_, u32>::new());
    for link in were {
        *pairs.entry((&link.a, &link.b)).or_default() += 1;
        *lower.entry(&link.a).or_default() += 1;
    }
    let per_pair = pairs.values().copied().max().unwrap_or(0);
    let uplinks = lower.values().copied().max().unwrap_or(0);
    match node.and_then(|node| node.striping).map(|s| s.v) {
        Some(Striping::Uplinks(n)) if n != uplinks && uplinks > 0 => {
            found.add(line.at, What::Striping(Striping::Uplinks(uplinks)));
        }
        _ if line.parallel != per_pair && per_pair > 0 => {
            found.add(line.at, What::Striping(Striping::PerPair(per_pair)));
        }
        _ => {}
    }
}

/// Nodes that were called otherwise, and templates.
fn names(facts: &Facts<'_>, found: &mut Found<'_>) {
    let (old, fabric) = (facts.old, facts.fabric);
    let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let parent = |path: &str| path.strip_suffix(&last(path)).unwrap_or_default().to_owned();
    let mut pair = |were: BTreeSet<&str>, are: Vec<(&str, Span)>| {
        let gone: Vec<&&str> = were.iter().filter(|w| !are.iter().any(|(label, _)| label == *w)).collect();
        for (label, at) in are.iter().filter(|(label, _)| !were.contains(label)) {
            let mut near = gone.iter().filter(|gone| parent(gone) == parent(label));
            if let (Some(was), None) = (near.next(), near.next()) {
                found.add(*at, What::Name(last(label), last(was)));
            }
        }
    };
    pair(
        old.hosts.iter().map(|h| h.group.as_str()).collect(),
        fabric.groups.iter().map(|g| (g.label.as_str(), g.node.at)).collect(),
    );
    pair(
        old.switches.iter().map(|s| s.tier.as_str()).collect(),
        fabric.tiers.iter().map(|t| (t.label.as_str(), t.node.at)).collect(),
    );
    let place = |was: &'_ SwitchFacts| (was.tier.clone(), was.plane.clone(), was.pod.unwrap_or(0), was.index);
    let places: BTreeMap<_, &SwitchFacts> = old.switches.iter().map(|was| (place(was), was)).collect();
    for switch in &fabric.switches {
        let tier = fabric.tier_of(switch);
        let plane = tier.planes.get(switch.plane as usize).cloned();
        let was = places.get(&(tier.label.clone(), plane, switch.pod, switch.index)).copied();
        let renamed = was.filter(|was| was.name != switch.name);
        if let Some(was) = renamed.filter(|_| !found.edits.iter().any(|edit| edit.at == tier.node.at)) {
            found.add(tier.node.at, What::Template(None));
            if let Some(template) = template(&was.name, switch.index) {
                found.add(tier.node.at, What::Template(Some(template)));
            }
        }
    }
}

/// The template that gives this name to the member of this index; none where the name doesn't end with the index.
fn template(name: &str, index: u32) -> Option<String> {
    let front = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.get(front.len()..)?;
    if digits.parse() != Ok(index) {
        return None;
    }
    let width = digits.len();
    let padded = width > 1 && (digits.starts_with('0') || index.to_string().len() == width);
    Some(if padded { format!("{front}{{index:0{width}}}") } else { format!("{front}{{index}}") })
}

/// Shares of the pools, reserves, ordinals of pods.
fn tiers(facts: &Facts<'_>, found: &mut Found<'_>) {
    let fabric = facts.fabric;
    let pool = fabric.intent.routing.as_ref().and_then(|r| r.loopbacks).map(|pool| pool.v);
    let mut kept = BTreeSet::new();
    for (tier, share) in
        fabric.tiers.iter().map(|tier| (tier, pool.and_then(|pool| share(facts, tier, pool))))
    {
        let Some(share) = share else { continue };
        kept.insert(share);
        if share != tier.share {
            found.add(tier.node.at, What::Share(share));
        }
    }
    let known = |tier: &&Tier| !facts.old.switches.iter().any(|s| s.tier == tier.label);
    for tier in fabric.tiers.iter().filter(known) {
        if let Some(free) = (0..tier.shares).find(|share| !kept.contains(share)) {
            kept.insert(free);
            found.add(tier.node.at, What::Share(free));
        }
    }
    for tier in fabric.tiers.iter().filter(|tier| tier.node.reserve.is_some()) {
        let highest = facts.old.links.iter().filter_map(|link| {
            let lower = (&link.a, &link.a_if);
            let end = [lower, (&link.b, &link.b_if)]
                .into_iter()
                .find(|(name, _)| facts.switches.get(name.as_str()).is_some_and(|s| s.tier == tier.label));
            cage(tier, end?.1)
        });
        let free = highest.max().map(|cage| tier.cages.len().saturating_sub(cage.into()));
        if let Some(free) = free.and_then(|free| u32::try_from(free).ok()) {
            found.add(tier.node.at, What::Reserve(Some(free).filter(|&free| free > 0)));
        }
    }
    pods(facts, found);
}

/// Which share of the pool a tier had.
fn share(facts: &Facts<'_>, tier: &Tier, pool: Ipv4Net) -> Option<u32> {
    let was = facts.old.switches.iter().find(|s| s.tier == tier.label)?;
    let size = 1u32.checked_shl(32 - u32::from(pool.prefix_len()))? / tier.shares;
    let share = u32::from(was.loopback?).checked_sub(u32::from(pool.network()))? / size.max(1);
    (share < tier.shares).then_some(share)
}

/// The cage that an interface of a tier is in: the last one whose own name is not beyond it.
fn cage(tier: &Tier, interface: &str) -> Option<u16> {
    let number = |name: &str| name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    let wanted = number(interface)?;
    let first = |i: usize| number(&tier.cages.get(i)?.default.ports.first()?.name);
    let at =
        (0..tier.cages.len()).filter(|&i| first(i).is_some_and(|n| n <= wanted)).max_by_key(|&i| first(i))?;
    u16::try_from(at + 1).ok()
}

/// New pod nodes count behind the old ones.
fn pods(facts: &Facts<'_>, found: &mut Found<'_>) {
    let old = facts.old.switches.iter().map(|s| s.tier.as_str());
    let old: BTreeSet<&str> = old.filter_map(|tier| tier.split_once('/')).map(|(pod, _)| pod).collect();
    let nodes = &facts.fabric.intent.root.pods;
    let mut next = 1 + nodes.iter().filter(|p| old.contains(p.name.v.as_str())).map(|p| p.max.v).sum::<u32>();
    for pod in nodes.iter().filter(|p| !old.contains(p.name.v.as_str())) {
        found.add(pod.at, What::First(next));
        next = next.saturating_add(pod.max.v);
    }
}

/// Bases of ASNs, where all of a tier's moved by as much.
fn bases(facts: &Facts<'_>, found: &mut Found<'_>) {
    let Some(routing) = &facts.fabric.intent.routing else { return };
    for (name, base) in &routing.asn {
        let of_base = |is: &Switch| {
            let tier = facts.fabric.tier_of(is);
            tier.asn_base.is_some_and(|b| b.at == base.at)
                && is.own.is_none_or(|own| facts.fabric.intent.switches[own].asn.is_none())
        };
        let apart = facts.both().filter(|(_, is)| of_base(is));
        let apart: BTreeSet<i64> =
            apart.filter_map(|(was, is)| Some(i64::from(was.asn?) - i64::from(is.asn?))).collect();
        if let [apart] = apart.into_iter().collect::<Vec<_>>()[..]
            && let Ok(base_was) = u32::try_from(i64::from(base.v) + apart)
            && apart != 0
        {
            found.add(name.at.to(base.at), What::Base(name.v.clone(), base_was));
        }
    }
}

/// Pools of which every address of the former build would come.
fn pools(facts: &Facts<'_>, found: &mut Found<'_>) {
    let intent = &facts.fabric.intent;
    let routing = intent.routing.as_ref();
    let low = |tier: &Tier| if tier.share == 0 { crate::resolve::MANAGEMENT_LOW } else { 0 };
    let mut pool = |which,
                    now: Option<(Ipv4Net, Span)>,
                    was: &dyn Fn(&SwitchFacts) -> Option<Ipv4Addr>,
                    within: &dyn Fn(&Tier, &Switch) -> u32| {
        let Some((now, at)) = now else { return };
        let pairs: Vec<_> =
            facts.both().filter_map(|(w, is)| Some((was(w)?, facts.fabric.tier_of(is), is))).collect();
        let holds = |pool: Ipv4Net| {
            pairs.iter().all(|(address, tier, is)| {
                let share = tier.share_of(pool);
                share.and_then(|s| u32::from(s.network()).checked_add(within(tier, is)))
                    == Some(u32::from(*address))
            })
        };
        let Some((first, tier, is)) = pairs.first() else { return };
        let lengths = std::iter::once(now.prefix_len()).chain(8..=30);
        let fitting = lengths.filter_map(|length| {
            let size = (1u64 << (32 - u32::from(length))) / u64::from(tier.shares);
            let base = u64::from(u32::from(*first))
                .checked_sub(u64::from(within(tier, is)) + u64::from(tier.share) * size)?;
            let pool = Ipv4Net::new(Ipv4Addr::from(u32::try_from(base).ok()?), length).ok()?;
            (pool.network() == pool.addr() && pool != now && holds(pool)).then_some(pool)
        });
        if let Some(pool) = fitting.into_iter().next().filter(|_| !holds(now)) {
            found.add(at, What::Pool(which, pool));
        }
    };
    pool(
        Pool::Loopbacks,
        routing.and_then(|r| r.loopbacks).map(|p| (p.v, p.at)),
        &|w| w.loopback,
        &|_, is| is.number,
    );
    let block = |w: &SwitchFacts| Some(w.host_block.as_ref()?.parse::<Ipv4Net>().ok()?.network());
    let within = |tier: &Tier, is: &Switch| tier.block_size().saturating_mul(is.number.saturating_sub(1));
    pool(Pool::HostSubnets, routing.and_then(|r| r.host_subnets).map(|p| (p.v, p.at)), &block, &within);
    let management = intent.management.as_ref().map(|m| (m.subnet.v, m.subnet.at));
    pool(Pool::Management, management, &|w| w.mgmt, &|tier, is| is.number + low(tier));
}

/// `max=` of every node: as many members as there were, or as there are, or what people write.
fn maxima(facts: &Facts<'_>, found: &mut Found<'_>) {
    let fabric = facts.fabric;
    let mut node = |at: Span, max: u32, count: u32, was: u32| {
        let near = (count..=max).take(16);
        let powers = (0..12).map(|bits| 1 << bits).filter(|&n| n > count);
        for candidate in [was.max(count), count].into_iter().chain(near).chain(powers).filter(|&n| n != max) {
            found.add(at, What::Max(candidate));
        }
    };
    for tier in &fabric.tiers {
        let was = facts.old.switches.iter().filter(|s| s.tier == tier.label).map(|s| s.index).max();
        node(tier.node.at, tier.node.max.v, tier.node.count.v, was.unwrap_or(0));
    }
    for group in &fabric.groups {
        let was = facts.old.hosts.iter().filter(|h| h.group == group.label).map(|h| h.index).max();
        node(group.node.at, group.node.max.v, group.node.count.v, was.unwrap_or(0));
    }
    let mut scopes = vec![&fabric.intent.root];
    while let Some(scope) = scopes.pop() {
        for pod in &scope.pods {
            node(pod.at, pod.max.v, pod.count.v, 0);
            scopes.push(&pod.scope);
        }
        scopes.extend(scope.planes.iter().map(|plane| &plane.scope));
    }
}
