//! Rows of two config_db.json that are added, changed or removed.
//!
//! Both are read no further than they differ: a table, then a row, is looked into only where its text is another one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::natural_cmp;
use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::Op;
use fabc_targets::sonic::gcu::Verb;
use serde_json::value::RawValue;

use crate::config_db::Entries;
use crate::deployed::unlike::Metadata;

/// A row that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// Its table.
    pub table: String,
    /// Its key, parts joined by `|`.
    pub key: String,
    /// What happens to it.
    pub op: Op,
    /// Fields that come, go or change, in natural order; all of them where the row comes or goes.
    pub fields: Vec<FieldChange>,
}

impl RowChange {
    /// The change that takes it back.
    pub fn inverse(&self) -> RowChange {
        let op = match self.op {
            Op::Added => Op::Removed,
            Op::Changed => Op::Changed,
            Op::Removed => Op::Added,
        };
        let fields = self.fields.iter().map(|field| FieldChange {
            name: field.name.clone(),
            old: field.new.clone(),
            new: field.old.clone(),
        });
        RowChange { table: self.table.clone(), key: self.key.clone(), op, fields: fields.collect() }
    }
}

/// A field that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name.
    pub name: String,
    /// What it was; none where it comes.
    pub old: Option<Value>,
    /// What it is; none where it goes.
    pub new: Option<Value>,
}

impl FieldChange {
    /// What a patch does to the field.
    pub fn verb(&self) -> Verb {
        match (&self.old, &self.new) {
            (None, _) => Verb::Add,
            (_, None) => Verb::Remove,
            _ => Verb::Replace,
        }
    }
}

type Object<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// A config_db.json, of which the tables' names are read.
#[derive(Debug)]
pub struct Tables<'a>(Object<'a>);

impl<'a> Tables<'a> {
    /// Reads no further than the names of tables. The error says why the text is no config_db.json.
    pub fn read(text: &'a str) -> Result<Self, String> {
        object(text, "config_db.json").map(Tables)
    }

    /// Whether it has a table.
    pub fn has(&self, table: &str) -> bool {
        self.0.contains_key(table)
    }

    /// How many rows a table has; 0 where there is none, or it can't be read.
    pub fn count(&self, table: &str) -> usize {
        part(self.0.get(table), table).map_or(0, |rows| rows.len())
    }

    /// The hwsku of DEVICE_METADATA; empty where it names none.
    pub fn hwsku(&self) -> Result<String, String> {
        Ok(self.metadata("hwsku")?.unwrap_or_default())
    }

    /// A field of DEVICE_METADATA that is a text.
    pub fn metadata(&self, field: &str) -> Result<Option<String>, String> {
        let rows = part(self.0.get("DEVICE_METADATA"), "DEVICE_METADATA")?;
        let row = part(rows.get("localhost"), "DEVICE_METADATA|localhost")?;
        let Some(raw) = row.get(field) else { return Ok(None) };
        match read_value(raw, "DEVICE_METADATA|localhost")? {
            Value::Text(text) => Ok(Some(text)),
            Value::List(_) => Ok(None),
        }
    }

    /// What it says that the box is.
    pub fn box_of(&self) -> Result<Metadata, String> {
        Ok(Metadata { platform: self.metadata("platform")?, hwsku: self.metadata("hwsku")? })
    }

    /// Ports that it puts up.
    pub fn ports_up(&self) -> Result<BTreeSet<String>, String> {
        let mut up = BTreeSet::new();
        for (name, raw) in part(self.0.get("PORT"), "PORT")? {
            let fields = object(raw.get(), &name)?;
            if fields.get("admin_status").is_some_and(|status| status.get() == "\"up\"") {
                up.insert(name.into_owned());
            }
        }
        Ok(up)
    }
}

/// What differs between two config_db.json: tables in alphabetical order, rows in natural order. Order within the files
/// and white space mean nothing. The error names what is no config_db.json.
pub fn rows(old: &Tables<'_>, new: &Tables<'_>) -> Result<Vec<RowChange>, String> {
    let (old, new) = (&old.0, &new.0);
    let mut changes = Vec::new();
    let tables: BTreeSet<&Cow<'_, str>> = old.keys().chain(new.keys()).collect();
    for table in tables {
        let (was, is) = (old.get(table), new.get(table));
        if was.map(|raw| raw.get()) == is.map(|raw| raw.get()) {
            continue;
        }
        let (was, is) = (part(was, table)?, part(is, table)?);
        let mut keys: Vec<&Cow<'_, str>> = was.keys().collect();
        keys.extend(is.keys().filter(|key| !was.contains_key(*key)));
        keys.sort_by(|a, b| natural_cmp(a, b));
        for key in keys {
            let (was, is) = (was.get(key), is.get(key));
            if was.map(|raw| raw.get()) == is.map(|raw| raw.get()) {
                continue;
            }
            let op = match (was, is) {
                (None, _) => Op::Added,
                (_, None) => Op::Removed,
                _ => Op::Changed,
            };
            let fields = fields(was, is, &format!("{table}|{key}"))?;
            if op != Op::Changed || !fields.is_empty() {
                changes.push(RowChange { table: table.to_string(), key: key.to_string(), op, fields });
            }
        }
    }
    Ok(changes)
}

