//! What a page takes from rows of config_db.json: what a switch will do is what its file says, overrides and all.

use fabc_targets::sonic::{ConfigDb, Row, Value};

/// Rows by table, and fields as text.
pub(super) trait Rows {
    /// Rows of a table, in natural order of their keys.
    fn rows(&self, table: &str) -> impl Iterator<Item = &Row>;
}

impl Rows for ConfigDb {
    fn rows(&self, table: &str) -> impl Iterator<Item = &Row> {
        self.tables.iter().filter(move |t| t.name == table).flat_map(|t| &t.rows)
    }
}

/// A field that is one text.
pub(super) fn text<'r>(row: &'r Row, field: &str) -> Option<&'r str> {
    match row.get(field)? {
        Value::Text(text) => Some(text),
        Value::List(_) => None,
    }
}

/// A field that is a number.
pub(super) fn number(row: &Row, field: &str) -> Option<u64> {
    text(row, field)?.parse().ok()
}
