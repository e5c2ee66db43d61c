//! Reads one config_db.json after another.
//!
//! Tables whose text was read before aren't read again: files of switches of one kind share most of theirs, and so do a
//! switch and what it is to be. What is plain, and nearly all is, goes a short way; whatever isn't goes the long one, which
//! alone says what is wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use fabc_targets::sonic::Value;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::db::{Db, Row, Table};
use crate::config_db::{Entries, Entry};
use crate::deployed::canonical::Name;
use crate::diff::rows::read_value;

/// Texts of each table that a [`Reader`] remembers.
const REMEMBERED: usize = 8;

/// Reads one config_db.json after another.
#[derive(Debug, Default)]
pub struct Reader {
    /// By name, texts of a table with what they say, the last one first.
    known: BTreeMap<String, Vec<Known>>,
}

/// A table's text, and what it says.
type Known = (Box<str>, Arc<Table>);

impl Reader {
    /// Reads like [`Db::read`].
    pub fn read(&mut self, text: &str) -> Result<Db, String> {
        if let Some(db) = self.plain(text) {
            return Ok(db);
        }
        let place = |error: serde_json::Error| format!("line {}: {error}", error.line());
        let entries: Entries<'_> = serde_json::from_str(text).map_err(place)?;
        let mut db = Db::default();
        for Entry { name, raw } in entries.0 {
            put(&mut db, &name, self.table(&name, raw.get())?);
        }
        Ok(db)
    }

    /// The same where all is plain; nothing where it isn't, or something is wrong. A table whose text is known is passed
    /// over without a look at what it holds.
    fn plain(&mut self, text: &str) -> Option<Db> {
        let mut db = Db::default();
        let mut rest = token(text, '{')?;
        loop {
            let (name, after) = token(rest, '"')?.split_once('"')?;
            // Escapes, and what may stand in no string.
            if name.bytes().any(|b| b < b' ' || b == b'\\') {
                return None;
            }
            let after = blank(token(after, ':')?);
            // No object is the beginning of a longer one.
            let begins = |known: &Known| after.starts_with(&*known.0);
            let (table, length) = match self.remembered(name, begins) {
                Some((text, table)) => (Arc::clone(table), text.len()),
                None => {
                    let length = length(after)?;
                    (self.table(name, after.get(..length)?).ok()?, length)
                }
            };
            put(&mut db, name, table);
            let after = blank(after.get(length..)?);
            match after.strip_prefix(',') {
                Some(after) => rest = after,
                None => return blank(after.strip_prefix('}')?).is_empty().then_some(db),
            }
        }
    }

    /// The last table of a name that is this one; it is the last one then.
    fn remembered(&mut self, name: &str, is: impl Fn(&Known) -> bool) -> Option<&Known> {
        let known = self.known.get_mut(name)?;
        let at = known.iter().position(is)?;
        known.get_mut(..=at)?.rotate_right(1);
        known.first()
    }

