//! JSON to tables, each word with its place.

use std::borrow::Cow;
use std::fmt;

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::source::{FileId, Source, Span};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Db, Row, Table, Text, Value};

fabc_lang::rule! {
    /// The file is no JSON, so nothing can be said of what it holds.
    ///
    /// ```json bad
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} },
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} }
    /// }
    /// ```
    pub static SYNTAX = Error "config-db/syntax" "a config_db.json that is no JSON";
}
fabc_lang::rule! {
    /// config_db.json holds tables, which hold rows, which hold fields; a field is a text or a list of texts. What has
    /// another form can't be stored in Redis as it is meant.
    ///
    /// ```json bad
    /// {
    ///     "NTP_SERVER": [ "10.0.0.1" ]
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} }
    /// }
    /// ```
    pub static FORM = Error "config-db/form" "a value that config_db.json can't hold";
}
fabc_lang::rule! {
    /// A table, row or field is written twice. SONiC takes the last one and says nothing of the others.
    ///
    /// ```json bad
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} },
    ///     "NTP_SERVER": { "10.0.0.2": {} }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {}, "10.0.0.2": {} }
    /// }
    /// ```
    pub static TWICE = Warning "config-db/twice" "a table, row or field written twice";
}

/// Rules that reading reports under.
pub static RULES: &[&Rule] = &[&SYNTAX, &FORM, &TWICE];

impl<'a> Db<'a> {
    /// Reads the text of `source`, which has the number `file`. What can't be taken is a finding, and left out; there is
    /// nothing where the text is no JSON object.
    pub fn read(source: &'a Source, file: FileId, findings: &mut Findings) -> Option<Self> {
        let text = source.text();
        let entries = match serde_json::from_str::<Entries<'_>>(text) {
            Ok(tables) => tables.0,
            Err(error) if error.is_data() => {
                let all = Span::new(file, 0, text.len().min(1));
                let found = FORM.at(all, "the file holds no tables: it is no JSON object");
                findings.push(found.help("`{TABLE: {key: {field: value}}}`"));
                return None;
            }
            Err(error) => {
                let start = source.line_start(error.line()) + error.column().saturating_sub(1);
                let start = start.min(text.len().saturating_sub(1));
                let message = error.to_string();
                let what = message.split(" at line ").next().unwrap_or_default();
                findings.push(SYNTAX.at(Span::new(file, start, start + 1), format!("no JSON: {what}")));
                return None;
            }
        };
        let mut reader = Reader { text, file, findings };
        let tables = reader.unique(entries, "").into_iter().map(|entry| reader.table(entry));
        Some(Db::new(tables.collect(), Span::new(file, 0, text.len())))
    }
}

/// Turns pieces of the text into words with places.
struct Reader<'a, 'f> {
    text: &'a str,
    file: FileId,
    findings: &'f mut Findings,
}

