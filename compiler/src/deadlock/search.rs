//! Circles among buffers.
//!
//! A vertex is a link in one direction: the buffer at its far end, on the priority. There is an edge from `a → b` to `b → c`
//! where a may send over b, and b over c, for one destination. Announcements go the other way: b announces its best route,
//! and forwards over all that are as long (`multipath-relax`), whichever it announced. So c need not stand in what a was
//! told, and loop detection at a doesn't see it; but its way is as long as the announced one.
//!
//! All that is permitted counts, best or not. Failures only take sessions away, so what has no circle stays without one
//! whatever fails.
//!
//! - If no switch passes upwards what it has from above, by policy or by its ASNs, and no way up is ever as long as a way
//!   down, then all traffic goes up, then down: there is no circle.
//! - Else circles of routes that begin next door are looked for, link by link: those are certain.
//! - Else every dependency on what may be a circle is looked at with all routes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fabc_targets::frr::Answer;

use crate::routing::net::{Net, SIDES, Side};

/// Switches one after another; the last is followed by the first.
pub(crate) type Circle = Vec<u32>;

/// Dependencies that are looked at one by one at most.
const MOST_EDGES: usize = 20_000;
/// Steps in which the routes of one dependency are looked for.
const MOST_STEPS: u32 = 20_000;
/// Links from which the shortest circle is looked for.
const STARTS: usize = 16;

/// What is known of a fabric's routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No circle: what switches announce suffices.
    ByPolicy,
    /// No circle: their ASNs are needed too.
    ByAsns,
    /// No circle: every route had to be followed.
    ByRoutes,
    /// A circle, and how sure it is.
    Circle(Circle, Sure),
}

/// How sure a circle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sure {
    /// Each of its routes begins at the switch behind: it is in use unless there is a shorter one.
    NextDoor,
    /// Each of its routes is permitted.
    Permitted,
    /// As far as frr.conf could be followed.
    Possible,
}

impl Verdict {
    pub(crate) fn is_acyclic(&self) -> bool {
        !matches!(self, Verdict::Circle(..))
    }
}

/// Looks for a circle.
pub(super) fn search(net: &Net) -> Verdict {
    let straight = !ties(net);
    let used: BTreeSet<usize> = net.nodes.iter().filter(|n| !n.near.is_empty()).map(|n| n.kind).collect();
    if straight && used.iter().all(|&k| net.kinds[k].passes(Side::Upper, Side::Upper) == Answer::No) {
        return Verdict::ByPolicy;
    }
    if straight && !has_valley(net) {
        return Verdict::ByAsns;
    }
    let starts = starts(net);
    let own = graph(net, &starts, true);
    if let Some(parts) = components(&own.edges)
        && let Some(circle) = shortest(&own, &parts, net, &starts)
    {
        return Verdict::Circle(circle, Sure::NextDoor);
    }
    let any = graph(net, &starts, false);
    let Some(parts) = components(&any.edges) else { return Verdict::ByRoutes };
    refine(net, &starts, &parts).unwrap_or_else(|| match shortest(&any, &parts, net, &starts) {
        Some(circle) => Verdict::Circle(circle, Sure::Possible),
        None => Verdict::ByRoutes,
    })
}

/// Whether some tier may have a way up that is as long as a way down, to switches of one tier: only where lines skip tiers.
/// Lengths are bits. The number of tiers is that of `tier` nodes.
fn ties(net: &Net) -> bool {
    let tiers = net.nodes.iter().map(|n| n.tier + 1).max().unwrap_or_default();
    let mut near: Vec<[BTreeSet<usize>; 2]> = vec![Default::default(); tiers];
    for node in &net.nodes {
        for n in &node.near {
            near[node.tier][n.side as usize].insert(net.nodes[n.peer as usize].tier);
        }
    }
    // By tier and destination: lengths of ways that begin downwards, and upwards. Each round lengthens by one; tiers are a
    // finite ladder.
    let mut ways = vec![vec![[0u64; 2]; tiers]; tiers];
    for _ in 0..=2 * tiers {
        for tier in 0..tiers {
            for (side, next) in
                SIDES.into_iter().flat_map(|s| near[tier][s as usize].iter().map(move |&n| (s, n)))
            {
                let beyond = ways[next].clone();
                for (to, (known, [down, up])) in ways[tier].iter_mut().zip(beyond).enumerate() {
                    let on = if side == Side::Upper { down | up } else { down };
                    known[side as usize] |= on << 1 | u64::from(next == to) << 1;
                }
            }
        }
    }
    // Ladders longer than lengths are counted for don't count as straight.
    tiers > 16 || ways.iter().flatten().any(|[down, up]| down & up != 0)
}

