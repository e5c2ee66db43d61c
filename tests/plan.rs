//! Plans, proven without a switch: over examples and a catalogue of changes, all stages together turn what is observed into
//! what is wanted, exactly, by somebody else's RFC 6902; each way back leads back; and no stage mixes what must not be mixed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test crate"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::built::whole;
use common::changes::{CHANGES, Pair, edited, plain, some_switches};
use fabc::deployed::owned::is_buffermgrds;
use fabc::plan::cost::model;
use fabc::plan::switch::{Given, SwitchPlan, Way, plan};
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;
use serde_json::Value as Json;

/// Examples of community SONiC that are small enough to be built so often.
const EXAMPLES: &[&str] =
    &["arista-256", "day2", "nokia-128", "own-platform", "rack-tor", "rail-512", "rail-only", "telemetry"];

fn planned(release: &'static Release, old: &Pair, new: &Pair) -> SwitchPlan {
    let given = Given {
        release,
        observed: &old.0,
        observed_frr: Some(&old.1),
        config_db: &new.0,
        frr: &new.1,
        models: None,
        apply_patch: None,
    };
    // At most forty ports at a time, so that parts are seen too.
    plan(&given, &model(release), &|ports| ports.len() <= 40).unwrap()
}

fn ops(patch: &[fabc::plan::patch::PatchOp]) -> Vec<Json> {
    patch.iter().map(fabc::plan::patch::PatchOp::to_json).collect()
}

fn apply(to: &mut Json, patch: &[Json]) {
    let patch: json_patch::Patch = serde_json::from_value(patch.to_vec().into()).unwrap();
    json_patch::patch(to, &patch).unwrap();
}

/// Holds a plan to all that must be true of it.
fn judge(plan: &SwitchPlan, old: &Pair, new: &Pair) -> Result<(), String> {
    let read = |text: &str| -> Json { serde_json::from_str(text).unwrap() };
    let (was, wanted) = (read(&old.0), read(&new.0));
    let mut at = was.clone();
    for stage in &plan.stages {
        let before = at.clone();
        apply(&mut at, &ops(&stage.patch));
        let mut back = at.clone();
        apply(&mut back, &ops(&stage.inverse));
        if back != before {
            return Err(format!("the way back of `{}` leads elsewhere", stage.title));
        }
        if at.as_object().unwrap().values().any(|table| table.as_object().unwrap().is_empty()) {
            return Err(format!("`{}` leaves an empty table", stage.title));
        }
        if plan.way == Way::Patch {
            unmixed(&before, &at, &ops(&stage.patch)).map_err(|e| format!("`{}`: {e}", stage.title))?;
        }
    }
    // What is fabc's; a table that the new file lacks and that SONiC writes to as well stays as it was.
    for (table, rows) in at.as_object().unwrap() {
        let mut rows = rows.clone();
        if table == "BUFFER_PROFILE" {
            let theirs = |name: &str| is_buffermgrds(name) && wanted[table].get(name).is_none();
            rows.as_object_mut().unwrap().retain(|name, _| !theirs(name));
        }
        let rows = &rows;
        match wanted.get(table) {
            Some(wanted) if fields_only(table) => {
                for (key, row) in wanted.as_object().unwrap() {
                    for (field, value) in row.as_object().unwrap() {
                        if rows[key].get(field) != Some(value) {
                            return Err(format!("{table}|{key} {field} is not what was wanted"));
                        }
                    }
                }
            }
            Some(wanted) if wanted == rows => {}
            None if fields_only(table) || was.get(table) == Some(rows) => {}
            _ => return Err(format!("{table} is not what was wanted")),
        }
    }
    match wanted.as_object().unwrap().keys().find(|table| at.get(table.as_str()).is_none()) {
        Some(table) => Err(format!("{table} is missing")),
        None => Ok(()),
    }
}

fn fields_only(table: &str) -> bool {
    fabc::deployed::owned::owner(table) != Some(fabc_targets::sonic::tables::Owner::Rows)
}

const WRAPPED: [&str; 4] = ["BUFFER_PG", "BUFFER_QUEUE", "PORT_QOS_MAP", "QUEUE"];

/// No patch makes GCU's sorter search: ports do not go or come together with what is bound to them, nor do they change their
/// admin state together with their queues; lanes of a new port are free.
fn unmixed(before: &Json, after: &Json, patch: &[Json]) -> Result<(), String> {
    let mut ports: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for op in patch {
        let path: Vec<String> = op["path"].as_str().unwrap().split('/').skip(1).map(str::to_owned).collect();
        let table = path[0].as_str();
        let verb = op["op"].as_str().unwrap();
        let kind = match (table, path.len(), verb) {
            ("PORT", 2, "add") => "comes",
            ("PORT", 2, "remove") => "goes",
            ("PORT", 3, _) if path[2] == "admin_status" => "admin",
            (table, ..) if WRAPPED.contains(&table) => "bound",
            ("INTERFACE" | "PFC_WD", ..) => "bound",
            _ => continue,
        };
        if let Some(key) = path.get(1) {
            let port = key.split('|').next().unwrap().to_owned();
            ports.entry(port).or_default().insert(kind);
        }
    }
    let all: BTreeSet<&str> = ports.values().flatten().copied().collect();
    if all.contains("comes") && all.contains("goes") {
        return Err("ports go and come".to_owned());
    }
    for (port, kinds) in &ports {
        if kinds.len() > 1 && kinds.contains("bound") {
            return Err(format!("{port}: {kinds:?}"));
        }
    }
    // What a new row names was there before, or comes in a table of its own kind.
    let profiles = |of: &Json| -> BTreeSet<String> {
        of["BUFFER_PROFILE"].as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default()
    };
    let new: BTreeSet<String> = profiles(after).difference(&profiles(before)).cloned().collect();
    let used = patch.iter().filter(|op| op["path"].as_str().unwrap().starts_with("/BUFFER_PG"));
    for op in used {
        let value = &op["value"];
        let named = value.as_str().or_else(|| value["profile"].as_str()).unwrap_or_default();
        if new.contains(named) {
            return Err(format!("{named} comes and is used in one patch"));
        }
    }
    Ok(())
}

