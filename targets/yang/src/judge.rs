//! What libyang says of the data.
//!
//! A sound file is read once. Where something is wrong, its rows are read one by one, so that each value that its type
//! refuses is found with its field; then all of them together without what is known to be wrong, for references,
//! conditions and what is missing. What follows from a mistake that is reported already isn't reported again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use fabc_lang::fabric::natural_cmp;
use fabc_targets::sonic::ConfigDb;
use yang5::data::{DataFormat, DataParserFlags, DataTree, DataValidationFlags};
use yang5::ffi::{LYD_PARSE_JSON_STRING_DATATYPES, LYD_VALIDATE_MULTI_ERROR};
use yang5::schema::SchemaNodeKind;

use crate::limits::Limits;
use crate::log::{self, Message};
use crate::reason::{Reason, tell};
use crate::schema::List;
use crate::translate::{Item, Shape, document, translate};
use crate::{Kind, Models, Verdict, Violation};

impl Models {
    /// What the models say of a config_db.json.
    pub fn judge(&self, db: &ConfigDb) -> Verdict {
        let mut verdict = Verdict::default();
        for table in &db.tables {
            match self.has(&table.name) {
                true => verdict.rows += table.rows.len(),
                false => verdict.unmodelled.push((table.name.clone(), table.rows.len())),
            }
        }
        let items = translate(db, &self.tables, &mut verdict.violations);
        let whole = document(items.iter().map(|item| (item, item.data(|_| true))));
        let (sound, said) = self.read(&whole, Depth::All);
        if !sound {
            self.blame(&items, &mut verdict.violations);
            if verdict.violations.is_empty() {
                // Nothing that is refused may pass because its row wasn't found.
                verdict.violations.extend(said.into_iter().map(lost));
            }
        }
        verdict.violations = joined(verdict.violations);
        verdict
    }

    /// Whether libyang takes the data, and what it says.
    fn read(&self, data: &str, depth: Depth) -> (bool, Vec<Message>) {
        let (tree, said) = log::collect(|| self.tree(data, depth));
        (tree.is_ok() && said.is_empty(), said)
    }

    fn tree(&self, data: &str, depth: Depth) -> Result<DataTree<'_>, yang5::Error> {
        // As SONiC asks it to: strict, configuration only, all values as texts.
        let mut parser = DataParserFlags::STRICT
            | DataParserFlags::NO_STATE
            | DataParserFlags::from_bits_retain(LYD_PARSE_JSON_STRING_DATATYPES);
        if depth == Depth::Types {
            parser |= DataParserFlags::NO_VALIDATION;
        }
        let validation =
            DataValidationFlags::NO_STATE | DataValidationFlags::from_bits_retain(LYD_VALIDATE_MULTI_ERROR);
        DataTree::parse_string(&self.context, data, DataFormat::JSON, parser, validation)
    }

    /// Finds out what is wrong with which field.
    fn blame(&self, items: &[Item<'_>], violations: &mut Vec<Violation>) {
        let mut limits = Limits::new(&self.context);
        let mut sound = Sound::new(violations);
        for (index, item) in items.iter().enumerate() {
            self.try_row(index, item, &mut sound, &mut limits, violations);
        }
        let kept = items.iter().enumerate().filter(|(index, _)| !sound.dropped.contains(index));
        let rows =
            kept.map(|(index, item)| (item, item.data(|name| !sound.refused.contains(&(index, name)))));
        let (_, said) = self.read(&document(rows), Depth::All);
        for message in said {
            sound.blame(items, message, violations);
        }
    }

    /// Reads a row alone: first its key, then each field with it.
    fn try_row<'a>(
        &self,
        index: usize,
        item: &'a Item<'a>,
        sound: &mut Sound<'a>,
        limits: &mut Limits<'_>,
        violations: &mut Vec<Violation>,
    ) {
        let alone = |keep: &dyn Fn(&str) -> bool| document(std::iter::once((item, item.data(keep))));
        if !self.read(&alone(&|_| true), Depth::Types).0 {
            let (fits, said) = self.read(&alone(&|_| false), Depth::Types);
            if !fits {
                sound.dropped.insert(index);
                let found = violation(item, None, said, limits);
                sound.note(&found);
                violations.push(found);
                return;
            }
            for (name, _) in &item.fields {
                let (fits, said) = self.read(&alone(&|other| other == *name), Depth::Types);
                if !fits {
                    sound.refused.insert((index, name));
                    let found = violation(item, Some(name), said, limits);
                    sound.note(&found);
                    violations.push(found);
                }
            }
        }
        if let Some(path) = self.path(item, &alone(&|name| !sound.refused.contains(&(index, name)))) {
            sound.paths.entry(path).or_insert(index);
        }
    }

    /// The path by which libyang speaks of a row.
    fn path(&self, item: &Item<'_>, data: &str) -> Option<String> {
        let (module, table) = (&item.model.module, item.table);
        match item.shape {
            Shape::Single(name) => Some(format!("/{module}:{module}/{table}/{name}")),
            Shape::Entry(_) => {
                let tree = self.tree(data, Depth::Types).ok()?;
                let top = tree.reference()?;
                top.traverse().find(|node| node.schema().kind() == SchemaNodeKind::List).map(|n| n.path())
            }
        }
    }
}

