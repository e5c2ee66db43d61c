//! What becomes of one switch when its files change.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::natural_cmp;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;
use fabc_targets::sonic::effects::{Effect, Level, Op, frozen, on, port_of};
use fabc_targets::sonic::gcu::{Gcu, Operation, Verb};

use super::rows::{RowChange, Tables, rows};
use super::statements::{self, StatementEffect};

/// What becomes of a switch, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Its files are the same, byte by byte.
    None,
    /// They change, and nothing that carries traffic now is interrupted.
    Live,
    /// Something that carries traffic now is interrupted, or nobody knows that it isn't.
    Cut,
}

impl Verdict {
    /// `none`, `live` or `cut`
    pub fn name(self) -> &'static str {
        match self {
            Verdict::None => "none",
            Verdict::Live => "live",
            Verdict::Cut => "cut",
        }
    }
}

/// What it is that something is done to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// The whole switch.
    Switch,
    /// These ports.
    Ports(BTreeSet<String>),
    /// The sessions with these neighbours.
    Sessions(BTreeSet<String>),
}

/// Changes that do the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    /// What changes: `BUFFER_PG profile`, `PORT added`, `neighbor UPPER changed`.
    pub what: String,
    /// What it does.
    pub effect: Effect,
    /// To what.
    pub on: On,
    /// Whether something that carries traffic now is interrupted: not so where the ports are down.
    pub interrupts: bool,
    /// How many rows, fields or statements.
    pub count: usize,
}

/// What becomes of a switch, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceChange {
    /// The worst of it.
    pub verdict: Verdict,
    /// All of it; what interrupts comes first.
    pub consequences: Vec<Consequence>,
}

/// The files of a switch.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// `config_db.json`
    pub config_db: &'a [u8],
    /// `frr.conf`
    pub frr: &'a [u8],
    /// `sonic-cli.txt`, where there is one.
    pub cli: &'a [u8],
}

const UNREADABLE: Effect =
    Effect { level: Level::Unknown, likely: false, note: "the files can't be read", source: "none" };
const TYPED: Effect = Effect {
    level: Level::Unknown,
    likely: false,
    note: "lines are gone or changed; what typing does to a box that runs isn't public",
    source: "none",
};
const TYPED_MORE: Effect =
    Effect { level: Level::Live, likely: true, note: "lines are only added", source: "sonic-cli.txt" };

/// What switches run, as far as it decides what a change does; the box is called by name in its former file.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    /// Their release.
    pub release: &'static Release,
    /// Whether they have lossless classes.
    pub lossless: bool,
}

/// What the way from the former files to the new ones does to a switch that runs.
pub fn compare(running: Running, old: Files<'_>, new: Files<'_>) -> DeviceChange {
    let mut found = Vec::new();
    if old.config_db != new.config_db || old.frr != new.frr {
        match texts(old, new).and_then(|texts| judge(running, texts)) {
            Ok(all) => found = all,
            Err(error) => found.push(Consequence {
                what: error,
                effect: UNREADABLE,
                on: On::Switch,
                interrupts: true,
                count: 1,
            }),
        }
    }
    if old.cli != new.cli {
        let lines = |text: &'_ [u8]| -> Vec<Vec<u8>> {
            let said = text.split(|b| *b == b'\n').filter(|line| !line.starts_with(b"!"));
            said.map(<[u8]>::to_vec).collect()
        };
        let is: BTreeSet<_> = lines(new.cli).into_iter().collect();
        let more = lines(old.cli).iter().all(|line| is.contains(line));
        let effect = if more { TYPED_MORE } else { TYPED };
        let what = "sonic-cli.txt".to_owned();
        found.push(Consequence { what, effect, on: On::Switch, interrupts: !more, count: 1 });
    }
    let verdict = match (found.iter().any(|c| c.interrupts), old.same(new)) {
        (true, _) => Verdict::Cut,
        (false, false) => Verdict::Live,
        (false, true) => Verdict::None,
    };
    found.sort_by(|a, b| {
        let weight = |c: &Consequence| (!c.interrupts, std::cmp::Reverse(c.effect.level));
        weight(a).cmp(&weight(b)).then_with(|| natural_cmp(&a.what, &b.what))
    });
    DeviceChange { verdict, consequences: found }
}

impl Files<'_> {
    fn same(self, other: Files<'_>) -> bool {
        self.config_db == other.config_db && self.frr == other.frr && self.cli == other.cli
    }
}

/// Old and new config_db.json, then old and new frr.conf.
type Texts<'a> = [&'a str; 4];

fn texts<'a>(old: Files<'a>, new: Files<'a>) -> Result<Texts<'a>, String> {
    let text = |bytes: &'a [u8]| std::str::from_utf8(bytes).map_err(|_| "a file is not UTF-8".to_owned());
    Ok([text(old.config_db)?, text(new.config_db)?, text(old.frr)?, text(new.frr)?])
}

