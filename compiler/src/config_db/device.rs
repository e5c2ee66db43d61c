//! What fabc emits for a switch, as if it had been read: every word with the line that asks for it.

use fabc_lang::source::Span;
use fabc_targets::Device;
use fabc_targets::sonic::{self, Origin, Sink, tables};

use super::{Db, Row, Table, Text, Value};

impl Db<'static> {
    /// The rows of a switch. With `overrides`, its `config-db` rows are laid over them.
    pub fn of_device(device: &Device<'_>, overrides: bool) -> Self {
        let model = device.tier.node.switch.at;
        let mut sink = OriginSink { tables: Vec::new(), model };
        tables::emit(device, &mut sink);
        let mut tables = sink.tables;
        for over in sonic::overrides(device).filter(|_| overrides) {
            let table = slot(
                &mut tables,
                |t| t.0.v == over.table.v,
                || (Text::new(over.table.v.clone(), over.table.at), Vec::new()),
            );
            let row = slot(
                &mut table.1,
                |r| r.key.v == over.key.v,
                || Row { key: Text::new(over.key.v.clone(), over.key.at), fields: Vec::new() },
            );
            for (name, value) in &over.fields {
                let value = Value::Text(Text::new(value.v.clone(), value.at));
                match row.fields.iter_mut().find(|(n, _)| n.v == name.v) {
                    Some((_, old)) => *old = value,
                    None => row.fields.push((Text::new(name.v.clone(), name.at), value)),
                }
            }
        }
        let tables = tables.into_iter().filter(|(_, rows)| !rows.is_empty());
        Db::new(tables.map(|(name, rows)| Table::new(name, rows)).collect(), model)
    }
}

/// The item that `is` what is looked for; made where there is none.
fn slot<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> &mut T {
    let at = list.iter().position(is).unwrap_or_else(|| {
        list.push(make());
        list.len() - 1
    });
    &mut list[at]
}

/// Collects tables with the first place of each origin; the line that names the model where there is none.
struct OriginSink {
    tables: Vec<(Text<'static>, Vec<Row<'static>>)>,
    model: Span,
}

impl OriginSink {
    fn at(&self, origin: Origin) -> Span {
        origin.at[0].unwrap_or(self.model)
    }

    fn put(&mut self, name: Text<'static>, value: Value<'static>) {
        if let Some(row) = self.tables.last_mut().and_then(|(_, rows)| rows.last_mut()) {
            row.fields.push((name, value));
        }
    }
}

impl Sink for OriginSink {
    fn table(&mut self, name: &'static str) {
        self.tables.push((Text::new(name, self.model), Vec::new()));
    }

    fn row(&mut self, key: &str, origin: Origin) {
        let key = Text::new(key.to_owned(), self.at(origin));
        if let Some((_, rows)) = self.tables.last_mut() {
            rows.push(Row { key, fields: Vec::new() });
        }
    }

    fn field(&mut self, name: &'static str, value: &str, origin: Origin) {
        self.entry(name, value, origin);
    }

    fn entry(&mut self, name: &str, value: &str, origin: Origin) {
        let at = self.at(origin);
        self.put(Text::new(name.to_owned(), at), Value::Text(Text::new(value.to_owned(), at)));
    }

    fn list(&mut self, name: &'static str, values: &[&str], origin: Origin) {
        let at = self.at(origin);
        let items = values.iter().map(|&v| Value::Text(Text::new(v.to_owned(), at))).collect();
        self.put(Text::new(name, at), Value::List(items, at));
    }
}
