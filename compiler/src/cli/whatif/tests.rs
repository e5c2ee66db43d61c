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
    assert!(page.starts_with("any 3 switches of spine fail: 4 combinations, 1 tried"), "{page}");
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
    ] {
        let (exit, page, error) = whatif(RAILS, args);
        assert_eq!((exit, page.as_str()), (Exit::Failed, ""), "{args:?}");
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(whatif(RAILS, &["--any", "1", "links", "--fail", "leaf-01"]).0, Exit::Failed);
}
