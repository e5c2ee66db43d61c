//! What each kind of failure hits, one at a time and the worst of its kind.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::units::Ratio;

use super::figures::Intact;
use super::hosts::{hit, unit};
use crate::checks::lost::{Lost, stands};

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A cable of this line, from hosts.
    Port(usize),
    /// A cage of this tier with several links to servers: a module, or a splitter.
    Cage(usize),
    /// A link of this line, between switches.
    Link(usize),
    /// A cage of this tier with several links up.
    CageUp(usize),
    /// A switch of this tier.
    Switch(usize),
    /// All of a plane.
    Plane(u32),
}

/// One kind of failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Domain {
    /// What fails.
    pub(crate) what: What,
    /// How many of the kind there are.
    pub(crate) count: u64,
    /// GPUs with a NIC that loses a port.
    pub(crate) gpus: u64,
    /// Of those, the ones without any NIC port left.
    pub(crate) cut: u64,
    /// How many of the kind leave some GPU without any.
    pub(crate) cutting: u64,
    /// Servers that lose a link.
    pub(crate) servers: u64,
    /// Bandwidth that goes: of one lower switch up for links, of the tier's for switches, of all NICs for planes.
    pub(crate) share: Option<Ratio>,
}

/// All kinds that the fabric has, from servers upwards.
pub(crate) fn domains(intact: &Intact) -> Vec<Domain> {
    let fabric = intact.fabric;
    let mut domains = Vec::new();
    let mut upwards: Vec<usize> = (0..fabric.tiers.len()).collect();
    upwards.sort_by_key(|&t| fabric.tiers[t].distance);
    for (index, line) in fabric.lines.iter().enumerate() {
        if matches!(line.lower, Lower::Hosts { .. }) {
            domains.extend(worst(fabric, What::Port(index), links_of(fabric, index)));
        }
    }
    for &tier in upwards.iter().filter(|&&t| fabric.tiers[t].host_facing) {
        domains.extend(worst(fabric, What::Cage(tier), cages(fabric, tier, true)));
    }
    for (index, line) in fabric.lines.iter().enumerate() {
        let Lower::Tier(lower) = line.lower else { continue };
        let mut links = links_of(fabric, index).peekable();
        let Some(first) = links.next() else { continue };
        let speed = u64::from(line.speed.v.0);
        let least = fabric
            .switches
            .iter()
            .zip(&intact.loads)
            .filter(|(s, l)| s.tier == lower && !s.absent && l.up > 0);
        let share = least.map(|(_, load)| load.up).min().map(|up| Ratio::new(speed, up));
        let one = domain(fabric, What::Link(index), &first);
        domains.push(Domain { count: 1 + links.count() as u64, share, ..one });
    }
    for &tier in upwards.iter().filter(|&&t| !fabric.tiers[t].up.is_empty()) {
        let share = cages(fabric, tier, false).filter_map(|lost| up_share(intact, &lost)).max();
        domains.extend(
            worst(fabric, What::CageUp(tier), cages(fabric, tier, false)).map(|d| Domain { share, ..d }),
        );
    }
    for &tier in &upwards {
        let all = fabric.switches.iter().enumerate().filter(|(_, s)| s.tier == tier && !s.absent);
        let lost = all.map(|(index, _)| Lost { switches: [index].into(), ..Lost::default() });
        let members: Vec<u64> = intact
            .loads
            .iter()
            .zip(&fabric.switches)
            .filter(|(_, s)| s.tier == tier)
            .map(|(l, _)| l.down)
            .collect();
        let (all, most) = (members.iter().sum::<u64>(), members.iter().copied().max().unwrap_or(0));
        let share = (all > 0).then(|| Ratio::new(most, all));
        domains.extend(worst(fabric, What::Switch(tier), lost).map(|d| Domain { share, ..d }));
    }
    domains.extend(planes(fabric));
    domains
}

/// Bandwidth of these links over all up of the switch that they lead up from.
fn up_share(intact: &Intact, lost: &Lost) -> Option<Ratio> {
    let fabric = intact.fabric;
    let links = || lost.links.iter().map(|&l| &fabric.links[l as usize]);
    let speed: u64 = links().map(|l| u64::from(fabric.line_of(l).speed.v.0)).sum();
    links().next().map(|l| Ratio::new(speed, intact.loads[l.a as usize].up))
}

