//! What of a ConfigDB is fabc's alone, and the hash that tells whether it is still what a plan has seen.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use fabc_targets::sonic::Value;
use fabc_targets::sonic::tables::Owner;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::db::{Db, Row, Table};
use crate::deployed::canonical::Name;
use crate::deployed::mask::is_masked;
use crate::deployed::owned::{is_buffermgrds, owner};
use crate::output::Hash;

/// Rows that are fabc's: none that daemons write, or whose keys are masked.
fn rows<'a>(name: &'a str, table: &'a Table) -> impl Iterator<Item = (&'a Name, &'a Row)> {
    let theirs = move |key: &str| name == "BUFFER_PROFILE" && is_buffermgrds(key);
    let shown = table.iter().filter(move |(key, _)| !theirs(&key.0) && !is_masked(&key.0));
    shown.map(|(key, row)| (key, &**row))
}

fn is_shown(value: &Value) -> bool {
    !matches!(value, Value::Text(text) if is_masked(text))
}

fn is_ours(table: &str) -> bool {
    owner(table) == Some(Owner::Rows)
}

/// The tables that are fabc's alone: without what daemons write there, and what is masked.
pub fn ours(db: &Db) -> Db {
    let mut ours = Db::default();
    for (name, table) in db.0.iter().filter(|(name, _)| is_ours(name)) {
        for (key, row) in rows(name, table) {
            let fields = row.iter().filter(|(_, value)| is_shown(value));
            let row = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
            ours.set(name, &key.0, Some(row));
        }
    }
    ours
}

/// The hash of [`ours`]: what else there is doesn't count.
pub fn owned_hash(db: &Db) -> Hash {
    let mut text = String::new();
    db.0.iter().for_each(|(name, table)| tell(name, table, &mut text));
    Hash::of(text.as_bytes())
}

/// [`ours`] as others can count it without fabc: `sha256:` of JSON without blanks, all keys sorted by their bytes.
pub fn owned_digest(db: &Db) -> String {
    let mut text = String::new();
    db.0.iter().for_each(|(name, table)| tell_sorted(name, table, &mut text));
    digest(&text)
}

/// Texts of each table that [`Counted`] remembers.
const REMEMBERED: usize = 8;

/// Counts one ConfigDB after another; what tables say that they share is put together once.
#[derive(Debug, Default)]
pub struct Counted {
    /// By name, the last one first.
    known: BTreeMap<String, VecDeque<Told>>,
}

/// A table, and what [`tell`] and [`tell_sorted`] make of it.
type Told = (Arc<Table>, [String; 2]);

impl Counted {
    /// [`owned_hash`] and [`owned_digest`].
    pub fn count(&mut self, db: &Db) -> (Hash, String) {
        let (mut plain, mut sorted) = (String::new(), String::new());
        for (name, table) in db.0.iter().filter(|(name, _)| is_ours(name)) {
            let known = self.known.entry(name.clone()).or_default();
            if !known.iter().any(|(other, _)| Arc::ptr_eq(other, table)) {
                let mut told = [String::new(), String::new()];
                let [x, y] = &mut told;
                tell(name, table, x);
                tell_sorted(name, table, y);
                known.truncate(REMEMBERED - 1);
                known.push_front((Arc::clone(table), told));
            }
            if let Some((_, [x, y])) = known.iter().find(|(other, _)| Arc::ptr_eq(other, table)) {
                plain += x;
                sorted += y;
            }
        }
        (Hash::of(plain.as_bytes()), digest(&sorted))
    }
}

/// Of tables told by [`tell_sorted`], one after another.
fn digest(tables: &str) -> String {
    let mut hasher = Sha256::new_with_prefix("{");
    hasher.update(tables.strip_suffix(',').unwrap_or(tables));
    hasher.update("}");
    hasher.finalize().iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// `"PORT":{"Ethernet0":{"mtu":"9100"}},`, keys sorted by their bytes; nothing where no row is ours.
fn tell_sorted(name: &str, table: &Table, out: &mut String) {
    let mut rows: Vec<_> = rows(name, table).filter(|_| is_ours(name)).collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_unstable_by(|(a, _), (b, _)| a.0.cmp(&b.0));
    quote(name, out);
    *out += ":{";
    for (i, (key, row)) in rows.into_iter().enumerate() {
        *out += if i == 0 { "" } else { "," };
        quote(&key.0, out);
        *out += ":";
        let mut fields: Vec<_> = row.iter().filter(|(_, value)| is_shown(value)).collect();
        fields.sort_unstable_by(|(a, _), (b, _)| a.0.cmp(&b.0));
        tell_fields(fields.into_iter(), out);
    }
    *out += "},";
}

/// A line for each row: `PORT|Ethernet0 {"mtu":"9100"}`.
fn tell(name: &str, table: &Table, out: &mut String) {
    if !is_ours(name) {
        return;
    }
    for (key, row) in rows(name, table) {
        for part in [name, "|", &key.0, " "] {
            *out += part;
        }
        tell_fields(row.iter().filter(|(_, value)| is_shown(value)), out);
        *out += "\n";
    }
}

fn tell_fields<'a>(fields: impl Iterator<Item = (&'a Name, &'a Value)>, out: &mut String) {
    *out += "{";
    for (i, (field, value)) in fields.enumerate() {
        *out += if i == 0 { "" } else { "," };
        quote(&field.0, out);
        *out += ":";
        match value {
            Value::Text(text) => quote(text, out),
            Value::List(items) => {
                *out += "[";
                for (i, item) in items.iter().enumerate() {
                    *out += if i == 0 { "" } else { "," };
                    quote(item, out);
                }
                *out += "]";
            }
        }
    }
    *out += "}";
}

fn quote(text: &str, out: &mut String) {
    let is_plain = text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\');
    match is_plain {
        true => {
            *out += "\"";
            *out += text;
            *out += "\"";
        }
        false => *out += &Json::from(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::db::row_json;
    use super::*;

    #[test]
    fn the_hash_is_of_what_is_ours_as_json_has_it() {
        let old = Db::read(
            r#"{"PORT": {"Ethernet0": {"mtu": "9100", "description": "a \"b\" \u0001é", "l": ["x", "y"]}, "Ethernet8": {}},
                "BUFFER_PROFILE": {"pg_lossless_400000_5m_profile": {"size": "1"}, "mine": {"size": "1"}},
                "TACPLUS": {"global": {"passkey": "<masked>"}}, "VLAN": {"Vlan1": {}}, "QUEUE": {"Ethernet0|3": {"scheduler": "s"}}}"#,
        );
        let old = old.unwrap();
        let mut new = old.clone();
        new.set("QUEUE", "Ethernet0|3", None);
        new.set("INTERFACE", "Ethernet0", Some(Row::new()));
        let plain = |db: &Db| {
            let mut text = String::new();
            for (name, table) in &ours(db).0 {
                for (key, row) in table.iter() {
                    text += &format!("{name}|{} {}\n", key.0, row_json(row));
                }
            }
            assert!(!text.contains("pg_lossless") && !text.contains("VLAN"), "{text}");
            Hash::of(text.as_bytes())
        };
        let mut counted = Counted::default();
        for db in [&old, &new, &old] {
            assert_eq!(counted.count(db), (plain(db), owned_digest(db)));
        }
        assert_eq!([owned_hash(&old), owned_hash(&new)], [plain(&old), plain(&new)]);
    }
}
