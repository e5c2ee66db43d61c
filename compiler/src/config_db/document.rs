//! A file as its rows and their places, each asked for by its name.

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::{FileId, Source, Span};
use fabc_targets::sonic::{ConfigDb, Value as Plain};

use super::{Db, Value};

/// A config_db.json as it stands in a file.
#[derive(Debug, Default)]
pub struct Document<'a> {
    /// What it holds; numbers and booleans are their text, as SONiC's Python makes it.
    pub db: ConfigDb,
    words: Db<'a>,
}

impl<'a> Document<'a> {
    /// Reads the text of `source`, as [`Db::read`] does.
    pub fn read(source: &'a Source, file: FileId, findings: &mut Findings) -> Option<Self> {
        let words = Db::read(source, file, findings)?;
        let mut db = ConfigDb::default();
        for table in &words.tables {
            db.table_mut(&table.name.v);
            for row in &table.rows {
                let slot = db.row_mut(&table.name.v, &row.key.v);
                for (name, value) in &row.fields {
                    slot.set(&name.v, plain(value));
                }
            }
        }
        Some(Document { db, words })
    }

    /// The place that is nearest to a field, a row or a table: a field's value, else the key of its row, else the name
    /// of its table, else the beginning of the file.
    pub fn place(&self, table: &str, key: Option<&str>, field: Option<&str>) -> Span {
        let Some(table) = self.words.table(table) else { return self.words.at.to_start() };
        let Some(row) = key.and_then(|key| table.row(key)) else { return table.name.at };
        field.map_or(row.key.at, |field| row.place(field))
    }

    /// Where the name of a field stands.
    pub fn name_of_field(&self, table: &str, key: &str, field: &str) -> Option<Span> {
        let fields = &self.words.row(table, key)?.fields;
        fields.iter().find(|(name, _)| name.v == field).map(|(name, _)| name.at)
    }
}

/// What SONiC makes of a value: Python's `str()`.
fn plain(value: &Value<'_>) -> Plain {
    let word = |value: &Value<'_>| match value {
        Value::Text(text) => text.v.to_string(),
        Value::Bare(text) if text.v == "true" => "True".to_owned(),
        Value::Bare(text) if text.v == "false" => "False".to_owned(),
        Value::Bare(text) => text.v.to_string(),
        Value::List(..) => String::new(),
    };
    match value {
        Value::List(items, _) => Plain::List(items.iter().map(word).collect()),
        value => Plain::Text(word(value)),
    }
}

#[cfg(test)]
mod tests {
    use fabc_lang::source::Sources;

    use super::*;

    #[test]
    fn everything_has_its_place() {
        let text = "{\"PORT\": {\n \"Ethernet0\": {\"speed\": \"400000\", \"mtu\": 9100, \"a\": true},\n \"Ethernet\\u0038\": {}}}";
        let mut sources = Sources::default();
        let file = sources.add("config_db.json", text);
        let mut findings = Findings::default();
        let document = Document::read(sources.get(file).unwrap(), file, &mut findings).unwrap();
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
        assert_eq!(row.get("mtu"), Some(&Plain::Text("9100".into())));
        assert_eq!(row.get("a"), Some(&Plain::Text("True".into())));
    }
}
