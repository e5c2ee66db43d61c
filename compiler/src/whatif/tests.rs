//! Against brute force: fabrics small enough to try everything, with the plainest code there is.

use std::collections::BTreeSet;
use std::path::Path;

use fabc_lang::fabric::{Fabric, Lower};

use super::figures::{Figures, Intact};
use super::picks::{Picks, Pool};
use super::symmetry::Symmetry;
use super::worst::{Measure, combinations, worst};
use crate::checks::lost::Lost;
use crate::host::MemoryHost;
use crate::pipeline::{Options, analyze};

pub(super) fn fabric(text: &str) -> Fabric {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let errors: Vec<String> = analysis.findings.iter().map(|f| f.message.clone()).collect();
    analysis.fabric.unwrap_or_else(|| panic!("{errors:?}"))
}

const HEAD: &str = r#"fabric "f" { nos "sonic" release="202505"; }
    routing { asn leaf=4210000000 spine=4200000000 core=4220000000; loopbacks "10.0.0.0/18"; host-subnets "10.64.0.0/10"; }
"#;

/// Shapes that differ in what can be told apart in them.
fn shapes() -> Vec<(&'static str, Fabric)> {
    let all = [
        (
            "rails",
            r#"hosts "gpu" count=3 { nic count=4 speed="400G"; }
            tier "leaf" count=4 switch="dell-z9864f"
            tier "spine" count=2 switch="dell-z9864f"
            link "gpu" "leaf" by="rail"
            link "leaf" "spine" speed="400G" per-pair=2
            expect { oversubscription "leaf" max=1.0; hops max=3; disjoint-paths min=3; survive "spine" losses=1 oversubscription=1.5; }"#,
        ),
        (
            "rail groups",
            r#"hosts "gpu" count=4 { nic count=2 speed="400G"; }
            tier "leaf" count=4 switch="dell-z9864f"
            tier "spine" count=2 switch="dell-z9864f"
            link "gpu" "leaf" by="rail" servers-per-leaf=2
            link "leaf" "spine" speed="400G" per-pair=1
            expect { oversubscription "leaf" max=1.0; }"#,
        ),
        (
            "planes",
            r#"hosts "gpu" count=2 { nic count=2 ports=2 speed="200G"; }
            plane "a" "b" {
                tier "leaf" count=2 switch="dell-z9864f"
                tier "spine" count=2 switch="dell-z9864f"
                link "gpu" "leaf" by="rail"
                link "leaf" "spine" speed="400G" per-pair=1
            }
            expect { disjoint-paths min=2; }"#,
        ),
        (
            "racks and storage",
            r#"hosts "gpu" count=4 { nic count=2 speed="400G"; }
            hosts "storage" count=2 gpus=0 { nic count=1 ports=2 speed="200G"; }
            tier "leaf" count=2 switch="dell-z9864f"
            tier "spine" count=3 switch="dell-z9864f"
            link "gpu" "leaf" by="rack" servers-per-leaf=2
            link "storage" "leaf" by="spread"
            link "leaf" "spine" speed="400G" per-pair=1
            expect { hops max=3; survive "spine" losses=2 oversubscription=4.0; }"#,
        ),
        (
            "pods",
            r#"pod "pod" count=2 {
                hosts "gpu" count=2 { nic count=2 speed="400G"; }
                tier "leaf" count=2 switch="dell-z9864f"
                tier "spine" count=2 switch="dell-z9864f"
                link "gpu" "leaf" by="rail"
                link "leaf" "spine" speed="400G" per-pair=1
            }
            tier "core" count=2 switch="dell-z9864f"
            link "spine" "core" speed="400G" uplinks=1
            expect { oversubscription "spine" max=2.0; hops max=5; }"#,
        ),
        (
            "absent",
            r#"hosts "gpu" count=4 { nic count=2 speed="400G"; absent 2; }
            tier "leaf" count=2 switch="dell-z9864f"
            tier "spine" count=3 switch="dell-z9864f" { absent 2; }
            link "gpu" "leaf" by="rail"
            link "leaf" "spine" speed="400G" per-pair=1
            expect { oversubscription "leaf" max=2.0; }"#,
        ),
    ];
    all.into_iter().map(|(name, text)| (name, fabric(&format!("{HEAD}{text}")))).collect()
}

pub(super) fn pools(fabric: &Fabric) -> Vec<Pool> {
    let there = |tier: Option<usize>| {
        let all = fabric.switches.iter().enumerate();
        let all = all.filter(move |(_, s)| !s.absent && tier.is_none_or(|t| s.tier == t));
        Pool::Switches(all.map(|(i, _)| i).collect())
    };
    let tiers = (0..fabric.tiers.len()).map(|t| there(Some(t)));
    [there(None), Pool::Links].into_iter().chain(tiers).collect()
}

/// All sets of `count` of `of`.
fn subsets(of: &[usize], count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let with =
        |i: usize| subsets(&of[i + 1..], count - 1).into_iter().map(move |rest| [vec![of[i]], rest].concat());
    (0..of.len()).flat_map(with).collect()
}

