//! The routes that every switch ends up with, told without a daemon.
//!
//! Towards one switch at a time, from it outwards, in the order of preference of BGP's decision (RFC 4271 §9.1): local
//! preference first, which only GRACEFUL_SHUTDOWN lowers here (RFC 8326: 0 on what carries the community, and it stays on
//! the route), then the length of the AS path; all that is left equal is used at once (`bestpath as-path
//! multipath-relax`). A switch passes on its best route alone, by its own policy and the far end's; a route that has
//! passed the far end's AS is refused there. Every hop adds one AS, so a switch is done when it is first reached.
//!
//! Equal paths are weighted as FRR does it: by the bandwidth that all of them came with, where our frr.conf tells how many
//! paths the sender has.
//!
//! Where several best routes are equal, FRR announces the one that it had first. What depends on that is marked
//! [`Way::sure`] `false`, and never guessed.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower, PortId};
use fabc_targets::frr::{Answer, TemplateError, Templates, Told, maximum_paths};
use fabc_targets::is_down;
use fabc_targets::sonic::Release;

use super::net::{Net, SIDES, SORTS, Side, Sort};

/// What is out of order: links and switches by index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Failed {
    /// Links that are down.
    pub(crate) links: BTreeSet<u32>,
    /// Switches that are gone.
    pub(crate) switches: BTreeSet<u32>,
}

/// A link with a session, seen from one of its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hop {
    /// Index of the link.
    pub(crate) link: u32,
    /// The far switch.
    pub(crate) peer: u32,
    /// The port here.
    pub(crate) port: PortId,
    /// The port there.
    pub(crate) far: PortId,
    /// On which side the far switch is.
    pub(crate) side: Side,
}

impl Hop {
    /// The same link from its far end.
    fn back(self, here: u32) -> Self {
        Hop { peer: here, port: self.far, far: self.port, side: self.side.other(), ..self }
    }
}

/// How much of the traffic each of equal paths gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Weights {
    /// All the same.
    Equal,
    /// As these numbers are to each other, one for each next hop.
    Of(Vec<u32>),
    /// By what isn't followed.
    Unknown,
}

impl Weights {
    /// The weight of the next hop at a place; none where it isn't known.
    pub(crate) fn of(&self, at: usize) -> Option<u32> {
        match self {
            Weights::Equal => Some(1),
            Weights::Of(all) => all.get(at).copied(),
            Weights::Unknown => None,
        }
    }
}

/// The bandwidth that a route comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bandwidth {
    Nothing,
    /// So many paths.
    Paths(u32),
    Unknown,
}

/// How a switch reaches what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// Whether the route carries GRACEFUL_SHUTDOWN: it is used only where there is no other.
    pub(crate) drained: bool,
    /// ASes on the path.
    pub(crate) length: u16,
    /// The links that it leaves by, ascending by their place in [`Predictor::hops`] of the switch.
    pub(crate) hops: Vec<Hop>,
    /// How much each of them gets.
    pub(crate) weights: Weights,
    /// Whether no order of arrival could give another result.
    pub(crate) sure: bool,
    /// The bandwidth that stays on it.
    bandwidth: Bandwidth,
    /// On which sides its best routes came in.
    sides: [bool; 2],
    path: usize,
}

/// AS paths: at each place the ASNs that may stand there.
type Path = Vec<Vec<u32>>;

/// A fabric whose routes can be asked for.
#[derive(Debug)]
pub(crate) struct Predictor<'a> {
    fabric: &'a Fabric,
    net: Net,
    /// Links with sessions that come up, by switch.
    hops: Vec<Vec<Hop>>,
    /// Switches that are there.
    there: Vec<bool>,
    /// Sessions on a link: families that have one of their own.
    families: u32,
    /// The most next hops of one route, by tier.
    widths: Vec<u32>,
}

/// An offer of a route.
#[derive(Debug, Clone, Copy)]
struct Offer {
    to: u32,
    hop: Hop,
    from: u32,
    bandwidth: Bandwidth,
    sure: bool,
}

impl<'a> Predictor<'a> {
    /// Reads what switches pass on. An error is the template's.
    pub(crate) fn new(
        fabric: &'a Fabric,
        release: &Release,
        templates: &Templates,
        failed: &Failed,
    ) -> Result<Self, TemplateError> {
        let net = Net::of(fabric, release, templates)?;
        Ok(Self::over(fabric, release, net, failed))
    }