fn links_of(fabric: &Fabric, line: usize) -> impl Iterator<Item = Lost> {
    let all = (0u32..).zip(&fabric.links).filter(move |(_, l)| l.line as usize == line && stands(fabric, l));
    all.map(|(index, _)| Lost { links: [index].into(), ..Lost::default() })
}

/// Cages of a tier with several links to servers, or up.
fn cages(fabric: &Fabric, tier: usize, down: bool) -> impl Iterator<Item = Lost> {
    let mut cages: BTreeMap<(usize, u16), BTreeSet<u32>> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| s.tier == tier && !s.absent) {
        debug_assert_eq!(switch.tier, tier);
        for wire in fabric.switch_wires(index) {
            let link = &fabric.links[wire.link as usize];
            let hosts = matches!(fabric.line_of(link).lower, Lower::Hosts { .. });
            let wanted = if down { hosts } else { !hosts && link.b as usize != index };
            if wanted && stands(fabric, link) {
                cages.entry((index, wire.port.cage)).or_default().insert(wire.link);
            }
        }
    }
    let several = cages.into_values().filter(|links| links.len() > 1);
    several.map(|links| Lost { links, ..Lost::default() })
}

/// The one of a kind that hits most GPUs, then most servers; none where there is none.
fn worst(fabric: &Fabric, what: What, all: impl Iterator<Item = Lost>) -> Option<Domain> {
    let (mut count, mut cutting) = (0, 0);
    let kinds = all.map(|lost| domain(fabric, what, &lost)).inspect(|one| {
        count += 1;
        cutting += one.cutting;
    });
    let worst = kinds.reduce(|a, b| if (b.gpus, b.servers) > (a.gpus, a.servers) { b } else { a });
    worst.map(|worst| Domain { count, cutting, ..worst })
}

fn domain(fabric: &Fabric, what: What, lost: &Lost) -> Domain {
    let hosts = hit(fabric, lost);
    Domain {
        what,
        count: 1,
        gpus: hosts.gpus_hit,
        cut: hosts.gpus_cut,
        cutting: u64::from(hosts.gpus_cut > 0),
        servers: hosts.servers_hit,
        share: None,
    }
}

/// Planes, where several hold the same tiers: the worst of them.
fn planes(fabric: &Fabric) -> Option<Domain> {
    let count = fabric.tiers.iter().map(|t| t.planes.len()).max().filter(|&n| n > 1)?;
    let (mut all, mut own, mut cutting) = (0u64, vec![0u64; count], 0);
    for link in fabric.links.iter().filter(|l| stands(fabric, l)) {
        let (line, upper) = (fabric.line_of(link), &fabric.switches[link.b as usize]);
        let Lower::Hosts { group, .. } = line.lower else { continue };
        if unit(&fabric.groups[group], link.a_port.cage).1 == 0 {
            continue;
        }
        all += u64::from(line.speed.v.0);
        if !fabric.tier_of(upper).planes.is_empty() {
            own[upper.plane as usize] += u64::from(line.speed.v.0);
        }
    }
    let lost = |plane: u32| {
        let of = |s: &fabc_lang::fabric::Switch| {
            !fabric.tier_of(s).planes.is_empty() && s.plane == plane && !s.absent
        };
        let switches = fabric.switches.iter().enumerate().filter(|(_, s)| of(s)).map(|(i, _)| i).collect();
        let share = Ratio::new(own[plane as usize], all);
        Domain {
            share: Some(share),
            ..domain(fabric, What::Plane(plane), &Lost { switches, ..Lost::default() })
        }
    };
    let planes = (0..u32::try_from(count).unwrap_or(0)).map(lost);
    let all = planes.inspect(|plane| cutting += plane.cutting);
    let worst = all.reduce(|a, b| if b.gpus > a.gpus { b } else { a })?;
    Some(Domain { count: count as u64, cutting, ..worst })
}
