//! What differs between what one switch runs and what its files say, each difference with its effect on that box.

use std::collections::{BTreeMap, BTreeSet};

use fabc_targets::sonic::effects::{Effect, Level, Op, frozen, on, port_of, round};
use fabc_targets::sonic::gcu::{Gcu, Operation, Verb};
use fabc_targets::sonic::{Release, Value};
use serde_json::json;

use super::device::{by_sessions, idle};
use super::rows::{FieldChange, RowChange, Tables, rows};
use super::running::Build;
use super::statements;
use crate::deployed::mask;
use crate::deployed::owned::{Owned, owned};

/// The box that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// What its system knows.
    pub release: &'static Release,
    /// What its system calls it.
    pub hwsku: &'a str,
    /// Whether it has lossless classes.
    pub lossless: bool,
    /// Whether all that differs counts, as both sides were built: else what the switch holds besides stays.
    pub built: bool,
}

/// What both sides say.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The former config_db.json, and the one that is to be.
    pub config_db: [&'a [u8]; 2],
    /// The same of frr.conf; none where the former isn't known.
    pub frr: Option<[&'a [u8]; 2]>,
}

/// What differs, without its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A field of a row is another one, comes or goes.
    Field {
        /// The table.
        table: String,
        /// The field; none where fields are called after ports: then it is part of the key.
        field: Option<String>,
        /// What it is on the switch.
        old: Option<String>,
        /// What it is to be.
        new: Option<String>,
    },
    /// A row comes or goes.
    Row {
        /// The table.
        table: String,
        /// Whether it comes.
        added: bool,
        /// Whether somebody else put it into a table that is fabc's alone.
        foreign: bool,
        /// Its fields.
        fields: Vec<(String, String)>,
    },
    /// A statement of frr.conf comes or goes.
    Line {
        /// Its block; empty outside of all.
        block: String,
        /// Its words.
        text: String,
        /// Whether it comes.
        added: bool,
    },
}

/// Rows, fields or statements that differ alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub what: What,
    /// Keys of the rows, in natural order; none of a statement.
    pub keys: Vec<String>,
    /// What it does to bring the switch to what it is to be.
    pub effect: Effect,
    /// Whether something that carries traffic now is interrupted.
    pub interrupts: bool,
    /// How it can be done where GCU refuses it.
    pub round: Option<&'static str>,
}

/// All that differs on a switch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drift {
    /// What is to change.
    pub differences: Vec<Difference>,
    /// What the switch holds besides, and keeps.
    pub kept: Vec<Difference>,
    /// What can't be compared, as it is masked.
    pub masked: Vec<Difference>,
    /// Statements that can't be compared, as they are masked.
    pub masked_lines: usize,
}

/// A value as it is shown: a list as JSON.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => json!(items).to_string(),
    }
}

