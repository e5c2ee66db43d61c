use crate::cli::{Exit, run};
use crate::host::{MemoryHost, Stream};

/// 64 servers of 8 rails on 8 leaves and 4 spines, 8 parallel links between each two.
const RAILS: &str = r#"
    fabric "f" { nos "sonic" release="202505"; }
    hosts "gpu" count=64 { nic count=8 speed="400G"; }
    tier "leaf" count=8 switch="dell-z9864f"
    tier "spine" count=4 switch="dell-z9864f"
    link "gpu" "leaf" by="rail" { length "3m"; }
    link "leaf" "spine" speed="800G" per-pair=8 { length "30m"; }
    routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
    expect { survive "spine" losses=1 oversubscription=1.4; hops max=3; }
"#;

fn whatif(fabric: &str, args: &[&str]) -> (Exit, String, String) {
    let host = MemoryHost::default().file("fabric.kdl", fabric).var("NO_COLOR", "1");
    let exit = run(["fabc", "whatif"].iter().chain(args).copied(), &host);
    (exit, host.written(Stream::Out), host.written(Stream::Err))
}

#[test]
fn a_spine_takes_its_share() {
    let (exit, page, error) = whatif(RAILS, &["--fail", "spine-01"]);
    assert_eq!((exit, error.as_str()), (Exit::Clean, ""));
    insta::assert_snapshot!(page);
}

#[test]
fn one_of_parallel_links_overloads_the_rest() {
    let (exit, page, _) = whatif(RAILS, &["--fail", "leaf-01:64"]);
    assert_eq!(exit, Exit::Clean);
    insta::assert_snapshot!(page);
}

#[test]
fn the_worst_of_any_two() {
    let (exit, page, error) = whatif(RAILS, &["--any", "2", "switches"]);
    assert_eq!((exit, error.as_str()), (Exit::Clean, ""));
    insta::assert_snapshot!(page);
}

#[test]
fn a_broken_promise_is_a_finding() {
    let text = RAILS.replace("losses=1", "losses=2").replace("1.4", "2.0");
    let (exit, page, error) = whatif(&text, &["--any", "3", "spine", "--format", "short"]);
    // Three losses are more than two: the claim says nothing of them.
    assert_eq!((exit, error.as_str()), (Exit::Clean, ""));
    assert!(page.starts_with("any 3 of 4 switches of spine fail: 4 combinations, 1 tried"), "{page}");
    let text =
        RAILS.replace("survive \"spine\" losses=1 oversubscription=1.4", "oversubscription \"leaf\" max=1.0");
    let (exit, page, error) = whatif(&text, &["--any", "1", "spine", "--format", "short"]);
    assert_eq!(exit, Exit::Findings);
    assert!(
        error.contains("error[expect/oversubscription]: `leaf-01` has 25.6 Tb/s below and 19.2 Tb/s above"),
        "{error}"
    );
    assert!(page.contains("expect/oversubscription"), "{page}");
    let (exit, _, error) = whatif(&text, &["--fail", "spine-01", "--allow", "expect/oversubscription"]);
    assert_eq!((exit, error.as_str()), (Exit::Clean, ""));
}

