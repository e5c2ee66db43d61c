//! Published fabrics and those that are sized by hand: what is counted is what was printed of them.

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::units::Ratio;

use super::domains::{What, domains};
use super::figures::{Figures, Intact};
use super::flows::polarised;
use super::local::meeting;
use super::picks::Pool;
use super::rates::{LEAF, NIC_LINK, monthly};
use super::tests::fabric;
use super::worst::worst;
use crate::checks::lost::Lost;

/// A fabric of two tiers: servers, NICs, speed, leaves, spines, links between two, their speed, the box, servers to a leaf.
#[derive(Clone, Copy)]
struct Two(u32, u32, &'static str, u32, u32, u32, &'static str, &'static str, u32);

impl Two {
    fn fabric(self) -> Fabric {
        let Two(servers, nics, speed, leaves, spines, per_pair, up, switch, each) = self;
        fabric(&format!(
            r#"fabric "f" {{ nos "sonic" release="202505"; }}
            hosts "gpu" count={servers} {{ nic count={nics} speed="{speed}"; }}
            tier "leaf" count={leaves} switch="{switch}"
            tier "spine" count={spines} switch="{switch}"
            link "gpu" "leaf" by="rail" servers-per-leaf={each} {{ length "3m"; }}
            link "leaf" "spine" speed="{up}" per-pair={per_pair} {{ length "30m"; }}
            routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/18"; host-subnets "10.64.0.0/10"; }}"#
        ))
    }
}

const TH5: &str = "dell-z9864f";
const TH4: &str = "dell-z9664f";
/// 4,096 GPUs, 64 leaves, 32 spines.
const LARGE: Two = Two(512, 8, "400G", 64, 32, 1, "800G", TH5, 64);

fn links(fabric: &Fabric) -> (usize, usize) {
    let all = fabric.links.iter().filter(|l| fabric.is_present(l));
    let hosts = all.clone().filter(|l| matches!(fabric.line_of(l).lower, Lower::Hosts { .. })).count();
    (hosts, all.count() - hosts)
}

fn figures(fabric: &Fabric) -> Figures {
    Intact::of(fabric).without(&Lost::default())
}

fn ratio(figures: &Figures, tier: usize) -> Option<Ratio> {
    figures.tiers[tier].and_then(|(_, load)| load.ratio())
}

#[test]
fn sized_fabrics_have_the_links_that_were_printed() {
    // Fabric, links to servers, links between switches, terabits of a half.
    for (shape, hosts, between, half) in [
        (Two(64, 4, "400G", 4, 2, 16, "800G", TH5, 64), 256, 128, 51_200_000),
        (Two(128, 8, "400G", 16, 8, 4, "800G", TH5, 64), 1024, 512, 204_800_000),
        (Two(256, 8, "400G", 32, 16, 2, "800G", TH5, 64), 2048, 1024, 409_600_000),
        (LARGE, 4096, 2048, 819_200_000),
        (Two(128, 8, "400G", 32, 16, 2, "400G", TH4, 32), 1024, 1024, 204_800_000),
        // 512, 1,024 and 2,048 GPUs of 800G, 64 servers to a unit.
        (Two(64, 8, "800G", 16, 8, 4, "800G", TH5, 32), 512, 512, 204_800_000),
        (Two(128, 8, "800G", 32, 16, 2, "800G", TH5, 32), 1024, 1024, 409_600_000),
        (Two(256, 8, "800G", 64, 32, 1, "800G", TH5, 32), 2048, 2048, 819_200_000),
        // 2,048 GPUs of 400G on 64 leaves of 64 ports.
        (Two(256, 8, "400G", 64, 32, 1, "400G", TH4, 32), 2048, 2048, 409_600_000),
        // 8,192 GPUs on leaves of 64 + 64 and spines of 128 ports.
        (Two(1024, 8, "400G", 128, 64, 1, "400G", TH5, 64), 8192, 8192, 1_638_400_000),
    ] {
        let fabric = shape.fabric();
        assert_eq!(links(&fabric), (hosts, between));
        let figures = figures(&fabric);
        assert_eq!(ratio(&figures, 0), Some(Ratio::new(1, 1)));
        assert_eq!(figures.bisection, Some(half), "{hosts}");
        // Between two leaves there are as many ways as one has links up.
        let up = between as u64 / u64::from(shape.3);
        assert_eq!(figures.paths.map(|p| p.paths), Some(up));
        // A session for each link.
        let leaf = Intact::of(&fabric).without(&Lost { switches: [0].into(), ..Lost::default() });
        assert_eq!(leaf.sessions, up);
    }
}

#[test]
fn three_tiers_have_as_many_links_in_each_layer() {
    let fabric = fabric(
        r#"fabric "f" { nos "sonic" release="202505"; }
        pod "pod" count=4 {
            hosts "gpu" count=128 { nic count=8 speed="400G"; }
            tier "leaf" count=32 switch="dell-z9664f"
            tier "spine" count=32 switch="dell-z9664f"
            link "gpu" "leaf" by="rail" servers-per-leaf=32
            link "leaf" "spine" speed="400G" per-pair=1
        }
        tier "core" count=64 switch="dell-z9664f"
        link "spine" "core" speed="400G" uplinks=32
        routing { asn leaf=4210000000 spine=4201000000 core=4200000000; loopbacks "10.0.0.0/16"; host-subnets "10.64.0.0/10"; }"#,
    );
    assert_eq!(links(&fabric), (4096, 8192));
    let figures = figures(&fabric);
    assert_eq!(figures.bisection, Some(819_200_000));
    assert_eq!(figures.paths.map(|p| p.paths), Some(32));
}

#[test]
fn losses_of_32_uplinks_are_exact() {
    let fabric = LARGE.fabric();
    let intact = Intact::of(&fabric);
    let spines = fabric.switches.iter().enumerate().filter(|(_, s)| s.name.starts_with("spine"));
    let pool = Pool::Switches(spines.map(|(i, _)| i).collect());
    for (lost, left) in [(1, (32, 31)), (2, (16, 15)), (4, (8, 7)), (8, (4, 3))] {
        let found = worst(&intact, &pool, lost);
        assert!(found.exact);
        assert_eq!(found.figures.len(), 1, "all spines are alike");
        assert_eq!(ratio(&found.figures[0], 0), Some(Ratio::new(left.0, left.1)));
        // With one link to each, the route goes with the link, and nothing is overloaded.
        assert_eq!(found.figures[0].overload, None);
    }
}

#[test]
fn sixteen_down_and_eighteen_up_bear_two_losses() {
    let fabric = fabric(
        r#"fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=8 { nic count=8 speed="400G"; }
        tier "rtsw" count=4 switch="dell-z9664f"
        tier "ctsw" count=18 switch="dell-z9664f"
        link "gpu" "rtsw" by="rack" servers-per-leaf=2
        link "rtsw" "ctsw" speed="400G" per-pair=1
        routing { asn rtsw=4210000000 ctsw=4200000000; loopbacks "10.0.0.0/18"; host-subnets "10.64.0.0/12"; }"#,
    );
    let intact = Intact::of(&fabric);
    let of = |tier: &str| fabric.tiers.iter().position(|t| t.label == tier).unwrap();
    let after = |lost: usize| {
        let all = fabric.switches.iter().enumerate().filter(|(_, s)| s.tier == of("ctsw")).map(|(i, _)| i);
        intact.without(&Lost { switches: all.take(lost).collect(), ..Lost::default() })
    };
    assert_eq!(ratio(&after(0), of("rtsw")), Some(Ratio::new(8, 9)));
    assert_eq!(ratio(&after(2), of("rtsw")), Some(Ratio::new(1, 1)));
    // In racks a leaf takes whole servers: 16 GPUs in 2 of them.
    let rack = domains(&intact).into_iter().find(|d| d.what == What::Switch(of("rtsw"))).unwrap();
    assert_eq!((rack.gpus, rack.cut, rack.servers), (16, 16, 2));
}

#[test]
fn a_segment_of_two_planes_is_sixteen_to_fifteen() {
    let fabric = fabric(
        r#"fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=128 { nic count=8 ports=2 speed="200G"; }
        plane "a" "b" {
            tier "tor" count=8 switch="dell-z9864f"
            tier "agg" count=60 switch="dell-z9864f"
            link "gpu" "tor" by="rail"
            link "tor" "agg" speed="400G" per-pair=1
        }
        routing { asn tor=4210000000 agg=4200000000; loopbacks "10.0.0.0/16"; host-subnets "10.64.0.0/10"; }"#,
    );
    // Fifteen of them are 15,360 GPUs with 30,720 links to servers and 14,400 above.
    assert_eq!(links(&fabric), (30_720 / 15, 14_400 / 15));
    let (tor, intact) = (fabric.tiers.iter().position(|t| t.label == "tor").unwrap(), Intact::of(&fabric));
    let figures = intact.without(&Lost::default());
    assert_eq!(ratio(&figures, tor), Some(Ratio::new(16, 15)));
    assert_eq!(figures.paths.map(|p| p.paths), Some(60));
    // Of a NIC with a port in each plane no GPU is cut off by one leaf.
    let leaf = intact.without(&Lost {
        switches: fabric.switches.iter().position(|s| s.tier == tor).into_iter().collect(),
        ..Lost::default()
    });
    assert_eq!((leaf.hosts.gpus_hit, leaf.hosts.gpus_cut, leaf.hosts.servers_hit), (128, 0, 128));
}

#[test]
fn what_remains_of_parallel_links_carries_more() {
    for (p, spines, over) in [(16, 2, (16, 15)), (8, 4, (8, 7)), (4, 8, (4, 3)), (2, 16, (2, 1))] {
        let fabric = Two(64, 4, "400G", 4, spines, p, "800G", TH5, 64).fabric();
        let intact = Intact::of(&fabric);
        let link =
            (0u32..).zip(&fabric.links).find(|(_, l)| matches!(fabric.line_of(l).lower, Lower::Tier(_)));
        let figures = intact.without(&Lost { links: [link.unwrap().0].into(), ..Lost::default() });
        let overload = figures.overload.unwrap();
        assert_eq!(overload.plain, Ratio::new(over.0, over.1), "{p}");
        assert_eq!(overload.weighted, Ratio::new(32, 31), "{p}");
    }
}

#[test]
fn each_kind_of_failure_hits_what_it_does() {
    let fabric = LARGE.fabric();
    let intact = Intact::of(&fabric);
    let all = domains(&intact);
    let of = |what: fn(What) -> bool| all.iter().find(|d| what(d.what)).unwrap();
    let hits = |what| {
        let d = of(what);
        (d.gpus, d.servers)
    };
    assert_eq!(hits(|w| matches!(w, What::Port(_))), (1, 1));
    // A module of two ports goes to two servers.
    assert_eq!(hits(|w| matches!(w, What::Cage(_))), (2, 2));
    assert_eq!(of(|w| matches!(w, What::Link(_))).share, Some(Ratio::new(1, 32)));
    // A leaf is one rail of 64 servers.
    let leaf = of(|w| matches!(w, What::Switch(0)));
    assert_eq!((leaf.gpus, leaf.servers, leaf.count), (64, 64, 64));
    let spine = of(|w| matches!(w, What::Switch(1)));
    assert_eq!((spine.gpus, spine.servers, spine.share), (0, 0, Some(Ratio::new(1, 32))));
    assert!(!all.iter().any(|d| matches!(d.what, What::Plane(_))));
}

#[test]
fn a_link_is_the_share_of_its_switch_that_it_is() {
    for (shape, share) in [
        (LARGE, 32),
        (Two(64, 8, "400G", 8, 64, 1, "400G", TH5, 64), 64),
        (Two(64, 8, "400G", 8, 128, 1, "200G", TH5, 64), 128),
    ] {
        let fabric = shape.fabric();
        let link = domains(&Intact::of(&fabric)).into_iter().find(|d| matches!(d.what, What::Link(_)));
        assert_eq!(link.and_then(|d| d.share), Some(Ratio::new(1, share)));
    }
    // One of four spines, with eight links to it: 64 of 400G over 24 of 800G.
    let fabric = Two(64, 4, "400G", 4, 4, 8, "800G", TH5, 64).fabric();
    let spine = fabric.switches.iter().position(|s| s.name == "spine-01").unwrap();
    let figures = Intact::of(&fabric).without(&Lost { switches: [spine].into(), ..Lost::default() });
    assert_eq!(ratio(&figures, 0), Some(Ratio::new(4, 3)));
}

/// Of links to servers and of leaves: how many, and how many of them cut a GPU off, in thousandths a month.
fn often(fabric: &Fabric) -> [(u64, u64); 2] {
    let all = domains(&Intact::of(fabric));
    let sum = |(a, b): (u64, u64), (c, d): (u64, u64)| (a + c, b + d);
    let of = |rate, is: &dyn Fn(What) -> bool| {
        all.iter().filter(|d| is(d.what)).map(|d| monthly(d, rate)).fold((0, 0), sum)
    };
    let leaf = |what| matches!(what, What::Switch(tier) if fabric.tiers[tier].host_facing);
    [of(NIC_LINK, &|what| matches!(what, What::Port(_))), of(LEAF, &leaf)]
}

#[test]
fn losses_a_month_are_those_that_were_printed() {
    // 2.33 links and 0.033 leaves; 0.58 and 0.008. With one port to a NIC each stops a job.
    assert_eq!(often(&LARGE.fabric()), [(2335, 2335), (33, 33)]);
    assert_eq!(often(&Two(128, 8, "400G", 16, 8, 4, "800G", TH5, 64).fabric()), [(584, 584), (8, 8)]);
    // 30,720 links and 240 leaves in two planes: 17.5 and 0.12, of which none cuts a GPU off.
    let planes = fabric(
        r#"fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=1920 { nic count=8 ports=2 speed="200G"; }
        plane "a" "b" {
            tier "tor" count=120 switch="dell-z9864f"
            tier "agg" count=60 switch="dell-z9864f"
            link "gpu" "tor" by="rail" servers-per-leaf=128
            link "tor" "agg" speed="400G" per-pair=1
        }
        routing { asn tor=4210000000 agg=4200000000; loopbacks "10.0.0.0/16"; host-subnets "10.64.0.0/10"; }"#,
    );
    assert_eq!(often(&planes), [(17_510, 0), (122, 0)]);
}

#[test]
fn along_rails_some_traffic_stays_on_a_leaf() {
    let meeting = meeting(&LARGE.fabric());
    // Of 511 other servers 63 are on the same leaf.
    assert_eq!((meeting.rail.met * 511, meeting.rail.thousandths()), (meeting.rail.all * 63, Some(123)));
    assert_eq!(meeting.any.met * 4088, meeting.any.all * 63);
}

#[test]
fn parallel_links_spread_by_the_order_of_their_cables() {
    // Four links from each leaf to each of eight spines.
    let fabric = Two(128, 8, "400G", 16, 8, 4, "800G", TH5, 64).fabric();
    let [pair] = &polarised(&Intact::of(&fabric))[..] else { panic!("one line between tiers") };
    assert_eq!((pair.first, pair.second, pair.used), (32, 4, 1));
    let leaf = fabric.switches.iter().position(|s| s.name == "leaf-01").unwrap();
    let up: Vec<u32> = fabric
        .switch_wires(leaf)
        .iter()
        .map(|w| &fabric.links[w.link as usize])
        .filter(|l| matches!(fabric.line_of(l).lower, Lower::Tier(_)))
        .map(|l| l.b)
        .collect();
    let beside = up.chunks(4).all(|four| four.iter().all(|b| *b == four[0]));
    assert_eq!(pair.together, if beside { 4 } else { 1 });
}

#[test]
fn a_plane_is_half_of_every_nic() {
    let fabric = fabric(
        r#"fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=16 { nic count=8 ports=2 speed="200G"; }
        plane "a" "b" {
            tier "leaf" count=8 switch="dell-z9864f"
            tier "spine" count=2 switch="dell-z9864f"
            link "gpu" "leaf" by="rail"
            link "leaf" "spine" speed="800G" per-pair=2
        }
        routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/18"; host-subnets "10.64.0.0/12"; }"#,
    );
    let intact = Intact::of(&fabric);
    let plane = domains(&intact).into_iter().find(|d| matches!(d.what, What::Plane(_))).unwrap();
    assert_eq!((plane.count, plane.gpus, plane.cut), (2, 128, 0));
    assert_eq!(plane.share, Some(Ratio::new(1, 2)));
}
