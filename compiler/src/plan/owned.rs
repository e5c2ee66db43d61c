//! What of a ConfigDB is fabc's alone, and the hash that tells whether it is still what a plan has seen.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use fabc_targets::sonic::Value;
use fabc_targets::sonic::tables::Owner;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use twox_hash::xxhash3_128::Hasher;

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
    Counted::default().count(db).0
}

/// [`ours`] as others can count it without fabc: `sha256:` of JSON without blanks, all keys sorted by their bytes.
pub fn owned_digest(db: &Db) -> String {
    Counted::default().count(db).1
}

/// Texts of each table that [`Counted`] remembers.
const REMEMBERED: usize = 8;

/// Counts one ConfigDB after another; what tables say that they share is put together once.
#[derive(Debug, Default)]
pub struct Counted {
    /// By name, the last one first.
    known: BTreeMap<String, VecDeque<Told>>,
    /// The tables of the last ConfigDB, each with the count up to it.
    last: Vec<(Arc<Table>, Count)>,
}

/// A table, and what [`tell`] makes of it.
type Told = (Arc<Table>, [String; 2]);

/// Both hashes of some tables, one after another.
#[derive(Clone)]
struct Count {
    plain: Hasher,
    sorted: Sha256,
    is_empty: bool,
}

impl Counted {
    /// [`owned_hash`] and [`owned_digest`].
    pub fn count(&mut self, db: &Db) -> (Hash, String) {
        let ours = || db.0.iter().filter(|(name, _)| is_ours(name));
        // Where it begins like the last one, so does the count.
        let alike = ours().zip(&self.last).take_while(|((_, table), (last, _))| Arc::ptr_eq(table, last));
        let alike = alike.count();
        self.last.truncate(alike);
        let mut count = self.last.last().map_or_else(Count::default, |(_, count)| count.clone());
        for (name, table) in ours().skip(alike) {
            let known = self.known.entry(name.clone()).or_default();
            if !known.iter().any(|(other, _)| Arc::ptr_eq(other, table)) {
                known.truncate(REMEMBERED - 1);
                known.push_front((Arc::clone(table), tell(name, table)));
            }
            if let Some((_, told)) = known.iter().find(|(other, _)| Arc::ptr_eq(other, table)) {
                count.add(told);
            }
            self.last.push((Arc::clone(table), count.clone()));
        }
        count.done()
    }
}

impl Default for Count {
    fn default() -> Self {
        Count { plain: Hasher::new(), sorted: Sha256::new_with_prefix("{"), is_empty: true }
    }
}

impl std::fmt::Debug for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Count").field("is_empty", &self.is_empty).finish_non_exhaustive()
    }
}

impl Count {
    fn add(&mut self, [plain, sorted]: &[String; 2]) {
        if sorted.is_empty() {
            return;
        }
        self.plain.write(plain.as_bytes());
        self.sorted.update(if self.is_empty { "" } else { "," });
        self.sorted.update(sorted);
        self.is_empty = false;
    }

    fn done(mut self) -> (Hash, String) {
        self.sorted.update("}");
        let digits = self.sorted.finalize();
        let digest = digits.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"));
        (Hash(self.plain.finish_128()), digest)
    }
}

/// What is hashed of a table; nothing where no row is ours.
///
/// First a line for each row: `PORT|Ethernet0 {"mtu":"9100"}`. Then `"PORT":{"Ethernet0":{"mtu":"9100"}}`, all keys sorted by
/// their bytes.
fn tell(name: &str, table: &Table) -> [String; 2] {
    let (mut plain, mut sorted) = (String::new(), String::new());
    if !is_ours(name) {
        return [plain, sorted];
    }
    // Keys, with fields as they stand in `plain`, or of another order.
    let mut told: Vec<(&str, Range<usize>, Option<String>)> = Vec::with_capacity(table.len());
    for (key, row) in rows(name, table) {
        for part in [name, "|", &key.0, " "] {
            plain += part;
        }
        let begin = plain.len();
        let fields = || row.iter().filter(|(_, value)| is_shown(value));
        tell_fields(fields(), &mut plain);
        let other = (!fields().is_sorted_by(|(a, _), (b, _)| a.0 <= b.0)).then(|| {
            let mut fields: Vec<_> = fields().collect();
            fields.sort_unstable_by(|(a, _), (b, _)| a.0.cmp(&b.0));
            let mut text = String::new();
            tell_fields(fields.into_iter(), &mut text);
            text
        });
        told.push((&key.0, begin..plain.len(), other));
        plain += "\n";
    }
    if told.is_empty() {
        return [plain, sorted];
    }
    told.sort_unstable_by_key(|(key, ..)| *key);
    sorted.reserve(plain.len());
    quote(name, &mut sorted);
    sorted += ":{";
    for (i, (key, at, other)) in told.into_iter().enumerate() {
        sorted += if i == 0 { "" } else { "," };
        quote(key, &mut sorted);
        sorted += ":";
        sorted += other.as_deref().or_else(|| plain.get(at)).unwrap_or_default();
    }
    sorted += "}";
    [plain, sorted]
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
    use crate::diff::patch::value;

    #[test]
    fn the_hash_is_of_what_is_ours_as_json_has_it() {
        let old = Db::read(
            r#"{"PORT": {"Ethernet0": {"mtu": "9100", "description": "a \"b\" \u0001é", "l": ["x", "y"]}, "Ethernet8": {}},
                "BUFFER_PROFILE": {"pg_lossless_400000_5m_profile": {"size": "1"}, "mine": {"size": "1"}},
                "TACPLUS": {"global": {"passkey": "<masked>"}}, "VLAN": {"Vlan1": {}}, "QUEUE": {"Ethernet0|3": {"scheduler": "s"}},
                "DSCP_TO_TC_MAP": {"M": {"9": "0", "10": "1"}, "9": {}, "10": {}}}"#,
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
        let sorted = |db: &Db| {
            let mut tables: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, Json>>> = BTreeMap::new();
            let ours = ours(db);
            for (name, table) in &ours.0 {
                for (key, row) in table.iter() {
                    let fields = row.iter().map(|(name, of)| (name.0.as_str(), value(of)));
                    tables.entry(name).or_default().insert(&key.0, fields.collect());
                }
            }
            let digest = Sha256::digest(serde_json::to_string(&tables).unwrap());
            digest.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
        };
        let mut counted = Counted::default();
        let nothing = Db::default();
        for db in [&old, &new, &old, &nothing, &new] {
            assert_eq!(counted.count(db), (plain(db), sorted(db)));
        }
        assert_eq!([owned_hash(&old), owned_hash(&new)], [plain(&old), plain(&new)]);
    }
}