/// Compares a switch, and hands what is to change of its rows to `ours` besides. The error says what can't be read.
pub fn drift(
    target: &Target<'_>,
    pair: Pair<'_>,
    ours: &mut dyn FnMut(&Tables<'_>, &[RowChange]),
) -> Result<Drift, String> {
    let mut found = Drift::default();
    let [old, new] = pair.config_db;
    let same_lines = pair.frr.is_none_or(|[old, new]| old == new);
    if old == new && same_lines {
        return Ok(found);
    }
    let (old, new) =
        (Tables::read(text(old, "config_db.json")?)?, Tables::read(text(new, "config_db.json")?)?);
    let up = old.ports_up()?;
    let mut changes = rows(&old, &new)?;
    changes.iter_mut().for_each(mask::change);
    let sorted = match target.built {
        true => Owned { ours: changes, ..Owned::default() },
        false => owned(changes),
    };
    ours(&old, &sorted.ours);
    let gcu = Gcu::new(target.release, target.hwsku);
    let mut judge = Judge { target, gcu: Some(gcu), old: &old, up: &up, found: BTreeMap::new() };
    let mut foreign = sorted.foreign.iter().peekable();
    for (at, change) in sorted.ours.iter().enumerate() {
        judge.row(change, foreign.next_if(|place| **place == at).is_some());
    }
    found.differences = judge.done();
    for (rows, to) in [(sorted.kept, &mut found.kept), (sorted.masked, &mut found.masked)] {
        let mut judge = Judge { target, gcu: None, old: &old, up: &up, found: BTreeMap::new() };
        rows.iter().for_each(|change| judge.row(change, false));
        *to = judge.done();
    }
    if let Some([old, new]) = pair.frr.filter(|_| !same_lines) {
        let build = Build { paths: target.release.maximum_paths };
        let (old, _) = mask::frr(text(old, "frr.conf")?);
        let (lines, masked) = statements::running(&old, text(new, "frr.conf")?, build);
        found.masked_lines = masked;
        for said in lines {
            let (effect, _, interrupts) = by_sessions(&said, &up);
            found.differences.extend(said.changes.into_iter().map(|change| {
                let statements::StatementChange { block, text, added } = change;
                let what = What::Line { block, text, added };
                Difference { what, keys: Vec::new(), effect, interrupts, round: None }
            }));
        }
    }
    Ok(found)
}

/// How many rows and fields differ between what runs, which can be read, and what is saved. The error says what is wrong
/// with the latter.
pub fn unsaved(running: &[u8], saved: &[u8]) -> Result<usize, String> {
    if running == saved {
        return Ok(0);
    }
    let (saved, running) =
        (Tables::read(text(saved, "it")?)?, Tables::read(text(running, "config_db.json")?)?);
    let count = |change: &RowChange| if change.op == Op::Changed { change.fields.len() } else { 1 };
    Ok(rows(&saved, &running)?.iter().map(count).sum())
}

fn text<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, String> {
    std::str::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8"))
}

/// Puts together what differs alike.
struct Judge<'a> {
    target: &'a Target<'a>,
    /// None where nothing is to be done.
    gcu: Option<Gcu>,
    old: &'a Tables<'a>,
    up: &'a BTreeSet<String>,
    found: BTreeMap<(What, Level, bool), Alike>,
}

/// What is the same of what differs alike, and where that is.
struct Alike {
    keys: Vec<String>,
    effect: Effect,
    round: Option<&'static str>,
}

const STAYS: Effect = Effect { level: Level::None, likely: false, note: "it stays", source: "fabc" };

