//! Reports for services: what they say of every wrong file is what `--format json` says, at the same places, in the forms
//! that the services take.
//!
//! Under `FABC_CI=1` the validators of others must be there: `FABC_SARIF` names SARIF's own Multitool, `FABC_JUNIT_XSD` the
//! schema of Jenkins.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use fabc::host::{Host, MemoryHost, RealHost};
use fabc::pipeline;
use fabc::report::service::Subject;
use fabc::report::{self, Format, Paper};
use fabc::rules::rules;
use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::source::Sources;
use quick_xml::events::Event;
use serde_json::Value;

/// What is found in a file.
struct Analyzed {
    name: String,
    sources: Sources,
    findings: Vec<Diagnostic>,
    subject: Subject,
}

impl Analyzed {
    fn of(name: &str, path: &Path, host: &dyn Host) -> Self {
        let mut analysis = pipeline::analyze(path, host, &pipeline::Options::default());
        analysis.levels.apply(&mut analysis.findings, analysis.fabric.is_some());
        let families = rules().iter().filter_map(|rule| rule.code.split('/').next()).collect();
        let subject = Subject::new(&analysis.sources, path, families, host);
        let (sources, findings) = (analysis.sources, analysis.findings.into_sorted());
        Analyzed { name: name.to_owned(), sources, findings, subject }
    }

    fn report(&self, format: Format) -> String {
        let paper = Paper { color: false, width: 100 };
        report::report(format, &self.subject, &self.sources, &self.findings, paper)
    }
}

/// Every wrong file of the tests, looked at once.
fn wrong_ones() -> &'static [Analyzed] {
    static ALL: OnceLock<Vec<Analyzed>> = OnceLock::new();
    ALL.get_or_init(|| {
        let root = common::project().join("tests/bad");
        let files = common::entries(&root).into_iter().flat_map(|family| common::entries(&family));
        let files = files.filter_map(|path| match path.join("fabric.kdl") {
            whole if whole.exists() => Some(whole),
            _ => Some(path).filter(|p| p.extension().is_some_and(|e| e == "kdl")),
        });
        let name = |file: &Path| file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let all: Vec<Analyzed> = files.map(|file| Analyzed::of(&name(&file), &file, &RealHost)).collect();
        assert!(all.len() > 60, "only {} files", all.len());
        all
    })
}

/// What is said of every wrong file, in one format.
fn all(format: Format) -> impl Iterator<Item = (&'static str, String)> {
    wrong_ones().iter().map(move |one| (one.name.as_str(), one.report(format)))
}

/// What a command writes to stdout, where a report stands alone.
fn report(folder: &Path, args: &[&str], format: &str) -> String {
    let output = common::fabc(folder, &[args, &["--format", format]].concat());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {errors}");
    if format == "json" {
        assert!(output.stdout.is_empty());
        return errors;
    }
    assert_eq!(errors, "", "{args:?} --format {format}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// Code, severity and first line of the message of each finding.
type Told = Vec<(String, String, String)>;

fn told(code: &Value, severity: &str, message: &Value) -> (String, String, String) {
    let message = message.as_str().unwrap().lines().next().unwrap_or_default();
    (code.as_str().unwrap().to_owned(), severity.to_owned(), message.to_owned())
}

/// The same of `--format json`: what the reports are held against.
fn findings(text: &str) -> Told {
    let document = json(text);
    let all = list(&document["diagnostics"]).iter();
    all.map(|d| told(&d["code"], d["severity"].as_str().unwrap(), &d["message"])).collect()
}

#[test]
fn every_report_says_what_the_findings_are() {
    // Braces and brackets have a meaning in SARIF's messages.
    let bare = |all: Told| -> Told {
        all.into_iter().map(|(c, s, m)| (c, s, m.replace(['{', '}', '\\'], ""))).collect()
    };
    let mut seen = 0;
    for one in wrong_ones() {
        let expected = findings(&one.report(Format::Json));
        seen += expected.len();
        let log = json(&one.report(Format::Sarif));
        let results = list(&log["runs"][0]["results"]).iter();
        let said = results.map(|r| told(&r["ruleId"], r["level"].as_str().unwrap(), &r["message"]["text"]));
        assert_eq!(bare(said.collect()), bare(expected.clone()), "{}", one.name);
        let document = json(&one.report(Format::Gitlab));
        let severity = |r: &Value| match r["severity"].as_str() {
            Some("critical") => "error",
            Some("minor") => "warning",
            Some("info") => "note",
            other => panic!("{other:?}"),
        };
        let entries = list(&document).iter();
        let said: Told = entries.map(|r| told(&r["check_name"], severity(r), &r["description"])).collect();
        assert_eq!(said, expected, "{}", one.name);
        let said: Told = one.report(Format::Github).lines().map(annotation).map(|a| a.told).collect();
        assert_eq!(said, expected, "{}", one.name);
    }
    assert!(seen > 300, "only {seen} findings");
}

/// A workflow command, read as the runner reads it.
struct Annotation {
    told: (String, String, String),
    properties: BTreeMap<String, String>,
}

fn annotation(line: &str) -> Annotation {
    let (head, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (word, properties) = head.split_once(' ').unwrap();
    let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let value = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":");
        text.replace("%2C", ",").replace("%25", "%")
    };
    let pairs = properties.split(',').map(|pair| pair.split_once('=').unwrap());
    let properties: BTreeMap<_, _> = pairs.map(|(key, text)| (key.to_owned(), value(text))).collect();
    let severity = if word == "notice" { "note" } else { word };
    let message = data.lines().next().unwrap_or_default().to_owned();
    Annotation { told: (properties["title"].clone(), severity.to_owned(), message), properties }
}

#[test]
fn gitlab_reports_are_as_promised_and_no_two_entries_the_same() {
    for (name, text) in all(Format::Gitlab) {
        let document = json(&text);
        let wrong = common::schema::wrong(&document, "gitlab");
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
        let prints: BTreeSet<&str> =
            list(&document).iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(prints.len(), list(&document).len(), "{name}");
    }
}

/// Elements by name, with their attributes.
fn elements(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut all = Vec::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value =
                        attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned();
                    (attribute.key.as_ref().to_owned(), value)
                });
                let name = element.name().as_ref().to_owned();
                all.push((name, attributes.collect()));
            }
            Event::Eof => return all,
            _ => {}
        }
    }
}

