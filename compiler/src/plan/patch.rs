//! RFC 6902: the operations that lead from one ConfigDB to another.

use fabc_targets::sonic::effects::Op;
use fabc_targets::sonic::gcu::{Operation, Verb};
use serde_json::{Map, Value as Json, json};

use super::db::{Db, row_json};
use crate::diff::patch::{pointer, value};
use crate::diff::rows::RowChange;

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchOp {
    /// What it does.
    pub verb: Verb,
    /// Table, then row and field where it goes that far.
    pub path: Vec<String>,
    /// What is put there; none where something goes.
    pub value: Option<Json>,
}

impl PatchOp {
    /// As RFC 6902 writes it.
    pub fn to_json(&self) -> Json {
        let mut op = json!({ "op": self.verb.name(), "path": pointer(&self.path) });
        if let (Some(value), Some(op)) = (&self.value, op.as_object_mut()) {
            op.insert("value".to_owned(), value.clone());
        }
        op
    }

    /// The table that it is about.
    pub fn table(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// Has `judge` look at it as GCU does.
    pub fn judged<T>(&self, judge: impl Fn(&Operation<'_>) -> T) -> T {
        let names: Vec<&str> = match &self.value {
            Some(Json::Object(map)) => map.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let part = |at: usize| self.path.get(at).map(String::as_str);
        judge(&Operation {
            verb: self.verb,
            table: self.table(),
            key: part(1),
            field: part(2),
            names: &names,
        })
    }
}

/// The fewest operations from `old` to `new`: on fields where a row stays, on rows where a table does. What goes comes
/// first, in reverse order, so that a row that another one needs goes after it.
pub fn patch(old: &Db, new: &Db) -> Vec<PatchOp> {
    patch_of(&old.changes(new), old, new)
}

/// The same where it is known what changes.
pub(super) fn patch_of(changes: &[RowChange], old: &Db, new: &Db) -> Vec<PatchOp> {
    let mut removed = Vec::new();
    let mut rest = Vec::new();
    let mut table_done: Option<&str> = None;
    for change in changes {
        let path = vec![change.table.clone(), change.key.clone()];
        match (change.op, old.0.get(&change.table), new.0.get(&change.table)) {
            (Op::Added, None, Some(rows)) => {
                if table_done != Some(&change.table) {
                    let value: Map<_, _> =
                        rows.iter().map(|(key, row)| (key.0.clone(), row_json(row))).collect();
                    rest.push(PatchOp {
                        verb: Verb::Add,
                        path: vec![change.table.clone()],
                        value: Some(value.into()),
                    });
                    table_done = Some(&change.table);
                }
            }
            (Op::Removed, _, None) => {
                if table_done != Some(&change.table) {
                    removed.push(PatchOp {
                        verb: Verb::Remove,
                        path: vec![change.table.clone()],
                        value: None,
                    });
                    table_done = Some(&change.table);
                }
            }
            (Op::Added, ..) => {
                let value = new.row(&change.table, &change.key).map(row_json);
                rest.push(PatchOp { verb: Verb::Add, path, value });
            }
            (Op::Removed, ..) => removed.push(PatchOp { verb: Verb::Remove, path, value: None }),
            (Op::Changed, ..) => {
                for field in &change.fields {
                    let mut path = path.clone();
                    let verb = field.verb();
                    path.push(field.name.clone());
                    rest.push(PatchOp { verb, path, value: field.new.as_ref().map(value) });
                }
            }
        }
    }
    removed.reverse();
    removed.extend(rest);
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_rows_and_fields() {
        let old = Db::read(
            r#"{"A": {"k": {"x": "1"}}, "I": {"Ethernet0": {}, "Ethernet0|10.0.0.1/31": {}, "E": {}}, "P": {"p": {"a": "1", "b": "2"}}}"#,
        );
        let new = Db::read(
            r#"{"I": {"E": {}}, "N": {"k~1": {"l": ["a"]}, "m": {}}, "P": {"p": {"a": "2", "c": "3"}}}"#,
        );
        let (old, new) = (old.unwrap(), new.unwrap());
        let ops: Vec<String> = patch(&old, &new).iter().map(|op| op.to_json().to_string()).collect();
        assert_eq!(
            ops,
            [
                r#"{"op":"remove","path":"/I/Ethernet0|10.0.0.1~131"}"#,
                r#"{"op":"remove","path":"/I/Ethernet0"}"#,
                r#"{"op":"remove","path":"/A"}"#,
                r#"{"op":"add","path":"/N","value":{"k~1":{"l":["a"]},"m":{}}}"#,
                r#"{"op":"replace","path":"/P/p/a","value":"2"}"#,
                r#"{"op":"remove","path":"/P/p/b"}"#,
                r#"{"op":"add","path":"/P/p/c","value":"3"}"#,
            ]
        );
        assert_eq!(pointer(&["a/b".to_owned(), "c~d".to_owned()]), "/a~1b/c~0d");
        assert!(patch(&new, &new).is_empty());
        let names = patch(&old, &new).iter().map(|op| op.judged(|of| of.names.len())).sum::<usize>();
        assert_eq!(names, 2);
    }
}