pub(super) fn every(fabric: &Fabric, pool: &Pool, count: usize) -> Vec<Lost> {
    let links: Vec<usize> =
        (0..fabric.links.len()).filter(|&l| fabric.is_present(&fabric.links[l])).collect();
    match pool {
        Pool::Switches(all) => subsets(all, count)
            .into_iter()
            .map(|s| Lost { switches: s.into_iter().collect(), links: BTreeSet::new() })
            .collect(),
        Pool::Links => subsets(&links, count)
            .into_iter()
            .map(|l| Lost { switches: BTreeSet::new(), links: l.into_iter().map(|l| l as u32).collect() })
            .collect(),
    }
}

/// Fails where the worst isn't the worst of all combinations, or its count theirs; how many were tried, and how many there are.
pub(super) fn agrees(name: &str, intact: &Intact, pool: &Pool, count: usize) -> (usize, usize) {
    let fabric = intact.fabric;
    let found = worst(intact, pool, count);
    assert!(found.exact, "{name} {pool:?}");
    let all: Vec<Figures> = every(fabric, pool, count).iter().map(|lost| intact.without(lost)).collect();
    assert_eq!(found.total, all.len() as u128);
    for top in &found.tops {
        let (said, place) = (&found.figures[top.at], format!("{name} {pool:?} {count} {:?}", top.measure));
        let worst = all.iter().max_by(|a, b| top.measure.compare(a, b)).unwrap();
        assert!(top.measure.compare(said, worst).is_eq(), "{place}: {said:?} is not {worst:?}");
        let as_bad = all.iter().filter(|f| top.measure.compare(f, worst).is_eq()).count();
        assert_eq!(top.combinations, Some(as_bad as u128), "{place}");
    }
    for claim in 0..fabric.intent.expect.len() {
        let breaks = |f: &Figures| f.broken.iter().any(|(c, _)| *c == claim);
        let said = found.breaks.iter().find(|b| b.claim == claim).map(|b| b.combinations);
        let some = all.iter().filter(|f| breaks(f)).count() as u128;
        assert_eq!(said, (some > 0).then_some(Some(some)), "{name} {pool:?} claim {claim}");
    }
    (found.figures.len(), all.len())
}

#[test]
fn the_worst_is_the_worst_of_all() {
    for (name, fabric) in shapes() {
        let intact = Intact::of(&fabric);
        for pool in pools(&fabric) {
            for count in 1..=3 {
                if pool.len(&fabric) >= count && (count < 3 || pool != Pool::Links) {
                    agrees(name, &intact, &pool, count);
                }
            }
        }
    }
}

#[test]
fn picks_stand_for_all_of_them() {
    for (name, fabric) in shapes() {
        let intact = Intact::of(&fabric);
        for pool in pools(&fabric) {
            let symmetry = Symmetry::of(&intact, &vec![false; fabric.switches.len()]);
            let picks = Picks::new(&fabric, &symmetry, &pool);
            let n = pool.len(&fabric) as u128;
            for count in 1..=4u128 {
                let all = picks.all(count as usize, 100_000).unwrap();
                let ordered: u128 = all.iter().map(|p| p.1).sum();
                let wanted: u128 = (0..count).map(|i| n.saturating_sub(i)).product();
                assert_eq!(ordered, wanted, "{name} {pool:?} {count}");
            }
        }
    }
}

#[test]
fn what_is_alike_is_tried_once() {
    let shapes = shapes();
    let of = |name: &str, pool: Pool, count: usize| {
        let fabric = &shapes.iter().find(|s| s.0 == name).unwrap().1;
        worst(&Intact::of(fabric), &pool, count).figures.len()
    };
    // Two halves of the leaves are told apart, and spines; hence 3 classes.
    assert_eq!(of("rails", Pool::Switches((0..6).collect()), 1), 3);
    assert_eq!(of("rails", Pool::Links, 1), 4);
    // Planes are alike, and rails within.
    assert_eq!(of("planes", Pool::Switches((0..8).collect()), 1), 3);
    // Pods are told apart by their half.
    assert_eq!(of("pods", Pool::Switches((0..10).collect()), 1), 5);
}

/// Whether `from` reaches `to` by going up, then down, tried link by link.
fn reaches(fabric: &Fabric, lost: &Lost, from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut rest = vec![(from, true)];
    while let Some((at, rising)) = rest.pop() {
        if at == to {
            return true;
        }
        if !seen.insert((at, rising)) {
            continue;
        }
        for (index, link) in (0u32..).zip(&fabric.links) {
            if !lost.is_up(fabric, index, link) || matches!(fabric.line_of(link).lower, Lower::Hosts { .. }) {
                continue;
            }
            let (a, b) = (link.a as usize, link.b as usize);
            if a == at && rising {
                rest.push((b, true));
            }
            if b == at {
                rest.push((a, false));
            }
        }
    }
    false
}

