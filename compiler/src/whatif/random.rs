//! Against brute force on fabrics that nobody chose: sizes, layouts and absent devices are drawn.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::intent::Claim;

use super::figures::Intact;
use super::symmetry::Symmetry;
use super::tests::{agrees, every, fabric, pools};
use super::worst::worst_within;
use crate::checks::evidence::{Evidence, judge};
use crate::checks::flow::Network;
use crate::checks::graph::Graph;
use crate::checks::load;
use crate::checks::lost::Lost;

/// A fixed sequence of numbers below what is asked for.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

/// A fabric of two or three tiers, with some of its devices absent.
fn drawn(seed: u64) -> Fabric {
    let mut draw = Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (servers, nics) = (2 + draw.below(3), 1 + draw.below(2));
    let (leaves, spines, cores) = (2 + draw.below(2), 1 + draw.below(3), 1 + draw.below(2));
    let gpus = draw.of(&["", "gpus=2", "gpus=1"]);
    let (by, parallel) = (draw.of(&["rail", "rack", "spread"]), 1 + draw.below(2));
    let claims = draw.of(&[
        "oversubscription \"leaf\" max=1.0",
        "hops max=3",
        "disjoint-paths min=2",
        "survive \"spine\" losses=1 oversubscription=2.0",
    ]);
    let kind = draw.below(4);
    // Where storage shares the leaves, each rail has one.
    let to_a_rail = if kind == 2 { 1 } else { 1 + draw.below(2).min(servers - 2) };
    let leaves = if by == "rail" { nics * to_a_rail } else { leaves };
    let inner = |nic: &str| {
        format!(
            r#"hosts "gpu" count={servers} {gpus} {{ nic count={nics} {nic}; }}
            tier "leaf" count={leaves} switch="dell-z9864f"
            tier "spine" count={spines} switch="dell-z9864f"
            link "gpu" "leaf" by="{by}"
            link "leaf" "spine" speed="400G" per-pair={parallel}"#
        )
    };
    let single = "speed=\"400G\"";
    let body = match kind {
        0 => inner(single),
        1 => format!(
            r#"hosts "gpu" count={servers} {gpus} {{ nic count={nics} ports=2 speed="200G"; }}
            plane "a" "b" {{
                tier "leaf" count={leaves} switch="dell-z9864f"
                tier "spine" count={spines} switch="dell-z9864f"
                link "gpu" "leaf" by="{by}"
                link "leaf" "spine" speed="400G" per-pair={parallel}
            }}"#
        ),
        2 => format!(
            r#"{}
            hosts "storage" count=2 gpus=0 {{ nic count=1 ports=2 speed="200G"; }}
            link "storage" "leaf" by="spread""#,
            inner(single)
        ),
        _ => format!(
            r#"pod "pod" count=2 {{ {} }}
            tier "core" count={cores} switch="dell-z9864f"
            link "spine" "core" speed="400G" per-pair=1"#,
            inner(single)
        ),
    };
    let top = if kind == 3 { "core=4200000000" } else { "" };
    let mut fabric = fabric(&format!(
        r#"fabric "f" {{ nos "sonic" release="202505"; }}
        {body}
        routing {{ asn leaf=4210000000 spine=4201000000 {top}; loopbacks "10.0.0.0/18"; host-subnets "10.64.0.0/10"; }}
        expect {{ {claims}; }}"#
    ));
    // What is absent makes twins differ.
    for _ in 0..draw.below(3) {
        let switch = draw.below(fabric.switches.len() as u64) as usize;
        fabric.switches[switch].absent = true;
    }
    if draw.below(3) == 0 {
        let host = draw.below(fabric.hosts.len() as u64) as usize;
        fabric.hosts[host].absent = true;
    }
    fabric
}

#[test]
fn the_worst_is_the_worst_of_all_that_are_drawn() {
    let (mut merged, mut all) = (0, 0);
    for seed in 0..40 {
        let fabric = drawn(seed);
        let intact = Intact::of(&fabric);
        for pool in pools(&fabric) {
            for count in 1..=2 {
                if pool.len(&fabric) >= count {
                    let (tried, of) = agrees(&format!("{seed}"), &intact, &pool, count);
                    (merged, all) = (merged + tried, all + of);
                }
            }
        }
    }
    assert!(merged * 3 < all, "{merged} of {all} were tried");
}

/// The cut between the halves with a node for every switch.
fn cut(fabric: &Fabric, lost: &Lost, halves: &[Option<bool>]) -> u64 {
    let mut net = Network::new(2 + 2 * fabric.switches.len());
    for (switch, half) in halves.iter().enumerate() {
        net.join(2 + 2 * switch, 3 + 2 * switch, u64::MAX / 4, 0);
        let hosts = (0u32..).zip(&fabric.links).filter(|(index, link)| {
            let host = matches!(fabric.line_of(link).lower, Lower::Hosts { .. });
            host && link.b as usize == switch && lost.is_up(fabric, *index, link)
        });
        let speed: u64 = hosts.map(|(_, link)| u64::from(fabric.line_of(link).speed.v.0)).sum();
        match half {
            Some(false) => net.join(0, 2 + 2 * switch, speed, 0),
            Some(true) => net.join(3 + 2 * switch, 1, speed, 0),
            None => {}
        }
    }
    for (index, link) in (0u32..).zip(&fabric.links) {
        let line = fabric.line_of(link);
        if matches!(line.lower, Lower::Tier(_)) && lost.is_up(fabric, index, link) {
            let (a, b, speed) = (link.a as usize, link.b as usize, u64::from(line.speed.v.0));
            net.join(2 + 2 * a, 2 + 2 * b, speed, 0);
            net.join(3 + 2 * b, 3 + 2 * a, speed, 0);
        }
    }
    net.flow()
}

