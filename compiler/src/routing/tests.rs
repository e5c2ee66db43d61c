//! The prediction beside BGP played message by message over each switch's own frr.conf, and beside published sums.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fabc_lang::fabric::Fabric;
use fabc_targets::frr::{Answer, Config, Routes, Source, Templates, Told};
use fabc_targets::sonic::Release;
use fabc_targets::{Device, Names};
use ipnet::IpNet;
use proptest::prelude::*;

use super::net::{Sort, prefix};
use super::predict::{Failed, Predictor, Weights};
use super::summary;
use crate::host::MemoryHost;
use crate::pipeline;

fn fabric(text: &str) -> Fabric {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = pipeline::analyze(Path::new("fabric.kdl"), &host, &pipeline::Options::default());
    let errors: Vec<String> = analysis
        .findings
        .iter()
        .filter(|f| f.severity == fabc_lang::diagnostic::Severity::Error)
        .map(|f| format!("{}: {}", f.code(), f.message))
        .collect();
    // A circle of buffers is no matter here.
    assert!(errors.iter().all(|e| e.starts_with("routing/deadlock")), "{errors:?}\n{text}");
    analysis.fabric.unwrap()
}

fn release(fabric: &Fabric) -> &'static Release {
    let node = &fabric.intent.fabric;
    Release::find(node.nos.v, &node.release.v).unwrap()
}

/// All that every switch has is announced to everyone.
const OPEN: &str = "frr defaults datacenter\n{% if bgp %}\nrouter bgp {{ bgp.asn }}\n{% for n in bgp.neighbors %}\n \
                    neighbor {{ n.id }} interface remote-as external\n{% endfor %}\n{% endif %}\n";

fn templates(open: bool) -> Templates {
    let own = open.then(|| (fabc_targets::frr::NAME.to_owned(), OPEN.to_owned()));
    Templates::new(own.into_iter().collect())
}

/// A session from one of its ends: link, far switch, its name here.
struct Session {
    link: u32,
    peer: usize,
    id: String,
}

/// A route that a switch has.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    drained: bool,
    path: Vec<u32>,
    /// Each with the bandwidth that came with it.
    links: BTreeMap<u32, Option<u32>>,
    /// The session that the announced one came over.
    chosen: usize,
}

/// BGP as switches play it, each over its own frr.conf.
struct Game<'a> {
    fabric: &'a Fabric,
    routes: Vec<Routes>,
    drains: Vec<bool>,
    sessions: Vec<Vec<Session>>,
}

