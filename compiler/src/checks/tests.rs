//! The examples of every check are its tests.

use std::collections::BTreeSet;
use std::path::Path;

use fabc_lang::diagnostic::{Diagnostic, Rule, Severity};
use fabc_lang::source::Sources;

use super::CHECKS;
use crate::host::MemoryHost;
use crate::pipeline::{Options, analyze};
use crate::report::{Format, Paper, render};

fn findings(program: &str) -> (Sources, Vec<Diagnostic>) {
    let host = MemoryHost::default().file("fabric.kdl", program);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    (analysis.sources, analysis.findings.into_sorted())
}

fn short(sources: &Sources, findings: &[Diagnostic]) -> String {
    render(Format::Short, sources, findings, Paper { color: false, width: 100 })
}

/// Every check with its example of one kind, and what is found in it.
fn examples(kind: &str) -> impl Iterator<Item = (&'static Rule, Sources, Vec<Diagnostic>)> {
    CHECKS.iter().map(move |check| {
        let program = check.rule.example(kind).unwrap_or_else(|| panic!("{} has no {kind}", check.rule.code));
        let (sources, findings) = findings(&program);
        (check.rule, sources, findings)
    })
}

#[test]
fn the_bad_example_raises_its_code_and_nothing_else() {
    let mut wrong = String::new();
    for (rule, sources, found) in examples("bad") {
        let own = found.iter().any(|f| f.code() == rule.code && f.severity == rule.severity);
        let other = found.iter().any(|f| f.code() != rule.code && f.severity > Severity::Note);
        if !own || other {
            wrong += &format!("{}:\n{}\n", rule.code, short(&sources, &found));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_good_example_raises_nothing() {
    let mut wrong = String::new();
    for (rule, sources, found) in examples("good") {
        if found.iter().any(|f| f.severity > Severity::Note || f.code() == rule.code) {
            wrong += &format!("{}:\n{}\n", rule.code, short(&sources, &found));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn bad_examples_are_drawn() {
    for (rule, sources, found) in examples("bad") {
        let drawn = render(Format::Human, &sources, &found, Paper { color: false, width: 100 });
        insta::assert_snapshot!(rule.code.replace('/', "__"), drawn);
    }
}

#[test]
fn the_list_is_the_folders_and_the_code_is_the_path() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    let mut files = BTreeSet::new();
    for family in std::fs::read_dir(root).unwrap().map(|f| f.unwrap().path()).filter(|p| p.is_dir()) {
        let name = family.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "snapshots" {
            continue;
        }
        for file in std::fs::read_dir(&family).unwrap() {
            let stem = file.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-");
            files.insert(format!("{name}/{stem}"));
        }
    }
    let codes: BTreeSet<String> = CHECKS.iter().map(|c| c.rule.code.to_owned()).collect();
    assert_eq!(codes.len(), CHECKS.len());
    assert_eq!(codes, files);
}

#[test]
fn paths_mean_what_they_mean_in_links() {
    let text = r#"
        fabric "f" { nos "sonic" release="202505"; }
        pod "su" count=2 {
            hosts "gpu" count=2 { nic count=2 ports=2 speed="200G"; }
            plane "a" "b" {
                tier "leaf" count=2 switch="dell-z9864f"
                link "gpu" "leaf" by="rail"
            }
        }
    "#;
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let fabric = analysis.fabric.unwrap();
    let names = |path: &str| {
        let found = super::select::select(&fabric, path);
        let switches = found.switches.iter().map(|&s| fabric.switches[s].name.as_str());
        switches.chain(found.hosts.iter().map(|&h| fabric.hosts[h].name.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(names("leaf").len(), 8);
    assert_eq!(names("su2/b/leaf"), ["su2-b-leaf-01", "su2-b-leaf-02"]);
    assert_eq!(names("a/leaf").len(), 4);
    assert_eq!(names("su1/gpu"), ["su1-gpu-01", "su1-gpu-02"]);
    assert_eq!(names("su3/gpu"), [""; 0]);
}
