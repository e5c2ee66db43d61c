//! `config_db.json` as a value: ordered tables of ordered rows of ordered fields.

use fabc_lang::fabric::natural_cmp;

use super::json::JsonSink;
use super::sink::{Origin, Sink};

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// What Redis holds: a string, numbers too.
    Text(String),
    /// A leaf-list.
    List(Vec<String>),
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its key, parts joined by `|`.
    pub key: String,
    /// Names and values, names in natural order.
    pub fields: Vec<(String, Value)>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Its name.
    pub name: String,
    /// Rows, keys in natural order.
    pub rows: Vec<Row>,
}

/// All tables, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigDb {
    /// The tables.
    pub tables: Vec<Rows>,
}

/// Why a text is no config_db.json.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong.
    pub message: String,
    /// Line, from 1; 0 where the text is sound JSON of another form.
    pub line: usize,
}

impl ConfigDb {
    /// Reads what a switch or [`ConfigDb::render`] wrote. Order in the text means nothing; numbers and booleans count
    /// as their text, as SONiC takes them.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let json: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| ReadError { message: error.to_string(), line: error.line() })?;
        let mut db = ConfigDb::default();
        for (table, rows) in object(&json, || "the file".to_owned())? {
            db.table_mut(table);
            for (key, fields) in object(rows, || table.clone())? {
                let row = db.row_mut(table, key);
                for (name, value) in object(fields, || format!("{table}|{key}"))? {
                    row.set(name, scalar_or_list(value, || format!("{table}|{key} {name}"))?);
                }
            }
        }
        Ok(db)
    }

    /// Writes it as SONiC's own tools do, at the end of `out`.
    pub fn render(&self, out: &mut Vec<u8>) {
        let mut sink = JsonSink::new(out);
        for table in self.tables.iter().filter(|t| !t.rows.is_empty()) {
            sink.begin_table(&table.name);
            for row in &table.rows {
                sink.begin_row(&row.key);
                row.fields.iter().for_each(|(name, value)| sink.any_field(name, value));
            }
        }
        sink.finish();
    }

    /// The row of this key, where there is one.
    pub fn row(&self, table: &str, key: &str) -> Option<&Row> {
        self.tables.iter().find(|t| t.name == table)?.rows.iter().find(|r| r.key == key)
    }

    /// The row of this key; made, with its table, where there is none.
    pub fn row_mut(&mut self, table: &str, key: &str) -> &mut Row {
        let rows = &mut self.table_mut(table).rows;
        let at = rows.partition_point(|r| natural_cmp(&r.key, key).is_lt());
        if rows.get(at).is_none_or(|r| r.key != key) {
            rows.insert(at, Row { key: key.to_owned(), fields: Vec::new() });
        }
        &mut rows[at]
    }

    /// The table of this name; made where there is none.
    pub fn table_mut(&mut self, name: &str) -> &mut Rows {
        let at = self.tables.partition_point(|t| t.name.as_str() < name);
        if self.tables.get(at).is_none_or(|t| t.name != name) {
            self.tables.insert(at, Rows { name: name.to_owned(), rows: Vec::new() });
        }
        &mut self.tables[at]
    }
}