/// Whether some switch passes upwards what it has from above, and the switch there takes it.
fn has_valley(net: &Net) -> bool {
    net.nodes.iter().any(|node| {
        let upper = || node.near.iter().filter(|n| n.side == Side::Upper);
        let mut asns: Vec<u32> = upper().map(|n| net.asn(n.peer)).collect();
        asns.dedup();
        asns.sort_unstable();
        asns.dedup();
        let heedless = upper().count() > 1 && upper().any(|n| net.kind(n.peer).is_heedless(Side::Lower));
        net.kinds[node.kind].passes(Side::Upper, Side::Upper) > Answer::No && (asns.len() > 1 || heedless)
    })
}

/// Where the links towards each switch begin among all links; one more entry than switches.
pub(super) fn starts(net: &Net) -> Vec<usize> {
    let mut starts = vec![0];
    for node in &net.nodes {
        starts.push(starts.last().copied().unwrap_or_default() + node.near.len());
    }
    starts
}

/// A graph whose first vertices are links: `starts[b] + i` is the one from the i-th neighbour of b.
pub(super) struct Graph {
    pub(super) links: usize,
    pub(super) edges: Vec<Vec<u32>>,
}

/// Dependencies: those by routes of the switch next door alone, which are certain (`own`), or at least all that there are.
///
/// A switch with n neighbours has n² of them. Chains of helping vertices, which leave out where traffic comes from, or all of
/// its AS, keep the graph linear.
fn graph(net: &Net, starts: &[usize], own: bool) -> Graph {
    let links = starts.last().copied().unwrap_or_default();
    let mut edges: Vec<Vec<u32>> = vec![Vec::new(); links];
    let id = |v: usize| u32::try_from(v).unwrap_or(u32::MAX);
    let least = if own { Answer::Yes } else { Answer::Maybe };
    for (switch, node) in (0u32..).zip(&net.nodes) {
        let kind = &net.kinds[node.kind];
        let asn = |i: usize| net.asn(node.near[i].peer);
        for there in SIDES {
            // Sides to which what is forwarded to `there` may have been announced.
            let told = |here: Side| match own {
                true => kind.passes(there, here) >= least,
                false => SIDES.into_iter().any(|from| kind.passes(from, here) >= least),
            };
            let mut outs: Vec<usize> = (0..node.near.len())
                .filter(|&j| node.near[j].side == there && kind.accepts(there) >= least)
                .filter(|&j| !own || net.kind(node.near[j].peer).own(there.other()) >= least)
                .collect();
            outs.sort_by_key(|&j| (asn(j), j));
            let Some(last) = outs.len().checked_sub(1) else { continue };
            // `before + n` leads to outs 0 to n, `after + n` to outs n to the last.
            let before = edges.len();
            let after = before + outs.len();
            edges.resize(after + outs.len(), Vec::new());
            for (n, &j) in outs.iter().enumerate() {
                let peer = node.near[j].peer;
                let Some(back) = net.session(peer, switch) else { continue };
                let link = id(starts[peer as usize] + back);
                edges[before + n].push(link);
                edges[after + n].push(link);
                if n > 0 {
                    edges[before + n].push(id(before + n - 1));
                }
                if n < last {
                    edges[after + n].push(id(after + n + 1));
                }
            }
            for (i, near) in node.near.iter().enumerate().filter(|(_, n)| told(n.side)) {
                let (far, back) = (net.kind(near.peer), near.side.other());
                if far.accepts(back) < least {
                    continue;
                }
                let (first, end) = if own && !far.is_heedless(back) {
                    let first = outs.partition_point(|&j| asn(j) < asn(i));
                    (first, outs.partition_point(|&j| asn(j) <= asn(i)))
                } else {
                    let at = outs.binary_search_by_key(&(asn(i), i), |&j| (asn(j), j));
                    at.map_or((outs.len(), outs.len()), |at| (at, at + 1))
                };
                let from = starts[switch as usize] + i;
                if first > 0 {
                    edges[from].push(id(before + first - 1));
                }
                if end <= last {
                    edges[from].push(id(after + end));
                }
            }
        }
    }
    Graph { links, edges }
}