fn judge(running: Running, [old, new, old_frr, new_frr]: Texts<'_>) -> Result<Vec<Consequence>, String> {
    let (old, new) = (Tables::read(old)?, Tables::read(new)?);
    let up = old.ports_up()?;
    let changes = rows(&old, &new)?;
    let mut other = Vec::new();
    for found in statements::effects(old_frr, new_frr) {
        let (effect, sessions, interrupts) = by_sessions(&found, &up);
        let on = if sessions.is_empty() { On::Switch } else { On::Sessions(sessions) };
        other.push(Consequence { what: found.what, effect, on, interrupts, count: 1 });
    }
    let gcu = Gcu::new(running.release, &old.hwsku()?);
    let target = Target { nos: running.release.nos, gcu: &gcu, lossless: running.lossless };
    Ok(of_rows(&target, &changes, &up).into_iter().chain(other).collect())
}

/// What a statement does where the ports `up` carry traffic: its effect, the sessions, and whether anything is interrupted.
pub(super) fn by_sessions(
    found: &StatementEffect,
    up: &BTreeSet<String>,
) -> (Effect, BTreeSet<String>, bool) {
    // A neighbour that is called after a port has a session only while that port is up.
    let is_port = |id: &str| id.starts_with(|c: char| c.is_ascii_alphabetic());
    let busy = found.sessions.iter().filter(|id| !is_port(id) || up.contains(*id));
    let sessions: BTreeSet<String> = busy.cloned().collect();
    let interrupts = found.effect.level.interrupts() && (found.sessions.is_empty() || !sessions.is_empty());
    let effect = if interrupts { found.effect } else { idle(found.effect) };
    (effect, sessions, interrupts)
}

/// The very box that rows change on.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Its system.
    pub nos: Nos,
    /// Its GCU.
    pub gcu: &'a Gcu,
    /// Whether it has lossless classes.
    pub lossless: bool,
}

impl Target<'_> {
    fn effect(&self, of: &Operation<'_>) -> Effect {
        let frozen = frozen(self.nos, of.table).filter(|_| self.lossless);
        frozen.unwrap_or_else(|| on(self.nos, self.gcu, of))
    }
}

/// What changes of rows do to a switch whose ports `up` carry traffic.
pub fn of_rows(target: &Target<'_>, changes: &[RowChange], up: &BTreeSet<String>) -> Vec<Consequence> {
    let mut judged = Judged { target, rows: BTreeMap::new() };
    changes.iter().for_each(|change| judged.row(change, up));
    let of_rows = judged.rows.into_iter().map(|((what, _, interrupts), merged)| {
        let Merged { effect, ports, count } = merged;
        let on = if ports.is_empty() { On::Switch } else { On::Ports(ports) };
        Consequence { what, effect, on, interrupts, count }
    });
    of_rows.collect()
}

/// Where nothing runs nothing is interrupted. What is refused is still refused.
pub(super) fn idle(effect: Effect) -> Effect {
    match effect.level {
        Level::Refused | Level::None | Level::Live => effect,
        _ => Effect {
            level: Level::Live,
            likely: false,
            note: "the port is down now",
            source: "config_db.json",
        },
    }
}

/// Rows by what they are called, how hard they are, and whether they interrupt.
struct Judged<'a> {
    target: &'a Target<'a>,
    rows: BTreeMap<(String, Level, bool), Merged>,
}

struct Merged {
    effect: Effect,
    ports: BTreeSet<String>,
    count: usize,
}