impl Row {
    /// Sets a field, or adds it.
    pub fn set(&mut self, name: &str, value: Value) {
        let at = self.fields.partition_point(|(n, _)| natural_cmp(n, name).is_lt());
        match self.fields.get_mut(at) {
            Some((n, slot)) if n == name => *slot = value,
            _ => self.fields.insert(at, (name.to_owned(), value)),
        }
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

/// Collects tables as they are emitted.
#[derive(Debug, Default)]
pub struct CollectSink {
    /// What has come so far.
    pub db: ConfigDb,
    pending: &'static str,
}

impl CollectSink {
    fn put(&mut self, name: &str, value: Value) {
        if let Some(row) = self.db.tables.last_mut().and_then(|t| t.rows.last_mut()) {
            row.fields.push((name.to_owned(), value));
        }
    }
}

impl Sink for CollectSink {
    fn table(&mut self, name: &'static str) {
        self.pending = name;
    }

    fn row(&mut self, key: &str, _: Origin) {
        if !self.pending.is_empty() {
            self.db.tables.push(Rows { name: self.pending.to_owned(), rows: Vec::new() });
            self.pending = "";
        }
        if let Some(table) = self.db.tables.last_mut() {
            table.rows.push(Row { key: key.to_owned(), fields: Vec::new() });
        }
    }

    fn field(&mut self, name: &'static str, value: &str, _: Origin) {
        self.put(name, Value::Text(value.to_owned()));
    }

    fn list(&mut self, name: &'static str, values: &[&str], _: Origin) {
        self.put(name, Value::List(values.iter().map(|&v| v.to_owned()).collect()));
    }

    fn entry(&mut self, name: &str, value: &str, _: Origin) {
        self.put(name, Value::Text(value.to_owned()));
    }
}

type Object = serde_json::Map<String, serde_json::Value>;

fn object(json: &serde_json::Value, what: impl Fn() -> String) -> Result<&Object, ReadError> {
    json.as_object().ok_or_else(|| wrong(format!("{} is no object", what())))
}

fn scalar_or_list(json: &serde_json::Value, what: impl Fn() -> String) -> Result<Value, ReadError> {
    match json {
        serde_json::Value::Array(items) => {
            let texts = items.iter().map(|item| scalar(item).ok_or_else(|| wrong(what() + " holds no text")));
            Ok(Value::List(texts.collect::<Result<_, _>>()?))
        }
        other => scalar(other).map(Value::Text).ok_or_else(|| wrong(what() + " is no text")),
    }
}

fn scalar(json: &serde_json::Value) -> Option<String> {
    match json {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(n) => Some(n.to_string()),
        serde_json::Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

fn wrong(message: String) -> ReadError {
    ReadError { message, line: 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn render(db: &ConfigDb) -> String {
        let mut out = Vec::new();
        db.render(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn laid_out_as_python_does() {
        let mut db = ConfigDb::default();
        db.row_mut("NTP", "global").set("src_intf", Value::List(vec!["eth0".into()]));
        db.row_mut("INTERFACE", "Ethernet16");
        db.row_mut("INTERFACE", "Ethernet8").set("note", Value::Text("ü \"x\"".into()));
        insta::assert_snapshot!(render(&db), @r#"
        {
            "INTERFACE": {
                "Ethernet8": {
                    "note": "\u00fc \"x\""
                },
                "Ethernet16": {}
            },
            "NTP": {
                "global": {
                    "src_intf": [
                        "eth0"
                    ]
                }
            }
        }
        "#);
        assert_eq!(render(&ConfigDb::default()), "{}\n");
    }

    #[test]
    fn what_is_no_config_db_is_said() {
        assert_eq!(ConfigDb::read("{\n\n").unwrap_err().line, 3);
        assert_eq!(ConfigDb::read("[]").unwrap_err().message, "the file is no object");
        assert_eq!(ConfigDb::read(r#"{"A":{"b":{"c":null}}}"#).unwrap_err().message, "A|b c is no text");
        let numbers = ConfigDb::read(r#"{"A":{"b":{"c":5,"d":true}}}"#).unwrap();
        assert_eq!(numbers.row("A", "b").unwrap().get("c"), Some(&Value::Text("5".into())));
    }

    proptest! {
        #[test]
        fn what_is_rendered_is_read(rows in prop::collection::vec(("[A-Z]{1,3}", "\\PC{0,6}", "\\PC{0,4}", any::<String>()), 0..20)) {
            let mut db = ConfigDb::default();
            for (table, key, name, value) in rows {
                db.row_mut(&table, &key).set(&name, Value::Text(value));
            }
            prop_assert_eq!(ConfigDb::read(&render(&db)).unwrap(), db);
        }
    }
}
