//! The repository's own rules.
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
use std::path::{Path, PathBuf};

use fabc::rules::rules;

/// What may stand at the top, beside files that begin with a dot.
const TOP: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "compiler",
    "examples",
    "lang",
    "targets",
    "tests",
];

/// Paths that documents may name before they exist.
const ON_THE_WAY: &[&str] = &["tests/bench"];

/// All files that are or could be committed, relative to the project.
fn files() -> Vec<PathBuf> {
    let project = common::project();
    let (mut list, mut rest) = (Vec::new(), vec![project.clone()]);
    while let Some(folder) = rest.pop() {
        for path in common::entries(&folder) {
            let name = common::name(&path);
            let made = ["target", ".git", "build"].contains(&name.as_str()) || name.ends_with(".snap.new");
            match path.is_dir() {
                _ if made => {}
                true => rest.push(path),
                false => list.push(path.strip_prefix(&project).unwrap().to_path_buf()),
            }
        }
    }
    list
}

fn read(path: impl AsRef<Path>) -> String {
    String::from_utf8_lossy(&std::fs::read(common::project().join(path)).unwrap_or_default()).into_owned()
}

/// Fails with all that is wrong at once.
fn none(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn the_top_holds_what_it_may() {
    let names = common::entries(&common::project());
    // What .gitignore names is made by the README's commands.
    let made = |name: &str| name.starts_with('.') || ["target", "build"].contains(&name);
    let names = names.iter().map(|p| common::name(p)).filter(|n| !made(n));
    let strange: Vec<String> = names.filter(|n| !TOP.contains(&n.as_str())).collect();
    none("not at the top", &strange);
}

#[test]
fn paths_that_documents_name_exist() {
    let project = common::project();
    let mut wrong = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md"] {
        for word in read(document).split('`').skip(1).step_by(2) {
            let first = word.split('/').next().unwrap_or_default();
            let ours = ["compiler", "lang", "targets", "tests", "examples"].contains(&first);
            let placeholder =
                |part: &str| part.len() > 2 && part.chars().all(|c| c.is_ascii_uppercase() || c == '-');
            let pattern = word.contains(['<', '*', '{', ' ', '…']) || word.split(['/', '.']).any(placeholder);
            let pattern = pattern || ON_THE_WAY.contains(&word);
            if ours && word.contains('/') && !pattern && !project.join(word.trim_end_matches('/')).exists() {
                wrong.push(format!("{document}: {word}"));
            }
        }
    }
    none("paths that lead nowhere", &wrong);
}

/// Stems of the files with this extension below a folder, `mod` and `tests` left out.
fn stems(folder: &str, extension: &str) -> Vec<(String, PathBuf)> {
    let own = |path: &Path| path.extension().is_some_and(|e| e == extension);
    let list = files().into_iter().filter(|p| p.starts_with(folder) && own(p));
    let stem = |p: PathBuf| (p.file_stem().unwrap_or_default().to_string_lossy().into_owned(), p);
    list.map(stem).filter(|(stem, _)| stem != "mod" && stem != "tests").collect()
}

#[test]
fn every_platform_is_listed() {
    let catalog = read("lang/src/platform/catalog.rs");
    let platforms = stems("lang/platforms", "kdl");
    assert!(platforms.len() > 30, "only {} were found", platforms.len());
    let missing = platforms.into_iter().filter(|(stem, _)| !catalog.contains(stem.as_str()));
    none("not in the catalogue", &missing.map(|(stem, _)| stem).collect::<Vec<_>>());
}

#[test]
fn every_table_is_listed() {
    let list = read("targets/src/sonic/tables/mod.rs");
    let tables = stems("targets/src/sonic/tables", "rs");
    assert!(tables.len() > 10, "only {} were found", tables.len());
    let missing = tables.into_iter().filter(|(stem, _)| !list.lines().any(|l| l.trim() == stem));
    none("not among the tables", &missing.map(|(stem, _)| stem).collect::<Vec<_>>());
}

