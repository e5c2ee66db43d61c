//! RFC 6902: what makes a switch's ConfigDB what it is to be. fabc's own rows alone; the rest stays.

use std::collections::BTreeMap;

use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::Op;
use serde_json::{Map, Value as Json, json};

use super::rows::{RowChange, Tables};

/// The operations, in the order of the tables. A table that there isn't comes with all its rows, and one that would be left
/// empty goes: ConfigDB holds no empty table.
pub fn operations(old: &Tables<'_>, changes: &[RowChange]) -> Vec<Json> {
    let mut tables: BTreeMap<&str, Vec<&RowChange>> = BTreeMap::new();
    for change in changes {
        tables.entry(&change.table).or_default().push(change);
    }
    let mut all = Vec::new();
    for (table, changes) in tables {
        let gone = changes.iter().filter(|change| change.op == Op::Removed).count();
        let comes = changes.iter().any(|change| change.op == Op::Added);
        if !old.has(table) {
            let rows: Map<String, Json> = changes.iter().map(|c| (c.key.clone(), row(c))).collect();
            all.push(json!({ "op": "add", "path": pointer(&[table]), "value": rows }));
        } else if gone > 0 && !comes && gone == old.count(table) {
            all.push(json!({ "op": "remove", "path": pointer(&[table]) }));
        } else {
            changes.iter().for_each(|change| in_table(change, &mut all));
        }
    }
    all
}

fn in_table(change: &RowChange, all: &mut Vec<Json>) {
    let RowChange { table, key, op, fields } = change;
    match op {
        Op::Added => {
            all.push(json!({ "op": "add", "path": pointer(&[table, key]), "value": row(change) }));
        }
        Op::Removed => all.push(json!({ "op": "remove", "path": pointer(&[table, key]) })),
        Op::Changed => all.extend(fields.iter().map(|field| {
            let path = pointer(&[table, key, &field.name]);
            match &field.new {
                Some(new) => json!({ "op": field.verb().name(), "path": path, "value": value(new) }),
                None => json!({ "op": "remove", "path": path }),
            }
        })),
    }
}

fn row(change: &RowChange) -> Json {
    let fields = change.fields.iter();
    fields
        .filter_map(|field| Some((field.name.clone(), value(field.new.as_ref()?))))
        .collect::<Map<_, _>>()
        .into()
}

/// A value as a document.
pub fn value(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::List(items) => json!(items),
    }
}

/// A JSON pointer (RFC 6901).
pub fn pointer<S: AsRef<str>>(parts: &[S]) -> String {
    parts.iter().map(|part| format!("/{}", part.as_ref().replace('~', "~0").replace('/', "~1"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::rows::rows;

    #[test]
    fn tables_rows_and_fields_come_go_and_change() {
        let old = r#"{"A": {"x": {"f": "1", "g": "2"}, "y|10.0.0.0/31": {}}, "B": {"z": {}}}"#;
        let new = r#"{"A": {"x": {"f": "3", "h": ["4"]}, "w": {"a": "b"}}, "C": {"c": {"d": "e"}}}"#;
        let (old, new) = (Tables::read(old).unwrap(), Tables::read(new).unwrap());
        let found = operations(&old, &rows(&old, &new).unwrap());
        assert_eq!(
            json!(found),
            json!([
                { "op": "add", "path": "/A/w", "value": { "a": "b" } },
                { "op": "replace", "path": "/A/x/f", "value": "3" },
                { "op": "remove", "path": "/A/x/g" },
                { "op": "add", "path": "/A/x/h", "value": ["4"] },
                { "op": "remove", "path": "/A/y|10.0.0.0~131" },
                { "op": "remove", "path": "/B" },
                { "op": "add", "path": "/C", "value": { "c": { "d": "e" } } },
            ])
        );
    }
}
