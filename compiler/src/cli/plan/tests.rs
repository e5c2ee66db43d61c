use std::path::Path;

use super::super::run as fabc;
use crate::cli::Exit;
use crate::deployed::state::State;
use crate::host::{MemoryHost, Stream};

const FABRIC: &str = r#"fabric "f" { nos "sonic" release="202605"; }
hosts "gpu" count=4 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" { length "3m"; }
link "leaf" "spine" speed="800G" per-pair=1 { length "30m"; }
class "rdma" dscp=26 priority=3 lossless=#true { schedule weight=70; congestion-control "none"; }
class "bulk" default=#true priority=0 { schedule weight=30; }
routing {
    asn leaf=4210000000 spine=4200000000
    loopbacks "10.255.0.0/20"
    host-subnets "10.64.0.0/12"
}
"#;

/// The files of a switch as a build of `text` has them.
fn files(text: &str, switch: &str) -> (Vec<u8>, Vec<u8>) {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis =
        crate::pipeline::analyze(Path::new("fabric.kdl"), &host, &crate::pipeline::Options::default());
    let fabric = analysis.fabric.unwrap();
    let bundle = fabc_targets::Bundle::new(&fabric, "0", std::collections::BTreeMap::new()).unwrap();
    let made = crate::diff::fabrics::Made::new(&fabric, bundle);
    let mut own = crate::diff::fabrics::Own::default();
    crate::diff::fabrics::Origin::fill(&made, switch, &mut own).unwrap();
    (own.config_db, own.frr)
}

fn deployed(old: &str, new: &str) -> MemoryHost {
    let mut host = MemoryHost::default().file("fabric.kdl", new);
    for switch in ["leaf-01", "leaf-02", "spine-01", "spine-02"] {
        let (db, frr) = files(old, switch);
        host = host.file(format!("d/{switch}/config_db.json"), db).file(format!("d/{switch}/frr.conf"), frr);
    }
    host
}

fn said(host: &MemoryHost, more: &[&str]) -> (Exit, String, String) {
    let args = ["fabc", "plan", "fabric.kdl", "--deployed", "d"];
    let exit = fabc(args.iter().chain(more).copied(), host);
    (exit, host.written(Stream::Out), host.written(Stream::Err))
}

#[test]
fn nothing_to_do() {
    let (exit, out, _) = said(&deployed(FABRIC, FABRIC), &[]);
    assert_eq!((exit, out.as_str()), (Exit::Clean, "nothing has to change\n"));
}

#[test]
fn a_live_change_is_two_waves_of_each_tier() {
    let new = FABRIC.replace("weight=70", "weight=60");
    let (exit, out, _) = said(&deployed(FABRIC, &new), &[]);
    assert_eq!(exit, Exit::Findings);
    assert!(
        out.starts_with("4 switches change, nothing is interrupted, at most 1 patch each\n4 waves"),
        "{out}"
    );
    let (_, out, _) = said(&deployed(FABRIC, &new), &["--format", "json", "--only", "leaf-02"]);
    let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(plan["switches"].as_object().unwrap().keys().collect::<Vec<_>>(), ["leaf-02"]);
    assert_eq!(plan["switches"]["leaf-02"]["way"], "patch");
    assert_eq!(plan["waves"].as_array().unwrap().len(), 1);
}