    fn table(&mut self, name: &str, text: &str) -> Result<Arc<Table>, String> {
        if let Some((_, table)) = self.remembered(name, |(known, _)| **known == *text) {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(read_table(name, text)?);
        let known = self.known.entry(name.to_owned()).or_default();
        known.truncate(REMEMBERED - 1);
        known.insert(0, (text.into(), Arc::clone(&table)));
        Ok(table)
    }
}

/// Of two tables of one name the last one counts; no table is empty.
fn put(db: &mut Db, name: &str, table: Arc<Table>) {
    match table.is_empty() {
        true => db.0.remove(name),
        false => db.0.insert(name.to_owned(), table),
    };
}

fn blank(text: &str) -> &str {
    text.trim_start_matches([' ', '\n', '\r', '\t'])
}

/// What follows a sign, blanks before it aside.
fn token(text: &str, sign: char) -> Option<&str> {
    blank(text).strip_prefix(sign)
}

/// How long the object is that a text begins with.
fn length(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let first = values.next()?.ok()?.get();
    first.starts_with('{').then_some(first.len())
}

/// Rows of a table; of two with one key the last, as Python has it.
fn read_table(name: &str, text: &str) -> Result<Table, String> {
    let mut plain = serde_json::Deserializer::from_str(text);
    if let Ok(table) = plain.deserialize_map(Rows)
        && plain.end().is_ok()
    {
        return Ok(table);
    }
    let rows: Entries<'_> = serde_json::from_str(text).map_err(|_| format!("{name} is no object"))?;
    let row = |Entry { name: key, raw }: Entry<'_>| {
        let fields: Entries<'_> =
            serde_json::from_str(raw.get()).map_err(|_| format!("{name}|{key} is no object"))?;
        let fields = fields.0.into_iter().filter(|field| field.name != NULL).map(|field| {
            let value = read_value(field.raw, &format!("{name}|{key}"))?;
            Ok((Name(field.name.into_owned()), value))
        });
        let row = fields.collect::<Result<Row, String>>()?;
        Ok((Name(key.into_owned()), Arc::new(row)))
    };
    rows.0.into_iter().map(row).collect()
}

/// What Redis shows for a row without fields.
const NULL: &str = "NULL";

/// Rows of which all values are texts; an error where one isn't.
struct Rows;

impl<'de> Visitor<'de> for Rows {
    type Value = Table;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table, A::Error> {
        let (mut rows, mut width) = (Vec::new(), 0);
        while let Some(key) = map.next_key::<String>()? {
            let row = map.next_value_seed(Fields(width))?;
            width = row.len();
            rows.push((Name(key), Arc::new(row)));
        }
        Ok(rows.into_iter().collect())
    }
}

/// Fields of a row, about so many.
struct Fields(usize);

impl<'de> DeserializeSeed<'de> for Fields {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut fields = Vec::with_capacity(self.0);
        while let Some(name) = map.next_key::<String>()? {
            if name == NULL {
                map.next_value::<IgnoredAny>()?;
            } else {
                fields.push((Name(name), Value::Text(map.next_value::<String>()?)));
            }
        }
        Ok(fields.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the long way alone says.
    fn slowly(text: &str) -> Result<Db, String> {
        let entries: Entries<'_> =
            serde_json::from_str(text).map_err(|error| format!("line {}: {error}", error.line()))?;
        let mut db = Db::default();
        for Entry { name, raw } in entries.0 {
            put(&mut db, &name, Reader::default().table(&name, raw.get())?);
        }
        Ok(db)
    }

    #[test]
    fn the_short_way_leads_where_the_long_one_does() {
        let mut reader = Reader::default();
        let texts = [
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}}, "A": {"b": {"NULL": "NULL"}}}"#,
            " {\n\t\"PORT\" :\r {\"Ethernet0\": {\"mtu\": \"9100\"}} , \"E\": {} } ",
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}}, "PORT": {"Ethernet0": {"mtu": "1", "mtu": "2"}, "Ethernet0": {}}}"#,
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}}, "PORT": {}}"#,
            r#"{"PORT": {"Ethernet0": {"mtu": 9100, "l": ["a", true], "NULL": 5}, "é\u00e9": {"\n": "\u0001"}}}"#,
            r#"{"P\u004fRT": {"Ethernet0": {"mtu": "9100"}}}"#,
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}}} x"#,
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}}"#,
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}}x}"#,
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}},}"#,
            r#"{"PORT": {"Ethernet0": {"mtu": "9100"}}, "A": 5}"#,
            "{\"A\": {\"b\": 5},\n \"B\" {}}",
            r#"{"A": {"b": {"c": {}}}}"#,
            r#"{"A": {"b": []}, "A": {"b": {}}}"#,
            "{\"A\n\": {}}",
            "{}",
            "[]",
            "",
        ];
        for text in texts.iter().chain(&texts) {
            assert_eq!(reader.read(text), slowly(text), "{text}");
        }
    }
}
