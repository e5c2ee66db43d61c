//! Proof on real FRR: every example boots, or a smaller one of its shape, converges to what was predicted to the letter,
//! and survives a failure.
//!
//! Needs Debian's `frr` and root. Where they are missing the tests say that they were skipped; under `FABC_CI` that is a
//! failure.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use serde_json::Value;

use super::common;

/// What is measured runs alone: on few cores others would make it miss its BFD. All else mostly waits.
static ALONE: RwLock<()> = RwLock::new(());

/// Tells that something can't be proven here.
fn skip(why: &str) -> bool {
    assert!(std::env::var_os("FABC_CI").is_none(), "skipped where nothing may be: {why}");
    eprintln!("skipped: {why}");
    true
}

fn is_missing() -> bool {
    if !Path::new("/usr/lib/frr/bgpd").is_file() {
        return skip("FRR is not installed (Debian: frr)");
    }
    let user = Command::new("id").arg("-u").output().unwrap();
    user.stdout != b"0\n" && skip("network namespaces need root")
}

fn lab(fabric: &Path, more: &[&str]) -> Output {
    let args = ["lab", "--format", "json"];
    Command::new(env!("CARGO_BIN_EXE_fabc")).args(args).arg(fabric).args(more).output().unwrap()
}

/// Runs a fabric, and what there is to tell of it; all must be as predicted.
fn proven(fabric: &Path, more: &[&str]) -> Value {
    let ran = lab(fabric, more);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
    assert!(ran.status.success(), "{}: {report:#}\n{said}", fabric.display());
    assert_eq!((&report["pass"], &report["predicted"]["not_compared"]), (&true.into(), &0.into()));
    assert_eq!(common::schema::wrong(&report, "lab"), Vec::<String>::new());
    println!(
        "{}: FRR {}, {} switches, {} sessions, {} routes, {} pings, {} failures",
        report["fabric"],
        report["frr"],
        report["switches"],
        report["predicted"]["sessions"],
        report["predicted"]["routes"],
        report["pings"]["asked"],
        report["failures"].as_array().unwrap().len()
    );
    report
}

fn small(name: &str) -> PathBuf {
    common::project().join("tests/proof").join(format!("{name}.kdl"))
}

