//! Right input: each folder under `cases/` is a fabric with files that its build must hold.
//!
//! A case is a `fabric.kdl`, or has none where it bears the name of an example; `args` may hold further arguments of
//! `fabc build`. Only what is in `expected/` is compared: those files, and of a `config_db.json` those tables;
//! `stderr.txt` is what is said of the fabric. `UPDATE=1` blesses what is there; a new file or table begins empty.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value};

/// All that is committed under `cases/`, in bytes: they are to be read by people.
const SIZE_LIMIT: u64 = 2_000_000;

fn main() -> ExitCode {
    let project = common::project();
    let cases = common::entries(&project.join("tests/cases"));
    let mut trials: Vec<Trial> = cases.iter().map(|case| trial(&project, case.clone())).collect();
    for example in common::entries(&project.join("examples")) {
        let name = common::name(&example);
        let case = project.join("tests/cases").join(&name);
        trials.push(Trial::test(format!("example-has-a-case/{name}"), move || {
            if case.join("expected").is_dir() {
                Ok(())
            } else {
                Err(format!("{} is missing", case.display()).into())
            }
        }));
    }
    trials.push(Trial::test("they-stay-small", move || {
        let size: u64 =
            cases.iter().flat_map(|c| files(c)).map(|f| f.metadata().map_or(0, |m| m.len())).sum();
        if size < SIZE_LIMIT {
            Ok(())
        } else {
            Err(format!("{size} bytes; {SIZE_LIMIT} is the limit").into())
        }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(project: &Path, case: PathBuf) -> Trial {
    let name = common::name(&case);
    let own = case.join("fabric.kdl").exists();
    let folder = if own { case.clone() } else { project.join("examples").join(&name) };
    Trial::test(name, move || run(&folder, &case))
}

/// Builds the fabric in `folder` and compares with what `case` expects, all of it before it fails.
fn run(folder: &Path, case: &Path) -> Result<(), Failed> {
    let out = tempfile::tempdir()?;
    let (place, more) =
        (out.path().join("build"), std::fs::read_to_string(case.join("args")).unwrap_or_default());
    let mut args =
        vec!["build", "fabric.kdl", "--format", "short", "--quiet", "--out", place.to_str().unwrap()];
    args.extend(more.split_whitespace());
    let output = common::fabc(folder, &args);
    let said = String::from_utf8(output.stderr)?;
    let expected = case.join("expected");
    let mut wrong = Vec::new();
    let list = files(&expected);
    if list.is_empty() {
        return Err("nothing is expected".into());
    }
    for path in list {
        let inner = path.strip_prefix(&expected)?;
        let actual = match common::name(&path).as_str() {
            "stderr.txt" => Ok(said.clone()),
            "config_db.json" => tables(&path, &place.join(inner)),
            _ => std::fs::read_to_string(place.join(inner)).map_err(|e| e.to_string()),
        };
        match actual {
            Ok(actual) => wrong.extend(common::expect(&path, &actual).err()),
            Err(error) => wrong.push(format!("{}: {error}\n{said}", inner.display())),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The tables of the built file that the expected one holds, written alike.
fn tables(expected: &Path, actual: &Path) -> Result<String, String> {
    let read = |path: &Path| -> Result<Map<String, Value>, String> {
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    };
    let (expected, mut actual) = (read(expected)?, read(actual)?);
    if expected.is_empty() {
        return Err("no table is named".into());
    }
    actual.retain(|table, _| expected.contains_key(table));
    let missing: Vec<&String> = expected.keys().filter(|t| !actual.contains_key(*t)).collect();
    if !missing.is_empty() {
        return Err(format!("tables that were not made: {missing:?}"));
    }
    Ok(serde_json::to_string_pretty(&actual).unwrap() + "\n")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut list, mut rest) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(path) = rest.pop() {
        if path.is_dir() {
            rest.extend(common::entries(&path))
        } else if path.exists() {
            list.push(path)
        }
    }
    list.sort();
    list
}