#[test]
fn switches_that_go_through_the_same_are_of_one_kind() {
    let new = FABRIC.replace("weight=70", "weight=60");
    // Somebody has put a port of leaf-02 down.
    let (db, frr) = files(FABRIC, "leaf-02");
    let db =
        String::from_utf8(db).unwrap().replacen("\"admin_status\": \"up\"", "\"admin_status\": \"down\"", 1);
    let host = deployed(FABRIC, &new).file("d/leaf-02/config_db.json", db).file("d/leaf-02/frr.conf", frr);
    let (_, out, _) = said(&host, &["--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
    let kind = |switch: &str| plan["switches"][switch]["kind"].as_u64().unwrap();
    assert_eq!(kind("spine-01"), kind("spine-02"));
    let kinds: std::collections::BTreeSet<u64> =
        ["leaf-01", "leaf-02", "spine-01"].into_iter().map(kind).collect();
    assert_eq!(kinds, [1, 2, 3].into());
}

#[test]
fn spines_are_drained_and_leaves_keep_a_way_up() {
    let (exit, out, _) =
        said(&deployed(FABRIC, &FABRIC.replace("\"30m\"", "\"45m\"")), &["--format", "json"]);
    assert_eq!(exit, Exit::Findings);
    let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
    let (leaf, spine) = (&plan["switches"]["leaf-01"], &plan["switches"]["spine-01"]);
    assert!(leaf["drain"].is_null() && spine["drain"]["on"].is_array());
    // Two uplinks, of which one is always up.
    let waves = plan["waves"].as_array().unwrap().iter();
    let of_leaf: Vec<_> = waves.filter(|wave| wave["switches"][0] == "leaf-01").collect();
    assert_eq!(of_leaf[0]["oversubscription"]["leaf"], "2/1");
    assert_eq!(plan["blocked"].as_array().unwrap().len(), 0);
}

#[test]
fn what_no_wave_may_hold_is_said() {
    let limit = "rollout { keep \"oversubscription\" \"leaf\" max=1.0; }\n";
    let fabric = FABRIC.replace("count=4 {", "count=8 {");
    let new = format!("{}{limit}", fabric.replace("\"30m\"", "\"45m\""));
    let (exit, out, _) = said(&deployed(&fabric, &new), &[]);
    assert_eq!(exit, Exit::Failed);
    assert!(
        out.contains("spine-01, spine-02: no wave may hold it: leaf-01 would have an oversubscription of"),
        "{out}"
    );
}

#[test]
fn wrong_usage_is_said() {
    let (exit, _, err) = said(&deployed(FABRIC, FABRIC), &["--only", "leaf-03,spine-1"]);
    assert_eq!(exit, Exit::Failed);
    assert!(err.contains("there is no switch `leaf-03`; did you mean `leaf-0"), "{err}");
    let host = MemoryHost::default().file("fabric.kdl", FABRIC);
    let (exit, _, err) = said(&host, &[]);
    assert!(exit == Exit::Failed && err.contains("there is no folder d"), "{err}");
    let broken =
        deployed(FABRIC, FABRIC).file("d/leaf-01/config_db.json", "[").file("d/leaf-02/config_db.json", "{");
    let (exit, _, err) = said(&broken, &[]);
    assert!(exit == Exit::Failed && err.contains("leaf-01") && err.contains("leaf-02"), "{err}");
}

#[test]
fn what_is_on_one_side_only_is_listed() {
    let mut host = MemoryHost::default().file("fabric.kdl", FABRIC);
    for switch in ["leaf-01", "spine-01"] {
        host = host.file(format!("d/{switch}.json"), files(FABRIC, switch).0);
    }
    let (exit, out, _) = said(&host.file("d/old-01.json", "{}"), &[]);
    assert_eq!(exit, Exit::Clean);
    assert!(out.contains("nothing is known of leaf-02 … spine-02 (2)"), "{out}");
    assert!(out.contains("the fabric has no old-01"), "{out}");
}

/// A change that puts ports down.
fn longer(text: &str) -> String {
    text.replace("length \"30m\"", "length \"35m\"")
}

fn maintained(text: &str) -> String {
    format!("{text}switch \"spine-02\" {{ maintenance; }}\n")
}

fn waves(host: &MemoryHost, more: &[&str]) -> (Exit, Vec<String>, Vec<String>) {
    let (exit, out, _) = said(host, &[more, &["--format", "json"]].concat());
    let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
    let words = |value: &serde_json::Value| {
        let names = value.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    let waves = plan["waves"].as_array().unwrap().iter().map(|wave| words(&wave["switches"])).collect();
    let why =
        |b: &serde_json::Value| format!("{}: {}", b["switch"].as_str().unwrap(), b["why"].as_str().unwrap());
    (exit, waves, plan["blocked"].as_array().unwrap().iter().map(why).collect())
}

#[test]
fn a_switch_under_maintenance_is_out_once() {
    let old = maintained(FABRIC);
    let (exit, of, why) = waves(&deployed(&old, &longer(&old)), &[]);
    assert_eq!(exit, Exit::Failed);
    assert_eq!(of, ["spine-02"]);
    assert_eq!(why[0], "leaf-01: leaf-01 would lose its last way up");
    assert_eq!(why[2], "spine-01: 2 switches would be out, 1 of them anyway, and max-unavailable is 1");
    let more = "rollout { max-unavailable spine=2; }\n";
    let (_, _, why) = waves(&deployed(&old, &(longer(&old) + more)), &[]);
    // The tier of spines is given up; leaves aren't.
    assert_eq!(why[2], "spine-01: leaf-01 would lose its last way up");
    let more = "rollout { max-unavailable spine=2 leaf=2; }\n";
    let (exit, of, _) = waves(&deployed(&old, &(longer(&old) + more)), &[]);
    assert_eq!((exit, of.len()), (Exit::Findings, 4));
}

#[test]
fn a_switch_that_traffic_is_led_away_from_goes_first() {
    let (exit, of, why) = waves(&deployed(&maintained(FABRIC), &longer(FABRIC)), &[]);
    assert_eq!(why, Vec::<String>::new());
    assert_eq!(
        (exit, of),
        (Exit::Findings, ["spine-02", "spine-01", "leaf-01", "leaf-02"].map(str::to_owned).into())
    );
}

#[test]
fn ends_that_must_agree_leave_no_leaf_alone() {
    let numbered = FABRIC.replace("    loopbacks", "    numbered \"10.200.0.0/16\"\n    loopbacks");
    for (old, new) in [(FABRIC, numbered.as_str()), (&numbered, FABRIC)] {
        let (exit, of, why) = waves(&deployed(old, new), &[]);
        assert_eq!((exit, of), (Exit::Failed, vec!["spine-01".to_owned()]));
        assert!(
            why[0].starts_with("leaf-01: leaf-01 and leaf-02 would have no way to each other; "),
            "{why:?}"
        );
        assert!(why[2].starts_with("spine-02: leaf-01 would lose its last way up; "), "{why:?}");
        // Nobody says what the leaves do.
        let (_, of, why) = waves(&deployed(old, new), &["--only", "spine-01,spine-02"]);
        assert_eq!((of, why.len()), (vec!["spine-01".to_owned()], 1));
        let host = deployed(old, &format!("{new}rollout {{ max-unavailable leaf=2 spine=2; }}\n"));
        let (exit, of, _) = waves(&host, &[]);
        assert_eq!((exit, of.concat().len()), (Exit::Findings, "spine-01spine-02leaf-01leaf-02".len()));
    }
}

#[test]
fn what_is_not_there_yet_carries_nothing() {
    let new = longer(FABRIC) + "rollout { keep \"oversubscription\" \"leaf\" max=2.1; }\n";
    let mut host = MemoryHost::default().file("fabric.kdl", &*new);
    for switch in ["leaf-01", "leaf-02", "spine-01"] {
        let (db, frr) = files(FABRIC, switch);
        host = host.file(format!("d/{switch}/config_db.json"), db).file(format!("d/{switch}/frr.conf"), frr);
    }
    let (exit, of, why) = waves(&host, &[]);
    assert_eq!((exit, of.len()), (Exit::Failed, 0));
    let why: Vec<&str> = why.iter().map(|why| why.split(": ").nth(1).unwrap()).collect();
    let last = ["leaf-01 would lose its last way up", "leaf-02 would lose its last way up"];
    assert_eq!(why, [last[0], last[1], last[0]]);
}

#[test]
fn cables_that_move_interrupt() {
    let (old, new) = (FABRIC, FABRIC.replace("per-pair=1", "per-pair=2"));
    let (exit, out, _) = said(&deployed(old, &new), &[]);
    assert_eq!(exit, Exit::Findings);
    assert!(!out.contains("nothing is interrupted"), "{out}");
    assert!(out.contains("\ncables move at leaf-01 … spine-02 (4): `fabc diff` lists them"), "{out}");
    let (_, of, _) = waves(&deployed(old, &new), &[]);
    assert_eq!(of, ["spine-01", "spine-02", "leaf-01", "leaf-02"]);
    // Nobody knows how much is up while they move.
    let new = new + "rollout { keep \"oversubscription\" \"leaf\" max=1.4; }\n";
    let (exit, of, why) = waves(&deployed(old, &new), &[]);
    assert_eq!((exit, of.len()), (Exit::Failed, 0));
    assert!(why[0].contains("would have an oversubscription of "), "{why:?}");
}

#[test]
fn a_plan_that_contradicts_itself_is_none() {
    let (_, text, _) = said(&deployed(FABRIC, &longer(FABRIC)), &["--format", "json"]);
    let read = |plan: &serde_json::Value| {
        crate::plan::document::Plan::read(plan.to_string().as_bytes()).map(|_| ()).unwrap_err()
    };
    let good: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(crate::plan::document::Plan::read(text.as_bytes()).is_ok());
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut plan = good.clone();
        change(&mut plan);
        read(&plan)
    };
    let none = with(&|plan| plan["waves"] = serde_json::json!([]));
    assert_eq!(none, "`leaf-01` changes, and no wave holds it");
    let twice = with(&|plan| plan["waves"][1]["switches"][0] = "spine-01".into());
    assert_eq!(twice, "`spine-01` is in two waves");
    let unknown = with(&|plan| plan["waves"][0]["switches"][0] = "spine-09".into());
    assert_eq!(unknown, "a wave holds `spine-09`, and nothing says what is done to it");
    let blocked = serde_json::json!([{ "switch": "leaf-01", "why": "" }]);
    assert_eq!(
        with(&|plan| plan["blocked"] = blocked.clone()),
        "`leaf-01` is in a wave, and no wave may hold it"
    );
    assert_eq!(
        with(&|plan| plan["switches"]["leaf-02"]["way"] = "xx".into()),
        "`leaf-02`: there is no way `xx`"
    );
    let back = with(&|plan| plan["switches"]["leaf-02"]["stages"][0]["back"] = "away".into());
    assert_eq!(back, "`leaf-02`: there is no way `away`");
}

#[test]
fn a_folder_of_other_switches_is_no_plan() {
    let other = FABRIC.replace("\"spine\" count=2", "\"spine\" count=1");
    let host = MemoryHost::default().file("fabric.kdl", other.as_str());
    let renamed = FABRIC.replace("\"leaf\"", "\"tor\"").replace("\"spine\"", "\"top\"");
    let renamed = renamed.replace("leaf=", "tor=").replace("spine=", "top=");
    for (host, held) in [
        (host.file("d/README", ""), "any switch that is looked at; "),
        (deployed(FABRIC, &renamed), "leaf-01 … spine-02"),
    ] {
        let (exit, out, err) = said(&host, &[]);
        assert_eq!((exit, out.as_str()), (Exit::Failed, ""), "{err}");
        assert!(err.contains("d holds no config_db.json") && err.contains(held), "{err}");
        assert!(err.contains("fabc pull --out d"), "{err}");
    }
    // Nor where only others are asked for.
    let (db, _) = files(FABRIC, "leaf-01");
    let host = MemoryHost::default().file("fabric.kdl", FABRIC).file("d/leaf-01.json", db);
    assert_eq!(said(&host, &["--only", "leaf-02"]).0, Exit::Failed);
}

const PULLED: &str = r#"{"schema_version": 1, "failed": [{"switch": "leaf-02", "what": "timeout", "reason": "no whole answer"}]}"#;

#[test]
fn what_pull_could_not_read_is_no_first_provisioning() {
    let host = deployed(FABRIC, FABRIC).file("d/failed.json", PULLED);
    let (exit, out, _) = said(&host, &[]);
    assert_eq!(exit, Exit::Failed);
    assert!(
        out.contains("leaf-02: no wave may hold it: `fabc pull` could not read it (timeout: no whole"),
        "{out}"
    );
    assert!(out.contains("is of before") && !out.contains("nothing has to change"), "{out}");
    // Where something else changes, it changes there alone.
    let host = deployed(FABRIC, &FABRIC.replace("weight=70", "weight=60")).file("d/failed.json", PULLED);
    let (exit, out, _) = said(&host, &["--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((exit, &plan["blocked"][0]["switch"]), (Exit::Failed, &"leaf-02".into()));
    assert!(!plan["waves"].to_string().contains("leaf-02"), "{out}");
    let mut host = MemoryHost::default().file("fabric.kdl", FABRIC).file("d/failed.json", PULLED);
    for switch in ["leaf-01", "spine-01"] {
        host = host.file(format!("d/{switch}.json"), files(FABRIC, switch).0);
    }
    let (exit, out, _) = said(&host, &[]);
    assert_eq!(exit, Exit::Failed);
    assert!(out.contains("nothing is known of it: pull again"), "{out}");
    assert!(out.contains("nothing is known of spine-02: first provisioning"), "{out}");
    let (exit, _, err) = said(&host.file("d/failed.json", "{"), &[]);
    assert!(exit == Exit::Failed && err.contains("d/failed.json: "), "{err}");
}

#[test]
fn another_release_or_box_is_blocked() {
    let state = |release: &str, platform: &str| {
        let text = |text: &str| Some(text.to_owned());
        let state =
            State { schema_version: 1, release: text(release), platform: text(platform), ..State::default() };
        state.to_bytes()
    };
    let box_of = "x86_64-dell_z9864f-r0";
    let host = |state: Vec<u8>| deployed(FABRIC, FABRIC).file("d/leaf-02/state.json", state);
    assert_eq!(said(&host(state("202605", box_of)), &[]).0, Exit::Clean);
    for (state, why) in [
        (state("202505", box_of), "it runs 202505, and the files are written for 202605"),
        (
            state("202605", "x86_64-other-r0"),
            "it is a x86_64-other-r0, and the files are written for x86_64-dell",
        ),
    ] {
        let (exit, out, _) = said(&host(state), &[]);
        assert_eq!(exit, Exit::Failed, "{out}");
        assert!(out.contains(&format!("leaf-02: no wave may hold it: {why}")), "{out}");
    }
    // Without state.json its ConfigDB tells.
    let (db, _) = files(FABRIC, "leaf-02");
    let db = String::from_utf8(db).unwrap().replace(box_of, "x86_64-other-r0");
    let (exit, out, _) =
        said(&deployed(FABRIC, FABRIC).file("d/leaf-02/config_db.json", db), &["--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((exit, plan["blocked"].as_array().unwrap().len()), (Exit::Failed, 1), "{out}");
    assert_eq!(plan["switches"]["leaf-02"]["platform"], box_of);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let host = deployed(FABRIC, FABRIC).file("d/leaf-02/frr.conf", b"\xff".to_vec());
    let (exit, _, err) = said(&host, &[]);
    assert!(exit == Exit::Failed && err.contains("leaf-02: d/leaf-02/frr.conf is not UTF-8"), "{err}");
}

#[test]
fn a_name_of_a_folder_makes_no_line() {
    let host = deployed(FABRIC, FABRIC).file("d/x\n\u{1b}[2Jnothing is wrong/config_db.json", "{}");
    let (_, out, _) = said(&host, &[]);
    assert!(out.contains("the fabric has no x\\u000a\\u001b[2Jnothing is wrong: "), "{out}");
}
