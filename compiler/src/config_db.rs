//! A config_db.json that somebody else wrote: its rows, and where each of them stands.
//!
//! SONiC reads such a file with Python: numbers and booleans count as their text, of two rows or fields of one name the
//! last one counts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::source::{FileId, Source, Span};
use fabc_targets::sonic::{ConfigDb, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The longest config_db.json that is read, in bytes; that of a switch with 512 ports has less than one MiB.
pub const LIMIT: usize = 64 << 20;

fabc_lang::rule! {
    /// The file is no JSON, so nothing can be said of what it holds.
    pub static SYNTAX = Error "config-db/syntax" "a config_db.json that is no JSON";
}
fabc_lang::rule! {
    /// config_db.json holds tables, which hold rows, which hold fields; a field is a text or a list of texts. What has
    /// another form can't be stored in Redis as it is meant.
    pub static FORM = Error "config-db/form" "a value that config_db.json can't hold";
}
fabc_lang::rule! {
    /// A table, row or field is written twice. SONiC takes the last one and says nothing of the others.
    pub static TWICE = Warning "config-db/twice" "a table, row or field written twice";
}

/// Rules that reading reports under.
pub static RULES: &[&Rule] = &[&SYNTAX, &FORM, &TWICE];

/// A config_db.json as it stands in a file.
#[derive(Debug, Default)]
pub struct Document {
    /// What it holds.
    pub db: ConfigDb,
    file: FileId,
    tables: BTreeMap<String, Place>,
}

/// Where something stands: its name, its value, and what that holds.
#[derive(Debug)]
struct Place {
    name: Span,
    value: Span,
    inside: BTreeMap<String, Place>,
}

impl Document {
    /// Reads the text of `source`, which has the number `file`. What can't be taken is a finding, the rest is in the
    /// document; there is none where the text is no JSON object.
    pub fn read(source: &Source, file: FileId, findings: &mut Findings) -> Option<Self> {
        let reader = Reader { text: source.text(), file };
        let tables = match serde_json::from_str::<Entries<'_>>(source.text()) {
            Ok(tables) => tables,
            Err(error) if error.is_data() => {
                let all = Span::new(file, 0, source.text().len().min(1));
                findings.push(FORM.at(all, "the file holds no tables: it is no JSON object"));
                return None;
            }
            Err(error) => {
                let start = source.line_start(error.line()) + error.column().saturating_sub(1);
                let start = start.min(source.text().len().saturating_sub(1));
                let message = error.to_string();
                let what = message.split(" at line ").next().unwrap_or_default();
                findings.push(SYNTAX.at(Span::new(file, start, start + 1), format!("no JSON: {what}")));
                return None;
            }
        };
        let mut document = Document { db: ConfigDb::default(), file, tables: BTreeMap::new() };
        for table in tables.0 {
            document.table(&reader, &table, findings);
        }
        Some(document)
    }

    /// The place that is nearest to a field, a row or a table: a field's value, else the key of its row, else the name
    /// of its table, else the beginning of the file.
    pub fn place(&self, table: &str, key: Option<&str>, field: Option<&str>) -> Span {
        let Some(table) = self.tables.get(table) else { return Span::new(self.file, 0, 1) };
        let Some(row) = key.and_then(|key| table.inside.get(key)) else { return table.name };
        field.and_then(|field| row.inside.get(field)).map_or(row.name, |field| field.value)
    }

    /// Where the name of a field stands.
    pub fn name_of_field(&self, table: &str, key: &str, field: &str) -> Option<Span> {
        Some(self.tables.get(table)?.inside.get(key)?.inside.get(field)?.name)
    }

    fn table(&mut self, reader: &Reader<'_>, table: &Entry<'_>, findings: &mut Findings) {
        let mut inside = BTreeMap::new();
        let rows = reader.entries(table, &table.name, findings);
        self.db.table_mut(&table.name).rows.clear();
        for row in &rows {
            let fields = self.row(reader, &table.name, row, findings);
            reader.keep(&mut inside, row, fields, &format!("{}|{}", table.name, row.name), findings);
        }
        reader.keep(&mut self.tables, table, inside, &table.name, findings);
    }

    fn row(
        &mut self,
        reader: &Reader<'_>,
        table: &str,
        row: &Entry<'_>,
        findings: &mut Findings,
    ) -> BTreeMap<String, Place> {
        let name = format!("{table}|{}", row.name);
        let fields = reader.entries(row, &name, findings);
        let mut inside = BTreeMap::new();
        let slot = self.db.row_mut(table, &row.name);
        slot.fields.clear();
        for field in &fields {
            let name = format!("{name} {}", field.name);
            match value(field.raw) {
                Some(value) => slot.set(&field.name, value),
                None => findings.push(
                    FORM.at(reader.value(field), format!("`{name}` is neither a text nor a list of texts")),
                ),
            }
            reader.keep(&mut inside, field, BTreeMap::new(), &name, findings);
        }
        inside
    }
}