impl Judge<'_> {
    fn row(&mut self, change: &RowChange, foreign: bool) {
        let RowChange { table, key, op, fields } = change;
        if *op != Op::Changed {
            let added = *op == Op::Added;
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            let names = if added { names.as_slice() } else { &[] };
            let verb = if added { Verb::Add } else { Verb::Remove };
            let mut of = Operation { verb, table, key: Some(key), field: None, names };
            // A table that there isn't comes as a whole.
            let (whole, keys) = (added && !self.old.has(table), [key.as_str()]);
            let all = Operation { key: None, names: &keys, ..of };
            let refuses = |of| self.gcu.is_some_and(|gcu| gcu.is_known() && gcu.refuses(of).is_some());
            if whole && !refuses(&of) && refuses(&all) {
                of = all;
            }
            let side = |field: &FieldChange| if added { field.new.clone() } else { field.old.clone() };
            let all = fields.iter().filter_map(|f| side(f).map(|value| (f.name.clone(), shown(&value))));
            let what = What::Row { table: table.clone(), added, foreign, fields: all.collect() };
            // A map with a field for each port comes and goes with what it says of ports that are up.
            let by_port = fields.iter().filter_map(|f| port_of(table, key, Some(&f.name)));
            let ports: Vec<&str> = port_of(table, key, None).into_iter().chain(by_port).collect();
            return self.add(what, key.clone(), &of, &ports);
        }
        for field in fields {
            let of =
                Operation { verb: field.verb(), table, key: Some(key), field: Some(&field.name), names: &[] };
            let port = port_of(table, key, Some(&field.name));
            let is_port = port == Some(field.name.as_str());
            let what = What::Field {
                table: table.clone(),
                field: (!is_port).then(|| field.name.clone()),
                old: field.old.as_ref().map(shown),
                new: field.new.as_ref().map(shown),
            };
            let key = if is_port { format!("{key} {}", field.name) } else { key.clone() };
            self.add(what, key, &of, port.as_slice());
        }
    }

    fn add(&mut self, what: What, key: String, of: &Operation<'_>, ports: &[&str]) {
        let (effect, round) = match &self.gcu {
            None => (STAYS, None),
            Some(gcu) => {
                let nos = self.target.release.nos;
                let frozen = frozen(nos, of.table).filter(|_| self.target.lossless);
                (frozen.unwrap_or_else(|| on(nos, gcu, of)), round(gcu, of))
            }
        };
        let busy = ports.is_empty() || ports.iter().any(|port| self.up.contains(*port));
        let interrupts = busy && effect.level.interrupts();
        let effect = if busy { effect } else { idle(effect) };
        let none = || Alike { keys: Vec::new(), effect, round };
        self.found.entry((what, effect.level, interrupts)).or_insert_with(none).keys.push(key);
    }

    fn done(self) -> Vec<Difference> {
        let all = self.found.into_iter().map(|((what, _, interrupts), alike)| {
            let Alike { keys, effect, round } = alike;
            Difference { what, keys, effect, interrupts, round }
        });
        all.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fabc_lang::intent::Nos;

    const OLD: &str = r#"{"PORT": {"Ethernet0": {"admin_status": "up", "mtu": "9100"}, "Ethernet8": {"admin_status": "up", "mtu": "9100"}},
        "BUFFER_PG": {"Ethernet0|3": {"profile": "a"}}, "VLAN": {"Vlan1": {}}, "TACPLUS": {"global": {"passkey": "<masked>"}},
        "CABLE_LENGTH": {"AZURE": {"Ethernet0": "5m", "Ethernet8": "5m"}}}"#;

    fn of(new: &str, built: bool) -> Drift {
        let release = Release::find(Nos::Sonic, "202505").unwrap();
        let target = Target { release, hwsku: "Dell-Z9864F-O64", lossless: true, built };
        let pair = Pair { config_db: [OLD.as_bytes(), new.as_bytes()], frr: None };
        drift(&target, pair, &mut |_, _| {}).unwrap()
    }

    fn told(all: &[Difference]) -> Vec<String> {
        let one = |d: &Difference| {
            let what = match &d.what {
                What::Field { table, field, old, new } => {
                    format!("{table} {field:?} {old:?} {new:?}")
                }
                What::Row { table, added, foreign, fields } => {
                    format!("{table} {added} {foreign} {}", fields.len())
                }
                What::Line { text, .. } => text.clone(),
            };
            format!("{what} [{}] {}", d.keys.join(","), d.effect.level.name())
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn what_differs_alike_is_one_difference() {
        let new = OLD.replace("9100", "9214").replace("\"5m\"", "\"40m\"").replace("<masked>", "x");
        let found = of(&new, false);
        assert_eq!(
            told(&found.differences),
            [
                "CABLE_LENGTH None Some(\"5m\") Some(\"40m\") [AZURE Ethernet0,AZURE Ethernet8] unknown",
                "PORT Some(\"mtu\") Some(\"9100\") Some(\"9214\") [Ethernet0,Ethernet8] live",
            ]
        );
        assert_eq!(told(&found.masked).len(), 1);
        assert!(found.kept.is_empty());
    }

    #[test]
    fn foreign_rows_go_and_others_stay() {
        let new = r#"{"PORT": {"Ethernet0": {"admin_status": "up", "mtu": "9100"}, "Ethernet8": {"admin_status": "up", "mtu": "9100"}},
            "CABLE_LENGTH": {"AZURE": {"Ethernet0": "5m", "Ethernet8": "5m"}}, "PFC_WD": {"Ethernet0": {"action": "drop"}}}"#;
        let found = of(new, false);
        assert_eq!(
            told(&found.differences),
            [
                "BUFFER_PG false true 1 [Ethernet0|3] port flap",
                "PFC_WD true false 1 [Ethernet0] refused by GCU"
            ]
        );
        assert!(found.differences[1].round.unwrap().contains("pfcwd"));
        assert_eq!(found.kept.len(), 2);
        // Of two builds all that differs counts, and nothing is foreign.
        let built = of(new, true);
        assert_eq!((built.kept.len(), built.differences.len()), (0, 4));
        assert!(told(&built.differences).contains(&"VLAN false false 0 [Vlan1] unknown".to_owned()));
    }

    #[test]
    fn what_would_be_lost_is_counted() {
        assert_eq!(unsaved(OLD.as_bytes(), OLD.as_bytes()), Ok(0));
        assert_eq!(unsaved(OLD.as_bytes(), OLD.replace("9100", "9214").as_bytes()), Ok(2));
        assert!(unsaved(OLD.as_bytes(), b"[]").is_err());
    }
}
