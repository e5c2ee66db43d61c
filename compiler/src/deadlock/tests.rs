//! The search against every path that BGP permits, tried one by one, and fabrics with templates of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fabc_targets::frr::{Answer, BUILT_IN, NAME, Templates};
use proptest::prelude::*;

use super::search::{Sure, Verdict, search};
use super::{DEADLOCK, Proof, look};
use crate::cli::Exit;
use crate::host::{MemoryHost, Stream};
use crate::pipeline::{Analysis, EmitOptions, Options, analyze, emit};
use crate::routing::net::{Kind, Near, Net, Node, Side};

/// A dependency: traffic from the first over the second to the third.
type Three = (u32, u32, u32);

/// Every dependency that there may be: a was told of a route by b, and b has one over c that is as long.
fn permitted(net: &Net) -> BTreeMap<Three, Answer> {
    let mut found = BTreeMap::new();
    for origin in 0..net.nodes.len() as u32 {
        let mut paths = Vec::new();
        announce(net, &mut vec![origin], Answer::Yes, &mut paths);
        for (told, told_sure) in paths.iter().filter(|(p, _)| p.len() > 2) {
            let (a, b) = (told[told.len() - 1], told[told.len() - 2]);
            let held = |(p, _): &&(Vec<u32>, Answer)| p.len() + 1 == told.len() && p.last() == Some(&b);
            for (held, held_sure) in paths.iter().filter(held) {
                let c = held[held.len() - 2];
                if c != a {
                    let (known, sure) = (found.entry((a, b, c)).or_default(), *told_sure.min(held_sure));
                    *known = sure.max(*known);
                }
            }
        }
    }
    found
}

/// All paths that an announcement takes, wherever it may go.
fn announce(net: &Net, path: &mut Vec<u32>, sure: Answer, paths: &mut Vec<(Vec<u32>, Answer)>) {
    let at = *path.last().unwrap();
    for near in &net.nodes[at as usize].near {
        let Some(sure) = step(net, path, near.peer).map(|answer| answer.min(sure)) else { continue };
        path.push(near.peer);
        paths.push((path.clone(), sure));
        announce(net, path, sure, paths);
        path.pop();
    }
}

/// Whether the last switch of a path announces it to `to`, and that takes it.
fn step(net: &Net, path: &[u32], to: u32) -> Option<Answer> {
    let at = *path.last()?;
    let kind = net.kind(at);
    let out = net.side(at, to)?;
    let goes = match path.len().checked_sub(2) {
        None => kind.own(out),
        Some(before) => kind.passes(net.side(at, path[before])?, out),
    };
    let from = net.side(to, at)?;
    let heeds = !net.kind(to).is_heedless(from) && path.iter().any(|&p| net.asn(p) == net.asn(to));
    let taken = goes.min(net.kind(to).accepts(from));
    (!heeds && !path.contains(&to) && taken != Answer::No).then_some(taken)
}

/// Whether dependencies close a circle: what has no way on is taken away until nothing changes.
fn closes(threes: impl Iterator<Item = Three>) -> bool {
    let mut edges: BTreeSet<((u32, u32), (u32, u32))> = threes.map(|(a, b, c)| ((a, b), (b, c))).collect();
    loop {
        let begins: BTreeSet<(u32, u32)> = edges.iter().map(|e| e.0).collect();
        let left: BTreeSet<_> = edges.iter().filter(|e| begins.contains(&e.1)).copied().collect();
        if left.len() == edges.len() {
            return !left.is_empty();
        }
        edges = left;
    }
}