impl Judged<'_> {
    fn row(&mut self, change: &RowChange, up: &BTreeSet<String>) {
        let RowChange { table, key, op, fields } = change;
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let of =
            |verb, field, names| self.target.effect(&Operation { verb, table, key: Some(key), field, names });
        if *op != Op::Changed {
            let verb = if *op == Op::Added { Verb::Add } else { Verb::Remove };
            let said = of(verb, None, if *op == Op::Added { &names } else { &[] });
            let port = port_of(table, key, None);
            // A map with a field for each port comes and goes with what it says of ports that are up.
            let by_port = fields.iter().filter_map(|f| port_of(table, key, Some(&f.name)));
            let ports: Vec<&str> = port.into_iter().chain(by_port).collect();
            let what = format!("{table} {}", op.name());
            return self.add(what, said, &ports, up);
        }
        let said: Vec<Effect> = fields.iter().map(|field| of(field.verb(), Some(&field.name), &[])).collect();
        for (field, said) in fields.iter().zip(said) {
            let port = port_of(table, key, Some(&field.name));
            // Where fields are called after ports, their names are no names of fields.
            let is_port = port == Some(&field.name);
            let what = if is_port { table.clone() } else { format!("{table} {}", field.name) };
            self.add(what, said, port.as_slice(), up);
        }
    }

    fn add(&mut self, what: String, said: Effect, ports: &[&str], up: &BTreeSet<String>) {
        let (busy, rest): (Vec<&str>, Vec<&str>) = ports.iter().partition(|port| up.contains(**port));
        let mut put = |effect: Effect, ports: &[&str], interrupts: bool| {
            let none = || Merged { effect, ports: BTreeSet::new(), count: 0 };
            let merged = self.rows.entry((what.clone(), effect.level, interrupts)).or_insert_with(none);
            merged.ports.extend(ports.iter().map(|p| (*p).to_owned()));
            merged.count += 1;
        };
        if !busy.is_empty() || ports.is_empty() {
            put(said, &busy, said.level.interrupts());
        }
        if !rest.is_empty() {
            put(idle(said), &rest, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{"PORT": {"Ethernet0": {"admin_status": "up", "speed": "1"}, "Ethernet8": {"admin_status": "down", "speed": "1"}},
        "BUFFER_PG": {"Ethernet0|0": {"profile": "a"}}, "CABLE_LENGTH": {"AZURE": {"Ethernet0": "5m", "Ethernet8": "0m"}}}"#;
    const FRR: &str = "router bgp 1\n neighbor Ethernet0 interface remote-as external\n neighbor Ethernet8 interface remote-as external\n";

    fn said(new: &str, frr: &str) -> (Verdict, Vec<String>) {
        let files = |db: &'static str, frr: &'static str| Files {
            config_db: db.as_bytes(),
            frr: frr.as_bytes(),
            cli: b"",
        };
        let new = Files { config_db: new.as_bytes(), frr: frr.as_bytes(), cli: b"" };
        let release = Release::find(Nos::Sonic, "202505").unwrap();
        let change = compare(Running { release, lossless: true }, files(OLD, FRR), new);
        let told = change.consequences.iter().map(|c| {
            let on = match &c.on {
                On::Switch => String::new(),
                On::Ports(all) | On::Sessions(all) => all.iter().cloned().collect::<Vec<_>>().join(","),
            };
            format!("{} {} {on} {}", c.what, c.effect.level.name(), if c.interrupts { "cut" } else { "live" })
        });
        (change.verdict, told.collect())
    }

    #[test]
    fn a_port_that_is_down_is_not_interrupted() {
        assert_eq!(said(OLD, FRR), (Verdict::None, Vec::new()));
        let other = OLD.replace("\"down\", \"speed\": \"1\"", "\"up\", \"speed\": \"2\"");
        let (verdict, told) = said(&other, FRR);
        assert_eq!(verdict, Verdict::Live);
        assert_eq!(told, ["PORT admin_status live Ethernet8 live", "PORT speed live Ethernet8 live"]);
        let (verdict, told) =
            said(OLD, &FRR.replace(" neighbor Ethernet8 interface remote-as external\n", ""));
        assert_eq!(
            (verdict, told),
            (Verdict::Live, vec!["neighbor Ethernet8 removed live  live".to_owned()])
        );
    }

    #[test]
    fn a_port_that_is_up_is() {
        let (verdict, told) = said(&OLD.replace("\"up\", \"speed\": \"1\"", "\"up\", \"speed\": \"2\""), FRR);
        assert_eq!((verdict, told), (Verdict::Cut, vec!["PORT speed port flap Ethernet0 cut".to_owned()]));
        let (verdict, told) = said(&OLD.replace("\"a\"", "\"b\""), FRR);
        assert_eq!(
            (verdict, told),
            (Verdict::Cut, vec!["BUFFER_PG profile port flap Ethernet0 cut".to_owned()])
        );
        let (verdict, told) = said(&OLD.replace("\"5m\"", "\"40m\""), FRR);
        assert_eq!((verdict, told), (Verdict::Cut, vec!["CABLE_LENGTH unknown Ethernet0 cut".to_owned()]));
        let (verdict, told) = said(&OLD.replace("\"0m\"", "\"40m\""), FRR);
        assert_eq!((verdict, told), (Verdict::Live, vec!["CABLE_LENGTH live Ethernet8 live".to_owned()]));
    }

    #[test]
    fn what_is_refused_is_said_where_nothing_is_interrupted_too() {
        let watched = OLD.replace("\"BUFFER_PG\"", "\"PFC_WD\": {\"Ethernet8\": {}}, \"BUFFER_PG\"");
        let (verdict, told) = said(&watched, FRR);
        assert_eq!(
            (verdict, told),
            (Verdict::Live, vec!["PFC_WD added refused by GCU Ethernet8 live".to_owned()])
        );
        let (verdict, _) = said(&OLD.replace("\"BUFFER_PG\"", "\"NEVER_HEARD_OF\""), FRR);
        assert_eq!(verdict, Verdict::Cut);
        assert_eq!(said("[]", FRR).0, Verdict::Cut);
    }
}