/// How far libyang goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Names and types.
    Types,
    /// References, conditions and what is missing as well.
    All,
}

/// What is left when all is taken out that is known to be wrong.
struct Sound<'a> {
    /// Rows by libyang's path.
    paths: BTreeMap<String, usize>,
    /// Rows whose key is wrong.
    dropped: BTreeSet<usize>,
    /// Parts of the keys of rows that aren't there, by table.
    missed: BTreeSet<(String, String)>,
    /// Fields whose value is wrong.
    refused: BTreeSet<(usize, &'a str)>,
    /// Tables of such rows and fields.
    lame: BTreeSet<String>,
    /// Tables, keys and fields that are reported.
    reported: BTreeSet<(String, String, String)>,
}

impl<'a> Sound<'a> {
    /// Before libyang says anything: what the translator couldn't take.
    fn new(violations: &[Violation]) -> Self {
        let mut sound = Sound {
            paths: BTreeMap::new(),
            dropped: BTreeSet::new(),
            missed: BTreeSet::new(),
            refused: BTreeSet::new(),
            lame: BTreeSet::new(),
            reported: BTreeSet::new(),
        };
        for violation in violations {
            sound.note(violation);
        }
        sound
    }

    /// Keeps in mind what is reported.
    fn note(&mut self, violation: &Violation) {
        let Violation { table, key: Some(key), field, .. } = violation else { return };
        self.lame.insert(table.clone());
        match field {
            Some(field) => {
                self.reported.insert((table.clone(), key.clone(), field.clone()));
            }
            None => self.missed.extend(key.split('|').map(|part| (table.clone(), part.to_owned()))),
        }
    }