#[test]
fn junit_has_a_failure_for_each_family_with_errors_and_passes_where_there_are_none() {
    for one in wrong_ones() {
        let (name, text) = (&one.name, &one.report(Format::Junit));
        let errors =
            findings(&one.report(Format::Json)).into_iter().filter(|(_, severity, _)| severity == "error");
        let families: BTreeSet<String> =
            errors.map(|(code, ..)| code.split('/').next().unwrap().to_owned()).collect();
        let all = elements(text);
        let of = |word: &str| all.iter().filter(|(name, _)| name == word).count().to_string();
        let failed: BTreeSet<String> = all
            .iter()
            .filter(|(name, _)| name == "failure")
            .map(|(_, attributes)| attributes["type"].split('/').next().unwrap().to_owned())
            .collect();
        assert_eq!(failed, families, "{name}");
        for suite in all.iter().filter(|(name, _)| name.starts_with("testsuite")) {
            assert_eq!(
                (&suite.1["tests"], &suite.1["failures"]),
                (&of("testcase"), &of("failure")),
                "{name}"
            );
        }
    }
    let clean = report(&common::project(), &["check", "examples/rail-512"], "junit");
    let all = elements(&clean);
    assert!(all.iter().filter(|(name, _)| name == "testcase").count() > 15, "{clean}");
    assert!(!all.iter().any(|(name, _)| name == "failure" || name == "skipped"), "{clean}");
}

