use crate::cli::{Exit, run};
use crate::host::{MemoryHost, Stream};

/// 60 servers of 8 rails on 8 leaves and 4 spines, with a lossless class and a watchdog.
const RAILS: &str = r#"
    fabric "f" { nos "sonic" release="202505"; }
    hosts "gpu" count=60 max=64 { nic count=8 speed="400G"; }
    tier "leaf" count=8 switch="dell-z9864f"
    tier "spine" count=4 switch="dell-z9864f"
    link "gpu" "leaf" by="rail" { length "3m"; media "DAC"; }
    link "leaf" "spine" speed="800G" per-pair=4 { length "30m"; }
    class "rdma" dscp=26 priority=3 lossless=#true { schedule weight=70; ecn min="1MiB" max="4MiB" probability=10; }
    class "bulk" default=#true priority=0 { schedule weight=30; }
    watchdog detect="200ms" restore="400ms"
    routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
"#;

fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(RAILS.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

fn grow_in(host: &MemoryHost, old: &str, args: &[&str]) -> (Exit, String, String) {
    let exit = run(["fabc", "grow", old, "new"].iter().chain(args).copied(), host);
    (exit, host.written(Stream::Out), host.written(Stream::Err))
}

fn grow(edits: &[(&str, &str)], args: &[&str]) -> (Exit, String, String) {
    let new = edited(edits);
    let host = MemoryHost::default().file("old/fabric.kdl", RAILS).file("new/fabric.kdl", new);
    grow_in(&host, "old", args)
}

/// The page of an edit that must have this exit code.
fn page(edits: &[(&str, &str)], exit: Exit, args: &[&str]) -> String {
    let (ended, page, error) = grow(edits, args);
    assert_eq!((ended, error.as_str()), (exit, ""), "{page}");
    page
}

#[test]
fn a_fabric_is_what_it_is() {
    assert_eq!(page(&[], Exit::Clean, &[]), "old to new: nothing changes\n");
    assert_eq!(page(&[], Exit::Clean, &["--full"]), "old to new: nothing changes\n");
}

#[test]
fn more_servers_interrupt_nothing() {
    insta::assert_snapshot!(page(&[("count=60", "count=64")], Exit::Clean, &[]));
}

#[test]
fn every_cable_of_one_more_server() {
    let page = page(&[("count=60", "count=61")], Exit::Clean, &["--full"]);
    let of_others = |line: &str| (2..=8).any(|leaf| line.contains(&format!("leaf-0{leaf} ")));
    let lines: Vec<&str> = page.lines().filter(|line| !of_others(line) || line.starts_with("new")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_laid_anew_is_cut() {
    insta::assert_snapshot!(page(&[("per-pair=4", "per-pair=3")], Exit::Findings, &[]));
}

#[test]
fn another_asn_resets_sessions() {
    insta::assert_snapshot!(page(&[("leaf=421", "leaf=422")], Exit::Findings, &[]));
}

#[test]
fn other_lengths_of_cable_are_cut() {
    insta::assert_snapshot!(page(&[("length \"30m\"", "length \"40m\"")], Exit::Findings, &[]));
}

#[test]
fn a_cable_that_is_pulled_is_a_cut_whatever_the_files_say() {
    // Of another medium no file of a switch tells.
    let page = page(&[("media \"DAC\"", "media \"AEC\"")], Exit::Findings, &[]);
    assert!(page.contains("cut       8  leaf-01 … leaf-08    60 ports flap (cable replaced)"), "{page}");
    assert!(page.contains("none      4  spine-01 … spine-04"), "{page}");
}

#[test]
fn what_goes_takes_its_links_along() {
    insta::assert_snapshot!(page(
        &[("tier \"spine\" count=4", "tier \"spine\" count=3 max=4")],
        Exit::Findings,
        &[]
    ));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let new = edited(&[("per-pair=4", "per-pair=3")]);
    let host = MemoryHost::default().file("old/fabric.kdl", RAILS).file("new/fabric.kdl", new).terminal(70);
    let (_, page, _) = grow_in(&host, "old", &[]);
    assert!(
        page.lines().skip(1).all(|line| line.chars().count() <= 70 || line.starts_with("A port")),
        "{page}"
    );
}

#[test]
fn a_former_fabric_json_has_no_files() {
    let census = r#"{"schema_version": 1, "switches": [{"name": "leaf-01", "tier": "leaf", "asn": 7, "loopback": null,
        "loopback6": null, "mgmt": null, "host_block": null}], "hosts": [], "links": []}"#;
    let host = MemoryHost::default().file("then.json", census).file("new/fabric.kdl", RAILS);
    let (exit, page, error) = grow_in(&host, "then.json", &[]);
    assert_eq!((exit, error.as_str()), (Exit::Findings, ""));
    assert!(page.contains("files could not be compared"), "{page}");
    assert!(page.contains("7 → 4210000001") && page.contains("not compared"), "{page}");
}

#[test]
fn a_revision_is_that_of_the_new_fabric() {
    // In memory the files of a revision lie in a folder of its name.
    let host = MemoryHost::default()
        .file("v1/new/fabric.kdl", RAILS)
        .file("new/fabric.kdl", edited(&[("count=60", "count=64")]));
    let (exit, page, _) = grow_in(&host, "v1", &[]);
    assert_eq!(exit, Exit::Clean);
    assert!(page.starts_with("v1 to new: nothing that exists moves"), "{page}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let (exit, _, error) = grow_in(&MemoryHost::default().file("new/fabric.kdl", RAILS), "v9", &[]);
    assert_eq!(exit, Exit::Failed);
    assert!(error.contains("`v9` is no file, and no revision with this fabric"), "{error}");
    let (exit, page, error) = grow(&[("count=8 switch", "count=8 swtch")], &[]);
    assert_eq!((exit, page.as_str()), (Exit::Failed, ""));
    assert!(error.contains("swtch"), "{error}");
}