impl<'a> Game<'a> {
    fn new(fabric: &'a Fabric, templates: &Templates, failed: &Failed) -> Self {
        let names = Names::new(fabric);
        let mut game = Game { fabric, routes: Vec::new(), drains: Vec::new(), sessions: Vec::new() };
        for index in 0..fabric.switches.len() {
            let device = Device::new(fabric, &names, release(fabric), index).unwrap();
            let mut text = Vec::new();
            templates.frr(&Config::new(&device), &mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            game.routes.push(Routes::read(&text));
            game.drains.push(text.contains("set community graceful-shutdown"));
            let mut sessions = Vec::new();
            for (port, wired) in device.sessions() {
                let wire = port.port.wire.unwrap();
                let peer = wired.peer_switch.unwrap();
                let gone = [index, peer].iter().any(|s| failed.switches.contains(&(*s as u32)));
                if gone || failed.links.contains(&wire.link) || fabric.switches[index].absent {
                    continue;
                }
                let id = wired.addresses.map_or_else(|| port.name().to_owned(), |(_, far)| far.to_string());
                sessions.push(Session { link: wire.link, peer, id });
            }
            sessions.sort_by_key(|s| s.link);
            game.sessions.push(sessions);
        }
        game
    }

    /// Rounds of announcements until nothing changes; of equal routes the first or the last is announced.
    fn play(&self, target: usize, net: IpNet, last: bool) -> Vec<Option<Held>> {
        let mut held: Vec<Option<Held>> = vec![None; self.sessions.len()];
        for _ in 0..40 {
            let next: Vec<Option<Held>> =
                (0..held.len()).map(|at| self.decide(at, target, net, last, &held)).collect();
            if next == held {
                return held;
            }
            held = next;
        }
        panic!("never settles");
    }

    fn decide(
        &self,
        at: usize,
        target: usize,
        net: IpNet,
        last: bool,
        held: &[Option<Held>],
    ) -> Option<Held> {
        if at == target {
            return None;
        }
        let mut best: Option<Held> = None;
        for (number, session) in self.sessions[at].iter().enumerate() {
            let back = self.sessions[session.peer].iter().find(|s| s.link == session.link)?;
            let (asn, far) = (self.fabric.switches[at].asn.unwrap(), &self.fabric.switches[session.peer]);
            let (from, path, drained) = match (session.peer == target, &held[session.peer]) {
                (true, _) => (Source::Own, Vec::new(), false),
                (false, Some(h)) => {
                    (Source::Peer(&self.sessions[session.peer][h.chosen].id), h.path.clone(), h.drained)
                }
                (false, None) => continue,
            };
            if self.routes[session.peer].passes(net, from, &back.id) != Answer::Yes
                || self.routes[at].accepts(net, &session.id) != Answer::Yes
            {
                continue;
            }
            // How many paths the far end has, where it says so.
            let held = held[session.peer].as_ref().map_or(1, |h| h.links.len() as u32);
            let told = self.routes[session.peer].tells(net, from, &back.id);
            let told = (told == Some(Told::Paths)).then_some(held);
            let mut path = path;
            path.insert(0, far.asn.unwrap());
            let drained = drained || self.drains[session.peer];
            if path.contains(&asn) {
                continue;
            }
            let key = (drained, path.len());
            match &mut best {
                Some(known) if (known.drained, known.path.len()) == key => {
                    known.links.insert(session.link, told);
                    if last {
                        (known.chosen, known.path) = (number, path);
                    }
                }
                Some(known) if (known.drained, known.path.len()) < key => {}
                _ => {
                    best = Some(Held { drained, path, links: [(session.link, told)].into(), chosen: number })
                }
            }
        }
        best
    }
}

/// What a game and the prediction must agree on.
fn agree(text: &str, open: bool, failed: &Failed) {
    let fabric = fabric(text);
    let templates = templates(open);
    let game = Game::new(&fabric, &templates, failed);
    let predictor = Predictor::new(&fabric, release(&fabric), &templates, failed).unwrap();
    for target in 0..fabric.switches.len() as u32 {
        for sort in [Sort::Loopback, Sort::Block] {
            let announced = predictor.announces(target).any(|s| s == sort);
            let Some(net) = prefix(&fabric, target, sort).filter(|_| announced) else { continue };
            let net: IpNet = net.parse().unwrap();
            let ways = predictor.toward(target, sort);
            let games = [false, true].map(|last| game.play(target as usize, net, last));
            for at in 0..fabric.switches.len() {
                let sure = ways[at].as_ref().is_none_or(|w| w.sure);
                let mine: Option<BTreeMap<u32, u32>> = ways[at].as_ref().map(|w| {
                    w.hops.iter().enumerate().map(|(n, h)| (h.link, w.weights.of(n).unwrap())).collect()
                });
                let theirs = games.each_ref().map(|g| g[at].as_ref().map(|h| shares(&h.links)));
                let name = |i: usize| fabric.switches[i].name.as_str();
                let what = format!("{} to {} {net}, open {open}\n{text}", name(at), name(target as usize));
                // A switch behind an uncertain one may be left without, which the prediction can't know.
                if sure && ways.iter().flatten().all(|w| w.sure) {
                    assert_eq!(theirs[0], mine, "{what}");
                    assert_eq!(theirs[1], mine, "{what}");
                }
            }
        }
    }
}

/// By bandwidth where all have one and not all the same, equal otherwise.
fn shares(links: &BTreeMap<u32, Option<u32>>) -> BTreeMap<u32, u32> {
    let all: BTreeSet<Option<u32>> = links.values().copied().collect();
    let weighted = all.len() > 1 && !all.contains(&None);
    links.iter().map(|(l, told)| (*l, told.filter(|_| weighted).unwrap_or(1))).collect()
}

const REST: &str = r#"
class "bulk" default=#true priority=0
routing { asn leaf=4230000000 spine=4210000000 core=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
"#;

#[derive(Debug, Clone)]
struct Shape {
    leaves: u32,
    spines: u32,
    cores: u32,
    parallel: u32,
    pods: bool,
    skips: bool,
    open: bool,
    wcmp: bool,
    pins: Vec<(bool, u32)>,
    drained: Option<u32>,
    failed: Vec<u32>,
}

impl Shape {
    fn text(&self) -> String {
        let Shape { leaves, spines, cores, parallel, .. } = self;
        let dell = "switch=\"dell-z9864f\"";
        let mut text = String::from("fabric \"f\" { nos \"sonic\" release=\"202505\"; }\n");
        let pod = format!(
            "hosts \"gpu\" count=2 {{ nic speed=\"400G\"; }}\ntier \"leaf\" count={leaves} {dell}\ntier \"spine\" \
             count={spines} {dell}\nlink \"gpu\" \"leaf\" by=\"rack\" {{ length \"3m\"; }}\nlink \"leaf\" \"spine\" \
             speed=\"400G\" per-pair={parallel} {{ length \"30m\"; }}\n"
        );
        text += &if self.pods { format!("pod \"pod\" count=2 {{\n{pod}}}\n") } else { pod };
        text += &format!(
            "tier \"core\" count={cores} {dell}\nlink \"spine\" \"core\" speed=\"400G\" per-pair=1 {{ length \
             \"30m\"; }}\n"
        );
        if self.skips && !self.pods {
            text += "link \"leaf\" \"core\" speed=\"400G\" per-pair=1 { length \"30m\"; }\n";
        }
        text += REST;
        if self.wcmp {
            text += "load-balancing { wcmp; }\n";
        }
        let before = if self.pods { "pod1-" } else { "" };
        // Pinned to what no formula gives, some of them the same.
        let spine = |i: usize| format!("{before}spine-{:02}", i + 1);
        for (i, (_, asn)) in
            self.pins.iter().enumerate().filter(|(i, (pinned, _))| *pinned && *i < *spines as usize)
        {
            let drained = self.drained == Some(i as u32);
            let more = if drained { " maintenance;" } else { "" };
            text += &format!("switch \"{}\" {{ asn {};{more} }}\n", spine(i), 4_250_000_000 + asn);
        }
        text
    }
}

fn shape() -> impl Strategy<Value = Shape> {
    let sizes = (1u32..4, 1u32..4, 1u32..3, 1u32..3);
    let pins = prop::collection::vec((any::<bool>(), 0u32..3), 3);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let broken = prop::collection::vec(0u32..40, 0..3);
    (sizes, pins, flags, prop::option::of(0u32..3), broken).prop_map(
        |((leaves, spines, cores, parallel), pins, (pods, skips, open, wcmp), drained, failed)| {
            // Without pins nothing is drained, so that each case has something to do with both.
            Shape { leaves, spines, cores, parallel, pods, skips, open, wcmp, pins, drained, failed }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_prediction_is_what_bgp_plays_out(shape in shape()) {
        let failed = Failed { links: shape.failed.iter().copied().collect(), ..Failed::default() };
        agree(&shape.text(), shape.open, &failed);
    }
}

/// A fabric of Tomahawk 5 leaves with 64 ports down and as many spines as it has links up.
fn clos(leaves: u32, spines: u32) -> Fabric {
    fabric(&format!(
        r#"
        fabric "f" {{ nos "sonic" release="202505"; }}
        hosts "gpu" count={} {{ nic count=8 speed="400G"; }}
        tier "leaf" count={leaves} switch="dell-z9864f"
        tier "spine" count={spines} switch="dell-z9864f"
        link "gpu" "leaf" by="rail" {{ length "3m"; }}
        link "leaf" "spine" speed="800G" per-pair=1 {{ length "40m"; }}
        class "bulk" default=#true priority=0
        routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
        "#,
        leaves * 8
    ))
}

/// 4,096 GPUs: a leaf has 32 sessions and a spine 64; 64 blocks and 96 loopbacks are 160 routes.
#[test]
fn sums_of_a_published_fabric() {
    let fabric = clos(64, 32);
    let templates = templates(false);
    let predictor = Predictor::new(&fabric, release(&fabric), &templates, &Failed::default()).unwrap();
    let tables = predictor.tables();
    let of = |name: &str| fabric.switches.iter().position(|s| s.name == name).unwrap();
    let (leaf, spine) = (of("leaf-07"), of("spine-03"));
    assert_eq!((predictor.hops(leaf as u32).len(), predictor.hops(spine as u32).len()), (32, 64));
    // Its own block and loopback come from no one.
    assert_eq!((tables[leaf].routes + 2, tables[leaf].unreached), (160, 0));
    // A group over all spines, and one to each of them.
    assert_eq!((tables[leaf].groups.len(), tables[leaf].widest()), (1 + 32, 32));
    // Spines are not on each other's way.
    assert_eq!((tables[spine].routes, tables[spine].groups.len(), tables[spine].widest()), (128, 64, 1));
    assert_eq!(tables[spine].unreached, 31);
    let ways = |from: usize, to: usize| {
        summary::ways(&predictor.toward(to as u32, Sort::Block), from as u32, to as u32)
    };
    let between = ways(leaf, of("leaf-64")).unwrap();
    assert_eq!((between.count, between.switches, between.sure), (Some(32), 3, true));
    assert_eq!(ways(leaf, leaf), None);
}

#[test]
fn a_failed_link_is_left_out_and_a_drained_switch_carries_nothing() {
    let mut fabric = clos(4, 4);
    let templates = templates(false);
    let at =
        |fabric: &Fabric, name: &str| fabric.switches.iter().position(|s| s.name == name).unwrap() as u32;
    let (leaf, spine) = (at(&fabric, "leaf-01"), at(&fabric, "spine-02"));
    let link = {
        let predictor = Predictor::new(&fabric, release(&fabric), &templates, &Failed::default()).unwrap();
        predictor.hops(leaf).iter().find(|h| h.peer == spine).unwrap().link
    };
    let peers = |fabric: &Fabric, failed: &Failed, to: &str| -> BTreeMap<u32, BTreeSet<u32>> {
        let predictor = Predictor::new(fabric, release(fabric), &templates, failed).unwrap();
        let ways = predictor.toward(at(fabric, to), Sort::Block);
        let peers = |w: &super::predict::Way| w.hops.iter().map(|h| h.peer).collect();
        (0u32..).zip(&ways).filter_map(|(i, w)| Some((i, peers(w.as_ref()?)))).collect()
    };
    let failed = Failed { links: [link].into(), ..Failed::default() };
    let after = peers(&fabric, &failed, "leaf-03");
    assert_eq!(after[&leaf].len(), 3);
    assert!(!after[&leaf].contains(&spine));
    // Towards the leaf that lost it, all others lose that spine.
    let back = peers(&fabric, &failed, "leaf-01");
    assert!(!back.contains_key(&spine) && !back[&at(&fabric, "leaf-02")].contains(&spine));
    // A drained switch has its sessions, and nobody goes over it as long as there is another.
    fabric.switches[spine as usize].maintenance = true;
    let drained = peers(&fabric, &Failed::default(), "leaf-03");
    assert!(!drained[&leaf].contains(&spine) && drained[&leaf].len() == 3);
    let others: BTreeSet<u32> =
        (0..8).filter(|s| *s != spine && fabric.switches[*s as usize].tier == 1).collect();
    let last = peers(&fabric, &Failed { switches: others, ..Failed::default() }, "leaf-03");
    assert_eq!(last[&leaf], BTreeSet::from([spine]));
}

/// Two links between each leaf and each of two spines; one of them is lost.
#[test]
fn what_a_failed_link_leaves_is_weighted() {
    let weights = |wcmp: &str| {
        let fabric = fabric(&format!(
            r#"
            fabric "f" {{ nos "sonic" release="202505"; }}
            hosts "gpu" count=2 {{ nic count=4 speed="400G"; }}
            tier "leaf" count=4 switch="dell-z9864f"
            tier "spine" count=2 switch="dell-z9864f"
            link "gpu" "leaf" by="rail" {{ length "3m"; }}
            link "leaf" "spine" speed="800G" per-pair=2 {{ length "40m"; }}
            class "bulk" default=#true priority=0
            routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
            {wcmp}"#
        ));
        let at = |name: &str| fabric.switches.iter().position(|s| s.name == name).unwrap() as u32;
        let (leaf, far, spine) = (at("leaf-01"), at("leaf-02"), at("spine-01"));
        let templates = templates(false);
        let predictor =
            |failed: &Failed| Predictor::new(&fabric, release(&fabric), &templates, failed).unwrap();
        let link = predictor(&Failed::default()).hops(leaf).iter().find(|h| h.peer == spine).unwrap().link;
        let after = predictor(&Failed { links: [link].into(), ..Failed::default() });
        let of = |from: u32, to: u32| after.toward(to, Sort::Block)[from as usize].clone().unwrap().weights;
        (of(far, leaf), of(leaf, far))
    };
    // Who sends to the leaf sees one path behind the first spine, and two behind the second; back, both have two.
    assert_eq!(weights("load-balancing { wcmp; }"), (Weights::Of(vec![1, 1, 2, 2]), Weights::Equal));
    assert_eq!(weights(""), (Weights::Equal, Weights::Equal));
}