/// A build, and its model.
fn built(fabric: &Path) -> (tempfile::TempDir, Value) {
    let out = tempfile::tempdir().unwrap();
    let (path, to) = (fabric.to_string_lossy(), out.path().join("build"));
    let run = common::fabc(&common::project(), &["build", "-q", &path, "--out", &to.to_string_lossy()]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let model = std::fs::read(to.join("fabric.json")).unwrap();
    (out, serde_json::from_slice(&model).unwrap())
}

/// Links between switches that are there: `a`, `a_if`, `b`, `b_if`.
fn links(model: &Value) -> Vec<Value> {
    let switches = model["switches"].as_array().unwrap();
    let there = |name: &Value| switches.iter().any(|s| s["name"] == *name && s["absent"] != true);
    let ends =
        |l: &Value| serde_json::json!({ "a": l["a"], "a_if": l["a_if"], "b": l["b"], "b_if": l["b_if"] });
    let links = model["links"].as_array().unwrap().iter();
    links.filter(|l| there(&l["a"]) && there(&l["b"])).map(ends).collect()
}

/// Examples, whole or cut down, each with a link that fails; and the wish files where they lie beside the repository.
#[test]
fn every_fabric_is_what_was_predicted_and_survives_a_link() {
    if is_missing() {
        return;
    }
    let examples = common::entries(&common::project().join("examples"));
    let wishes = common::project().join("../shared/intents");
    let wishes = if wishes.is_dir() { common::entries(&wishes) } else { Vec::new() };
    let wishes: Vec<PathBuf> =
        wishes.into_iter().filter(|p| p.extension().is_some_and(|e| e == "kdl")).collect();
    assert!(examples.len() > 8);
    if wishes.len() < 4 {
        skip("no wish files are beside the repository");
    }
    let all = examples.iter().map(|e| (e, true)).chain(wishes.iter().map(|w| (w, false)));
    let waiting = Mutex::new(all.rev().collect::<Vec<_>>());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let failed = AtomicUsize::new(0);
    let _shared = ALONE.read().unwrap_or_else(PoisonError::into_inner);
    // They mostly wait: four at a time are no slower each, but for their first seconds.
    std::thread::scope(|scope| {
        let work = || {
            while let Some((fabric, fails)) = next() {
                let links = links(&built(fabric).1);
                let end = |l: &Value| format!("{}:{}", l["a"].as_str().unwrap(), l["a_if"].as_str().unwrap());
                let link = links.first().filter(|_| fails).map(end);
                let fail: Vec<&str> = link.iter().flat_map(|l| ["--fail", l.as_str()]).collect();
                let scale = if fails { "24" } else { "14" };
                let report = proven(fabric, &[&["--scale", scale][..], &fail].concat());
                for hit in report["failures"].as_array().unwrap() {
                    failed.fetch_add(1, Ordering::Relaxed);
                    let flows = hit["flows"].as_array().unwrap();
                    assert!(flows.iter().any(|f| f["sent"].as_u64() > Some(5_000)), "{hit}");
                }
            }
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
    });
    assert!(failed.into_inner() > 8);
}

#[test]
fn a_small_fabric_survives_every_kind_of_failure() {
    let _alone = ALONE.write().unwrap_or_else(PoisonError::into_inner);
    if is_missing() {
        return;
    }
    let kinds =
        ["leaf-01:Ethernet480", "silent:leaf-02:Ethernet496", "drain:spine-01", "spine-02", "leaf-03"];
    let more: Vec<&str> = kinds.iter().flat_map(|kind| ["--fail", kind]).collect();
    let report = proven(&small("small"), &more);
    assert_eq!((&report["predicted"]["sessions"], &report["bfd"]["up"]), (&32.into(), &32.into()));
    let hits = report["failures"].as_array().unwrap();
    let sessions: Vec<u64> = hits.iter().map(|h| h["sessions"].as_u64().unwrap()).collect();
    assert_eq!(sessions, [30, 30, 32, 16, 24]);
    let drained = &hits[2];
    assert_eq!(drained["carried_routes"], 0);
    assert!(drained["flows"].as_array().unwrap().iter().all(|f| f["lost"] == 0), "{drained}");
    // Nothing but BFD sees the silent link: three packets of 300 ms, and no more than twice that.
    let longest =
        hits[1]["flows"].as_array().unwrap().iter().filter_map(|f| f["longest_loss_ms"].as_u64()).max();
    assert!((300..1800).contains(&longest.unwrap()), "{longest:?}");
}

/// A link of two is lost: what is sent to the leaf goes by what each spine has left, one share to two.
fn weighs(report: &Value) {
    assert_eq!(report["predicted"]["weighted"], 0);
    let hits = report["failures"].as_array().unwrap();
    // Three other leaves, to its block and to its loopbacks, IPv4 and IPv6.
    assert_eq!(hits[0]["weighted_routes"], 9, "{report:#}");
}

#[test]
fn what_a_failed_link_leaves_is_weighted() {
    let _shared = ALONE.read().unwrap_or_else(PoisonError::into_inner);
    if is_missing() {
        return;
    }
    weighs(&proven(&small("small"), &["--fail", "leaf-01:Ethernet480"]));
    let three = common::project().join("tests/cases/wcmp/fabric.kdl");
    let link = links(&built(&three).1).into_iter().find(|l| l["b"].as_str().unwrap().starts_with("core"));
    let link = link.unwrap();
    let link = format!("{}:{}", link["a"].as_str().unwrap(), link["a_if"].as_str().unwrap());
    let report = proven(&three, &["--fail", &link]);
    assert!(report["failures"][0]["weighted_routes"].as_u64() > Some(0), "{report:#}");
}

/// A switch that doesn't weight its paths, though the prediction takes it to.
#[test]
fn weights_that_are_not_as_predicted_are_found() {
    let _shared = ALONE.read().unwrap_or_else(PoisonError::into_inner);
    if is_missing() {
        return;
    }
    let templates = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(common::project().join("targets/src/frr/frr.conf.j2")).unwrap();
    // The first switch of a tier is read, and this is the second.
    let lie = "\n{% if hostname == 'leaf-02' %}\nrouter bgp {{ bgp.asn }}\n bgp bestpath bandwidth ignore\nexit\n{% endif %}\n";
    std::fs::write(templates.path().join("frr.conf.j2"), text + lie).unwrap();
    let templates = templates.path().to_string_lossy();
    let more = ["--patience", "12", "--templates", &templates, "--fail", "leaf-01:Ethernet480"];
    let ran = lab(&small("small"), &more);
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!((ran.status.code(), &report["pass"]), (Some(1), &false.into()));
    // Intact, weights are all the same, and so they are without them.
    assert_eq!(report["routes"]["differences"].as_array().unwrap().len(), 0, "{report:#}");
    let differences = report["failures"][0]["routes"]["differences"].as_array().unwrap();
    assert!(
        differences.iter().any(|d| d.as_str().unwrap().starts_with("leaf-02: ")
            && d.as_str().unwrap().contains(" with weights 1 1 2 2, has ")),
        "{report:#}"
    );
}

#[test]
fn numbered_links_carry_a_session_for_each_family() {
    let _shared = ALONE.read().unwrap_or_else(PoisonError::into_inner);
    if is_missing() {
        return;
    }
    let report = proven(&small("numbered"), &["--fail", "spine-01"]);
    assert_eq!((&report["predicted"]["sessions"], &report["bfd"]["up"]), (&64.into(), &64.into()));
}

/// A fabric that isn't what was predicted must fail, or all of this shows nothing.
#[test]
fn a_lie_is_found() {
    let _shared = ALONE.read().unwrap_or_else(PoisonError::into_inner);
    if is_missing() {
        return;
    }
    let templates = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(common::project().join("targets/src/frr/frr.conf.j2")).unwrap();
    // No route map says it, so the prediction can't know.
    let lie = "\n{% if hostname == 'leaf-01' %}\nrouter bgp {{ bgp.asn }}\n neighbor UPPER shutdown\nexit\n{% endif %}\n";
    let lie = text + lie;
    std::fs::write(templates.path().join("frr.conf.j2"), lie).unwrap();
    let ran = lab(&small("small"), &["--patience", "12", "--templates", &templates.path().to_string_lossy()]);
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!((ran.status.code(), &report["pass"]), (Some(1), &false.into()));
    let differences = report["routes"]["differences"].as_array().unwrap();
    assert!(
        differences.iter().any(|d| d.as_str().unwrap().starts_with("leaf-01: no session at ")),
        "{report:#}"
    );
}

/// Another FRR than the machine's: `FABC_FRR_ROOT` is a folder that holds one.
#[test]
fn a_newer_frr_does_the_same() {
    let _shared = ALONE.read().unwrap_or_else(PoisonError::into_inner);
    let Some(root) = std::env::var_os("FABC_FRR_ROOT") else {
        eprintln!("skipped: FABC_FRR_ROOT names no other FRR");
        return;
    };
    if is_missing() {
        return;
    }
    let root = root.to_string_lossy().into_owned();
    let other = |fabric: &Path, more: &[&str]| proven(fabric, &[&["--frr-root", &root][..], more].concat());
    let fails = ["leaf-01:Ethernet480", "leaf-01:spine-01", "silent:leaf-02:Ethernet496"];
    let fails: Vec<&str> = fails.iter().flat_map(|f| ["--fail", f]).collect();
    weighs(&other(&small("small"), &fails));
    other(&small("numbered"), &["--fail", "spine-01"]);
    for example in ["pods-16k", "dual-plane-2k"] {
        other(&common::project().join("examples").join(example), &["--scale", "14"]);
    }
}

/// What an independent lab says of the same files.
#[test]
fn another_lab_agrees() {
    let _alone = ALONE.write().unwrap_or_else(PoisonError::into_inner);
    let other = common::project().join("../shared/tools/frr-lab/lab.py");
    if is_missing() || (!other.is_file() && skip("no other lab is beside the repository")) {
        return;
    }
    let fabric = small("small");
    let report = proven(&fabric, &["--fail", "leaf-01:Ethernet480"]);
    let (out, model) = built(&fabric);
    let links = links(&model);
    let file = out.path().join("links.json");
    std::fs::write(&file, serde_json::to_vec(&links).unwrap()).unwrap();
    let ran = Command::new("python3")
        .arg(other)
        .arg("run")
        .arg(out.path().join("build/switches"))
        .arg("--links")
        .arg(&file)
        .args(["--tiers", "leaf,spine", "--zebra-args", "-M dplane_fpm_nl", "--fail", "leaf-01:Ethernet480"])
        .output()
        .unwrap();
    let theirs: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(theirs["pass"], true, "{theirs:#}");
    assert_eq!(theirs["sessions"]["established"], report["predicted"]["sessions"]);
    assert_eq!(theirs["bfd"]["up"], report["bfd"]["up"]);
    assert_eq!(theirs["valley"]["fib_valleys"], report["predicted"]["valleys"].as_array().unwrap().len());
    let widest =
        theirs["ecmp"]["by_class"].as_object().unwrap().values().filter_map(|c| c["max"].as_u64()).max();
    assert_eq!(widest, report["predicted"]["widest"].as_u64());
}
