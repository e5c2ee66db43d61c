//! Proof on real FRR: every class of device is read by `vtysh`, and what `vtysh` takes wrongly is found.
//!
//! Needs Debian's `frr`. Where it is missing the test says that it was skipped; under `FABC_CI` that is a failure.
//! `tests/live/lab.rs` boots fabrics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fabc_lang::diagnostic::Severity;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Tells that something can't be proven here.
fn skip(why: &str) {
    assert!(std::env::var_os("FABC_CI").is_none(), "skipped where nothing may be: {why}");
    eprintln!("skipped: {why}");
}

fn run(program: &str, args: &[&str]) -> std::io::Result<Output> {
    Command::new(program).args(args).output()
}

fn build(fabric: &Path, name: &str) -> PathBuf {
    let out = std::env::temp_dir().join(format!("fabc-proof-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&out);
    let paths = (fabric.to_string_lossy(), out.to_string_lossy());
    let built = run(env!("CARGO_BIN_EXE_fabc"), &["build", &paths.0, "--out", &paths.1]).unwrap();
    assert!(built.status.success(), "{}: {}", fabric.display(), String::from_utf8_lossy(&built.stderr));
    out
}

/// Examples, and the wish files where they are.
fn fabrics() -> Vec<PathBuf> {
    let list = |dir: PathBuf| std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path());
    let examples = list(Path::new(ROOT).join("examples")).map(|p| p.join("fabric.kdl"));
    let wishes = list(Path::new(ROOT).join("../shared/intents"));
    let mut all: Vec<PathBuf> =
        examples.chain(wishes).filter(|p| p.is_file() && p.extension().is_some_and(|e| e == "kdl")).collect();
    all.sort();
    all
}

fn fabric_json(out: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(out.join("fabric.json")).unwrap()).unwrap()
}

#[test]
fn vtysh_reads_every_class_of_device() {
    if run("vtysh", &["-h"]).is_err() {
        return skip("vtysh is not installed (Debian: frr)");
    }
    let all = fabrics();
    assert!(!all.is_empty(), "no fabrics found");
    for fabric in all {
        let out = build(&fabric, "classes");
        let mut seen = BTreeSet::new();
        for switch in fabric_json(&out)["switches"].as_array().unwrap() {
            let class = (switch["tier"].as_str(), switch["maintenance"].as_bool(), switch["plane"].as_str());
            if switch["absent"] == true || !seen.insert(class) {
                continue;
            }
            let conf = out.join("switches").join(switch["name"].as_str().unwrap()).join("frr.conf");
            // Debian's build of FRR ends at 256 paths, SONiC's at 514.
            let text = std::fs::read_to_string(&conf).unwrap();
            std::fs::write(&conf, text.replace("maximum-paths 514", "maximum-paths 256")).unwrap();
            let read = run("vtysh", &["-C", "-f", &conf.to_string_lossy()]).unwrap();
            let said = [read.stdout, read.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(read.status.success() && !said.contains('%'), "{}: {said}", conf.display());
        }
        std::fs::remove_dir_all(out).unwrap();
    }
}

/// Examples of which vtysh of FRR 8.4 has something to say itself.
const SEEN_BY_VTYSH: &[&str] = &["frr/not-in-release", "frr/too-many-paths"];

/// What vtysh says of a text: whether it takes it, and its words.
fn vtysh(folder: &Path, text: &str) -> (bool, String) {
    let file = folder.join("frr.conf");
    std::fs::write(&file, text).unwrap();
    let read = run("vtysh", &["-C", "-f", &file.to_string_lossy()]).unwrap();
    let said = String::from_utf8_lossy(&[read.stdout, read.stderr].concat()).into_owned();
    (read.status.success() && !said.contains('%'), said)
}

#[test]
fn lint_refuses_what_vtysh_takes() {
    if run("vtysh", &["-h"]).is_err() {
        return skip("vtysh is not installed (Debian: frr)");
    }
    let folder = tempfile::tempdir().unwrap();
    // Where the rule is of SONiC.
    let beside = r#"{"DEVICE_METADATA": {"localhost": {"hostname": "leaf-01"}}}"#;
    std::fs::write(folder.path().join("config_db.json"), beside).unwrap();
    let mut refused = 0;
    let rules = fabc::rules::rules().into_iter().filter(|rule| rule.code.starts_with("frr/"));
    for rule in rules.filter(|rule| !SEEN_BY_VTYSH.contains(&rule.code)) {
        let (taken, said) = vtysh(folder.path(), &rule.example("bad").unwrap());
        assert!(taken, "{}: {said}", rule.code);
        let file = folder.path().join("frr.conf");
        let lint =
            run(env!("CARGO_BIN_EXE_fabc"), &["lint", &file.to_string_lossy(), "--format", "short"]).unwrap();
        let told = String::from_utf8_lossy(&[lint.stdout, lint.stderr].concat()).into_owned();
        let error = rule.severity == Severity::Error;
        assert_eq!(lint.status.code(), Some(i32::from(error)), "{}: {told}", rule.code);
        // Of a file beside a config_db.json it isn't said.
        assert!(told.contains(rule.code) || rule.code == "frr/needs-module", "{}: {told}", rule.code);
        refused += u32::from(error);
        let (taken, said) = vtysh(folder.path(), &rule.example("good").unwrap());
        assert!(taken, "{}: {said}", rule.code);
    }
    assert!(refused >= 12, "only {refused}");
}

#[test]
fn statements_of_later_releases_are_none_of_an_earlier_frr() {
    let Ok(version) = run("vtysh", &["-h"]).and_then(|_| run("/usr/lib/frr/bgpd", &["-v"])) else {
        return skip("FRR is not installed (Debian: frr)");
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if !version.contains("version 8.4") {
        return skip("FRR is not 8.4, which is older than each of SONiC's");
    }
    let folder = tempfile::tempdir().unwrap();
    for (words, _) in fabc::lint::frr::SINCE {
        // A word or none behind it: it must fail for its own words.
        let line = words.replace('*', if words.starts_with("router") { "65001" } else { "10.1.0.1" });
        let around = match words.split(' ').next() {
            Some("router") => "",
            Some("set") => "route-map M permit 10\n",
            _ => "router bgp 65001\n neighbor 10.1.0.1 remote-as 1\n",
        };
        let (taken, said) = vtysh(folder.path(), &format!("{around} {line}\n"));
        assert!(!taken && said.contains(&line), "{line}: {said}");
    }
}