/// Values are read no further than they differ, either.
fn fields(was: Option<&&RawValue>, is: Option<&&RawValue>, row: &str) -> Result<Vec<FieldChange>, String> {
    let (was, is) = (part(was, row)?, part(is, row)?);
    let mut changes = Vec::new();
    for (name, new) in &is {
        let old = was.get(name);
        if old.is_some_and(|old| old.get() == new.get()) {
            continue;
        }
        let old = old.map(|old| read_value(old, row)).transpose()?;
        let new = Some(read_value(new, row)?);
        if old != new {
            changes.push(FieldChange { name: name.to_string(), old, new });
        }
    }
    for (name, old) in was.iter().filter(|(name, _)| !is.contains_key(*name)) {
        changes.push(FieldChange { name: name.to_string(), old: Some(read_value(old, row)?), new: None });
    }
    changes.sort_by(|a, b| natural_cmp(&a.name, &b.name));
    Ok(changes)
}

/// An object's entries; of two with one name the last, as Python has it.
fn object<'a>(text: &'a str, what: &str) -> Result<Object<'a>, String> {
    let entries: Entries<'a> =
        serde_json::from_str(text).map_err(|error| format!("{what} is no object: {error}"))?;
    Ok(entries.0.into_iter().map(|entry| (entry.name, entry.raw)).collect())
}

/// The same of what may be missing.
fn part<'a>(raw: Option<&&'a RawValue>, what: &str) -> Result<Object<'a>, String> {
    raw.map_or_else(|| Ok(Object::new()), |raw| object(raw.get(), what))
}

/// A field's value as its text says; numbers and booleans count as their texts. `row` is what the error names.
pub(crate) fn read_value(raw: &RawValue, row: &str) -> Result<Value, String> {
    if let Ok(text) = serde_json::from_str::<String>(raw.get()) {
        return Ok(Value::Text(text));
    }
    let json: serde_json::Value =
        serde_json::from_str(raw.get()).map_err(|error| format!("{row}: {error}"))?;
    let scalar = |json: &serde_json::Value| match json {
        serde_json::Value::String(text) => Ok(text.clone()),
        serde_json::Value::Number(n) => Ok(n.to_string()),
        serde_json::Value::Bool(b) => Ok(b.to_string()),
        _ => Err(format!("{row} holds what is no text")),
    };
    match &json {
        serde_json::Value::Array(items) => {
            Ok(Value::List(items.iter().map(scalar).collect::<Result<_, _>>()?))
        }
        one => Ok(Value::Text(scalar(one)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{"PORT": {"Ethernet0": {"speed": "400000", "admin_status": "up"}, "Ethernet8": {}},
        "NTP": {"global": {"src_intf": ["eth0"]}}, "SAME": {"x": {}}}"#;

    fn of(old: &str, new: &str) -> Result<Vec<RowChange>, String> {
        rows(&Tables::read(old)?, &Tables::read(new)?)
    }

    #[test]
    fn rows_and_fields_come_go_and_change() {
        let new = r#"{"SAME": {"x": {}}, "PORT": {"Ethernet16": {"speed": 5}, "Ethernet0": {"admin_status": "up", "speed": "800000"}},
            "NTP": {"global": {"src_intf": [ "eth0" ]}}}"#;
        let said: Vec<String> = of(OLD, new)
            .unwrap()
            .into_iter()
            .map(|c| {
                let fields = c.fields.iter().map(|f| format!("{} {:?} {:?}", f.name, f.old, f.new));
                format!("{} {}|{} {}", c.op.name(), c.table, c.key, fields.collect::<Vec<_>>().join(","))
            })
            .collect();
        assert_eq!(
            said,
            [
                "changed PORT|Ethernet0 speed Some(Text(\"400000\")) Some(Text(\"800000\"))",
                "removed PORT|Ethernet8 ",
                "added PORT|Ethernet16 speed None Some(Text(\"5\"))",
            ]
        );
        assert_eq!(of(OLD, OLD), Ok(Vec::new()));
        assert_eq!(
            Tables::read(OLD).unwrap().ports_up().unwrap().into_iter().collect::<Vec<_>>(),
            ["Ethernet0"]
        );
    }

    #[test]
    fn what_is_no_config_db_is_said() {
        assert!(of("[]", "{}").unwrap_err().contains("config_db.json is no object"));
        assert!(of("{}", r#"{"A": 5}"#).unwrap_err().contains('A'));
        assert!(of("{}", r#"{"A": {"b": {"c": null}}}"#).unwrap_err().contains("A|b"));
    }
}
