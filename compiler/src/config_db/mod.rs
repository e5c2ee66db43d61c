//! A config_db.json, and where each of its words stands: one that somebody else wrote, or what fabc would emit.
//!
//! - [`Db`], [`Table`], [`Row`], [`Value`]: tables of rows of fields, in the order of the file
//! - [`Db::read`]: from JSON; what is broken gives a finding, and what can still be read is there
//! - [`Db::of_device`]: from a switch, with the lines that ask for each word
//! - [`Document`]: a file's rows without places, and the places by name
//!
//! SONiC reads such a file with Python: of two rows or fields of one name the last one counts.

mod device;
mod document;
mod read;

use std::borrow::Cow;

use fabc_lang::source::Span;

pub use document::Document;
pub(crate) use read::{Entries, Entry};
pub use read::{FORM, RULES, SYNTAX, TWICE};

/// The longest config_db.json that is read, in bytes; that of a switch with 512 ports has less than one MiB.
pub const LIMIT: usize = 64 << 20;

/// All tables, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Db<'a> {
    /// The tables.
    pub tables: Vec<Table<'a>>,
    /// The whole of it.
    pub at: Span,
    /// Places in `tables`, by name.
    order: Vec<u32>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// Its rows.
    pub rows: Vec<Row<'a>>,
    /// Places in `rows`, by key.
    order: Vec<u32>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row<'a> {
    /// Its key, parts joined by `|`.
    pub key: Text<'a>,
    /// Names and values.
    pub fields: Vec<(Text<'a>, Value<'a>)>,
}

/// A key, a name, or a value, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<'a> {
    /// What it says.
    pub v: Cow<'a, str>,
    /// Where, quotes included.
    pub at: Span,
}

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string, as Redis holds it.
    Text(Text<'a>),
    /// A leaf-list.
    List(Vec<Value<'a>>, Span),
    /// A number, `true` or `false`, as it is written.
    Bare(Text<'a>),
}

impl<'a> Db<'a> {
    /// These tables; of two with the same name the last is found.
    pub fn new(tables: Vec<Table<'a>>, at: Span) -> Self {
        let order = ordered(&tables, |table| &table.name.v);
        Db { tables, at, order }
    }

    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&Table<'a>> {
        find(&self.tables, &self.order, |table| &table.name.v, name)
    }

    /// The rows of a table; none where it is missing.
    pub fn rows(&self, table: &str) -> &[Row<'a>] {
        self.table(table).map_or(&[], |t| &t.rows)
    }

    /// The row of this key.
    pub fn row(&self, table: &str, key: &str) -> Option<&Row<'a>> {
        self.table(table)?.row(key)
    }
}

impl<'a> Table<'a> {
    /// A table of these rows; of two with the same key the last is found.
    pub fn new(name: Text<'a>, rows: Vec<Row<'a>>) -> Self {
        let order = ordered(&rows, |row| &row.key.v);
        Table { name, rows, order }
    }

    /// The row of this key.
    pub fn row(&self, key: &str) -> Option<&Row<'a>> {
        find(&self.rows, &self.order, |row| &row.key.v, key)
    }
}

/// Places in a list, by name; those of one name in the order of the list.
fn ordered<T>(list: &[T], name: impl Fn(&T) -> &str) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(list.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by(|&a, &b| name(&list[a as usize]).cmp(name(&list[b as usize])));
    order
}

/// The last of this name.
fn find<'l, T>(list: &'l [T], order: &[u32], name: impl Fn(&T) -> &str, wanted: &str) -> Option<&'l T> {
    let after = order.partition_point(|&i| name(&list[i as usize]) <= wanted);
    let found = &list[*order.get(after.checked_sub(1)?)? as usize];
    (name(found) == wanted).then_some(found)
}

impl<'a> Row<'a> {
    /// The value of a field; of two with the same name the last.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.fields.iter().rev().find(|(n, _)| n.v == name).map(|(_, value)| value)
    }

    /// The text of a field that is no list.
    pub fn text(&self, name: &str) -> Option<&Text<'a>> {
        self.get(name)?.text()
    }

    /// A field that is a whole number, and where it stands.
    pub fn number(&self, name: &str) -> Option<(u64, Span)> {
        let text = self.text(name)?;
        Some((text.v.trim().parse().ok()?, text.at))
    }

    /// Where a field's value stands; the key where the row has none.
    pub fn place(&self, name: &str) -> Span {
        self.get(name).map_or(self.key.at, Value::at)
    }
}

impl<'a> Value<'a> {
    /// The text of what is no list.
    pub fn text(&self) -> Option<&Text<'a>> {
        match self {
            Value::Text(text) | Value::Bare(text) => Some(text),
            Value::List(..) => None,
        }
    }

    /// The items of a list, or of a string with commas between them.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        let (one, list) = match self {
            Value::List(items, _) => ("", items.as_slice()),
            other => (other.text().map_or("", |t| &*t.v), &[][..]),
        };
        let of_list = list.iter().filter_map(|item| item.text().map(|t| &*t.v));
        one.split(',').map(str::trim).filter(|item| !item.is_empty()).chain(of_list)
    }

    /// Where it stands.
    pub fn at(&self) -> Span {
        match self {
            Value::Text(text) | Value::Bare(text) => text.at,
            Value::List(_, at) => *at,
        }
    }
}

impl<'a> Text<'a> {
    /// What stands at a place.
    pub fn new(v: impl Into<Cow<'a, str>>, at: Span) -> Self {
        Text { v: v.into(), at }
    }
}
