//! ConfigDB to YANG data.
//!
//! The rules are those of SONiC's own translator, `sonic_yang_ext.py` in sonic-buildimage:
//! - a key is cut at `|`; the first list of the table's model that has as many key leaves, and all the row's fields, has
//!   the row; what no list takes may be a container of that name;
//! - fields of a map become the entries of its inner list;
//! - some lists are texts in ConfigDB, with a separator;
//! - unsigned numbers are read as Python's `int()` reads them.
//!
//! What SONiC would give up on is a violation here, and the rest goes on.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::nearest;
use fabc_targets::sonic::{ConfigDb, Row, Value};
use serde::Serialize;
use serde_json::{Map as Object, Value as Json};

use crate::schema::{Fields, Leaf, List, Table, Tables};
use crate::{Kind, Violation};

/// The longest key, in bytes. Names in SONiC are far shorter, and libyang's paths have an end.
const LONGEST_KEY: usize = 2000;

/// Lists that ConfigDB holds as one text, and what separates their values: `LEAF_LIST_WITH_STRING_VALUE_DICT` in
/// `sonic_yang_ext.py`, the same since 202305.
const TEXT_LISTS: &[(&str, &str, char)] = &[
    ("BGP_ALLOWED_PREFIXES", "prefixes_v4", ','),
    ("BGP_ALLOWED_PREFIXES", "prefixes_v6", ','),
    ("BUFFER_PORT_EGRESS_PROFILE_LIST", "profile_list", ','),
    ("BUFFER_PORT_INGRESS_PROFILE_LIST", "profile_list", ','),
    ("MIRROR_SESSION", "src_ip", ','),
    ("NTP", "src_intf", ';'),
    ("PORT", "adv_interface_types", ','),
    ("PORT", "adv_speeds", ','),
];

/// A row on its way to YANG.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    /// Its table.
    pub(crate) table: &'a str,
    /// What the models say of that.
    pub(crate) model: &'a Table,
    /// The row itself.
    pub(crate) row: &'a Row,
    /// Which kind of row it is.
    pub(crate) shape: Shape<'a>,
    /// Its fields in the form that their leaves have.
    pub(crate) fields: Vec<(&'a str, Json)>,
}

/// A kind of row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape<'a> {
    /// An entry of a list.
    Entry(&'a List),
    /// A container of this name.
    Single(&'a str),
}

/// The rows of all tables that have a model.
pub(crate) fn translate<'a>(
    db: &'a ConfigDb,
    tables: &'a Tables,
    violations: &mut Vec<Violation>,
) -> Vec<Item<'a>> {
    let known = db.tables.iter().filter_map(|table| Some((table, tables.get(&table.name)?)));
    let rows = known.flat_map(|(table, model)| table.rows.iter().map(move |row| (table, model, row)));
    rows.filter_map(|(table, model, row)| item(&table.name, model, row, violations)).collect()
}

fn item<'a>(
    table: &'a str,
    model: &'a Table,
    row: &'a Row,
    violations: &mut Vec<Violation>,
) -> Option<Item<'a>> {
    let mut say = |field: Option<&str>, kind, reason: String, instead| {
        let (table, key, field) = (table.to_owned(), Some(row.key.clone()), field.map(str::to_owned));
        violations.push(Violation { table, key, field, kind, reason, instead, said: Vec::new() });
    };
    let Some(shape) = shape(table, model, row) else {
        say(None, Kind::Key, key_reason(model, row), None);
        return None;
    };
    let none = Fields::new();
    let leaves = match shape {
        Shape::Entry(list) => &list.fields,
        Shape::Single(name) => model.singles.get(name).unwrap_or(&none),
    };
    let is_map = matches!(shape, Shape::Entry(List { map: Some(_), .. }));
    let mut fields = Vec::new();
    for (name, value) in &row.fields {
        let value = if is_map { text(value).map(Json::from) } else { typed(table, name, value, leaves) };
        match value {
            Ok(value) => fields.push((name.as_str(), value)),
            Err(Wrong::Unknown) => {
                say(
                    Some(name),
                    Kind::Field,
                    "the model has no such field".to_owned(),
                    instead(name, row, leaves),
                );
            }
            Err(Wrong::List) => {
                say(Some(name), Kind::Form, "a list here, one value in the model".to_owned(), None)
            }
            Err(Wrong::Single) => {
                say(Some(name), Kind::Form, "one value here, a list in the model".to_owned(), None)
            }
        }
    }
    Some(Item { table, model, row, shape, fields })
}

/// What may be meant by a field that the model doesn't have: one that the row lacks.
fn instead(name: &str, row: &Row, leaves: &Fields) -> Option<String> {
    if name == "NULL" {
        return Some("a row without fields is `{}` in a file; `NULL` is how Redis holds it".to_owned());
    }
    let free = leaves.keys().map(String::as_str).filter(|leaf| row.get(leaf).is_none());
    let near = nearest(name, free)?;
    Some(format!("did you mean `{near}`?"))
}

/// Which kind of row it is: the first that takes it as it stands, else the one that it comes nearest to.
fn shape<'a>(table: &str, model: &'a Table, row: &Row) -> Option<Shape<'a>> {
    if row.key.len() > LONGEST_KEY {
        return None;
    }
    let parts = row.key.split('|').count();
    let fitting: Vec<&List> = model.lists.iter().filter(|list| list.keys.len() == parts).collect();
    let refused = |list: &List| {
        let fields = row.fields.iter();
        if list.map.is_some() {
            return 0;
        }
        fields.filter(|(name, value)| !is_taken(table, name, value, &list.fields)).count()
    };
    if let Some(list) = fitting.iter().find(|list| refused(list) == 0) {
        return Some(Shape::Entry(list));
    }
    if let Some((name, _)) = model.singles.get_key_value(&row.key) {
        return Some(Shape::Single(name));
    }
    // Of lists that refuse as many fields, the first one.
    fitting.into_iter().min_by_key(|list| refused(list)).map(Shape::Entry)
}