    /// The same of what has been read already.
    pub(crate) fn over(fabric: &'a Fabric, release: &Release, net: Net, failed: &Failed) -> Self {
        let gone = |switch: u32| {
            fabric.switches.get(switch as usize).is_none_or(|s| s.absent) || failed.switches.contains(&switch)
        };
        let mut hops: Vec<Vec<Hop>> = fabric.switches.iter().map(|_| Vec::new()).collect();
        for (index, link) in (0u32..).zip(&fabric.links) {
            let Lower::Tier(_) = fabric.line_of(link).lower else { continue };
            let apart = net.session(link.a, link.b).is_none() || failed.links.contains(&index);
            if apart || gone(link.a) || gone(link.b) || is_down(fabric, link) {
                continue;
            }
            let up =
                Hop { link: index, peer: link.b, port: link.a_port, far: link.b_port, side: Side::Upper };
            for (here, hop) in [(link.a, up), (link.b, up.back(link.a))] {
                if let Some(hops) = hops.get_mut(here as usize) {
                    hops.push(hop);
                }
            }
        }
        hops.iter_mut().for_each(|hops| hops.sort_by_key(|h| h.port));
        let there = (0u32..).zip(&fabric.switches).map(|(index, _)| !gone(index)).collect();
        let routing = fabric.intent.routing.as_ref();
        let both = routing.is_some_and(|r| r.numbered6.is_some() && r.loopbacks6.is_some());
        let widths = fabric.tiers.iter().map(|t| maximum_paths(release, fabric.platform_of(t))).collect();
        Predictor { fabric, net, hops, there, families: if both { 2 } else { 1 }, widths }
    }