#[test]
fn leaves_are_parted_as_a_walk_finds_them() {
    for (name, fabric) in shapes() {
        let intact = Intact::of(&fabric);
        for pool in pools(&fabric) {
            for lost in every(&fabric, &pool, 2) {
                let figures = intact.without(&lost);
                let leaves: Vec<usize> = (0..fabric.switches.len())
                    .filter(|s| !intact.graph.servers[*s].is_empty() && !lost.switches.contains(s))
                    .collect();
                let (mut pairs, mut parted) = (0, 0);
                for pair in subsets(&leaves, 2) {
                    let before = reaches(&fabric, &Lost::default(), pair[0], pair[1]);
                    pairs += u64::from(before);
                    parted += u64::from(before && !reaches(&fabric, &lost, pair[0], pair[1]));
                }
                assert_eq!((figures.apart.pairs, figures.apart.apart), (pairs, parted), "{name} {lost:?}");
            }
        }
    }
}

#[test]
fn figures_are_what_a_fabric_without_it_has() {
    for (name, fabric) in shapes() {
        let intact = Intact::of(&fabric);
        for (switch, _) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
            let lost = Lost { switches: [switch].into(), links: BTreeSet::new() };
            let figures = intact.without(&lost);
            let mut smaller = fabric.clone();
            smaller.switches[switch].absent = true;
            let other = Intact::of(&smaller);
            let there = other.without(&Lost::default());
            assert_eq!(figures.tiers, there.tiers, "{name}");
            assert_eq!(figures.up, there.up, "{name}");
            assert_eq!(figures.paths.map(|p| p.paths), there.paths.map(|p| p.paths), "{name}");
            let present = |f: &Fabric| f.links.iter().filter(|l| f.is_present(l)).count() as u64;
            assert_eq!(figures.links, present(&fabric) - present(&smaller), "{name}");
        }
    }
}

#[test]
fn combinations_are_counted() {
    assert_eq!(combinations(5, 2), 10);
    assert_eq!(combinations(5120, 2), 13_104_640);
    assert_eq!(combinations(3, 4), 0);
    assert_eq!(combinations(400_000, 40), u128::MAX);
}

#[test]
fn measures_are_those_that_a_fabric_has() {
    let (_, pods) = shapes().into_iter().find(|s| s.0 == "pods").unwrap();
    let ratios = Measure::all(&Intact::of(&pods)).iter().filter(|m| matches!(m, Measure::Ratio(_))).count();
    assert_eq!(ratios, 2);
}

/// What is put down is counted as what has failed, but for what that brought about.
#[test]
fn a_port_put_down_is_a_link_that_failed() {
    let text = format!(
        r#"{HEAD}hosts "gpu" count=4 {{ nic count=4 speed="400G"; }}
        tier "leaf" count=4 switch="dell-z9864f"
        tier "spine" count=2 switch="dell-z9864f"
        link "gpu" "leaf" by="rail"
        link "leaf" "spine" speed="400G" per-pair=2"#
    );
    let own = r#"switch "leaf-02" { port "1/1" { admin "down"; }; port "63" { admin "down"; } }
        switch "spine-01" { port "1/1" { admin "down"; } }"#;
    let (whole, down) = (fabric(&text), fabric(&format!("{text}\n{own}")));
    let links = crate::checks::lost::put_down(&down);
    assert!(links.len() >= 3, "{links:?}");
    let (of_whole, of_down) = (Intact::of(&whole), Intact::of(&down));
    let bare = |f: &Figures| (f.tiers.clone(), f.up.clone(), f.bisection, f.paths);
    for switches in [BTreeSet::new(), [2].into(), [5].into(), [0, 5].into()] {
        let before = of_whole.without(&Lost { switches: switches.clone(), links: links.clone() });
        let after = of_down.without(&Lost { switches: switches.clone(), links: BTreeSet::new() });
        assert_eq!(bare(&before), bare(&after), "{switches:?}");
        let alone = of_whole.without(&Lost { switches: switches.clone(), links: BTreeSet::new() });
        assert_ne!(bare(&alone), bare(&after), "{switches:?}");
        // Of the links that are gone, those that were put down are not among those of the failure.
        let gone = before.links - after.links;
        assert_eq!(gone, links.len() as u64, "{switches:?}");
    }
    // The worst of two links, against all pairs of those that stand.
    let there: Vec<u32> = (0..down.links.len() as u32).filter(|l| !links.contains(l)).collect();
    let found = worst(&of_down, &Pool::Links, 2);
    assert_eq!(found.total, (there.len() * (there.len() - 1) / 2) as u128);
    let pairs = there.iter().enumerate().flat_map(|(i, a)| there[..i].iter().map(move |b| [*a, *b]));
    let all: Vec<Figures> =
        pairs.map(|p| of_down.without(&Lost { links: p.into(), ..Lost::default() })).collect();
    let least = all.iter().filter_map(|f| f.bisection).min();
    let top = found.tops.iter().find(|t| matches!(t.measure, Measure::Bisection)).unwrap();
    assert_eq!(found.figures[top.at].bisection, least);
    let cut = all.iter().map(|f| f.hosts.gpus_cut).max();
    let top = found.tops.iter().find(|t| matches!(t.measure, Measure::Gpus)).unwrap();
    assert_eq!(Some(found.figures[top.at].hosts.gpus_cut), cut);
}