/// Byte offset of a line and a column that counts UTF-16 code units.
fn offset(text: &str, line: &Value, column: &Value) -> usize {
    let (line, column) = (line.as_u64().unwrap() as usize, column.as_u64().unwrap() as usize);
    let start = fabc_lang::source::line_starts(text)[line - 1] as usize;
    let mut units = 1;
    for (at, c) in text[start..].char_indices() {
        if units >= column {
            return start + at;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// Every fix that a log has, applied by itself: the finding is gone from that place, and the syntax isn't worse for it.
#[test]
fn fixes_mend_what_they_are_for() {
    let wide = "/* 𝄞 */ fabric \"f\" { nos \"sonic\" release=\"202505\"; mtuu 9100; }\n\
                /* 𝄞ä */ tier \"leaf\" count=true switch=\"dell-z9864\"\n";
    let look = |text: &str| {
        let host = MemoryHost::default().file("f.kdl", text);
        let log = json(&Analyzed::of("f.kdl", Path::new("f.kdl"), &host).report(Format::Sarif));
        list(&log["runs"][0]["results"]).clone()
    };
    let own = |one: &Analyzed| one.sources.iter().map(|(_, s)| s.text().to_owned()).next();
    let texts = wrong_ones().iter().filter_map(own).filter(|text| !text.contains("include "));
    let (mut mended, mut count) = (BTreeSet::new(), 0);
    for text in texts.chain([wide.to_owned()]) {
        let before = look(&text);
        for result in &before {
            for fix in list(&result["fixes"]) {
                let change = &fix["artifactChanges"][0]["replacements"][0];
                let region = &change["deletedRegion"];
                let start = offset(&text, &region["startLine"], &region["startColumn"]);
                let end = offset(&text, &region["endLine"], &region["endColumn"]);
                let word = change["insertedContent"]["text"].as_str().unwrap();
                let after = look(&format!("{}{word}{}", &text[..start], &text[end..]));
                let start = |r: &Value| {
                    let region = &r["locations"][0]["physicalLocation"]["region"];
                    [region["startLine"].clone(), region["startColumn"].clone()]
                };
                let still =
                    after.iter().find(|r| r["ruleId"] == result["ruleId"] && start(r) == start(result));
                assert!(still.is_none(), "{word}: {still:?}\n{text}");
                let syntax = |r: &&Value| r["ruleId"].as_str().unwrap().starts_with("syntax/");
                let known = |r: &Value| before.iter().any(|b| b["message"] == r["message"]);
                let new = after.iter().filter(syntax).find(|r| !known(r));
                assert!(new.is_none(), "{word} breaks the syntax: {new:?}\n{text}");
                mended.insert(result["ruleId"].as_str().unwrap().to_owned());
                count += 1;
            }
        }
    }
    assert!(mended.len() >= 8 && count > 20, "{count}: {mended:?}");
}

/// A repository with a fabric in a folder.
fn repository(text: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".git")).unwrap();
    std::fs::create_dir_all(home.path().join("net/my parts")).unwrap();
    std::fs::write(home.path().join("net/fabric.kdl"), text).unwrap();
    std::fs::write(home.path().join("net/my parts/a,b.kdl"), "hsots \"gpu\" count=1\n").unwrap();
    home
}

const BROKEN: &str =
    "include \"my parts/a,b.kdl\"\nfabric \"f\" { nos \"sonic\" release=\"202505\"; mtuu 9100; }\n";

/// Where a log puts its findings.
fn places(log: &str) -> BTreeSet<(String, u64)> {
    let log = json(log);
    let place = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        (
            place["artifactLocation"]["uri"].as_str().unwrap().to_owned(),
            place["region"]["startLine"].as_u64().unwrap(),
        )
    };
    list(&log["runs"][0]["results"]).iter().map(place).collect()
}

#[test]
fn paths_count_from_the_top_of_the_repository() {
    let home = repository(BROKEN);
    let whole = home.path().join("net/fabric.kdl");
    let ways: [(&Path, &str); 4] = [
        (home.path(), "net"),
        (&home.path().join("net"), "fabric.kdl"),
        (&home.path().join("net/my parts"), "../fabric.kdl"),
        (Path::new("/"), whole.to_str().unwrap()),
    ];
    let expected: BTreeSet<(String, u64)> =
        [("net/fabric.kdl".into(), 2), ("net/my%20parts/a%2Cb.kdl".into(), 1)].into();
    for (folder, file) in ways {
        let found = places(&report(folder, &["check", file], "sarif"));
        assert!(found.is_superset(&expected), "{file}: {found:?}");
        let lines = report(folder, &["check", file], "github");
        let files: BTreeSet<String> =
            lines.lines().map(|line| annotation(line).properties["file"].clone()).collect();
        assert_eq!(files, ["net/fabric.kdl".to_owned(), "net/my parts/a,b.kdl".to_owned()].into());
    }
    // Without a repository they count from where fabc runs.
    std::fs::remove_dir(home.path().join(".git")).unwrap();
    assert!(places(&report(home.path(), &["check", "net"], "sarif")).is_superset(&expected));
    let inner = places(&report(&home.path().join("net"), &["check"], "sarif"));
    assert!(inner.contains(&("fabric.kdl".into(), 2)), "{inner:?}");
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let prints = |text: &str| -> BTreeSet<String> {
        let home = repository(text);
        let document = json(&report(home.path(), &["check", "net"], "gitlab"));
        list(&document).iter().map(|entry| entry["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let before = prints(BROKEN);
    assert!(before.len() > 1);
    assert_eq!(prints(&format!("// a line\n\n{BROKEN}\n// another\n")), before);
    assert_eq!(prints(&BROKEN.replace("fabric \"f\"", "    fabric  \"f\"")), before);
    assert_ne!(prints(&BROKEN.replace("mtuu 9100", "mtuu 9000")), before);
}

#[test]
fn what_no_line_asked_for_stands_at_the_first_line() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".git")).unwrap();
    std::fs::write(home.path().join("latin.kdl"), b"fabric \"\xE4\"\n").unwrap();
    assert_eq!(
        places(&report(home.path(), &["check", "latin.kdl"], "sarif")),
        [("latin.kdl".into(), 1)].into()
    );
    let lines = report(home.path(), &["check", "latin.kdl"], "github");
    assert!(lines.starts_with("::error file=latin.kdl,line=1,endLine=1,title=syntax/not-utf8::"), "{lines}");
}