#[test]
fn bisection_and_servers_are_as_counted_one_by_one() {
    for seed in 100..130 {
        let fabric = drawn(seed);
        let intact = Intact::of(&fabric);
        for pool in pools(&fabric) {
            for lost in every(&fabric, &pool, 2).iter().step_by(7) {
                let figures = intact.without(lost);
                if let Some(bisection) = figures.bisection {
                    assert_eq!(bisection, cut(&fabric, lost, &intact.halves), "{seed} {lost:?}");
                }
                // Links of each server, before and after.
                let mut links: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
                for (index, link) in (0u32..).zip(&fabric.links) {
                    if matches!(fabric.line_of(link).lower, Lower::Hosts { .. }) && fabric.is_present(link) {
                        let of = links.entry(link.a).or_default();
                        *of = (of.0 + 1, of.1 + u64::from(lost.is_up(&fabric, index, link)));
                    }
                }
                let cut: Vec<usize> =
                    links.iter().filter(|(_, l)| l.1 == 0).map(|(h, _)| *h as usize).collect();
                let ports: u64 = links.values().map(|l| l.0 - l.1).sum();
                let hit = links.values().filter(|l| l.1 < l.0).count() as u64;
                let hosts = &figures.hosts;
                assert_eq!(
                    (&hosts.servers_cut, hosts.ports, hosts.servers_hit),
                    (&cut, ports, hit),
                    "{seed}"
                );
            }
        }
    }
}

#[test]
fn every_move_maps_links_onto_links() {
    let mut moves = 0;
    for seed in 0..60 {
        let fabric = drawn(seed);
        let intact = Intact::of(&fabric);
        let symmetry = Symmetry::of(&intact, &vec![false; fabric.switches.len()]);
        let switches = fabric.switches.len();
        let ends = |link: &fabc_lang::fabric::Link| {
            let host = matches!(fabric.line_of(link).lower, Lower::Hosts { .. });
            (if host { switches } else { 0 } + link.a as usize, link.b as usize, link.line)
        };
        let mut counts: BTreeMap<(usize, usize, u32), u32> = BTreeMap::new();
        for link in fabric.links.iter().filter(|l| fabric.is_present(l)) {
            *counts.entry(ends(link)).or_default() += 1;
        }
        for swap in &symmetry.moves {
            moves += 1;
            // Members in order, onto members in order.
            let to = |node: usize| match swap.get(&symmetry.class[node]) {
                None => node,
                Some(&other) => {
                    let place =
                        symmetry.members[symmetry.class[node]].iter().position(|&m| m == node).unwrap();
                    symmetry.members[other][place]
                }
            };
            for (&(a, b, line), count) in &counts {
                assert_eq!(counts.get(&(to(a), to(b), line)), Some(count), "{seed} {swap:?}");
            }
        }
    }
    assert!(moves > 20, "{moves}");
}

#[test]
fn what_fails_is_judged_as_what_was_never_there() {
    let mut found = 0;
    for seed in 200..260 {
        let fabric = drawn(seed);
        let nothing = Lost::default();
        for switch in (0..fabric.switches.len()).filter(|&s| !fabric.switches[s].absent) {
            let lost = Lost { switches: [switch].into(), ..Lost::default() };
            let mut smaller = fabric.clone();
            smaller.switches[switch].absent = true;
            let graph = Graph::of(&fabric).without(&fabric, &lost);
            let loads = load::without(&load::loads(&fabric), &fabric, &lost);
            assert_eq!(
                loads.iter().map(|l| (l.down, l.up)).collect::<Vec<_>>(),
                load::loads(&smaller).iter().map(|l| (l.down, l.up)).collect::<Vec<_>>()
            );
            let (failed, gone) =
                (Evidence::of(&fabric, &lost, graph, loads), Evidence::intact(&smaller, &nothing));
            for expect in &fabric.intent.expect {
                // Losses that `survive` counts, and servers that are cut off, differ on purpose.
                if matches!(expect.claim, Claim::Oversubscription(..) | Claim::DisjointPaths(_)) {
                    let said = |evidence| judge(evidence, &expect.claim).map(|d| d.message);
                    let (one, other) = (said(&failed), said(&gone));
                    found += usize::from(one.is_some());
                    assert_eq!(one, other, "{seed} {switch}");
                }
            }
        }
    }
    assert!(found > 20, "{found}");
}

#[test]
fn a_sample_is_said_to_be_one() {
    let fabric = drawn(3);
    let intact = Intact::of(&fabric);
    let pool = pools(&fabric).remove(1);
    let (whole, sample) = (worst_within(&intact, &pool, 2, 10_000), worst_within(&intact, &pool, 2, 3));
    assert!(whole.exact && !sample.exact);
    assert_eq!(whole.total, sample.total);
    assert!(sample.figures.len() <= 3 && !sample.figures.is_empty());
    assert!(sample.tops.iter().all(|t| t.combinations.is_none()));
    assert!(sample.breaks.iter().all(|b| b.combinations.is_none()));
    for (top, best) in sample.tops.iter().zip(&whole.tops) {
        let (some, all) = (&sample.figures[top.at], &whole.figures[best.at]);
        assert!(top.measure.compare(some, all).is_le(), "a sample is no worse than all");
    }
}