/// Whether SONiC's translator takes the field for this kind of row.
fn is_taken(table: &str, name: &str, value: &Value, fields: &Fields) -> bool {
    match (typed(table, name, value, fields), fields.get(name)) {
        (Ok(Json::Array(list)), Some(leaf)) => {
            !leaf.is_number || list.iter().all(|value| value.as_str().is_some_and(|v| number(v).is_some()))
        }
        (Ok(value), Some(leaf)) => !leaf.is_number || value.as_str().is_some_and(|v| number(v).is_some()),
        _ => false,
    }
}

/// Why a field has no value in YANG.
enum Wrong {
    Unknown,
    List,
    Single,
}

fn text(value: &Value) -> Result<&str, Wrong> {
    match value {
        Value::Text(text) => Ok(text),
        Value::List(_) => Err(Wrong::List),
    }
}

/// The value in the form that its leaf has.
fn typed(table: &str, name: &str, value: &Value, fields: &Fields) -> Result<Json, Wrong> {
    let leaf = fields.get(name).ok_or(Wrong::Unknown)?;
    if !leaf.is_list {
        return text(value).map(|text| plain(text, *leaf));
    }
    let separator = TEXT_LISTS.iter().find(|(t, n, _)| *t == table && *n == name).map(|(.., c)| *c);
    let list: Vec<&str> = match (value, separator) {
        (Value::List(list), _) => list.iter().map(String::as_str).collect(),
        (Value::Text(text), _) if text.is_empty() => Vec::new(),
        (Value::Text(text), Some(separator)) => text.split(separator).map(str::trim).collect(),
        (Value::Text(_), None) => return Err(Wrong::Single),
    };
    // A list without values is in Redis one of a single empty value.
    let values = list.into_iter().filter(|value| !value.is_empty());
    Ok(values.map(|value| plain(value, *leaf)).collect())
}

/// A single value: numbers as Python reads them, where it can.
fn plain(text: &str, leaf: Leaf) -> Json {
    let number = if leaf.is_number { number(text) } else { None };
    number.unwrap_or_else(|| text.to_owned()).into()
}

/// What Python's `int(text, 10)` makes of a text, written out.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let groups = digits.split('_');
    let sound = groups.clone().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !sound {
        return None;
    }
    let digits: String = groups.collect();
    let digits = digits.trim_start_matches('0');
    Some(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") })
}

/// Why no kind of row has the key.
fn key_reason(model: &Table, row: &Row) -> String {
    if row.key.len() > LONGEST_KEY {
        return format!("a key of {} bytes; {LONGEST_KEY} are the most", row.key.len());
    }
    if model.lists.is_empty() {
        let names: Vec<&str> = model.singles.keys().map(String::as_str).collect();
        return format!("the model has no such row, but {}", names.join(", "));
    }
    let lists = model.lists.iter().map(|list| format!("`{}`", list.keys.join("|")));
    let singles = model.singles.keys().map(|name| format!("`{name}` itself"));
    let mut known: Vec<String> = lists.chain(singles).collect();
    known.dedup();
    let parts = row.key.split('|').count();
    let s = if parts == 1 { "" } else { "s" };
    format!("a key of {parts} part{s}, where the model has {}", known.join(" or "))
}

impl Item<'_> {
    /// The row in YANG, with those of its fields that `keep` names.
    pub(crate) fn data(&self, keep: impl Fn(&str) -> bool) -> Object<String, Json> {
        let mut data = Object::new();
        let fields = self.fields.iter().filter(|(name, _)| keep(name));
        let list = match self.shape {
            Shape::Entry(list) => list,
            Shape::Single(_) => {
                data.extend(fields.map(|(name, value)| ((*name).to_owned(), value.clone())));
                return data;
            }
        };
        let parts = self.row.key.split('|').map(|part| Json::from(part.trim()));
        data.extend(list.keys.iter().cloned().zip(parts));
        match &list.map {
            None => data.extend(fields.map(|(name, value)| ((*name).to_owned(), value.clone()))),
            Some(map) => {
                let entry = |(name, value): &(&str, Json)| {
                    let pairs = [(map.from.clone(), Json::from(*name)), (map.to.clone(), value.clone())];
                    Json::Object(pairs.into_iter().collect())
                };
                data.insert(map.name.clone(), fields.map(entry).collect());
            }
        }
        data
    }
}

/// Rows of one list, or the row of a fixed name.
#[derive(Serialize)]
#[serde(untagged)]
enum Rows {
    Entries(Vec<Object<String, Json>>),
    Single(Object<String, Json>),
}

/// Rows as one document, as RFC 7951 writes it.
pub(crate) fn document<'a>(rows: impl Iterator<Item = (&'a Item<'a>, Object<String, Json>)>) -> String {
    let mut modules: BTreeMap<String, BTreeMap<&str, BTreeMap<&str, Rows>>> = BTreeMap::new();
    for (item, data) in rows {
        let module = &item.model.module;
        let table = modules.entry(format!("{module}:{module}")).or_default().entry(item.table).or_default();
        match item.shape {
            Shape::Single(name) => {
                table.insert(name, Rows::Single(data));
            }
            Shape::Entry(list) => match table.entry(&list.name).or_insert(Rows::Entries(Vec::new())) {
                Rows::Entries(entries) => entries.push(data),
                Rows::Single(_) => {} // no list has the name of a container beside it
            },
        }
    }
    // Texts and lists of texts always serialise.
    serde_json::to_string(&modules).unwrap_or_default()
}