#[test]
fn a_build_that_differs_says_so_in_its_report() {
    let home = tempfile::tempdir().unwrap();
    let fabric = common::project().join("examples/rail-512/fabric.kdl");
    std::fs::copy(fabric, home.path().join("fabric.kdl")).unwrap();
    let differs = |format: &str| report(home.path(), &["build", "--check"], format);
    let before = json(&differs("gitlab"));
    let found = list(&before).iter().find(|entry| entry["check_name"] == "output/differs").unwrap();
    assert!(found["description"].as_str().unwrap().contains("29 missing"), "{found}");
    // What was written is not said: the report stands alone.
    json(&report(home.path(), &["build"], "gitlab"));
    let after = json(&differs("sarif"));
    assert!(!list(&after["runs"][0]["results"]).iter().any(|r| r["ruleId"] == "output/differs"));
}

#[test]
fn lint_reports_too_and_whatif_does_not() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".git")).unwrap();
    std::fs::write(home.path().join("config_db.json"), "{\"PORT\": {\"Ethernet0\": {\"mtu\": 9100}}}\n")
        .unwrap();
    let found = places(&report(home.path(), &["lint", "config_db.json"], "sarif"));
    assert!(found.contains(&("config_db.json".into(), 1)), "{found:?}");
    let suite = elements(&report(home.path(), &["lint", "config_db.json"], "junit"));
    let cases: Vec<&str> =
        suite.iter().filter(|(name, _)| name == "testcase").map(|(_, a)| a["name"].as_str()).collect();
    assert_eq!(cases, ["config-db", "frr", "lint"]);
    let refused =
        common::fabc(&common::project().join("examples/rail-512"), &["whatif", "--format", "sarif"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("[possible values: human, short, json]"));
}

/// A validator that is named by an environment variable; a plain word where there is none, and a failure in CI.
fn validator(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.exists());
    if path.is_none() {
        assert!(std::env::var_os("FABC_CI").is_none(), "{variable} names no file");
        println!("{variable} names no file: skipped");
    }
    path
}

/// All reports of one format, of a clean fabric too.
fn shelf(format: Format) -> Vec<String> {
    let example = common::project().join("examples/rail-512/fabric.kdl");
    let clean = Analyzed::of("clean", &example, &RealHost).report(format);
    all(format).map(|(_, text)| text).chain([clean]).collect()
}

#[test]
fn sarif_is_what_its_own_validator_takes() {
    let Some(tool) = validator("FABC_SARIF") else { return };
    let home = tempfile::tempdir().unwrap();
    let wrong = |log: &str| -> Vec<String> {
        let file = home.path().join("all.sarif");
        std::fs::write(&file, log).unwrap();
        let mut command = Command::new(&tool);
        // Without ICU on the machine it would not start.
        command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate").arg(file);
        let output =
            command.args(["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("1 files scanned"), "{said}");
        let lines = said.lines().filter(|line| line.contains(": error ") || line.contains(": warning "));
        lines.map(str::to_owned).collect()
    };
    let logs: Vec<Value> = shelf(Format::Sarif).iter().map(|text| json(text)).collect();
    // GitHub takes twenty runs in one log.
    let joined = |logs: &[Value]| {
        let mut all = logs[0].clone();
        all["runs"] = logs.iter().map(|log| log["runs"][0].clone()).collect();
        all.to_string()
    };
    let said: Vec<String> = logs.chunks(20).flat_map(|logs| wrong(&joined(logs))).collect();
    assert!(said.is_empty(), "{said:#?}");
    // It does look.
    assert!(!wrong(&joined(&logs[..9]).replacen("\"level\":", "\"lewel\":", 1)).is_empty());
}

#[test]
fn junit_is_what_jenkins_takes() {
    let Some(schema) = validator("FABC_JUNIT_XSD") else { return };
    let home = tempfile::tempdir().unwrap();
    let wrong = |text: &str| {
        let file = home.path().join("report.xml");
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new("xmllint");
        let output = command.arg("--noout").arg("--schema").arg(&schema).arg(file).output().unwrap();
        (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let all = shelf(Format::Junit);
    let said: Vec<String> = all.iter().filter_map(|text| wrong(text)).collect();
    assert!(said.is_empty(), "{said:#?}");
    assert!(wrong(&all[0].replace("<testcase name=", "<testcase called=")).is_some());
}
