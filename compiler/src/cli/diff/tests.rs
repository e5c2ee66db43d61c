use serde_json::Value;

use crate::cli::{Exit, run};
use crate::host::{Host, MemoryHost, Stream};
use crate::output::Hash;

const RAILS: &str = r#"
    fabric "f" { nos "sonic" release="202505"; }
    hosts "gpu" count=12 { nic count=2 speed="400G"; }
    tier "leaf" count=2 switch="dell-z9864f"
    tier "spine" count=2 switch="dell-z9864f"
    link "gpu" "leaf" by="rail" { length "3m"; media "DAC"; }
    link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
    class "rdma" dscp=26 priority=3 lossless=#true { schedule weight=70; ecn min="1MiB" max="4MiB" probability=10; }
    class "bulk" default=#true priority=0 { schedule weight=30; }
    watchdog detect="200ms" restore="400ms"
    routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.255.0.0/18"; host-subnets "10.64.0.0/10"; }
"#;

/// The files of every switch, as a build would write them.
fn built(text: &str) -> Vec<(String, Vec<u8>)> {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis =
        crate::pipeline::analyze("fabric.kdl".as_ref(), &host, &crate::pipeline::Options::default());
    let fabric = analysis.fabric.unwrap();
    let bundle = fabc_targets::Bundle::new(&fabric, "0", std::collections::BTreeMap::new()).unwrap();
    let files = (0..bundle.len()).map(|i| {
        let mut bytes = Vec::new();
        bundle.render(i, &mut bytes);
        (bundle.path(i).into_owned(), bytes)
    });
    files.filter_map(|(path, bytes)| Some((path.strip_prefix("switches/")?.to_owned(), bytes))).collect()
}