impl<'a> Reader<'a, '_> {
    fn table(&mut self, entry: Entry<'a>) -> Table<'a> {
        let name = self.name(&entry);
        let rows = self.entries(&entry, &name.v);
        Table::new(name.clone(), rows.into_iter().map(|row| self.row(row, &name.v)).collect())
    }

    fn row(&mut self, entry: Entry<'a>, table: &str) -> Row<'a> {
        let key = self.name(&entry);
        let path = format!("{table}|{}", key.v);
        let entries = self.entries(&entry, &path);
        let mut fields = Vec::with_capacity(entries.len());
        for field in entries {
            let name = self.name(&field);
            match self.value(field.raw) {
                Some(value) => fields.push((name, value)),
                None => {
                    let message = format!("`{path} {}` is neither a text nor a list of texts", name.v);
                    let found = FORM.at(self.span(field.raw.get()).unwrap_or_default(), message);
                    self.findings.push(found.help("write a string, or leave the field out"));
                }
            }
        }
        Row { key, fields }
    }

    fn value(&self, raw: &'a RawValue) -> Option<Value<'a>> {
        let piece = raw.get();
        let at = self.span(piece)?;
        match piece.as_bytes().first()? {
            b'"' => Some(Value::Text(Text { v: serde_json::from_str::<Name<'a>>(piece).ok()?.0, at })),
            b'[' => {
                let items: Vec<&'a RawValue> = serde_json::from_str(piece).ok()?;
                // No list holds lists; looking into them would take as long a stack as there are brackets.
                let flat = items.iter().all(|item| !item.get().starts_with('['));
                let items =
                    flat.then(|| items.into_iter().map(|item| self.value(item)).collect::<Option<_>>())??;
                Some(Value::List(items, at))
            }
            b'{' | b'n' => None,
            _ => Some(Value::Bare(Text::new(piece, at))),
        }
    }

    /// What an object holds; a finding, and nothing, where it is none.
    fn entries(&mut self, entry: &Entry<'a>, what: &str) -> Vec<Entry<'a>> {
        let entries: Result<Entries<'a>, _> = serde_json::from_str(entry.raw.get());
        match entries {
            Ok(entries) => self.unique(entries.0, what),
            Err(_) => {
                let at = self.span(entry.raw.get()).unwrap_or_default();
                let found = FORM.at(at, format!("`{what}` is no object"));
                let form = if what.contains('|') { "{field: value}" } else { "{key: {field: value}}" };
                self.findings.push(found.help(format!("`{form}`")));
                Vec::new()
            }
        }
    }

    /// Entries of an object, of those with one name the last. `outer` is what holds them.
    fn unique(&mut self, entries: Vec<Entry<'a>>, outer: &str) -> Vec<Entry<'a>> {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by(|&a, &b| entries[a].name.cmp(&entries[b].name));
        let mut former = vec![false; entries.len()];
        for pair in order.windows(2).filter(|pair| entries[pair[0]].name == entries[pair[1]].name) {
            former[pair[0]] = true;
            let (first, again) = (self.name(&entries[pair[0]]), self.name(&entries[pair[1]]));
            let what = match outer {
                "" => again.v.to_string(),
                outer if outer.contains('|') => format!("{outer} {}", again.v),
                outer => format!("{outer}|{}", again.v),
            };
            let found = TWICE.at(again.at, format!("`{what}` stands here again; only this one counts"));
            self.findings.push(found.label(first.at, "the former").help("join the two"));
        }
        entries.into_iter().zip(former).filter(|(_, former)| !former).map(|(entry, _)| entry).collect()
    }

    /// A name and its place with quotes; that of the value where it is written with escapes.
    fn name(&self, entry: &Entry<'a>) -> Text<'a> {
        let there = match entry.name {
            Cow::Borrowed(name) => self.span(name),
            Cow::Owned(_) => None,
        };
        let quoted = there.map(|at| Span { start: at.start.saturating_sub(1), end: at.end + 1, ..at });
        let at = quoted.or_else(|| self.span(entry.raw.get())).unwrap_or_default();
        Text { v: entry.name.clone(), at }
    }

    /// The place of a piece that is borrowed from the text.
    fn span(&self, piece: &str) -> Option<Span> {
        let start = (piece.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (start + piece.len() <= self.text.len()).then(|| Span::new(self.file, start, start + piece.len()))
    }
}

/// A name and its value, both as they stand in the text.
pub(crate) struct Entry<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) raw: &'a RawValue,
}

/// An object, in the order of the text.
pub(crate) struct Entries<'a>(pub(crate) Vec<Entry<'a>>);

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

/// A string, borrowed from the text unless it is written with escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl<'de> Visitor<'de> for Word {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Word)
    }
}

#[cfg(test)]
mod tests {
    use fabc_lang::source::Sources;
    use proptest::prelude::*;

    use super::*;

    fn said(text: &str) -> (bool, String) {
        let mut sources = Sources::default();
        let file = sources.add("config_db.json", text);
        let mut findings = Findings::default();
        let read = Db::read(sources.get(file).unwrap(), file, &mut findings).is_some();
        let told = findings.iter().map(|d| {
            let place = d.span().map(|s| sources.place(s)).unwrap_or_default();
            format!("{place} {} {}", d.code(), d.message)
        });
        (read, told.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn every_word_has_its_place() {
        let mut sources = Sources::default();
        let text =
            r#"{ "PORT": { "Ethernet0": { "lanes": "1,2", "speed": 5, "x": ["a", "ü"] }, "\u0042": {} } }"#;
        let file = sources.add("config_db.json", text);
        let mut findings = Findings::default();
        let db = Db::read(sources.get(file).unwrap(), file, &mut findings).unwrap();
        assert!(findings.is_empty());
        let row = db.row("PORT", "Ethernet0").unwrap();
        assert_eq!(sources.text(row.key.at), "\"Ethernet0\"");
        assert_eq!(sources.text(row.place("lanes")), "\"1,2\"");
        assert_eq!(sources.text(row.place("missing")), "\"Ethernet0\"");
        assert_eq!(row.number("speed").map(|(n, at)| (n, sources.text(at))), Some((5, "5")));
        assert_eq!(row.get("x").map(|v| v.items().collect::<Vec<_>>()), Some(vec!["a", "ü"]));
        assert_eq!(row.get("lanes").map(|v| v.items().collect::<Vec<_>>()), Some(vec!["1", "2"]));
        assert!(db.row("PORT", "Ethernet").is_none() && db.row("PORT", "B").is_some());
    }

    #[test]
    fn what_is_no_config_db_is_said() {
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
        // Brackets take no stack, however many there are.
        let (open, lists) = ("{\"a\":".repeat(100_000), "[".repeat(100_000) + &"]".repeat(100_000));
        assert!(!said(&open).0 && said(&format!("{open}{{{}", "}".repeat(100_001))).0);
        assert!(said(&format!("{{\"A\":{{\"b\":{{\"c\":{lists}}}}}}}")).1.contains("config-db/form"));
    }

    #[test]
    fn of_two_the_last_one_counts() {
        let text =
            r#"{"A": {"x": {"f": "1", "g": "1"}, "x": {"f": "2", "f": true}}, "B": {"y": {}}, "B": {}}"#;
        assert_eq!(
            said(text).1,
            "config_db.json:1:80 config-db/twice `B` stands here again; only this one counts; \
             config_db.json:1:35 config-db/twice `A|x` stands here again; only this one counts; \
             config_db.json:1:51 config-db/twice `A|x f` stands here again; only this one counts"
        );
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[\\[\\]{}:,\"a1.\\\\u \\n-]{0,60}") {
            said(&text);
        }

        #[test]
        fn what_is_taken_is_json(text in "[\\[\\]{}:,\"a1.\\\\ \\n-]{0,40}") {
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            prop_assert_eq!(said(&text).0, theirs.is_ok_and(|json| json.is_object()), "{}", text);
        }
    }
}