    /// The fabric itself.
    pub(crate) fn fabric(&self) -> &'a Fabric {
        self.fabric
    }

    /// What switches pass on.
    pub(crate) fn net(&self) -> &Net {
        &self.net
    }

    /// The same, for another prediction over it.
    pub(crate) fn into_net(self) -> Net {
        self.net
    }

    /// Lines of frr.conf that the prediction doesn't follow, each with a switch that has it.
    pub(crate) fn not_followed(&self) -> impl Iterator<Item = &(String, u32)> {
        self.net.unseen.iter().chain(&self.net.unweighed)
    }

    /// Links of a switch with sessions that come up, by port.
    pub(crate) fn hops(&self, switch: u32) -> &[Hop] {
        self.hops.get(switch as usize).map_or(&[], Vec::as_slice)
    }

    /// Sessions on each link.
    pub(crate) fn families(&self) -> u32 {
        self.families
    }

    /// Ways that come down to a switch and go up again there: who sends, and over whom.
    pub(crate) fn valleys(&self, ways: &[Option<Way>]) -> Vec<(u32, u32)> {
        let climbs = |way: &Option<Way>| way.iter().flat_map(|w| &w.hops).any(|h| h.side == Side::Upper);
        let climbs: Vec<bool> = ways.iter().map(climbs).collect();
        let mut valleys = Vec::new();
        for (from, way) in (0u32..).zip(ways) {
            let down = way.iter().flat_map(|w| &w.hops).filter(|h| h.side == Side::Lower);
            let mut over: Vec<u32> = down.map(|h| h.peer).filter(|&peer| climbs[peer as usize]).collect();
            over.sort_unstable();
            over.dedup();
            valleys.extend(over.into_iter().map(|over| (from, over)));
        }
        valleys
    }

    /// Whether the switch is there.
    pub(crate) fn is_there(&self, switch: u32) -> bool {
        self.there.get(switch as usize).is_some_and(|t| *t)
    }

    /// The most next hops of one route of a switch.
    pub(crate) fn width(&self, switch: u32) -> usize {
        let tier = self.fabric.switches.get(switch as usize).map(|s| s.tier);
        let width = tier.and_then(|t| self.widths.get(t)).copied().unwrap_or(1);
        let stated = self.net.nodes.get(switch as usize).and_then(|n| self.net.kinds.get(n.kind)?.paths);
        width.min(stated.unwrap_or(width)) as usize
    }

    /// What a switch announces of its own, once each.
    pub(crate) fn announces(&self, switch: u32) -> impl Iterator<Item = Sort> + '_ {
        let known = self.fabric.switches.get(switch as usize).filter(|_| self.is_there(switch));
        let kind = self.net.nodes.get(switch as usize).map_or(usize::MAX, |n| n.kind);
        SORTS.into_iter().filter(move |sort| {
            let has = known.is_some_and(|s| match sort {
                Sort::Loopback => s.loopback.is_some(),
                Sort::Loopback6 => s.loopback6.is_some(),
                Sort::Block => s.host_block.is_some(),
                Sort::Link => false,
            });
            // A family that no session carries is in no list of what is treated.
            has && self.net.sorts.get(kind).is_some_and(|sorts| sorts.iter().any(|t| t.sort == *sort))
        })
    }

    /// How every switch reaches what `target` announces of a sort; none where it doesn't, and for the target itself.
    pub(crate) fn toward(&self, target: u32, sort: Sort) -> Vec<Option<Way>> {
        let mut ways: Vec<Option<Way>> = vec![None; self.fabric.switches.len()];
        let mut paths = Paths::default();
        let mut waiting: BTreeMap<(bool, u16), Vec<Offer>> = BTreeMap::new();
        if !self.is_there(target) {
            return ways;
        }
        self.offer(target, None, sort, &mut waiting);
        while let Some(((drained, length), mut offers)) = waiting.pop_first() {
            offers.sort_by_key(|o| (o.to, o.hop.port));
            let mut settled = Vec::new();
            for same in offers.chunk_by(|a, b| a.to == b.to) {
                let to = same[0].to;
                if to == target || ways[to as usize].is_some() {
                    continue;
                }
                if let Some(way) = self.settle(target, same, sort, (drained, length), &ways, &mut paths) {
                    ways[to as usize] = Some(way);
                    settled.push(to);
                }
            }
            for at in settled {
                self.offer(at, ways[at as usize].as_ref(), sort, &mut waiting);
            }
        }
        ways
    }

    /// Announces a route: its own, or the best one that it has.
    fn offer(
        &self,
        from: u32,
        way: Option<&Way>,
        sort: Sort,
        waiting: &mut BTreeMap<(bool, u16), Vec<Offer>>,
    ) {
        let (drained, length) = way.map_or((false, 0), |w| (w.drained, w.length));
        let Some(treated) = self.treated(from, sort) else { return };
        let said = |to: Side| match way {
            None => (treated.0.own(to), true),
            Some(way) => {
                let from = SIDES.into_iter().filter(|s| way.sides[*s as usize]);
                let answers: Vec<Answer> = from.map(|from| treated.0.passes(from, to)).collect();
                let best = answers.iter().copied().max().unwrap_or_default();
                (best, answers.iter().all(|a| *a == best))
            }
        };
        let sides = [said(Side::Lower), said(Side::Upper)];
        let told = |to: Side| match way {
            None => treated.0.tells_own[to as usize],
            Some(way) => {
                let from = SIDES.into_iter().filter(|s| way.sides[*s as usize]);
                from.filter_map(|from| treated.0.tells[from as usize][to as usize]).reduce(Told::join)
            }
        };
        let paths = way.map_or(1, |w| w.hops.len().min(self.width(from)));
        let told = SIDES.map(|to| match told(to) {
            Some(Told::Paths) => Bandwidth::Paths(u32::try_from(paths).unwrap_or(u32::MAX)),
            Some(Told::Other) => Bandwidth::Unknown,
            Some(Told::Nothing) | None => way.map_or(Bandwidth::Nothing, |w| w.bandwidth),
        });
        for hop in self.hops(from) {
            let (answer, alike) = sides[hop.side as usize];
            if answer == Answer::No {
                continue;
            }
            let sure = alike && answer == Answer::Yes && !treated.1 && way.is_none_or(|w| w.sure);
            let key = (drained || treated.0.drains[hop.side as usize], length.saturating_add(1));
            waiting.entry(key).or_default().push(Offer {
                to: hop.peer,
                hop: hop.back(from),
                from,
                bandwidth: told[hop.side as usize],
                sure,
            });
        }
    }

    /// What becomes of the offers to one switch that are equal.
    fn settle(
        &self,
        target: u32,
        offers: &[Offer],
        sort: Sort,
        (drained, length): (bool, u16),
        ways: &[Option<Way>],
        paths: &mut Paths,
    ) -> Option<Way> {
        let to = offers.first()?.to;
        let (asn, treated) = (self.net.asn(to), self.treated(to, sort)?);
        let mut way = Way {
            drained,
            length,
            hops: Vec::new(),
            weights: Weights::Equal,
            sure: true,
            bandwidth: Bandwidth::Nothing,
            sides: [false; 2],
            path: 0,
        };
        let mut came: Vec<Bandwidth> = Vec::new();
        let mut behind: Vec<(u32, usize)> = Vec::new();
        for offer in offers {
            let side = offer.hop.side;
            let path = (self.net.asn(offer.from), ways[offer.from as usize].as_ref().map_or(0, |w| w.path));
            let loops = if treated.0.is_heedless(side) { Answer::No } else { paths.has(path, asn) };
            let taken = treated.0.accepts(side);
            if loops == Answer::Yes || taken == Answer::No {
                continue;
            }
            way.sure &= offer.sure && loops == Answer::No && taken == Answer::Yes && !treated.1;
            way.sides[side as usize] = true;
            way.hops.push(offer.hop);
            let retold = treated.0.retells[side as usize].unwrap_or_default() != Told::Nothing;
            came.push(if retold { Bandwidth::Unknown } else { offer.bandwidth });
            if !behind.contains(&path) {
                behind.push(path);
            }
        }
        if way.hops.is_empty() {
            return None;
        }
        debug_assert!(to != target);
        // One of them is best then, and all that is on it is used.
        way.sure &= behind.len() == 1 || !self.net.kind(to).strict;
        way.path = paths.join(&behind);
        (way.weights, way.bandwidth) = weigh(&came, treated.0.reweighted);
        Some(way)
    }

    /// What a switch does with prefixes of a sort, and whether that is not the same for all.
    fn treated(&self, switch: u32, sort: Sort) -> Option<(&super::net::Kind, bool)> {
        let kind = self.net.nodes.get(switch as usize)?.kind;
        let treated = self.net.sorts.get(kind)?.iter().find(|t| t.sort == sort)?;
        Some((&treated.kind, treated.mixed))
    }

    /// Whether all that `target` announces of two sorts goes the same ways.
    pub(crate) fn alike(&self, target: u32, one: Sort, other: Sort) -> bool {
        let treated = |kind: usize, sort| {
            self.net.sorts.get(kind).and_then(|sorts| sorts.iter().find(|t| t.sort == sort))
        };
        let of = |kind| treated(kind, one).zip(treated(kind, other));
        let own = self.net.nodes.get(target as usize).and_then(|n| of(n.kind));
        own.is_some_and(|(one, other)| one.kind.own == other.kind.own)
            && (0..self.net.sorts.len()).all(|kind| {
                of(kind).is_some_and(|(one, other)| {
                    let of =
                        |t: &super::net::Treated| (t.kind.passes, t.kind.accepts, t.kind.heedless, t.mixed);
                    let told = |t: &super::net::Treated| (t.kind.tells, t.kind.tells_own, t.kind.retells);
                    of(one) == of(other) && told(one) == told(other)
                })
            })
    }
}