/// What SONiC makes of a JSON value: Python's `str()`.
fn value(raw: &RawValue) -> Option<Value> {
    match serde_json::from_str(raw.get()).ok()? {
        serde_json::Value::Array(items) => items.iter().map(text).collect::<Option<_>>().map(Value::List),
        other => text(&other).map(Value::Text),
    }
}

fn text(json: &serde_json::Value) -> Option<String> {
    match json {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(true) => Some("True".to_owned()),
        serde_json::Value::Bool(false) => Some("False".to_owned()),
        _ => None,
    }
}

/// Turns pieces of the text into places.
struct Reader<'a> {
    text: &'a str,
    file: FileId,
}

impl Reader<'_> {
    /// The place of a piece that is borrowed from the text.
    fn span(&self, piece: &str) -> Option<Span> {
        let start = (piece.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (start + piece.len() <= self.text.len()).then(|| Span::new(self.file, start, start + piece.len()))
    }

    fn value(&self, entry: &Entry<'_>) -> Span {
        self.span(entry.raw.get()).unwrap_or_default()
    }

    /// The name with its quotes; the value where the name is written with escapes.
    fn name(&self, entry: &Entry<'_>) -> Span {
        let Cow::Borrowed(name) = entry.name else { return self.value(entry) };
        let Some(span) = self.span(name) else { return self.value(entry) };
        Span { start: span.start.saturating_sub(1), end: span.end + 1, ..span }
    }

    /// What an object holds; a finding, and nothing, where it is none.
    fn entries<'a>(&self, entry: &Entry<'a>, what: &str, findings: &mut Findings) -> Vec<Entry<'a>> {
        let entries: Result<Entries<'a>, _> = serde_json::from_str(entry.raw.get());
        entries.map(|entries| entries.0).unwrap_or_else(|_| {
            findings.push(FORM.at(self.value(entry), format!("`{what}` is no object")));
            Vec::new()
        })
    }

    fn keep(
        &self,
        list: &mut BTreeMap<String, Place>,
        entry: &Entry<'_>,
        inside: BTreeMap<String, Place>,
        what: &str,
        findings: &mut Findings,
    ) {
        let place = Place { name: self.name(entry), value: self.value(entry), inside };
        let at = place.name;
        if let Some(former) = list.insert(entry.name.to_string(), place) {
            let finding = TWICE.at(at, format!("`{what}` stands here again; only this one counts"));
            findings.push(finding.label(former.name, "the former"));
        }
    }
}

/// A name and its value, both as they stand in the text.
struct Entry<'a> {
    name: Cow<'a, str>,
    raw: &'a RawValue,
}

