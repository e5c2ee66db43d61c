//! `fabc grow` against what a build wrote, a Git revision, and the schema that it promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const FABRIC: &str = r#"
fabric "f" { nos "sonic" release="202505"; }
hosts "gpu" count=12 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" { length "3m"; media "DAC"; }
link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
class "bulk" default=#true priority=0
routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.255.0.0/18"; host-subnets "10.64.0.0/10"; }
"#;

fn write(folder: &Path, text: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("fabric.kdl"), text).unwrap();
}

/// Exit code, and what is printed.
fn fabc(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = common::fabc(folder, args);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_folder_that_a_build_wrote_holds_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, FABRIC);
    assert_eq!(fabc(folder, &["build"]).0, Some(0));
    assert_eq!(
        fabc(folder, &["grow", "build"]),
        (Some(0), "build to fabric.kdl: nothing changes\n".to_owned())
    );
    write(folder, &FABRIC.replace("count=12", "count=14"));
    let (code, page) = fabc(folder, &["grow", "build"]);
    assert!(
        page.contains("live      2  leaf-01, leaf-02") && page.contains("none      2  spine-01"),
        "{page}"
    );
    assert_eq!(code, Some(0));
    // Of the one file cables and numbers are known, and not what they do.
    let (code, page) = fabc(folder, &["grow", "build/fabric.json"]);
    assert!(
        page.contains("files could not be compared") && page.contains("new     4  gpu-13, gpu-14"),
        "{page}"
    );
    assert!(page.contains("not compared") && !page.contains("live"), "{page}");
    assert_eq!(code, Some(0));
    std::fs::remove_file(folder.join("build/switches/leaf-02/frr.conf")).unwrap();
    let output = common::fabc(folder, &["grow", "build"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("cannot read") && error.contains("leaf-02"), "{error}");
}

#[test]
fn a_revision_is_compared_with_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, FABRIC);
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").arg("-C").arg(folder).args(who).args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "fabric.kdl"]);
    git(&["commit", "--quiet", "--message", "one"]);
    assert_eq!(fabc(folder, &["grow", "HEAD"]).0, Some(0));
    write(folder, &FABRIC.replace("leaf=4210000000", "leaf=4220000000"));
    let (code, page) = fabc(folder, &["grow", "HEAD"]);
    assert_eq!(code, Some(1));
    assert!(page.starts_with("HEAD to fabric.kdl: 2 switches cut, 2 numbers and names moved"), "{page}");
}

#[test]
fn the_document_is_as_promised() {
    let edits: &[(&str, &str)] = &[
        ("count=12", "count=12"),
        ("count=12", "count=13"),
        ("count=12", "count=11"),
        ("per-pair=2", "per-pair=3"),
        ("leaf=4210000000", "leaf=4220000000"),
        ("\"spine\" count=2", "\"spine\" count=1"),
        ("speed=\"400G\"", "speed=\"200G\""),
    ];
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(&folder.join("old"), FABRIC);
    assert_eq!(fabc(&folder.join("old"), &["build"]).0, Some(0));
    let mut seen = 0;
    for (from, to) in edits {
        write(&folder.join("new"), &FABRIC.replace(from, to));
        for old in ["old", "old/build", "old/build/fabric.json"] {
            let (_, text) = fabc(folder, &["grow", old, "new", "--format", "json"]);
            let page: Value = serde_json::from_str(&text).unwrap();
            let wrong = common::schema::wrong(&page, "grow");
            assert!(wrong.is_empty(), "{from} to {to}, {old}: {wrong:#?}");
            let effects = page["switches"].as_array().unwrap().iter();
            seen += effects.filter(|s| s["effects"] != serde_json::json!([])).count();
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn all_that_examples_hold_compares_with_itself() {
    for example in common::entries(&common::project().join("examples")) {
        let (code, page) = fabc(&example, &["grow", "."]);
        assert_eq!(
            (code, page.as_str()),
            (Some(0), ". to fabric.kdl: nothing changes\n"),
            "{}",
            example.display()
        );
    }
}