#[test]
fn what_does_not_exist_fails() {
    for (args, why) in [
        (&["--fail", "spin-01"][..], "there is no switch `spin-01`; did you mean `spine-01`?"),
        (&["--any", "1", "leav"], "--any: there is no tier `leav`; did you mean `leaf`?"),
        (&["--any", "1", "x"], "--any: there is no tier `x`; give links, switches, or one of leaf, spine"),
        (&["--any", "0", "links"], "--any 0: a number from 1 to 8 is wanted"),
        (&["--any", "5", "spine"], "--any 5 switches of spine: there are only 4"),
        (&["--any", "1", "leaf", "--any", "1", "spine"], "--any is given once"),
    ] {
        let (exit, page, error) = whatif(RAILS, args);
        assert_eq!((exit, page.as_str()), (Exit::Failed, ""), "{args:?}");
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(whatif(RAILS, &["--any", "1", "links", "--fail", "leaf-01"]).0, Exit::Failed);
}

#[test]
fn the_intact_fabric_has_its_own_figures() {
    let (exit, page, error) = whatif(RAILS, &[]);
    assert_eq!((exit, error.as_str()), (Exit::Clean, ""));
    insta::assert_snapshot!(page);
}

#[test]
fn links_of_different_speeds_are_chosen_alike() {
    // 4 ports of 400G below, 800G and 400G up: a link gets 800G on average.
    let text = r#"
        fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=4 { nic count=2 speed="400G"; }
        tier "leaf" count=2 switch="dell-z9864f"
        tier "spine" count=1 switch="dell-z9864f"
        tier "old" count=1 switch="dell-z9864f"
        link "gpu" "leaf" by="rail" { length "3m"; }
        link "leaf" "spine" speed="800G" per-pair=1 { length "30m"; }
        link "leaf" "old" speed="400G" per-pair=1 { length "30m"; }
        routing { asn leaf=4210000000 spine=4200000000 old=4205000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
    "#;
    let over = |text: &str| {
        let (exit, page, error) = whatif(text, &["--flows", "1", "--format", "json"]);
        assert_eq!((exit, error.as_str()), (Exit::Clean, ""));
        let document: serde_json::Value = serde_json::from_str(&page).unwrap();
        let row = &document["whole"]["ecmp"][0];
        let of = |name: &str| row[name].as_u64().unwrap();
        (of("links_up"), of("over_mean_thousandths"), of("of_its_rate_thousandths"), of("slowest_link_mbps"))
    };
    // The fullest of 2 links has 2.75 of 4 flows: 1100G.
    assert_eq!(over(text), (2, 1375, 2750, 400_000));
    assert_eq!(over(&text.replace("800G", "400G")), (2, 1375, 2750, 400_000));
    let (_, page, _) = whatif(text, &[]);
    assert!(page.contains("leaf: links up of 400G and 800G get as many flows each"), "{page}");
    // A drained switch is said, and not chosen.
    let drained = format!("{text} switch \"old-01\" {{ maintenance; }}");
    assert_eq!(over(&drained), (1, 1000, 2000, 800_000));
    let (_, page, _) = whatif(&drained, &[]);
    assert!(
        page.contains("drained, but counted as standing: old-01; ECMP is shown without links to it"),
        "{page}"
    );
    assert!(!page.contains("as many flows each"), "{page}");
}

#[test]
fn a_port_that_is_put_down_is_not_there() {
    let text = RAILS.replace("hops max=3", "disjoint-paths min=32");
    let down = format!("{text} switch \"leaf-01\" {{ port \"64\" {{ admin \"down\"; }} }}");
    // 31 links up of 32, from the start: a line of `expect` that breaks in `check` is no news here, and an error.
    let (exit, page, error) = whatif(&down, &["--format", "short"]);
    assert_eq!(exit, Exit::Findings);
    assert!(error.contains("error[expect/disjoint-paths]"), "{error}");
    assert!(page.contains("put down by the file, so not there: leaf-01:Ethernet"), "{page}");
    let row = page.lines().find(|l| l.starts_with("disjoint paths")).unwrap();
    assert!(row.contains("31"), "{page}");
    let (exit, _, error) = whatif(&down, &["--fail", "leaf-01:64"]);
    assert_eq!(exit, Exit::Failed);
    assert!(error.contains("is down from the start"), "{error}");
}

#[test]
fn what_is_not_known_is_said() {
    let text = RAILS.replace("dell-z9864f", "arista-7060x6-64pe").replace("{ length \"30m\"; }", "");
    let (_, page, _) = whatif(&text, &["--flows", "16"]);
    assert!(page.contains("unknown: arista-7060x6-64pe has no `latency`"), "{page}");
    assert!(page.contains("44.264      1.383        1.383"), "{page}");
    let text = RAILS.replace("{ length \"30m\"; }", "");
    let (_, page, _) = whatif(&text, &["--flows", "1000"]);
    assert!(page.contains("unknown: no length"), "{page}");
    assert!(page.contains("too many flows"), "{page}");
    let one = RAILS.replace("tier \"spine\" count=4", "tier \"spine\" count=4 type=\"ToRRouter\"");
    let (_, page, _) = whatif(&one, &[]);
    assert!(
        page.contains(
            "the same hash seed, so flows over one link take 1 of 8, those from one switch of leaf 8 (likely)"
        ),
        "{page}"
    );
}

#[test]
fn a_line_that_skips_a_tier_makes_reach_an_upper_bound() {
    let text = r#"
        fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=2 { nic count=2 speed="400G"; }
        tier "leaf" count=2 switch="dell-z9864f"
        tier "spine" count=2 switch="dell-z9864f"
        tier "core" count=2 switch="dell-z9864f"
        link "gpu" "leaf" by="rail" { length "3m"; }
        link "leaf" "spine" speed="400G" per-pair=1 { length "30m"; }
        link "spine" "core" speed="400G" per-pair=1 { length "30m"; }
        link "leaf" "core" speed="400G" per-pair=1 { length "30m"; }
        routing { asn leaf=4210000000 spine=4205000000 core=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
    "#;
    let (_, page, error) = whatif(text, &["--fail", "spine-01"]);
    assert!(page.contains("Some links skip a tier."), "{page}{error}");
    assert!(!whatif(RAILS, &["--fail", "spine-01"]).1.contains("skip a tier"));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [40, 60, 80, 100] {
        for args in
            [&[][..], &["--fail", "leaf-01:64"], &["--any", "2", "links"], &["--any", "2", "switches"]]
        {
            let host = MemoryHost::default().file("fabric.kdl", RAILS).var("NO_COLOR", "1").terminal(columns);
            run(["fabc", "whatif"].iter().chain(args).copied(), &host);
            let page = host.written(Stream::Out);
            let wide = page.lines().find(|line| line.chars().count() > columns);
            assert_eq!(wide, None, "{args:?} on {columns}");
        }
    }
}
