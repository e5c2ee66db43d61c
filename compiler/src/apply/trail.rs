//! The states of ConfigDB that a switch goes through, from what it ran before to what the plan wants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::deployed::canonical::Name;
use crate::deployed::mask::is_masked;
use crate::deployed::owned::owned;
use crate::plan::db::{Db, Row};
use crate::plan::document::{StageDoc, ours};
use crate::plan::patch::{PatchOp, patch};
use crate::plan::secrets::{SecretRow, SecretText};

/// ConfigDB before the plan, and after each of its patches.
#[derive(Debug, Clone)]
pub struct Trail {
    states: Vec<Db>,
    /// Rows that any patch of the plan changes, and the ports that GCU puts down meanwhile.
    rows: BTreeSet<(String, String)>,
    /// Fields that a step of its own writes, by row: no patch makes them, and none is undone by them.
    beside: BTreeMap<(String, String), BTreeSet<Name>>,
}

/// What a patch makes of a ConfigDB. The error says which operation does not fit.
pub fn patched(db: &Json, operations: &[Json]) -> Result<Json, String> {
    let operations: json_patch::Patch =
        serde_json::from_value(operations.to_vec().into()).map_err(|error| error.to_string())?;
    let mut db = db.clone();
    json_patch::patch(&mut db, &operations).map_err(|error| error.to_string())?;
    if let Json::Object(tables) = &mut db {
        // ConfigDB can't hold a table without rows.
        tables.retain(|_, rows| rows != &Json::Object(Map::new()));
    }
    Ok(db)
}

impl Trail {
    /// The states that lead on from `before`; what holds secrets is none of them.
    pub fn new(before: Db, stages: &[StageDoc], secrets: &[SecretRow]) -> Result<Trail, String> {
        let beside = secrets.iter().filter_map(|row| match &row.key {
            SecretText::Plain(key) => {
                let fields = row.fields.keys().map(|name| Name::from(name.as_str()));
                Some(((row.table.clone(), key.clone()), fields.collect()))
            }
            SecretText::Env { .. } => None,
        });
        let mut trail = Trail { states: vec![before], rows: BTreeSet::new(), beside: beside.collect() };
        for (number, stage) in stages.iter().enumerate() {
            let last = trail.state(number);
            let next = patched(&last.to_json(), &stage.patch)
                .and_then(|json| Db::read(&json.to_string()))
                .map_err(|error| format!("patch {} does not fit: {error}", number + 1))?;
            let mut rows = BTreeSet::new();
            for change in last.changes(&next) {
                for port in change.key.split(['|', ',']).filter(|part| last.row("PORT", part).is_some()) {
                    rows.insert(("PORT".to_owned(), port.to_owned()));
                }
                rows.insert((change.table, change.key));
            }
            trail.rows.extend(rows);
            trail.states.push(next);
        }
        Ok(trail)
    }