#[test]
fn every_check_is_a_rule_of_its_path() {
    let codes: BTreeSet<&str> = rules().iter().map(|r| r.code).collect();
    let mut missing = Vec::new();
    let mut count = 0;
    for (stem, path) in stems("compiler/src/checks", "rs") {
        let text = read(&path);
        if !text.contains("rule!") && !text.contains("check!") {
            continue; // it serves the checks of its folder
        }
        count += 1;
        let folder = common::name(path.parent().unwrap());
        let code = format!("{folder}/{}", stem.replace('_', "-"));
        if !codes.contains(code.as_str()) {
            missing.push(format!("{} is no rule: {}", code, path.display()));
        }
    }
    assert!(count > 50, "only {count} checks were found");
    none("files without their rule", &missing);
}

#[test]
fn every_code_that_is_written_is_a_rule() {
    let codes: BTreeSet<&str> = rules().iter().map(|r| r.code).collect();
    let mut wrong = Vec::new();
    for path in files().iter().filter(|p| p.starts_with("examples") || p.starts_with("tests/bad")) {
        for line in
            read(path).lines().filter(|l| path.extension().is_some_and(|e| e == "expect") && l.contains('['))
        {
            let code = line.split(['[', ']']).nth(1).unwrap_or_default();
            if code.contains('/') && !code.contains(' ') && !codes.contains(code) {
                wrong.push(format!("{}: {code}", path.display()));
            }
        }
    }
    none("codes that no rule has", &wrong);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let homes = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat(), ["/ho", "me/"].concat()];
    let mut wrong = Vec::new();
    for path in files() {
        for (number, line) in read(&path).lines().enumerate() {
            if homes.iter().any(|home| line.contains(home.as_str())) {
                wrong.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    none("paths of a machine", &wrong);
}

#[test]
fn the_reference_page_is_what_the_declarations_say() {
    let output = common::fabc(&common::project(), &["reference"]);
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("per-pair"), "{page}");
    common::expect(&common::project().join("lang/docs/reference.md"), &page)
        .unwrap_or_else(|diff| panic!("{diff}"));
}

#[test]
fn every_command_is_in_the_table_of_exit_codes() {
    let docs = read("compiler/docs/ci.md");
    let table = docs.split("## Exit codes").nth(1).unwrap_or_default();
    let commands = fabc::cli::command();
    let missing = commands.get_subcommands().map(clap::Command::get_name);
    let missing = missing.filter(|name| !table.contains(&format!("| `{name}` |")));
    none(
        "not in compiler/docs/ci.md; examples go into tests/ci.rs",
        &missing.map(str::to_owned).collect::<Vec<_>>(),
    );
}

#[test]
fn c_is_built_only_where_it_is_asked_for() {
    let (whole, compiler) = (read("Cargo.toml"), read("compiler/Cargo.toml"));
    let default = whole.lines().find(|line| line.starts_with("default-members")).unwrap();
    assert!(whole.contains("\"targets/yang\"") && !default.contains("yang"), "{default}");
    assert!(compiler.contains("fabc-yang = { workspace = true, optional = true }"));
    assert!(!compiler.lines().any(|line| line.starts_with("default =")));
    let manifests = files().into_iter().filter(|path| common::name(path) == "Cargo.toml");
    let users = manifests.filter(|path| read(path).lines().any(|line| line.starts_with("yang5.")));
    assert_eq!(users.collect::<Vec<_>>(), [Path::new("targets/yang/Cargo.toml")]);
}

#[test]
fn every_example_begins_with_what_it_shows() {
    let examples = common::entries(&common::project().join("examples"));
    assert!(examples.len() >= 6, "{examples:?}");
    let silent = examples.iter().filter(|e| {
        let text = std::fs::read_to_string(e.join("fabric.kdl")).unwrap_or_default();
        !text.starts_with("// ") || text.lines().next().unwrap_or_default().len() < 30
    });
    none("examples that don't say what they show", &silent.map(|e| common::name(e)).collect::<Vec<_>>());
}