/// What was tried, by change: how many needed nothing of ConfigDB, patches, a reload.
type Tried = BTreeMap<&'static str, [usize; 3]>;

fn catalogue(at: usize, example: &str) -> (Tried, Vec<String>) {
    let (mut tried, mut wrong) = (Tried::new(), Vec::new());
    let text = plain(&whole(&common::project().join("examples").join(example).join("fabric.kdl")));
    let releases = [["202505", "202605"], ["202511", "202405"]][at % 2];
    for (turn, name) in releases.into_iter().enumerate() {
        let release = Release::find(Nos::Sonic, name).unwrap();
        let written = text.split("release=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let text = text.replace(&format!("release=\"{written}\""), &format!("release=\"{name}\""));
        let Some(old) = some_switches(&text) else { continue };
        // Each change on half of the examples and on one of them all, on one of two releases, is enough.
        let whole = example == "rail-512";
        let here =
            |number: usize| (whole || (number + at / 2).is_multiple_of(2)) && (number / 2 + at) % 2 == turn;
        let changes = CHANGES.iter().enumerate().filter(|(number, _)| here(*number));
        for (_, change) in changes {
            let Some(new) = edited(&text, change).and_then(|text| some_switches(&text)) else { continue };
            for (switch, old) in &old {
                let Some(new) = new.get(switch) else { continue };
                for (from, to) in [(old, new), (new, old)] {
                    let plan = planned(release, from, to);
                    if let Err(error) = judge(&plan, from, to) {
                        wrong.push(format!("{example}, {name}, {}, {switch}: {error}", change.0));
                    }
                    let way = match plan.way {
                        Way::None => 0,
                        Way::Patch => 1,
                        Way::Reload => 2,
                    };
                    tried.entry(change.0).or_default()[way] += 1;
                    assert!(plan.way != Way::Reload || !plan.reasons.is_empty());
                    let stages = plan.stages.len();
                    assert!(stages <= 4 * 4 + 2, "{example}, {}: {stages} stages", change.0);
                }
            }
        }
    }
    (tried, wrong)
}

#[test]
fn every_change_leads_to_what_is_wanted_and_back() {
    let results: Vec<(Tried, Vec<String>)> = std::thread::scope(|scope| {
        let all: Vec<_> = EXAMPLES
            .iter()
            .enumerate()
            .map(|(at, example)| scope.spawn(move || catalogue(at, example)))
            .collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (mut tried, mut wrong) = (Tried::new(), Vec::new());
    for (some, more) in results {
        some.iter().for_each(|(change, of)| {
            let sum = tried.entry(change).or_default();
            *sum = [0, 1, 2].map(|i| sum[i] + of[i]);
        });
        wrong.extend(more);
    }
    for (change, [none, patch, reload]) in &tried {
        println!("{change}: {none} without ConfigDB, {patch} by patches, {reload} by a reload");
    }
    let few: Vec<String> = wrong.iter().take(20).cloned().collect();
    assert!(wrong.is_empty(), "{} wrong, as\n{}", wrong.len(), few.join("\n"));
    let never: Vec<&str> = CHANGES.iter().map(|c| c.0).filter(|name| !tried.contains_key(name)).collect();
    assert!(never.is_empty(), "never tried: {never:?}");
    let [_, patches, reloads] = tried.values().fold([0; 3], |sum, of| [0, 1, 2].map(|i| sum[i] + of[i]));
    assert!(patches > 150 && reloads > 75, "{patches} by patches, {reloads} by reloads");
}

#[test]
fn the_document_is_what_its_schema_promises() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fabric.kdl");
    let text = whole(&common::project().join("examples/rail-512/fabric.kdl")).replace("202505", "202605");
    let fabc = |args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_fabc"))
            .current_dir(folder.path())
            .args(args)
            .output();
        let output = output.unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    std::fs::write(&path, &text).unwrap();
    let built = fabc(&["build", "--quiet"]);
    assert_eq!(built.0, Some(0), "{}", built.2);
    for (from, to) in
        [("\"30m\"", "\"40m\""), ("detect=\"200ms\"", "detect=\"300ms\""), ("asn leaf=42", "asn leaf=41")]
    {
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let (code, out, err) = fabc(&["plan", "--deployed", "build", "-o", "plan.json"]);
        assert_eq!(code, Some(1), "{err}");
        assert!(out.lines().count() <= 40, "more than a screen:\n{out}");
        let bytes = std::fs::read(folder.path().join("plan.json")).unwrap();
        let plan: Json = serde_json::from_slice(&bytes).unwrap();
        let wrong = common::schema::wrong(&plan, "plan");
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(fabc::plan::document::Plan::read(&bytes).unwrap().to_bytes(), bytes);
    }
}