/// An object, in the order of the text.
struct Entries<'a>(Vec<Entry<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    entries.push(Entry { name, raw: map.next_value()? });
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A name, borrowed from the text unless it is written with escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use fabc_lang::source::Sources;

    use super::*;

    fn read(text: &str) -> (Option<Document>, Sources, Vec<String>) {
        let mut sources = Sources::default();
        let file = sources.add("config_db.json", text);
        let mut findings = Findings::default();
        let document = Document::read(sources.get(file).unwrap(), file, &mut findings);
        let said = findings.iter().map(|d| {
            let place = d.span().map(|s| sources.place(s)).unwrap_or_default();
            format!("{place} {} {}", d.code(), d.message)
        });
        let said = said.collect();
        (document, sources, said)
    }

    #[test]
    fn everything_has_its_place() {
        let text = "{\"PORT\": {\n \"Ethernet0\": {\"speed\": \"400000\", \"mtu\": 9100},\n \"Ethernet\\u0038\": {}}}";
        let (document, sources, said) = read(text);
        assert_eq!(said, [""; 0]);
        let document = document.unwrap();
        let there = |table, key, field| {
            let span = document.place(table, key, field);
            format!("{} {}", sources.place(span), sources.text(span))
        };
        assert_eq!(there("PORT", Some("Ethernet0"), Some("speed")), "config_db.json:2:25 \"400000\"");
        assert_eq!(there("PORT", Some("Ethernet0"), Some("mtu")), "config_db.json:2:42 9100");
        assert_eq!(there("PORT", Some("Ethernet0"), Some("alias")), "config_db.json:2:2 \"Ethernet0\"");
        assert_eq!(there("PORT", Some("Ethernet8"), None), "config_db.json:3:20 {}");
        assert_eq!(there("PORT", Some("Ethernet9"), None), "config_db.json:1:2 \"PORT\"");
        assert_eq!(there("VLAN", None, None), "config_db.json:1:1 {");
        let name = document.name_of_field("PORT", "Ethernet0", "mtu").unwrap();
        assert_eq!(sources.text(name), "\"mtu\"");
        let row = document.db.row("PORT", "Ethernet0").unwrap();
        assert_eq!(row.get("mtu"), Some(&Value::Text("9100".into())));
    }

    #[test]
    fn what_is_no_config_db_is_said() {
        let said = |text| {
            let (document, _, said) = read(text);
            (document.is_some(), said.join("; "))
        };
        assert_eq!(
            said("{\n \"A\": {\n}"),
            (false, "config_db.json:3:1 config-db/syntax no JSON: EOF while parsing an object".into())
        );
        let none = "config_db.json:1:1 config-db/form the file holds no tables: it is no JSON object";
        assert_eq!(said("[]"), (false, none.into()));
        assert_eq!(
            said(""),
            (false, "config_db.json:1:1 config-db/syntax no JSON: EOF while parsing a value".into())
        );
        assert_eq!(
            said("{\"A\": {\"b\": {\"c\": null}, \"d\": []}, \"E\": 5}"),
            (
                true,
                "config_db.json:1:19 config-db/form `A|b c` is neither a text nor a list of texts; \
                 config_db.json:1:31 config-db/form `A|d` is no object; \
                 config_db.json:1:41 config-db/form `E` is no object"
                    .into()
            )
        );
    }

    #[test]
    fn of_two_the_last_one_counts() {
        let (document, _, said) = read(
            r#"{"A": {"x": {"f": "1", "g": "1"}, "x": {"f": "2", "f": true}}, "B": {"y": {}}, "B": {}}"#,
        );
        assert_eq!(
            said,
            [
                "config_db.json:1:51 config-db/twice `A|x f` stands here again; only this one counts",
                "config_db.json:1:35 config-db/twice `A|x` stands here again; only this one counts",
                "config_db.json:1:80 config-db/twice `B` stands here again; only this one counts",
            ]
        );
        let db = document.unwrap().db;
        assert_eq!(db.row("A", "x").unwrap().fields, [("f".to_owned(), Value::Text("True".into()))]);
        assert_eq!(db.row("B", "y"), None);
    }
}