fn edit(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// A world in which every switch runs what `text` says.
fn deployed(text: &str) -> MemoryHost {
    let host = MemoryHost::default().file("fabric.kdl", RAILS);
    built(text).into_iter().fold(host, |host, (path, bytes)| host.file(format!("d/{path}"), bytes))
}

fn diff(host: &MemoryHost, args: &[&str]) -> (Exit, String, String) {
    let exit = run(["fabc", "diff", "fabric.kdl"].iter().chain(args).copied(), host);
    (exit, host.written(Stream::Out), host.written(Stream::Err))
}

fn page(host: &MemoryHost, args: &[&str]) -> (Exit, String) {
    let (exit, out, error) = diff(host, &[&["--deployed", "d"], args].concat());
    assert_eq!(error, "", "{out}");
    (exit, out)
}

#[test]
fn what_was_built_is_as_it_should_be() {
    let told = page(&deployed(RAILS), &[]);
    assert_eq!(told, (Exit::Clean, "d to fabric.kdl: 4 switches as they should be\n".to_owned()));
}

#[test]
fn what_is_alike_is_folded_and_has_its_line() {
    let old = edit(RAILS, &[("min=\"1MiB\"", "min=\"2MiB\"")]);
    let (exit, told) = page(&deployed(&old), &[]);
    assert_eq!(exit, Exit::Findings);
    insta::assert_snapshot!(told);
}

#[test]
fn every_difference_is_listed_where_that_is_asked_for() {
    let old = edit(RAILS, &[("restore=\"400ms\"", "restore=\"600ms\"")]);
    let host = deployed(&old);
    let (_, told) = page(&host, &["leaf-02", "--full"]);
    let line = "  leaf-02: PFC_WD|Ethernet0 restoration_time 600 → 400";
    assert!(told.contains(line), "{told}");
    assert!(!told.contains("leaf-01"), "{told}");
}

#[test]
fn switches_that_one_side_lacks_are_named() {
    let four = edit(RAILS, &[("tier \"spine\" count=2", "tier \"spine\" count=4")]);
    let (exit, told) = page(&deployed(&four), &[]);
    assert_eq!(exit, Exit::Findings);
    assert!(
        told.contains("2 not in the fabric") && told.contains("2 switches: spine-03, spine-04"),
        "{told}"
    );
    let host = MemoryHost::default().file("fabric.kdl", RAILS).file("d/leaf-01.json", "{}");
    let (_, told) = page(&host, &[]);
    assert!(told.contains("nothing is known of 3 switches: leaf-02, spine-01, spine-02"), "{told}");
}

#[test]
fn trouble_is_told_all_at_once() {
    let host = deployed(RAILS).file("d/leaf-01/config_db.json", "[]").file("d/spine-02/config_db.json", "{");
    let (exit, out, error) = diff(&host, &["--deployed", "d"]);
    assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
    assert!(
        error.contains("d/leaf-01/config_db.json: ") && error.contains("d/spine-02/config_db.json: "),
        "{error}"
    );
    let (exit, _, error) = diff(&deployed(RAILS), &["--deployed", "d", "laef-01", "leaf-9"]);
    assert_eq!(exit, Exit::Failed);
    assert!(
        error.contains("no switch `laef-01`; did you mean `leaf-01`?") && error.contains("`leaf-9`"),
        "{error}"
    );
    let (exit, _, error) = diff(&deployed(RAILS), &["--deployed", "no"]);
    assert!(exit == Exit::Failed && error.contains("there is no folder no"), "{error}");
    let (exit, ..) = diff(&deployed(RAILS), &[]);
    assert_eq!(exit, Exit::Failed);
}

#[test]
fn secrets_are_not_shown() {
    let files = built(RAILS);
    let (_, bytes) = files.iter().find(|(path, _)| path == "leaf-01/config_db.json").unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let own = text.replacen('{', "{\"SNMP_COMMUNITY\": {\"hidden\": {\"TYPE\": \"RO\"}}, \"TACPLUS\": {\"global\": {\"passkey\": \"hidden\"}},", 1);
    for format in ["human", "json", "markdown", "patch"] {
        let host = deployed(RAILS).file("d/leaf-01/config_db.json", own.clone());
        let (_, told) = page(&host, &["--all", "--full", "--format", format]);
        assert!(!told.contains("hidden"), "{told}");
        assert!(format != "human" || told.contains("SNMP_COMMUNITY|<masked>"), "{told}");
    }
}

#[test]
fn a_reboot_would_lose_what_is_not_saved() {
    let files = built(RAILS);
    let (_, bytes) = files.iter().find(|(path, _)| path == "leaf-01/config_db.json").unwrap();
    let saved = String::from_utf8(bytes.clone()).unwrap().replacen("\"9100\"", "\"9000\"", 2);
    let host = deployed(RAILS).file("d/leaf-01/saved.json", saved);
    let (exit, told) = page(&host, &[]);
    assert_eq!(exit, Exit::Clean);
    assert!(told.contains("running differs from saved on leaf-01: a reboot would lose 2 changes"), "{told}");
}

#[test]
fn what_is_cached_is_what_would_be_said() {
    let old = edit(RAILS, &[("min=\"1MiB\"", "min=\"2MiB\"")]);
    let host = deployed(&old).var("XDG_CACHE_HOME", "/cache");
    let first = page(&host, &[]).1;
    assert_eq!(page(&host, &[]).1, first.repeat(2));
    let kept = |host: &MemoryHost| host.paths("/cache");
    assert_eq!(kept(&host).len(), 1);
    let path = kept(&host).remove(0);
    let text = String::from_utf8(host.read(&path, usize::MAX - 1).unwrap()).unwrap();
    let again =
        |of: &str, text: String| page(&deployed(of).var("XDG_CACHE_HOME", "/cache").file(&path, text), &[]).1;
    // One that says something else shows that it is read.
    let head = text.lines().next().unwrap();
    let (key, hash) = (head.rsplit_once(' ').unwrap().0, Hash::of(b"other\n"));
    assert_eq!(again(&old, format!("{key} {hash}\nother\n")), "other\n");
    // One that is broken isn't; nor is one where a file has changed.
    assert_eq!(again(&old, text.replace("WRED_PROFILE", "WRED-PROFILE")), first);
    assert!(again(RAILS, text).contains("as they should be"));
}

#[test]
fn the_patch_leads_to_what_is_to_be() {
    let old = edit(RAILS, &[("min=\"1MiB\"", "min=\"2MiB\"")]);
    let (_, told) = page(&deployed(&old), &["--format", "patch"]);
    let patch: Value = serde_json::from_str(&told).unwrap();
    let all = patch["leaf-01"].as_array().unwrap();
    assert!(all.iter().any(|op| op["op"] == "replace" && op["value"] == "1048576"), "{told}");
}

#[test]
fn a_comment_begins_with_its_marker_and_stays_within_its_limit() {
    let old = edit(RAILS, &[("min=\"1MiB\"", "min=\"2MiB\""), ("count=12", "count=10")]);
    let (_, told) = page(&deployed(&old), &["--format", "markdown"]);
    assert!(told.starts_with("<!-- fabc diff -->\n"), "{told}");
    assert_eq!(told.matches("<details>").count(), told.matches("</details>").count());
    assert!(told.chars().count() <= 65_536);
    insta::assert_snapshot!(told.lines().take(14).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_folder_of_other_switches_is_no_comparison() {
    let host = MemoryHost::default().file("fabric.kdl", RAILS).file("d/old-01.json", "{}");
    let (exit, out, error) = diff(&host, &["--deployed", "d"]);
    assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
    assert!(error.contains("d holds no config_db.json") && error.contains("but one of old-01"), "{error}");
}

#[test]
fn what_pull_could_not_read_is_said() {
    let failed =
        r#"{"schema_version": 1, "failed": [{"switch": "leaf-02", "what": "timeout", "reason": "r"}]}"#;
    let host = deployed(RAILS).file("d/failed.json", failed);
    let (exit, told) = page(&host, &[]);
    assert_eq!(exit, Exit::Findings);
    assert!(
        told.contains(
            "leaf-02: `fabc pull` could not read it (timeout: r), and what is known of it is of before"
        ),
        "{told}"
    );
    let (_, told) = page(&host, &["--format", "json"]);
    assert!(told.contains("\"stale\": true"), "{told}");
    // Others aren't asked for.
    assert_eq!(page(&host, &["leaf-01"]).0, Exit::Clean);
}

#[test]
fn another_release_or_box_is_said() {
    let state = r#"{"schema_version": 1, "release": "202605", "platform": "x86_64-other-r0", "apply_patch": true, "unanswered": [],
        "ports": {}, "lldp": [], "sessions": {}, "masked": {}}"#;
    let (exit, told) = page(&deployed(RAILS).file("d/leaf-02/state.json", state), &[]);
    assert_eq!(exit, Exit::Findings);
    assert!(told.starts_with("d to fabric.kdl: 1 of 4 switches differs\n"), "{told}");
    assert!(told.contains("leaf-02: it runs 202605, and the files are written for 202505"), "{told}");
    assert!(told.contains("leaf-02: it is a x86_64-other-r0"), "{told}");
}

#[test]
fn what_is_wrong_with_the_saved_file_is_said_of_it() {
    let (exit, _, error) = diff(&deployed(RAILS).file("d/leaf-02/saved.json", "[]"), &["--deployed", "d"]);
    assert_eq!(exit, Exit::Failed);
    assert!(error.contains("d/leaf-02/saved.json: "), "{error}");
}

#[test]
fn nothing_that_switches_say_drives_the_terminal() {
    let files = built(RAILS);
    let file = |name: &str| {
        let (_, bytes) = files.iter().find(|(path, _)| path == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let evil = "\\u001b[31m\\n4 switches as they should be\\u202e\\u009b";
    let db = file("leaf-01/config_db.json");
    let described = db.replacen("\"description\": \"", &format!("\"description\": \"{evil}"), 1);
    assert_ne!(db, described);
    let frr = file("leaf-01/frr.conf").replacen("hostname ", "hostname \u{1b}[2J", 1);
    let host = || {
        deployed(RAILS)
            .file("d/leaf-01/config_db.json", described.clone())
            .file("d/leaf-01/frr.conf", frr.clone())
    };
    for args in [&["--full"][..], &["--text"], &["--format", "json"], &["--format", "markdown"]] {
        let (_, told) = page(&host(), args);
        let wild = told.chars().find(|c| crate::tame::is_wild(*c) && *c != '\n');
        assert_eq!(wild, None, "{told}");
        assert!(!told.lines().any(|line| line.starts_with("4 switches")), "{told}");
    }
    let (_, told) = page(&host(), &["--full"]);
    assert!(told.contains("\\u001b[31m\\u000a4 switches"), "{told}");
}
