//! A ConfigDB that can be changed row by row.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::Op;
use serde_json::{Map, Value as Json};

pub use super::reader::Reader;
use crate::deployed::canonical::Name;
use crate::deployed::unlike::Metadata;
use crate::diff::patch::value;
use crate::diff::rows::{FieldChange, RowChange};

/// A row: values by the names of fields.
pub type Row = BTreeMap<Name, Value>;
/// A table: rows by their keys.
pub type Table = BTreeMap<Name, Arc<Row>>;

/// A whole ConfigDB; no table of it is empty, as ConfigDB can't hold one. Copies share what is the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Db(pub BTreeMap<String, Arc<Table>>);

impl Db {
    /// Reads a config_db.json. What Redis shows for a row without fields (`NULL`) is none. The error says why it is none.
    pub fn read(text: &str) -> Result<Db, String> {
        Reader::default().read(text)
    }

    /// A row, where there is one.
    pub fn row(&self, table: &str, key: &str) -> Option<&Row> {
        self.0.get(table)?.get(&Name::from(key)).map(|row| &**row)
    }

    /// What it says that the box is.
    pub fn metadata(&self) -> Metadata {
        let row = self.row("DEVICE_METADATA", "localhost");
        let text = |field: &str| match row?.get(&Name::from(field))? {
            Value::Text(text) => Some(text.clone()),
            Value::List(_) => None,
        };
        Metadata { platform: text("platform"), hwsku: text("hwsku") }
    }

    /// Puts a row, or takes it away.
    pub fn set(&mut self, table: &str, key: &str, row: Option<Row>) {
        match row {
            Some(row) => {
                let rows = self.0.entry(table.to_owned()).or_default();
                Arc::make_mut(rows).insert(Name::from(key), Arc::new(row));
            }
            None => {
                let Some(rows) = self.0.get_mut(table) else { return };
                let key = Name::from(key);
                if rows.contains_key(&key) {
                    Arc::make_mut(rows).remove(&key);
                }
                if rows.is_empty() {
                    self.0.remove(table);
                }
            }
        }
    }

    /// Makes one change.
    pub fn apply(&mut self, change: &RowChange) {
        let mut row = self.row(&change.table, &change.key).cloned().unwrap_or_default();
        for field in &change.fields {
            match &field.new {
                Some(value) => row.insert(Name::from(field.name.as_str()), value.clone()),
                None => row.remove(&Name::from(field.name.as_str())),
            };
        }
        self.set(&change.table, &change.key, (change.op != Op::Removed).then_some(row));
    }

    /// What differs, tables in alphabetical order, rows and fields in natural order.
    pub fn changes(&self, new: &Db) -> Vec<RowChange> {
        let mut found = Vec::new();
        let none = Arc::new(Table::new());
        for (table, was, is) in pairs(&self.0, &new.0) {
            let (was, is) = (was.unwrap_or(&none), is.unwrap_or(&none));
            if Arc::ptr_eq(was, is) {
                continue;
            }
            for (key, before, after) in pairs(was, is) {
                let same = match (before, after) {
                    (Some(before), Some(after)) => Arc::ptr_eq(before, after) || before == after,
                    _ => false,
                };
                if same {
                    continue;
                }
                let op = match (before, after) {
                    (None, _) => Op::Added,
                    (_, None) => Op::Removed,
                    _ => Op::Changed,
                };
                let fields = fields(before.map(|row| &**row), after.map(|row| &**row));
                found.push(RowChange { table: table.clone(), key: key.0.clone(), op, fields });
            }
        }
        found
    }

    /// As a document: what `config_db.json` says.
    pub fn to_json(&self) -> Json {
        let rows = |table: &Table| -> Json {
            table.iter().map(|(key, row)| (key.0.clone(), row_json(row))).collect::<Map<_, _>>().into()
        };
        self.0.iter().map(|(name, table)| (name.clone(), rows(table))).collect::<Map<_, _>>().into()
    }
}

/// All keys of either, in order, each with what stands there on both sides.
fn pairs<'a, K: Ord, V>(
    a: &'a BTreeMap<K, V>,
    b: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    std::iter::from_fn(move || {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((x, _)), Some((y, _))) => x.cmp(y),
        };
        let left = if order.is_le() { a.next() } else { None };
        let right = if order.is_ge() { b.next() } else { None };
        let key = left.or(right)?.0;
        Some((key, left.map(|(_, v)| v), right.map(|(_, v)| v)))
    })
}

fn fields(was: Option<&Row>, is: Option<&Row>) -> Vec<FieldChange> {
    let none = Row::new();
    let both = pairs(was.unwrap_or(&none), is.unwrap_or(&none)).filter(|(_, old, new)| old != new);
    both.map(|(name, old, new)| FieldChange { name: name.0.clone(), old: old.cloned(), new: new.cloned() })
        .collect()
}

/// A row as a document.
pub(super) fn row_json(row: &Row) -> Json {
    row.iter().map(|(name, of)| (name.0.clone(), value(of))).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_lead_from_one_to_the_other() {
        let old = Db::read(r#"{"PORT": {"Ethernet0": {"mtu": "1", "fec": "rs"}, "Ethernet8": {"NULL": "NULL"}}, "A": {"b": {}}}"#).unwrap();
        let new =
            Db::read(r#"{"PORT": {"Ethernet0": {"mtu": "2"}, "Ethernet16": {}}, "C": {"d": {"x": ["1"]}}}"#)
                .unwrap();
        let changes = old.changes(&new);
        let mut db = old.clone();
        changes.iter().for_each(|change| db.apply(change));
        assert_eq!(db, new);
        assert_eq!(changes.len(), 5);
        assert!(!db.0.contains_key("A"));
        assert_eq!(db.to_json()["C"]["d"]["x"][0], "1");
        assert!(Db::read("[]").is_err());
    }
}