/// What BGP installs: shortest AS path, all of the same length, with one session down or none.
fn installed(net: &Net, down: Option<(u32, u32)>) -> BTreeSet<Three> {
    let is_down = |a, b| down.is_some_and(|d| d == (a, b) || d == (b, a));
    let mut threes = BTreeSet::new();
    for origin in 0..net.nodes.len() as u32 {
        let mut best: Vec<Vec<Vec<u32>>> = vec![Vec::new(); net.nodes.len()];
        best[origin as usize] = vec![vec![origin]];
        for _ in 0..2 * net.nodes.len() {
            let last = best.clone();
            for to in (0..net.nodes.len() as u32).filter(|&to| to != origin) {
                // Each neighbour announces one of its best paths.
                let heard = net.nodes[to as usize].near.iter().filter(|n| !is_down(n.peer, to));
                let ways = heard.filter_map(|n| {
                    let path = last[n.peer as usize].first()?;
                    step(net, path, to).map(|_| [path.as_slice(), &[to]].concat())
                });
                let mut ways: Vec<Vec<u32>> = ways.collect();
                let least = ways.iter().map(Vec::len).min();
                ways.retain(|w| Some(w.len()) == least);
                best[to as usize] = ways;
            }
            if best == last {
                break;
            }
        }
        // A switch forwards over every best path, whichever of them it announced.
        for (a, ways) in (0u32..).zip(&best) {
            for b in ways.iter().filter_map(|w| w.len().checked_sub(2).map(|i| w[i])) {
                let next = best[b as usize].iter().filter_map(|w| w.len().checked_sub(2).map(|i| w[i]));
                threes.extend(next.filter(|&c| c != a).map(|c| (a, b, c)));
            }
        }
    }
    threes
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![5 => Just(Answer::Yes), 4 => Just(Answer::No), 1 => Just(Answer::Maybe)]
}

fn kind() -> impl Strategy<Value = Kind> {
    let heedless = prop::array::uniform2(prop::bool::weighted(0.1));
    let pairs = prop::array::uniform2(prop::array::uniform2(answer()));
    (prop::array::uniform2(answer()), pairs, prop::array::uniform2(answer()), heedless).prop_map(
        |(own, mut passes, accepts, heedless)| {
            // What doesn't come in doesn't go out.
            for (from, row) in passes.iter_mut().enumerate() {
                row.iter_mut().for_each(|p| *p = (*p).min(accepts[from]));
            }
            Kind { own, passes, accepts, heedless, ..Kind::default() }
        },
    )
}

/// Up to seven switches in three tiers, with any sessions between tiers, ASNs that meet, and kinds of any sort.
fn net() -> impl Strategy<Value = Net> {
    let node = (0usize..3, 1u32..9, 0usize..3);
    let kinds = prop_oneof![prop::collection::vec(kind(), 3), Just(vec![free(), free(), leaf()])];
    (prop::collection::vec(node, 4..8), kinds, any::<u64>()).prop_map(|(nodes, kinds, links)| {
        let mut net = Net { kinds, ..Net::default() };
        let node = |&(tier, asn, kind): &(usize, u32, usize)| Node { tier, asn, kind, near: Vec::new() };
        net.nodes = nodes.iter().map(node).collect();
        let mut bit = links;
        for a in 0..nodes.len() {
            for b in 0..nodes.len() {
                if nodes[a].0 >= nodes[b].0 || nodes[a].1 == nodes[b].1 {
                    continue;
                }
                bit = bit.rotate_right(1);
                if bit & 3 != 0 {
                    net.nodes[a].near.push(Near { peer: b as u32, side: Side::Upper });
                    net.nodes[b].near.push(Near { peer: a as u32, side: Side::Lower });
                }
            }
        }
        net.nodes.iter_mut().for_each(|n| n.near.sort_unstable());
        net
    })
}

/// Passes on all that it has.
fn free() -> Kind {
    let yes = Answer::Yes;
    Kind { own: [yes; 2], passes: [[yes; 2]; 2], accepts: [yes; 2], ..Kind::default() }
}

