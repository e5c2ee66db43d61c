//! What is true of every fabric: the order of nodes changes no byte, building twice gives the same, what is written can
//! be read, and growth moves nothing that stands.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

#[path = "laws/growth.rs"]
mod growth;

mod common;

use std::collections::BTreeMap;

use common::built::{self, Files};
use fabc_lang::syntax::Node;
use fabc_targets::sonic::ConfigDb;

/// Nodes whose order among their like has a meaning.
const ORDERED: [&str; 7] = ["nic", "row", "place", "ntp", "syslog", "dns", "tacacs"];

/// Runs a law over all fabrics and reports all that break it.
fn over_all(law: impl Fn(&str, &str) -> Result<(), String>) {
    let fabrics = built::fabrics();
    assert!(fabrics.len() >= 10, "only {} fabrics were found", fabrics.len());
    let broken: Vec<String> = fabrics
        .iter()
        .filter_map(|(name, text)| law(name, text).err().map(|e| format!("{name}: {e}")))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The files that differ, in words.
fn same(a: &Files, b: &Files) -> Result<(), String> {
    let names: Vec<&String> = a.keys().chain(b.keys()).filter(|k| a.get(*k) != b.get(*k)).collect();
    match names.first() {
        None if a.is_empty() => Err("there are no files".into()),
        None => Ok(()),
        Some(first) => Err(format!("{} files differ, {first} first", names.len())),
    }
}

#[test]
fn every_fabric_builds() {
    over_all(|_, text| {
        let built = built::build(text, None);
        if built.errors.is_empty() { Ok(()) } else { Err(built.errors.join("\n")) }
    });
}

#[test]
fn the_order_of_nodes_changes_no_byte() {
    over_all(|_, text| {
        let plain = built::build(text, None).files;
        (1..=2).try_for_each(|turn| {
            let other = shuffled(text, &built::nodes(text), turn);
            assert_ne!(text, other);
            same(&plain, &built::build(&other, None).files)
        })
    });
}

/// The text with siblings in another order, comments left out.
fn shuffled(text: &str, nodes: &[Node], turn: usize) -> String {
    let mut order: Vec<&Node> = nodes.iter().rev().collect();
    let middle = turn % order.len().max(1);
    order.rotate_left(middle);
    let mut like: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for node in nodes.iter().rev().filter(|n| ORDERED.contains(&n.name.v.as_str())) {
        like.entry(&node.name.v).or_default().push(node);
    }
    let mut out = String::new();
    for node in order {
        let node = like.get_mut(node.name.v.as_str()).and_then(Vec::pop).unwrap_or(node);
        let end = node.entries.iter().map(|e| e.at.end).fold(node.name.at.end, u32::max);
        out += &text[node.name.at.start as usize..end as usize];
        if let Some(children) = &node.children {
            out += &format!(" {{\n{}}}", shuffled(text, children, turn));
        }
        out += "\n";
    }
    out
}

#[test]
fn building_again_over_a_build_gives_the_same_and_moves_nothing() {
    over_all(|_, text| {
        let first = built::build(text, None).files;
        let json = first.get("fabric.json").ok_or("no fabric.json")?;
        let second = built::build(text, Some(json));
        if !second.errors.is_empty() {
            return Err(second.errors.join("\n"));
        }
        same(&first, &second.files)
    });
}

#[test]
fn a_max_that_equals_the_count_changes_no_byte() {
    over_all(|_, text| {
        let stated: Vec<String> = text.lines().map(with_max).collect();
        same(&built::build(text, None).files, &built::build(&stated.join("\n"), None).files)
    });
}

/// The line with `max=` where it has a `count=` of hosts, tiers or pods, and none.
fn with_max(line: &str) -> String {
    let begins = ["hosts", "tier", "pod"].iter().any(|w| line.trim_start().starts_with(w));
    let count =
        line.split_once("count=").and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next());
    match count {
        Some(n) if begins && !line.contains("max=") => {
            line.replacen(&format!("count={n}"), &format!("count={n} max={n}"), 1)
        }
        _ => line.to_owned(),
    }
}

#[test]
fn what_is_rendered_can_be_read_and_is_made_of_texts() {
    over_all(|_, text| {
        let built = built::build(text, None).files;
        let configs: Vec<_> = built.iter().filter(|(path, _)| path.ends_with("config_db.json")).collect();
        if configs.is_empty() {
            return Err("no config_db.json".into());
        }
        // Of a large fabric a part will do: every kind of device is in it.
        let step = configs.len().div_ceil(40);
        configs
            .into_iter()
            .step_by(step)
            .try_for_each(|(path, bytes)| round(bytes).map_err(|e| format!("{path}: {e}")))
    });
}

/// Reads and renders a config_db.json.
fn round(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let db = ConfigDb::read(text).map_err(|e| e.message)?;
    let mut again = Vec::new();
    db.render(&mut again);
    if again != bytes {
        return Err("it is not what was read from it".into());
    }
    let empty = db.tables.iter().find(|t| t.rows.is_empty()).map(|t| &t.name);
    let odd = ["NaN", "inf\"", "null", "None", "{index", "{pod", "{plane"].iter().find(|w| text.contains(*w));
    match (empty, odd) {
        (Some(table), _) => Err(format!("table {table} is empty")),
        (_, Some(word)) => Err(format!("it contains {word}")),
        _ => Ok(()),
    }
}

#[test]
fn a_build_is_the_same_from_another_folder_and_a_second_time() {
    let example = common::project().join("examples/day2");
    let out = tempfile::tempdir().unwrap();
    let (one, two) = (out.path().join("one"), out.path().join("two"));
    let build = |folder, fabric, out| {
        let output = common::fabc(folder, &["build", fabric, "--out", out]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    build(example.as_path(), "fabric.kdl", one.to_str().unwrap());
    build(out.path(), example.to_str().unwrap(), two.to_str().unwrap());
    let read = |root: &std::path::Path| -> Files {
        let (mut files, mut rest) = (Files::new(), vec![root.to_path_buf()]);
        while let Some(path) = rest.pop() {
            if path.is_dir() {
                rest.extend(common::entries(&path));
            } else if common::name(&path) != ".fabc-cache" {
                let inner = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.insert(inner, std::fs::read(&path).unwrap());
            }
        }
        files
    };
    let first = read(&one);
    same(&first, &read(&two)).unwrap();
    build(example.as_path(), ".", one.to_str().unwrap());
    same(&first, &read(&one)).unwrap();
    let check = common::fabc(&example, &["build", "--check", "--out", one.to_str().unwrap()]);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}
