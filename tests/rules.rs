//! Every rule has an example that raises it, and nothing else that is an error, and one that raises no error at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use fabc::host::MemoryHost;
use fabc::lint::{Desk, over_sound};
use fabc::pipeline;
use fabc::rules::rules;
use fabc_lang::diagnostic::Severity;
use fabc_lang::source::Sources;

/// Stands before an example that has no `fabric` of its own.
const HEAD: &str = "fabric \"f\" { nos \"sonic\" release=\"202505\"; }\n";

/// Rules that no text of a fabric can raise alone: they speak of bytes, of a former build, of templates, of the build folder, of
/// the environment, of what only an option asks for.
fn of_no_text(code: &str) -> bool {
    code == "syntax/not-utf8"
        || code == "syntax/too-large"
        || ["growth/", "output/", "template/", "render/", "yang/", "ztp/"]
            .iter()
            .any(|family| code.starts_with(family))
}

/// What is said of an example: codes of errors, and of all findings.
fn said(code: &str, example: &str) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    if code.starts_with("frr/") {
        return said_of_frr(code, example);
    }
    if code.starts_with("lint/") || code.starts_with("config-db/") {
        return said_of_file(code, example);
    }
    let whole = code.starts_with("syntax/") || example.lines().any(|l| l.trim_start().starts_with("fabric"));
    let text = if whole { example.to_owned() } else { HEAD.to_owned() + example };
    let host = MemoryHost::default().file("fabric.kdl", text);
    let found = pipeline::analyze(Path::new("fabric.kdl"), &host, &pipeline::Options::default()).findings;
    let errors = found.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code());
    (errors.collect(), found.iter().map(|d| d.code()).collect())
}

/// What is said of a config_db.json: the example's tables, the others those of a sound switch. What is said of two files is
/// said of it beside the sound switch.
fn said_of_file(code: &str, example: &str) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let desk = Desk::new(None, Sources::default());
    let shared = code.starts_with("lint/shared-").then(|| ("sound.json", over_sound("{}")));
    let files: Vec<_> = shared.into_iter().chain([("config_db.json", over_sound(example))]).collect();
    let looked: Vec<_> = files.iter().map(|(name, text)| desk.look(name, text.clone())).collect();
    let again = |name: &str| files.iter().find(|file| file.0 == name).map(|file| file.1.clone());
    let (_, findings) = desk.report(looked, again);
    let errors = findings.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code());
    (errors.collect(), findings.iter().map(|d| d.code()).collect())
}

/// What is said of an frr.conf; where the rule is of SONiC, or of a release, beside a config_db.json that says so.
fn said_of_frr(code: &str, example: &str) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let mut desk = Desk::new(None, Sources::default());
    if code == "frr/not-in-release" {
        desk.set_release("202405").unwrap();
    }
    let beside = r#"{"DEVICE_METADATA": {"localhost": {"hostname": "leaf-01"}}}"#.to_owned();
    let beside = ["frr/no-bfdd", "frr/address-aside"].contains(&code).then_some(beside);
    let looked = desk.look_at_frr("frr.conf", example.to_owned(), beside);
    let (_, findings) = desk.report([looked], |_| None);
    let errors = findings.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code());
    (errors.collect(), findings.iter().map(|d| d.code()).collect())
}

#[test]
fn bad_examples_raise_their_rule_and_good_ones_no_error() {
    let mut wrong = Vec::new();
    for rule in rules().into_iter().filter(|r| !of_no_text(r.code)) {
        let (Some(bad), Some(good)) = (rule.example("bad"), rule.example("good")) else {
            wrong.push(format!("{}: an example is missing", rule.code));
            continue;
        };
        // Examples of the syntax hold words that no fabric has.
        let of_syntax = |errors: BTreeSet<&'static str>| -> BTreeSet<&'static str> {
            let syntax = rule.code.starts_with("syntax/");
            // Nor has one that is there for a single word a switch.
            let piece = |e: &&str| *e == "topology/no-switch" && rule.code != *e;
            errors.into_iter().filter(|e| !piece(e) && (!syntax || e.starts_with("syntax/"))).collect()
        };
        let (errors, all) = said(rule.code, &bad);
        let others: Vec<_> = of_syntax(errors).into_iter().filter(|e| *e != rule.code).collect();
        if !all.contains(rule.code) {
            wrong.push(format!("{}: the bad example doesn't raise it, but {all:?}", rule.code));
        }
        if !others.is_empty() {
            wrong.push(format!("{}: the bad example also raises {others:?}", rule.code));
        }
        let (errors, all) = said(rule.code, &good);
        if !of_syntax(errors.clone()).is_empty() || all.contains(rule.code) {
            wrong.push(format!("{}: the good example raises {all:?}", rule.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_can_be_explained() {
    let project = common::project();
    for rule in rules() {
        let output = common::fabc(&project, &["explain", rule.code]);
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && page.contains(rule.title), "{}: {page}", rule.code);
    }
}
