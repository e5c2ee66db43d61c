//! Which differences are fabc's: the tables that it owns, and what SONiC and its daemons write there by themselves.

use std::collections::BTreeSet;

use fabc_lang::fabric::natural_cmp;
use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::Op;
use fabc_targets::sonic::tables::{Owner, TABLES};

use super::mask::is_masked;
use crate::diff::rows::{FieldChange, RowChange};

/// Differences, by whose they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owned {
    /// What has to change for the switch to be as its file says.
    pub ours: Vec<RowChange>,
    /// Of these, rows that somebody else put into a table that is fabc's alone: they go. Places in `ours`.
    pub foreign: Vec<usize>,
    /// What the switch holds besides, and keeps.
    pub kept: Vec<RowChange>,
    /// What can't be compared, as one side is masked.
    pub masked: Vec<RowChange>,
}

/// Whose a table is; none where fabc never emits it.
pub fn owner(table: &str) -> Option<Owner> {
    // TABLES are in alphabetical order: a test of theirs says so.
    TABLES.binary_search_by(|known| known.name.cmp(table)).ok().and_then(|at| TABLES.get(at)).map(|t| t.owner)
}

/// Sorts differences between what a switch runs (old) and what its file says (new).
pub fn owned(changes: Vec<RowChange>) -> Owned {
    let mut sorted = Owned::default();
    let pools = changes.iter().filter(|c| c.table == "BUFFER_POOL" && c.op == Op::Removed);
    let pools: BTreeSet<String> = pools.map(|c| c.key.clone()).collect();
    for change in changes {
        let masked = change.op == Op::Removed && is_masked(&change.key);
        // A pool that goes takes along what daemons made of it.
        let lost = !pools.is_empty() && change.fields.iter().any(|f| names_one(f, &pools));
        if masked || daemons(&change) && !lost {
            sorted.kept.push(change);
            continue;
        }
        let rows = owner(&change.table) == Some(Owner::Rows);
        match change.op {
            Op::Removed if rows => {
                sorted.foreign.push(sorted.ours.len());
                sorted.ours.push(change);
            }
            Op::Removed => sorted.kept.push(change),
            Op::Added => {
                let fields = change.fields.into_iter().filter(|field| !is_null(field)).collect();
                sorted.ours.push(RowChange { fields, ..change });
            }
            Op::Changed => split(change, rows, &mut sorted),
        }
    }
    sorted
}

/// A row that both have: fields that are masked, foreign ones that stay, and the rest.
fn split(change: RowChange, rows: bool, sorted: &mut Owned) {
    let RowChange { table, key, op, fields } = change;
    let row = |fields: Vec<FieldChange>| RowChange { table: table.clone(), key: key.clone(), op, fields };
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for field in fields.into_iter().filter(|field| !is_null(field)) {
        let hidden = [&field.old, &field.new].into_iter().flatten().any(is_hidden);
        let part = match (hidden, field.new.is_none() && !rows) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        if let Some(part) = parts.get_mut(part) {
            part.push(field);
        }
    }
    let [ours, kept, masked] = parts;
    for (part, of) in [(ours, &mut sorted.ours), (kept, &mut sorted.kept), (masked, &mut sorted.masked)] {
        if !part.is_empty() {
            of.push(row(part));
        }
    }
}

/// Whether it is the pool of a profile, and one of these.
fn names_one(field: &FieldChange, pools: &BTreeSet<String>) -> bool {
    field.name == "pool" && matches!(&field.old, Some(Value::Text(pool)) if pools.contains(pool))
}

fn is_hidden(value: &Value) -> bool {
    matches!(value, Value::Text(text) if is_masked(text))
}

/// What Redis shows for a row without fields.
fn is_null(field: &FieldChange) -> bool {
    field.name == "NULL"
}

/// Rows that daemons write into tables that are fabc's: buffermgrd makes a profile for each speed and length that it meets
/// (sonic-swss cfgmgr/buffermgr.cpp, doSpeedUpdateTask).
fn daemons(change: &RowChange) -> bool {
    change.op == Op::Removed && change.table == "BUFFER_PROFILE" && is_buffermgrds(&change.key)
}