/// Announces only what is its own.
fn leaf() -> Kind {
    Kind { passes: [[Answer::No; 2]; 2], ..free() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_search_says_what_every_path_says(net in net()) {
        let all = permitted(&net);
        let of = |least: Answer| all.iter().filter(move |(_, a)| **a >= least).map(|(t, _)| *t);
        let expected = if closes(of(Answer::Yes)) {
            Some(Answer::Yes)
        } else {
            closes(of(Answer::Maybe)).then_some(Answer::Maybe)
        };
        match search(&net) {
            Verdict::ByPolicy | Verdict::ByAsns | Verdict::ByRoutes => prop_assert_eq!(expected, None),
            Verdict::Circle(circle, sure) => {
                let answer = if sure == Sure::Possible { Answer::Maybe } else { Answer::Yes };
                prop_assert_eq!(expected, Some(answer));
                for i in 0..circle.len() {
                    let at = |n: usize| circle[(i + n) % circle.len()];
                    let three = (at(0), at(1), at(2));
                    prop_assert!(all.get(&three).is_some_and(|a| *a >= answer), "{:?} in {:?}", three, circle);
                }
            }
        }
    }

    #[test]
    fn what_is_installed_after_any_one_failure_is_permitted(net in net()) {
        let all = permitted(&net);
        let verdict = search(&net);
        let pairs = (0u32..).zip(&net.nodes).flat_map(|(a, n)| n.near.iter().map(move |n| (a, n.peer)));
        for down in std::iter::once(None).chain(pairs.map(Some)) {
            let now = installed(&net, down);
            prop_assert!(now.iter().all(|three| all.contains_key(three)));
            prop_assert!(!closes(now.into_iter()) || !verdict.is_acyclic(), "{:?}", down);
        }
    }
}

/// Two tiers, two leaves and two spines; `more` stands at the end.
fn fabric(more: &str) -> String {
    format!(
        r#"
fabric "f" {{ nos "sonic" release="202505"; }}
hosts "gpu" count=4 {{ nic speed="400G"; }}
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rack" {{ length "3m"; }}
link "leaf" "spine" speed="400G" per-pair=1 {{ length "30m"; }}
class "rdma" dscp=26 priority=3 lossless=#true {{ schedule weight=70; ecn min="1MiB" max="4MiB"; }}
class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
class "bulk" default=#true priority=0 {{ schedule weight=30; }}
watchdog detect="200ms" restore="400ms"
routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
{more}
"#
    )
}

/// Spines with ASNs of their own.
const PINNED: &str = "switch \"spine-01\" { asn 4200000011; }\nswitch \"spine-02\" { asn 4200000012; }";

/// What is proven, and what is reported, of a fabric with a template.
fn told(text: &str, template: &str) -> (String, Vec<String>) {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let fabric = analysis.fabric.unwrap();
    let own = BTreeMap::from([(NAME.to_owned(), template.to_owned())]);
    let proof = Proof::of(&fabric, &Templates::new(own.clone())).unwrap().unwrap();
    let mut findings = fabc_lang::diagnostic::Findings::default();
    look(&fabric, own, &mut findings);
    assert_eq!(proof.holds(), findings.is_empty());
    let lines = findings.iter().flat_map(|f| {
        std::iter::once(format!("{} {}: {}", f.severity.name(), f.code(), f.message)).chain(f.notes.clone())
    });
    (proof.words(), lines.collect())
}

/// The built-in template, with lines put in place of others.
fn changed(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(BUILT_IN.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// Without route maps: what comes in goes out again.
fn open() -> String {
    changed(&[
        ("  neighbor {{ group.name }} route-map {{ group.import }} in\n", ""),
        ("  neighbor {{ group.name }} route-map {{ group.export }} out\n", ""),
        (" bgp log-neighbor-changes\n", " bgp log-neighbor-changes\n no bgp ebgp-requires-policy\n"),
    ])
}

#[test]
fn the_built_in_template_needs_no_asns() {
    let proven =
        "no cyclic buffer dependency: 2 classes of links, also after any failures, by what switches announce";
    for more in ["", PINNED, "switch \"leaf-01\" { maintenance; }"] {
        let (words, found) = told(&fabric(more), BUILT_IN);
        assert_eq!((words.as_str(), found), (proven, Vec::new()), "{more}");
    }
    // A policy that is asked for and isn't there lets nothing through.
    let (words, _) = told(&fabric(PINNED), &open().replace(" no bgp ebgp-requires-policy\n", ""));
    assert_eq!(words, proven);
}

#[test]
fn asns_alone_prove_it_where_leaves_announce_all() {
    let (words, found) = told(&fabric(""), &open());
    let proven = "no cyclic buffer dependency: 2 classes of links, also after any failures, by what switches announce, and their ASNs";
    assert_eq!((words.as_str(), found), (proven, Vec::new()));
}

#[test]
fn spines_with_asns_of_their_own_and_leaves_that_announce_all_make_a_circle() {
    let (words, found) = told(&fabric(PINNED), &open());
    assert_eq!(words, "a cyclic buffer dependency of 4 links");
    insta::assert_snapshot!(found.join("\n"));
    // The same, where what a switch has from its own AS comes in all the same.
    let heedless = open().replace(" activate\n", " activate\n  neighbor {{ group.name }} allowas-in 1\n");
    assert_eq!(told(&fabric(""), &heedless).0, "a cyclic buffer dependency of 4 links");
    // Only leaves' own routes go up: safe again.
    let own = "  neighbor {{ group.name }} filter-list OWN out\n";
    let only_own = open()
        .replace(" activate\n", &format!(" activate\n{{% if group.name == 'UPPER' %}}\n{own}{{% endif %}}\n"))
        .replace("router bgp", "bgp as-path access-list OWN seq 5 permit ^$\nrouter bgp");
    assert_eq!(told(&fabric(PINNED), &only_own).1, Vec::<String>::new());
}

/// Only servers' blocks are announced, so spines pass on what leaves have, of which there are four, and have nothing of their own: a circle takes routes that go
/// down and up again, which are the shortest where a spine has lost a leaf.
#[test]
fn what_must_fail_before_a_circle_of_whole_routes_is_said() {
    let silent = open()
        .replace(" activate\n", " activate\n  neighbor {{ group.name }} prefix-list BLOCKS out\n")
        .replace("router bgp", "ip prefix-list BLOCKS seq 5 permit 10.64.0.0/12 le 30\nrouter bgp");
    let of = |leaves: u32, more: &str| {
        let leaves = format!("tier \"leaf\" count={leaves}");
        let text = fabric(&format!("{PINNED}\n{more}")).replace("tier \"leaf\" count=2", &leaves);
        let (words, found) = told(&text, &silent);
        assert_eq!(words, "a cyclic buffer dependency of 4 links", "{found:?}");
        found.last().cloned().unwrap_or_default()
    };
    let note = |more: &str| of(4, more);
    // With three leaves each link of the circle may be used, and they are never used at once.
    let never = "these routes are not in use while all is up, nor after any 2 losses of a switch or of all links between two; \
                 more would have to fail, if they ever are in use at once";
    assert_eq!(of(3, ""), never);
    let two = "these routes are not in use while all is up, but after 2 failures: of all links from leaf-01 to spine-01, of \
               all links from leaf-02 to spine-02";
    assert_eq!(note(""), two);
    // What the file puts down has failed already.
    let down = |leaf: u32, port: &str| {
        format!("switch \"leaf-0{leaf}\" {{ port \"{port}\" {{ admin \"down\"; }}; }}\n")
    };
    let one = "these routes are not in use while all is up, but after one failure: of all links from leaf-02 to spine-02";
    assert_eq!(note(&down(1, "Ethernet504")), one);
    let none = "no failure is needed: these routes are in use while all is up";
    assert_eq!(note(&(down(1, "Ethernet504") + &down(2, "Ethernet508"))), none);
}

#[test]
fn what_is_not_followed_is_said() {
    let map = "route-map MARKED permit 10\n match community NOT-FROM-ABOVE\nexit\n!\nrouter bgp";
    let community = open()
        .replace("router bgp", map)
        .replace(" activate\n", " activate\n  neighbor {{ group.name }} route-map MARKED out\n");
    let (words, found) = told(&fabric(PINNED), &community);
    assert_eq!(words, "a cyclic buffer dependency could not be excluded", "{found:?}");
    assert!(found[0].starts_with("warning routing/deadlock-not-excluded"), "{found:?}");
    let (words, found) =
        told(&fabric(""), &changed(&[("router bgp", "ip route 10.64.0.0/12 10.0.0.9\nrouter bgp")]));
    assert_eq!(words, "a cyclic buffer dependency could not be excluded");
    assert!(found[0].contains("has `ip route 10.64.0.0/12 10.0.0.9`"), "{found:?}");
}

#[test]
fn a_build_reads_the_template_that_it_writes_by() {
    let host = MemoryHost::default().file("fabric.kdl", fabric(PINNED)).file("mine/frr.conf.j2", open());
    let Analysis { fabric, mut sources, findings, .. } =
        analyze(Path::new("fabric.kdl"), &host, &Options::default());
    assert!(findings.iter().all(|f| !f.code().starts_with("routing/deadlock")));
    let options = |templates: Option<&str>| EmitOptions {
        source: "fabric.kdl".into(),
        templates: templates.map(Into::into),
        out: "build".into(),
        ..EmitOptions::default()
    };
    let fabric = fabric.unwrap();
    for (templates, expected) in [(None, 0), (Some("mine"), 1)] {
        let mut late = fabc_lang::diagnostic::Findings::default();
        emit(&fabric, &mut sources, &host, &options(templates), &mut late);
        let found = late.iter().filter(|f| f.code() == "routing/deadlock").count();
        assert_eq!(found, expected, "{templates:?}");
    }
}

#[test]
fn check_and_show_prove_the_template_that_is_named() {
    let host = MemoryHost::default().file("fabric.kdl", fabric(PINNED)).file("mine/frr.conf.j2", open());
    let run = |args: &[&str]| {
        let exit = crate::cli::run(["fabc"].iter().chain(args).copied(), &host);
        (exit, host.written(Stream::Out), host.written(Stream::Err))
    };
    let (exit, _, told) = run(&["check", "--templates", "mine"]);
    assert_eq!(exit, Exit::Findings);
    assert!(told.contains("error[routing/deadlock]"), "{told}");
    let (exit, page, _) = run(&["show", "lossless", "--templates", "mine"]);
    assert_eq!(exit, Exit::Findings);
    assert!(page.contains("deadlock  a cyclic buffer dependency of 4 links"), "{page}");
    // A template that can't be rendered proves nothing, and is told of.
    let host =
        MemoryHost::default().file("fabric.kdl", fabric("")).file("mine/frr.conf.j2", "{% nonsense %}");
    for args in [["check", "--quiet"].as_slice(), &["show", "lossless"]] {
        let exit =
            crate::cli::run(["fabc"].iter().chain(args).chain(&["--templates", "mine"]).copied(), &host);
        assert_eq!((exit, host.written(Stream::Out)), (Exit::Findings, String::new()), "{args:?}");
        assert!(host.written(Stream::Err).contains("template/invalid"));
    }
}

#[test]
fn the_circle_of_the_built_in_template_is_not_that_of_ones_own() {
    // Lines that skip tiers close a circle under the built-in template; this one announces nothing at all.
    let text = DEADLOCK.example("bad").unwrap();
    let silent = open().replace("router bgp", "no router bgp");
    let host = MemoryHost::default().file("fabric.kdl", text).file("mine/frr.conf.j2", silent);
    let found = |own_templates| {
        let options = Options { own_templates, ..Options::default() };
        let found = analyze(Path::new("fabric.kdl"), &host, &options).findings;
        found.iter().filter(|f| f.code().starts_with("routing/deadlock")).count()
    };
    assert_eq!((found(false), found(true)), (1, 0));
    let exit = crate::cli::run(["fabc", "check", "--templates", "mine"], &host);
    assert_ne!(exit, Exit::Failed);
    assert!(!host.written(Stream::Err).contains("routing/deadlock]"), "{}", host.written(Stream::Err));
}

#[test]
fn a_tier_is_not_linked_to_itself() {
    let text = fabric("link \"leaf\" \"leaf\" speed=\"400G\" per-pair=1");
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    assert!(analysis.findings.has_errors());
}