    /// Reports a message on all rows together, unless it follows from what is reported already.
    fn blame(&self, items: &[Item<'_>], message: Message, violations: &mut Vec<Violation>) {
        let mut reason = tell(&message.text);
        let found = message.path.as_deref().and_then(|path| self.find(path));
        let Some((item, rest)) = found.and_then(|(index, rest)| Some((items.get(index)?, rest))) else {
            violations.push(lost(message));
            return;
        };
        if reason.kind == Kind::Value {
            // Types are sound by now: the model has words of its own for a condition.
            reason.kind = Kind::Condition;
        }
        if self.follows(item, &reason) {
            return;
        }
        let (part, field) = field(item, rest);
        let words = match part {
            Some(part) => format!("{}: `{part}` in the key", reason.words),
            None => reason.words,
        };
        let field = reason.missing.or(field);
        let (table, key) = (item.table.to_owned(), Some(item.row.key.clone()));
        violations.push(Violation {
            table,
            key,
            field,
            kind: reason.kind,
            reason: words,
            instead: reason.reference.and_then(|(value, _)| unbracketed(&value)),
            said: vec![message.text],
        });
    }

    /// The row that a path leads to, and what of the path goes on from there.
    fn find<'p>(&self, path: &'p str) -> Option<(usize, &'p str)> {
        let (start, &index) =
            self.paths.range::<str, _>((Bound::Unbounded, Bound::Included(path))).next_back()?;
        let rest = path.strip_prefix(start.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((index, rest))
    }

    /// Whether a mistake that is reported already may be the cause.
    fn follows(&self, item: &Item<'_>, reason: &Reason) -> bool {
        let key = &item.row.key;
        match reason.kind {
            Kind::Reference => reason.reference.as_ref().is_some_and(|(value, tables)| {
                tables.iter().any(|table| self.missed.contains(&(table.clone(), value.clone())))
            }),
            Kind::Missing => reason.missing.as_ref().is_some_and(|field| {
                self.reported.contains(&(item.table.to_owned(), key.clone(), field.clone()))
            }),
            Kind::Condition => {
                self.lame.contains(item.table)
                    || self.missed.iter().any(|(_, part)| key.split('|').any(|own| own == part))
            }
            _ => false,
        }
    }
}

/// Which part of the key, or which field, the rest of a path means.
fn field(item: &Item<'_>, rest: &str) -> (Option<String>, Option<String>) {
    let step = rest.strip_prefix('/').unwrap_or_default();
    let name = step.split(['/', '[']).next().unwrap_or_default();
    let Shape::Entry(list) = item.shape else { return (None, some(name)) };
    if list.map.as_ref().is_some_and(|map| map.name == name) {
        // `MAP[from='3']/to`: the entry is the field.
        let value = step.split_once('=').map_or("", |(_, value)| value);
        let quote = value.chars().next().unwrap_or('\'');
        return (None, value.split(quote).nth(1).map(str::to_owned));
    }
    if list.keys.iter().any(|key| key == name) && !item.row.fields.iter().any(|(field, _)| field == name) {
        return (some(name), None);
    }
    (None, some(name))
}

fn some(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

/// What libyang says of a row alone: of its key, or of one field.
fn violation(
    item: &Item<'_>,
    field: Option<&str>,
    mut said: Vec<Message>,
    limits: &mut Limits<'_>,
) -> Violation {
    // A list entry whose key is wrong lacks it, too.
    said.retain(|message| !message.text.starts_with("List instance is missing its key"));
    let mut words: Vec<String> = Vec::new();
    for message in &said {
        let reason = tell(&message.text);
        let limit = if reason.is_whole { None } else { limit(item, field, message, limits) };
        words.push(match limit {
            // `x` is none of the words that the model has: one of a, b
            Some(limit) => format!("{}: {limit}", reason.words).replace(OF_WORDS, "none of "),
            None => reason.words,
        });
    }
    words.dedup();
    Violation {
        table: item.table.to_owned(),
        key: Some(item.row.key.clone()),
        field: field.map(str::to_owned),
        kind: if field.is_some() { Kind::Value } else { Kind::Key },
        reason: words.join("; "),
        instead: None,
        said: said.into_iter().map(|message| message.text).collect(),
    }
}

/// What an enumeration's words are put in place of.
const OF_WORDS: &str = "none of the words that the model has: one of ";

/// What the leaf takes that a message speaks of.
fn limit(item: &Item<'_>, field: Option<&str>, message: &Message, limits: &mut Limits<'_>) -> Option<String> {
    let leaf = message.path.as_deref()?.rsplit('/').next()?;
    let (module, table) = (item.model.module.as_str(), item.table);
    match item.shape {
        Shape::Single(name) => limits.of(module, &[table, name], field?),
        Shape::Entry(List { name, map: Some(map), .. }) if field.is_some() => {
            limits.of(module, &[table, name, &map.name], leaf)
        }
        Shape::Entry(list) => limits.of(module, &[table, &list.name], field.unwrap_or(leaf)),
    }
}

/// What libyang says of something that is no row.
fn lost(message: Message) -> Violation {
    let reason = tell(&message.text);
    let step = message.path.as_deref().and_then(|path| path.split('/').nth(2));
    let table = step.and_then(|step| step.split(['[', '/']).next()).unwrap_or_default().to_owned();
    let kind = if reason.kind == Kind::Value { Kind::Condition } else { reason.kind };
    let said = vec![message.text];
    Violation { table, key: None, field: None, kind, reason: reason.words, instead: None, said }
}

/// The plain name in a reference of the form that was left with 202111.
fn unbracketed(value: &str) -> Option<String> {
    let (table, name) = value.strip_prefix('[')?.strip_suffix(']')?.split_once('|')?;
    Some(format!("`{name}`: a reference is a plain name; `[{table}|{name}]` is the form of old releases"))
}

/// Sorted, and one for each field: what is said of the same one is told together.
fn joined(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.sort_by(|a, b| {
        let key = |v: &Violation| (v.table.clone(), v.key.clone(), v.field.clone());
        let natural = natural_cmp(a.key.as_deref().unwrap_or(""), b.key.as_deref().unwrap_or(""));
        a.table.cmp(&b.table).then(natural).then_with(|| key(a).cmp(&key(b))).then(a.kind.cmp(&b.kind))
    });
    let mut list: Vec<Violation> = Vec::with_capacity(violations.len());
    for next in violations {
        match list.last_mut() {
            Some(last) if (&last.table, &last.key, &last.field) == (&next.table, &next.key, &next.field) => {
                if !last.reason.contains(&next.reason) {
                    last.reason = format!("{}; {}", last.reason, next.reason);
                }
                last.said.extend(next.said);
            }
            _ => list.push(next),
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A port, a map, a table of two kinds of rows and a fixed one, in few lines.
    const MODEL: &str = r#"
module sonic-toy {
    yang-version 1.1;
    namespace "urn:toy";
    prefix toy;
    container sonic-toy {
        container PORT {
            list PORT_LIST {
                key name;
                leaf name { type string { pattern "Ethernet[0-9]+"; } }
                leaf speed { type uint32 { range "1..1600000"; } mandatory true; }
                leaf-list adv_speeds { type uint32; }
                leaf-list tags { type string; }
            }
        }
        container DSCP_TO_TC_MAP {
            list DSCP_TO_TC_MAP_LIST {
                key name;
                leaf name { type string; }
                list DSCP_TO_TC_MAP {
                    key dscp;
                    leaf dscp { type string { pattern "6[0-3]|[1-5]?[0-9]"; } }
                    leaf tc { type string { pattern "[0-7]"; } }
                }
            }
        }
        container WATCH {
            container GLOBAL { leaf poll { type uint32; } }
            list WATCH_QUEUE_LIST {
                key "port queue";
                leaf port { type leafref { path "/sonic-toy/PORT/PORT_LIST/name"; } }
                leaf queue { type uint8; }
                leaf after { type uint32; must ". >= ../../GLOBAL/poll" { error-message "too soon"; } }
            }
            list WATCH_LIST {
                key port;
                leaf port { type leafref { path "/sonic-toy/PORT/PORT_LIST/name"; } }
                leaf map { type leafref { path "/sonic-toy/DSCP_TO_TC_MAP/DSCP_TO_TC_MAP_LIST/name"; } }
            }
        }
    }
}
"#;

    /// What the toy says of a config_db.json: `TABLE|key field: Kind: reason`, then tables without a model.
    fn told(json: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sonic-toy.yang"), MODEL).unwrap();
        let models = Models::load(folder.path()).unwrap();
        let verdict = models.judge(&ConfigDb::read(json).unwrap());
        let violation = |v: Violation| {
            let place = [v.key.map(|k| format!("|{k}")), v.field.map(|f| format!(" {f}"))];
            format!(
                "{}{}: {:?}: {}",
                v.table,
                place.map(Option::unwrap_or_default).concat(),
                v.kind,
                v.reason
            )
        };
        let bare = verdict.unmodelled.into_iter().map(|(table, rows)| format!("{table}: {rows}"));
        verdict.violations.into_iter().map(violation).chain(bare).collect()
    }

    #[test]
    fn rows_of_every_kind_are_taken() {
        let sound = r#"{
            "PORT": {"Ethernet0": {"speed": " 400_000 ", "adv_speeds": "100,200"}, "Ethernet8": {"speed": 100, "tags": ["a", ""]}},
            "DSCP_TO_TC_MAP": {"AZURE": {"3": "3", "63": "0"}, "NONE": {}},
            "WATCH": {"GLOBAL": {"poll": "100"}, "Ethernet0": {"map": "AZURE"}, "Ethernet8": {}, "Ethernet0|3": {"after": "100"}}
        }"#;
        assert_eq!(told(sound), [""; 0]);
    }

    #[test]
    fn every_mistake_is_told_once_and_nothing_that_follows_from_it() {
        let wrong = r#"{
            "PORT": {"Ethernet0": {"speed": "0", "tags": "a", "sped": "1"}, "eth1": {"speed": "1"}, "Ethernet2": {}},
            "DSCP_TO_TC_MAP": {"AZURE": {"64": "3", "3": "9"}, "a|b": {"1": "1"}},
            "WATCH": {"eth1": {}, "Ethernet9": {"map": "NO"}, "a|b|c": {}, "Ethernet0|x": {}},
            "PROT": {"Ethernet0": {}}
        }"#;
        assert_eq!(
            told(wrong),
            [
                "DSCP_TO_TC_MAP|AZURE 3: Value: `9` does not match `[0-7]`",
                "DSCP_TO_TC_MAP|AZURE 64: Value: `64` does not match `6[0-3]|[1-5]?[0-9]`",
                "DSCP_TO_TC_MAP|a|b: Key: a key of 2 parts, where the model has `name`",
                "PORT|Ethernet0 sped: Field: the model has no such field",
                "PORT|Ethernet0 speed: Value: `0` is out of range: 1..1600000",
                "PORT|Ethernet0 tags: Form: one value here, a list in the model",
                "PORT|Ethernet2 speed: Missing: `speed` is missing",
                "PORT|eth1: Key: `eth1` does not match `Ethernet[0-9]+`",
                "WATCH|Ethernet0|x: Key: `x` is no uint8: 0..255",
                "WATCH|Ethernet9: Reference: `Ethernet9` is not in PORT: `port` in the key",
                "WATCH|Ethernet9 map: Reference: `NO` is not in DSCP_TO_TC_MAP",
                "WATCH|a|b|c: Key: a key of 3 parts, where the model has `port|queue` or `port` or `GLOBAL` itself",
                "WATCH|eth1: Key: `eth1` does not match `Ethernet[0-9]+`",
                "PROT: 1",
            ]
        );
    }

    #[test]
    fn conditions_are_told_in_the_words_of_the_model() {
        let early = r#"{"PORT": {"Ethernet0": {"speed": "1"}}, "WATCH": {"GLOBAL": {"poll": "100"}, "Ethernet0|3": {"after": "99"}}}"#;
        assert_eq!(told(early), ["WATCH|Ethernet0|3 after: Condition: too soon"]);
    }

    #[test]
    fn no_text_makes_it_stumble() {
        let long = "x".repeat(70_000);
        for odd in ["", "\0", "'\"]", "ü|", "[]", "\u{7f}\u{fffe}", long.as_str()] {
            let port = serde_json::json!({ odd: { "speed": odd, odd: odd, "tags": [odd] } });
            let json = serde_json::json!({ "PORT": port, "WATCH": { format!("{odd}|1"): {} } });
            let told = told(&json.to_string());
            assert!(told.iter().any(|line| line.starts_with("PORT|")), "{told:?}");
        }
    }

    #[test]
    fn a_folder_without_models_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = |what: &str| Models::load(&folder.path().join(what)).unwrap_err().0;
        assert!(error("none").contains("No such file"), "{}", error("none"));
        assert_eq!(error(""), "it holds no .yang file");
        std::fs::write(folder.path().join("broken.yang"), "module broken {").unwrap();
        assert!(!error("").is_empty());
    }
}