/// Whether buffermgrd names its profiles so: `pg_lossless_400000_40m_profile`.
pub fn is_buffermgrds(profile: &str) -> bool {
    let inner = profile.strip_prefix("pg_lossless_").and_then(|rest| rest.strip_suffix("m_profile"));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    inner
        .and_then(|inner| inner.split_once('_'))
        .is_some_and(|(speed, length)| number(speed) && number(length))
}

/// Sorts rows by table and natural order of their keys.
pub fn in_order(changes: &mut [RowChange]) {
    changes.sort_by(|a, b| a.table.cmp(&b.table).then_with(|| natural_cmp(&a.key, &b.key)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::rows::{Tables, rows};

    fn of(old: &str, new: &str) -> Owned {
        owned(rows(&Tables::read(old).unwrap(), &Tables::read(new).unwrap()).unwrap())
    }

    fn told(changes: &[RowChange]) -> Vec<String> {
        let fields = |c: &RowChange| c.fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>().join(",");
        changes.iter().map(|c| format!("{} {}|{} {}", c.op.name(), c.table, c.key, fields(c))).collect()
    }

    #[test]
    fn tables_of_ours_are_ours_alone() {
        let found = of(
            r#"{"PORT": {"Ethernet0": {"mtu": "9100", "tpid": "0x8100"}, "Ethernet8": {}}, "VLAN": {"Vlan1": {}}}"#,
            r#"{"PORT": {"Ethernet0": {"mtu": "9216"}}}"#,
        );
        assert_eq!(told(&found.ours), ["changed PORT|Ethernet0 mtu,tpid", "removed PORT|Ethernet8 "]);
        assert_eq!(found.foreign, [1]);
        assert_eq!(told(&found.kept), ["removed VLAN|Vlan1 "]);
    }

    #[test]
    fn of_others_only_what_is_emitted() {
        let found = of(
            r#"{"FEATURE": {"lldp": {"state": "enabled", "auto_restart": "enabled"}, "nat": {}},
                "DEVICE_METADATA": {"localhost": {"mac": "00:00:00:00:00:01", "hostname": "a"}}}"#,
            r#"{"FEATURE": {"lldp": {"state": "disabled"}}, "DEVICE_METADATA": {"localhost": {"hostname": "b", "NULL": "NULL"}}}"#,
        );
        assert_eq!(
            told(&found.ours),
            ["changed DEVICE_METADATA|localhost hostname", "changed FEATURE|lldp state"]
        );
        assert_eq!(told(&found.kept).len(), 3);
        assert!(found.foreign.is_empty());
    }

    #[test]
    fn what_daemons_write_and_what_is_masked_is_no_drift() {
        let found = of(
            r#"{"BUFFER_PROFILE": {"pg_lossless_400000_5m_profile": {"size": "1"}, "mine": {"size": "1"},
                "pg_lossless_400000_5m_390144_profile": {"size": "1"}},
                "TACPLUS": {"global": {"passkey": "<masked>"}}, "SNMP_COMMUNITY": {"<masked-1>": {"TYPE": "RO"}}, "NTP_SERVER": {"10.0.0.1": {"NULL": "NULL"}}}"#,
            r#"{"TACPLUS": {"global": {"passkey": "x"}}, "NTP_SERVER": {"10.0.0.1": {}}}"#,
        );
        assert_eq!(
            told(&found.ours),
            [
                "removed BUFFER_PROFILE|mine size",
                "removed BUFFER_PROFILE|pg_lossless_400000_5m_390144_profile size"
            ]
        );
        assert_eq!(told(&found.masked), ["changed TACPLUS|global passkey"]);
        assert_eq!(found.kept.len(), 2);
    }

    #[test]
    fn a_pool_that_goes_takes_profiles_of_daemons_along() {
        let old = r#"{"BUFFER_POOL": {"p": {"size": "1"}, "q": {"size": "1"}}, "BUFFER_PROFILE": {
            "pg_lossless_400000_5m_profile": {"pool": "p"}, "pg_lossless_800000_5m_profile": {"pool": "q"}}}"#;
        let found = of(old, r#"{"BUFFER_POOL": {"q": {"size": "1"}}}"#);
        assert_eq!(
            told(&found.ours),
            ["removed BUFFER_POOL|p size", "removed BUFFER_PROFILE|pg_lossless_400000_5m_profile pool"]
        );
    }
}
