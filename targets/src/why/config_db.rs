//! Values of config_db.json: emitted once more, with their origins kept.

use std::borrow::Cow;

use super::Reason;
use crate::device::Device;
use crate::sonic::{self, Likely, Origin, Sink, tables};

/// What is asked for: a table, a row of it, a field of that.
struct Query<'a> {
    table: Cow<'a, str>,
    key: Option<Cow<'a, str>>,
    field: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    /// `TABLE|key field`, or a JSON pointer.
    fn read(text: &'a str) -> Self {
        if let Some(pointer) = text.strip_prefix('/') {
            let mut parts = pointer.splitn(3, '/').map(|part| match part.contains('~') {
                true => Cow::Owned(part.replace("~1", "/").replace("~0", "~")),
                false => Cow::Borrowed(part),
            });
            return Query { table: parts.next().unwrap_or_default(), key: parts.next(), field: parts.next() };
        }
        let Some((table, rest)) = text.split_once('|') else {
            return Query { table: text.trim().into(), key: None, field: None };
        };
        let (key, field) =
            rest.split_once(' ').map_or((rest, None), |(key, field)| (key, Some(field.trim())));
        Query { table: table.into(), key: Some(key.into()), field: field.map(Cow::Borrowed) }
    }

    fn wants(&self, table: &str, key: &str, field: Option<&str>) -> bool {
        let fits =
            |wanted: &Option<Cow<'_, str>>, have: Option<&str>| wanted.is_none() || wanted.as_deref() == have;
        self.table == table && fits(&self.key, Some(key)) && fits(&self.field, field)
    }
}

pub(super) fn why(device: &Device<'_>, what: &str) -> Vec<Reason> {
    let mut sink = WhySink {
        likely: sonic::likely(device.fabric, device.release),
        query: Query::read(what),
        table: "",
        key: String::new(),
        found: Vec::new(),
    };
    tables::emit(device, &mut sink);
    let WhySink { query, mut found, .. } = sink;
    for over in sonic::overrides(device) {
        let (table, key) = (over.table.v.as_str(), over.key.v.as_str());
        let mut lay = |place: String, value: &str, origin: Origin| {
            let reason = Reason::new(place, value, origin);
            match found.iter_mut().find(|old| old.place == reason.place) {
                Some(old) => *old = reason,
                None => found.push(reason),
            }
        };
        let rule = Origin::rule("`config-db` lays it over what fabc emits");
        if over.fields.is_empty() && query.wants(table, key, None) {
            lay(format!("{table}|{key}"), "{}", rule.at(over.at));
        }
        for (name, value) in over.fields.iter().filter(|(name, _)| query.wants(table, key, Some(&name.v))) {
            lay(format!("{table}|{key} {}", name.v), &value.v, rule.at(value.at).and(over.at));
        }
    }
    found
}

/// Keeps what is asked for.
struct WhySink<'a> {
    likely: Vec<&'static Likely>,
    query: Query<'a>,
    table: &'static str,
    key: String,
    found: Vec<Reason>,
}

impl Sink for WhySink<'_> {
    fn table(&mut self, name: &'static str) {
        self.table = name;
    }

    fn row(&mut self, key: &str, origin: Origin) {
        key.clone_into(&mut self.key);
        if self.query.wants(self.table, key, None) {
            self.found.push(Reason::new(format!("{}|{key}", self.table), "{}", origin));
        }
    }

    fn field(&mut self, name: &'static str, value: &str, origin: Origin) {
        self.entry(name, value, origin);
    }

    fn entry(&mut self, name: &str, value: &str, origin: Origin) {
        if self.query.wants(self.table, &self.key, Some(name)) {
            let row = format!("{}|{}", self.table, self.key);
            // A row that has fields is told by them.
            self.found.retain(|reason| reason.place != row);
            let mut reason = Reason::new(format!("{row} {name}"), value, origin);
            let likely = self.likely.iter().find(|l| l.is_of(self.table, name));
            if let Some(likely) = likely.filter(|_| !origin.stated) {
                reason.rule = format!("{}; likely, not certain: {}", reason.rule, likely.why);
            }
            self.found.push(reason);
        }
    }

    fn list(&mut self, name: &'static str, values: &[&str], origin: Origin) {
        self.field(name, &values.join(","), origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_both_ways() {
        let read = |text| {
            let query = Query::read(text);
            format!("{} {:?} {:?}", query.table, query.key.as_deref(), query.field.as_deref())
        };
        assert_eq!(read("PORT|Ethernet8 speed"), r#"PORT Some("Ethernet8") Some("speed")"#);
        assert_eq!(read("/PORT/Ethernet8/speed"), r#"PORT Some("Ethernet8") Some("speed")"#);
        assert_eq!(
            read("INTERFACE|Ethernet0|10.0.0.0/31"),
            r#"INTERFACE Some("Ethernet0|10.0.0.0/31") None"#
        );
        assert_eq!(
            read("/INTERFACE/Ethernet0|10.0.0.0~131"),
            r#"INTERFACE Some("Ethernet0|10.0.0.0/31") None"#
        );
        assert_eq!(read("PORT"), "PORT None None");
    }
}
