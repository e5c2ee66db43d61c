//! What must be true of every plan, judged without a switch: all stages together lead to what is wanted, exactly, by somebody
//! else's RFC 6902; each way back leads back; and no stage mixes what must not be mixed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use fabc::deployed::owned::is_buffermgrds;
use fabc::plan::cost::model;
use fabc::plan::patch::PatchOp;
use fabc::plan::switch::{Before, Given, SwitchPlan, Way, plan, plan_with};
use fabc_targets::sonic::Release;
use serde_json::Value as Json;

use super::changes::Pair;

thread_local! {
    static BEFORE: RefCell<Before> = RefCell::default();
}

/// The plan from one pair of files to another; it is the same whatever was planned before.
pub fn planned(release: &'static Release, old: &Pair, new: &Pair) -> SwitchPlan {
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
    let bears = |ports: &BTreeSet<String>| ports.len() <= 40;
    let alone = plan(&given, &model(release), &bears).unwrap();
    let after = BEFORE.with_borrow_mut(|before| plan_with(before, &given, &model(release), &bears)).unwrap();
    assert_eq!(alone, after, "it rests on what was planned before");
    alone
}

fn ops(patch: &[PatchOp]) -> Vec<Json> {
    patch.iter().map(PatchOp::to_json).collect()
}

fn apply(to: &mut Json, patch: &[Json]) {
    let patch: json_patch::Patch = serde_json::from_value(patch.to_vec().into()).unwrap();
    json_patch::patch(to, &patch).unwrap();
}

/// Holds a plan to all that must be true of it.
pub fn judge(plan: &SwitchPlan, old: &Pair, new: &Pair) -> Result<(), String> {
    let read = |text: &str| -> Json { serde_json::from_str(text).unwrap() };
    let (was, wanted) = (read(&old.0), read(&new.0));
    let mut at = was.clone();
    for stage in plan.stages.iter() {
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
            let bare = |op: &&PatchOp| !fabc::lint::has_model(op.table());
            if let Some(op) = stage.patch.iter().find(bare) {
                return Err(format!("`{}`: {} has no YANG model", stage.title, op.table()));
            }
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
            // GCU puts no port down for these.
            ("INTERFACE" | "PFC_WD", ..) => "held",
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
        let held = kinds.contains("held") && (kinds.contains("comes") || kinds.contains("goes"));
        if held || kinds.len() > 1 && kinds.contains("bound") && *kinds != BTreeSet::from(["bound", "held"]) {
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