    /// How many patches there are.
    pub fn len(&self) -> usize {
        self.states.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// ConfigDB after so many patches; the last one where there are less.
    pub fn state(&self, number: usize) -> &Db {
        // There always is the one before all patches.
        &self.states[number.min(self.len())]
    }

    /// After how many patches `now` is; none where it is between two, or somebody else changed something.
    pub fn at(&self, now: &Db) -> Option<usize> {
        let seen = ours(now);
        (0..=self.len()).find(|&number| ours(self.state(number)) == seen && self.has(now, number))
    }

    /// Whether the plan's own rows are as after so many patches, whatever else was changed.
    pub fn has(&self, now: &Db, number: usize) -> bool {
        let state = self.state(number);
        self.rows.iter().all(|row| {
            let (now, then) = (now.row(&row.0, &row.1), state.row(&row.0, &row.1));
            match self.beside.get(row) {
                None => now == then,
                Some(beside) => {
                    let shown = |row: Option<&Row>| -> Row {
                        let fields = row.into_iter().flatten().filter(|(name, _)| !beside.contains(name));
                        fields.map(|(name, value)| (name.clone(), value.clone())).collect()
                    };
                    shown(now) == shown(then)
                }
            }
        })
    }

    /// Whether nothing of the last state is missing: a reload lays the rows of init_cfg.json under its file.
    pub fn is_loaded(&self, now: &Db) -> bool {
        owned(now.changes(self.state(self.len()))).ours.is_empty()
    }

    /// Rows beside the plan's that are not as they were: somebody else's doing.
    pub fn foreign(&self, now: &Db) -> Vec<String> {
        let changes = ours(self.state(0)).changes(&ours(now));
        let rows = changes.into_iter().map(|change| (change.table, change.key));
        rows.filter(|row| !self.rows.contains(row)).map(|(table, key)| format!("{table}|{key}")).collect()
    }

    /// The patch that puts the plan's own rows where they are after so many patches, and leaves all else. None where it would
    /// have to write a secret, which nobody but the switch knows.
    pub fn repair(&self, now: &Db, number: usize) -> Option<Vec<Json>> {
        let mut target = now.clone();
        for (table, key) in &self.rows {
            target.set(table, key, self.state(number).row(table, key).cloned());
        }
        let operations: Vec<Json> = patch(now, &target).iter().map(PatchOp::to_json).collect();
        holds_no_secret(&operations).then_some(operations)
    }
}

/// Whether a patch can be given to a switch: what stands in place of a secret is no value.
pub fn holds_no_secret(operations: &[Json]) -> bool {
    operations.iter().all(|operation| !is_masked(&operation.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stage(patch: Json) -> StageDoc {
        let list = |json: Json| serde_json::from_value(json).unwrap();
        StageDoc {
            title: "t".into(),
            patch: list(patch),
            inverse: Vec::new(),
            back: "patch".into(),
            back_reason: None,
            effects: Vec::new(),
            ports: Vec::new(),
            seconds: 1,
        }
    }

    fn db(json: &Json) -> Db {
        Db::read(&json.to_string()).unwrap()
    }

    fn before() -> Json {
        json!({
            "PORT": {"Ethernet0": {"mtu": "9100", "admin_status": "up"}, "Ethernet8": {"mtu": "9100"}},
            "BUFFER_PG": {"Ethernet0|3-4": {"profile": "a"}},
            "VLAN": {"Vlan1": {}}
        })
    }

    fn trail() -> Trail {
        let stages = [
            stage(json!([{"op": "replace", "path": "/PORT/Ethernet8/mtu", "value": "9216"}])),
            stage(json!([{"op": "replace", "path": "/BUFFER_PG/Ethernet0|3-4/profile", "value": "b"}])),
        ];
        Trail::new(db(&before()), &stages, &[]).unwrap()
    }

    #[test]
    fn each_state_is_known() {
        let trail = trail();
        assert_eq!(trail.len(), 2);
        for number in 0..=2 {
            assert_eq!(trail.at(trail.state(number)), Some(number));
        }
        let mut other = before();
        other["VLAN"] = json!({"Vlan2": {}});
        other["BUFFER_PROFILE"] = json!({"pg_lossless_400000_5m_profile": {"size": "1"}});
        assert_eq!(trail.at(&db(&other)), Some(0), "what isn't fabc's doesn't count");
        other["PORT"]["Ethernet16"] = json!({"mtu": "1"});
        assert_eq!((trail.at(&db(&other)), trail.has(&db(&other), 0)), (None, true));
        assert_eq!(trail.foreign(&db(&other)), ["PORT|Ethernet16"]);
    }

    #[test]
    fn what_is_half_done_is_put_right_and_no_more() {
        let trail = trail();
        // GCU had put the port down, and somebody else had made another one.
        let mut now = trail.state(1).to_json();
        now["PORT"]["Ethernet0"]["admin_status"] = "down".into();
        now["PORT"]["Ethernet16"] = json!({"mtu": "1"});
        let now = db(&now);
        assert_eq!((trail.at(&now), trail.has(&now, 1)), (None, false));
        for number in [0, 1, 2] {
            let patch = trail.repair(&now, number).unwrap();
            let then = patched(&now.to_json(), &patch).unwrap();
            assert!(trail.has(&db(&then), number));
            assert_eq!(then["PORT"]["Ethernet16"]["mtu"], "1");
        }
    }

    #[test]
    fn what_holds_secrets_is_no_state_of_its_own() {
        let stages = [stage(
            json!([{"op": "add", "path": "/TACPLUS_SERVER", "value": {"10.0.0.6": {"priority": "1"}}}]),
        )];
        let secret =
            json!([{"table": "TACPLUS_SERVER", "key": "10.0.0.6", "fields": {"passkey": {"env": "KEY"}}}]);
        let secrets: Vec<SecretRow> = serde_json::from_value(secret).unwrap();
        let trail = Trail::new(db(&before()), &stages, &secrets).unwrap();
        let mut now = trail.state(1).to_json();
        now["TACPLUS_SERVER"]["10.0.0.6"]["passkey"] = "<masked>".into();
        assert_eq!(trail.at(&db(&now)), Some(1));
        assert_eq!(Trail::new(db(&before()), &stages, &[]).unwrap().at(&db(&now)), None);
        now["TACPLUS_SERVER"]["10.0.0.6"]["priority"] = "2".into();
        assert_eq!(trail.at(&db(&now)), None);
    }

    #[test]
    fn a_patch_that_does_not_fit_is_told() {
        let stages = [stage(json!([{"op": "remove", "path": "/PORT/Ethernet99"}]))];
        assert!(Trail::new(db(&before()), &stages, &[]).unwrap_err().starts_with("patch 1 does not fit"));
        assert!(!holds_no_secret(&[
            json!({"op": "add", "path": "/TACPLUS/global/passkey", "value": "<masked>"})
        ]));
    }
}