/// What FRR makes of the bandwidth that equal paths come with, and what of it stays on the route. Weights need one on each of
/// them. What is passed on untouched is not followed: FRR then adds it up.
fn weigh(came: &[Bandwidth], reweighted: bool) -> (Weights, Bandwidth) {
    if came.iter().all(|b| *b == Bandwidth::Nothing) {
        return (Weights::Equal, Bandwidth::Nothing);
    }
    if reweighted || came.contains(&Bandwidth::Unknown) {
        return (Weights::Unknown, Bandwidth::Unknown);
    }
    let paths = |b: &Bandwidth| if let Bandwidth::Paths(n) = b { Some(*n) } else { None };
    let weights: Option<Vec<u32>> = came.iter().map(paths).collect();
    let differ = weights.filter(|all| all.windows(2).any(|two| two[0] != two[1]));
    (differ.map_or(Weights::Equal, Weights::Of), Bandwidth::Unknown)
}

/// AS paths, each once. The first is the empty one, of a switch's own routes.
#[derive(Debug)]
struct Paths {
    known: Vec<Path>,
    by_path: BTreeMap<Path, usize>,
    /// What follows when an AS is put before a path.
    longer: BTreeMap<(u32, usize), usize>,
}

impl Default for Paths {
    fn default() -> Self {
        let by_path = BTreeMap::from([(Path::new(), 0)]);
        Paths { known: vec![Path::new()], by_path, longer: BTreeMap::new() }
    }
}

impl Paths {
    /// Whether an AS is on a path with another put before it.
    fn has(&self, (first, path): (u32, usize), asn: u32) -> Answer {
        if first == asn {
            return Answer::Yes;
        }
        let places = self.known.get(path).map_or(&[][..], Vec::as_slice);
        let at = |place: &Vec<u32>| match (place.contains(&asn), place.len()) {
            (true, 1) => Answer::Yes,
            (true, _) => Answer::Maybe,
            (false, _) => Answer::No,
        };
        places.iter().map(at).max().unwrap_or_default()
    }

    /// The path of a route that came in over several equal ones, each an AS before a path.
    fn join(&mut self, behind: &[(u32, usize)]) -> usize {
        if let [one] = behind
            && let Some(&known) = self.longer.get(one)
        {
            return known;
        }
        let mut joined: Path = Vec::new();
        for &(asn, path) in behind {
            let rest = self.known.get(path).cloned().unwrap_or_default();
            for (at, place) in std::iter::once(vec![asn]).chain(rest).enumerate() {
                match joined.get_mut(at) {
                    Some(known) => known.extend(place),
                    None => joined.push(place),
                }
            }
        }
        for place in &mut joined {
            place.sort_unstable();
            place.dedup();
        }
        let next = self.known.len();
        let id = *self.by_path.entry(joined.clone()).or_insert(next);
        if id == next {
            self.known.push(joined);
        }
        if let [one] = behind {
            self.longer.insert(*one, id);
        }
        id
    }
}
