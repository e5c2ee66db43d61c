//! The examples of every lint are its tests.

use std::collections::BTreeSet;
use std::path::Path;

use fabc_lang::diagnostic::{Diagnostic, Findings, Rule, Severity};
use fabc_lang::platform::{Catalog, nics};
use fabc_lang::source::Sources;

use super::{Desk, Given, LINTS, over_sound, rules, run};
use crate::config_db::Db;
use crate::examples::{Found, drawn, short, wrong_bad, wrong_good};

/// The rules on config_db.json; those on frr.conf have tests of their own.
fn of_tables() -> impl Iterator<Item = &'static Rule> {
    rules().filter(|rule| rule.code.starts_with("lint/"))
}

/// What is said of an example of a rule: where it looks at several files, beside the sound switch.
fn of_example(rule: &Rule, kind: &str) -> Found {
    let text = rule.example(kind).unwrap_or_else(|| panic!("{}", rule.code));
    if !super::across::RULES.iter().any(|other| other.code == rule.code) {
        return findings(&text);
    }
    let desk = Desk::new(None, Sources::default());
    let files = [("leaf-01.json", over_sound("{}")), ("config_db.json", over_sound(&text))];
    let looked: Vec<_> = files.iter().map(|(name, text)| desk.look(name, text.clone())).collect();
    let again = |name: &str| files.iter().find(|file| file.0 == name).map(|file| file.1.clone());
    let (sources, findings) = desk.report(looked, again);
    (sources, findings.into_sorted())
}

/// What is said of a text that is laid over the sound switch.
fn findings(text: &str) -> Found {
    let mut sources = Sources::default();
    let mut findings = Findings::default();
    let mut catalog = Catalog::default();
    let nics: Vec<_> = nics().filter_map(|name| catalog.nic(name, &mut sources, &mut findings)).collect();
    let text = over_sound(text);
    let file = sources.add("config_db.json", text);
    let source = sources.get(file).unwrap().clone();
    let db = Db::read(&source, file, &mut findings).unwrap();
    let (model, sku) = crate::lint::model_of(&db, &mut catalog, &mut sources, &mut findings);
    run(&db, Given { model: model.as_deref(), sku, nics: &nics, ..Given::default() }, &mut findings);
    (sources, findings.into_sorted())
}

#[test]
fn nothing_is_said_of_the_sound_switch() {
    let found = findings("{}");
    assert!(found.1.is_empty(), "{}", short(&found));
}

#[test]
fn the_bad_example_raises_its_code_and_nothing_else() {
    let wrong = wrong_bad(of_tables(), of_example);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_good_example_raises_nothing() {
    let wrong = wrong_good(of_tables(), Severity::Warning, of_example);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn bad_examples_are_drawn() {
    for (name, text) in drawn(of_tables(), of_example) {
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn lists_of_profiles_are_held_against_what_there_is() {
    let said = |side: &str, list: &str| {
        let text = format!(
            r#"{{"BUFFER_PORT_{side}_PROFILE_LIST": {{"Ethernet0": {{"profile_list": "{list}"}}}}}}"#
        );
        findings(&text).1.iter().map(Diagnostic::code).collect::<Vec<_>>()
    };
    assert_eq!(said("INGRESS", "ingress_lossy_profile"), [""; 0]);
    assert_eq!(said("EGRESS", "egress_lossless_profile,egress_lossy_profile"), [""; 0]);
    assert_eq!(said("INGRESS", "ingress_lossy_profile,nothing"), ["lint/dangling-reference"]);
    assert_eq!(said("INGRESS", "egress_lossy_profile"), ["lint/wrong-side"]);
    assert_eq!(said("EGRESS", "egress_lossy_profile,ingress_lossy_profile"), ["lint/wrong-side"]);
}

#[test]
fn the_document_names_every_lint() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lint.md");
    let page = std::fs::read_to_string(page).unwrap();
    // In a table by its name alone, elsewhere by its code.
    let short = |code: &'static str| code.trim_start_matches("lint/").trim_start_matches("frr/");
    let named = |code: &&'static str| {
        page.contains(&format!("`{}`", short(code))) || page.contains(&format!("`{code}`"))
    };
    let codes: Vec<&str> = rules().map(|rule| rule.code).collect();
    let missing: Vec<&str> = codes.iter().filter(|code| !named(code)).copied().collect();
    assert!(missing.is_empty(), "{missing:?}");
    // And none that there isn't.
    let table = page.lines().filter(|line| line.starts_with('|'));
    let listed = table.flat_map(|line| line.split('`').skip(1).step_by(2));
    let known = |name: &&str| codes.iter().any(|code| short(code) == *name) || name.contains('/');
    let unknown: Vec<&str> = listed.filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_list_is_the_folder_and_the_code_is_the_path() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint");
    let mut files = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()) {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let serves = ["mod", "tests", "blame", "example", "file", "find", "overrides"].contains(&stem);
        if file.extension().is_some_and(|e| e == "rs") && !serves {
            files.insert(format!("lint/{}", stem.replace('_', "-")));
        }
    }
    let codes: Vec<_> = LINTS.iter().map(|l| l.rule.code.to_owned()).collect();
    assert!(codes.is_sorted(), "{codes:?}");
    assert_eq!(codes.into_iter().collect::<BTreeSet<_>>(), files);
}