/// The strongly connected part of each vertex, for those in one with others; none where there is no circle.
///
/// Tarjan's algorithm, without recursion.
pub(super) fn components(edges: &[Vec<u32>]) -> Option<Vec<Option<u32>>> {
    const NEW: u32 = u32::MAX;
    let mut order = vec![NEW; edges.len()];
    let mut low = vec![NEW; edges.len()];
    let mut waiting = vec![false; edges.len()];
    let mut parts: Vec<Option<u32>> = vec![None; edges.len()];
    let (mut stack, mut path): (Vec<u32>, Vec<(u32, usize)>) = (Vec::new(), Vec::new());
    let (mut next, mut found) = (0, 0);
    for root in 0..edges.len() {
        if order[root] != NEW {
            continue;
        }
        path.push((u32::try_from(root).unwrap_or(NEW), 0));
        while let Some((v, edge)) = path.pop() {
            let at = v as usize;
            if edge == 0 {
                (order[at], low[at], waiting[at]) = (next, next, true);
                next += 1;
                stack.push(v);
            }
            if let Some(&to) = edges[at].get(edge) {
                path.push((v, edge + 1));
                let to_at = to as usize;
                if order[to_at] == NEW {
                    path.push((to, 0));
                } else if waiting[to_at] {
                    low[at] = low[at].min(order[to_at]);
                }
                continue;
            }
            if let Some(&(above, _)) = path.last() {
                low[above as usize] = low[above as usize].min(low[at]);
            }
            if low[at] == order[at] {
                let from = stack.iter().rposition(|&s| s == v).unwrap_or_default();
                let members = stack.split_off(from);
                let circle = members.len() > 1 || edges[at].contains(&v);
                for &member in &members {
                    waiting[member as usize] = false;
                    parts[member as usize] = circle.then_some(found);
                }
                found += u32::from(circle);
            }
        }
    }
    (found > 0).then_some(parts)
}

/// The shortest circle through one of the first links that lie on one.
pub(super) fn shortest(graph: &Graph, parts: &[Option<u32>], net: &Net, starts: &[usize]) -> Option<Circle> {
    let on_circles = (0..graph.links).filter(|&l| parts[l].is_some()).take(STARTS);
    let circles = on_circles.filter_map(|link| circle_through(graph, parts, link));
    let links = circles.min_by_key(Vec::len)?;
    // Each link stands for the switch that it comes from.
    Some(links.into_iter().filter_map(|link| ends(net, starts, link)).map(|(from, _)| from).collect())
}

/// The two switches of a link.
fn ends(net: &Net, starts: &[usize], link: usize) -> Option<(u32, u32)> {
    let to = starts.partition_point(|&s| s <= link).checked_sub(1)?;
    let near = net.nodes.get(to)?.near.get(link - starts[to])?;
    Some((near.peer, u32::try_from(to).ok()?))
}

/// The links of a shortest circle through one; helping vertices cost nothing.
fn circle_through(graph: &Graph, parts: &[Option<u32>], link: usize) -> Option<Vec<usize>> {
    let mut came: BTreeMap<usize, usize> = BTreeMap::new();
    let mut front = VecDeque::from([link]);
    while let Some(v) = front.pop_front() {
        for to in graph.edges[v].iter().map(|&to| to as usize) {
            if to == link {
                let mut way = vec![v];
                while let Some(&before) = way.last().filter(|&&w| w != link).and_then(|w| came.get(w)) {
                    way.push(before);
                }
                way.reverse();
                way.retain(|&w| w < graph.links);
                return Some(way);
            }
            if parts[to] == parts[link] && !came.contains_key(&to) {
                came.insert(to, v);
                if to < graph.links { front.push_back(to) } else { front.push_front(to) }
            }
        }
    }
    None
}

/// Looks at every dependency of the parts that hold circles for itself; none where there are too many.
fn refine(net: &Net, starts: &[usize], parts: &[Option<u32>]) -> Option<Verdict> {
    let links = starts.last().copied().unwrap_or_default();
    let mut count = 0;
    let mut both = [vec![Vec::new(); links], vec![Vec::new(); links]];
    for link in (0..links).filter(|&l| parts[l].is_some()) {
        let (from, to) = ends(net, starts, link)?;
        for near in &net.nodes[to as usize].near {
            let after = starts[near.peer as usize] + net.session(near.peer, to)?;
            if parts[after] != parts[link] || near.peer == from {
                continue;
            }
            count += 1;
            if count > MOST_EDGES {
                return None;
            }
            let answer = depends(net, from, to, near.peer);
            for (least, edges) in [Answer::Yes, Answer::Maybe].into_iter().zip(&mut both) {
                if answer >= least {
                    edges[link].push(u32::try_from(after).unwrap_or(u32::MAX));
                }
            }
        }
    }
    for (edges, sure) in both.into_iter().zip([Sure::Permitted, Sure::Possible]) {
        if let Some(parts) = components(&edges) {
            let circle = shortest(&Graph { links, edges }, &parts, net, starts)?;
            return Some(Verdict::Circle(circle, sure));
        }
    }
    Some(Verdict::ByRoutes)
}

/// Whether a may send over b what b may send over c.
fn depends(net: &Net, a: u32, b: u32, c: u32) -> Answer {
    let mut steps = MOST_STEPS;
    let mut told = Routes::new();
    follow(net, &mut vec![a], b, Answer::Yes, &mut steps, &mut told);
    let mut held = Routes::new();
    follow(net, &mut vec![b], c, Answer::Yes, &mut steps, &mut held);
    if steps == 0 {
        return Answer::Maybe;
    }
    // As long at b: what a was told of has one switch more.
    let both = told.iter().filter_map(|(&(origin, length), told)| {
        held.get(&(origin, length.checked_sub(1)?)).map(|held| *told.min(held))
    });
    both.max().unwrap_or_default()
}

/// By origin and length, how sure a route is.
type Routes = BTreeMap<(u32, usize), Answer>;

/// Collects the routes that go from `at`, or from beyond it, over `way` backwards.
fn follow(net: &Net, way: &mut Vec<u32>, at: u32, sure: Answer, steps: &mut u32, routes: &mut Routes) {
    let Some(&to) = way.last() else { return };
    if *steps == 0 {
        return;
    }
    *steps -= 1;
    // Nobody takes a route that has passed its own AS, unless told not to mind.
    let minds = |place: usize, later: u32| {
        let before = way.get(place + 1).copied().unwrap_or(at);
        let minds = net.side(later, before).is_none_or(|side| !net.kind(later).is_heedless(side));
        later == at || (minds && net.asn(later) == net.asn(at))
    };
    if way.iter().enumerate().any(|(place, &later)| minds(place, later)) {
        return;
    }
    let (Some(out), Some(side)) = (net.side(at, to), net.side(to, at)) else { return };
    let sure = sure.min(net.kind(to).accepts(side));
    let own = sure.min(net.kind(at).own(out));
    if own > Answer::No {
        let known = routes.entry((at, way.len())).or_insert(own);
        *known = (*known).max(own);
    }
    for near in &net.nodes[at as usize].near {
        let passes = sure.min(net.kind(at).passes(near.side, out));
        if passes > Answer::No {
            way.push(at);
            follow(net, way, near.peer, passes, steps, routes);
            way.pop();
        }
    }
}
