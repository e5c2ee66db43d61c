//! One change of ConfigDB as patches in an order that leaves GCU's sorter nothing to sort.
//!
//! Every row that differs belongs to a [`Phase`]: what is needed comes first, ports go down before their queues and buffers
//! change, what is bound to a port goes before the port does. Phases that have nothing to do with each other are then put
//! into one patch again, so that a change of one field stays one patch.

use std::collections::BTreeSet;

use fabc_lang::intent::Nos;
use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::{Op, effect, port_of};
use fabc_targets::sonic::gcu::{Gcu, Operation, Verb, WRAPPED};

use super::db::{Db, Row};
use super::refs::needs;
use crate::deployed::canonical::Name;
use crate::diff::rows::{FieldChange, RowChange};

/// What is done in one go, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// What others need comes, and what needs nothing changes.
    Prepare,
    /// Ports go down whose queues, buffers or lanes change.
    Down,
    /// What is bound to ports goes.
    Unbind,
    /// Ports go, and profiles that can't be changed where they stand.
    Remove,
    /// They come again.
    Create,
    /// What is bound to ports comes and changes.
    Bind,
    /// Ports come up.
    Up,
    /// What nobody needs any more goes.
    Clean,
}

impl Phase {
    const ALL: [Phase; 8] = [
        Phase::Prepare,
        Phase::Down,
        Phase::Unbind,
        Phase::Remove,
        Phase::Create,
        Phase::Bind,
        Phase::Up,
        Phase::Clean,
    ];

    /// `prepare`, `ports down`, …
    pub fn name(self) -> &'static str {
        match self {
            Phase::Prepare => "prepare",
            Phase::Down => "ports down",
            Phase::Unbind => "unbind",
            Phase::Remove => "remove",
            Phase::Create => "create",
            Phase::Bind => "bind",
            Phase::Up => "ports up",
            Phase::Clean => "clean up",
        }
    }
}

/// A patch: from one ConfigDB to the next. Tables to which no step does anything are left out of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is made of.
    pub phases: Vec<Phase>,
    /// What is there when it begins.
    pub before: Db,
    /// What is there when it ends.
    pub after: Db,
}

/// Ports by what becomes of them, and rows that must go and come again.
struct Fates {
    /// Ports that go, or are made anew.
    gone: BTreeSet<String>,
    /// Ports that carry traffic and whose queues or buffers change.
    flapping: BTreeSet<String>,
    /// Of these, ports whose turn comes later.
    later: BTreeSet<String>,
    /// Buffer profiles that GCU doesn't change, but takes away and makes anew.
    profiles: BTreeSet<String>,
    /// Rows that stay what they are, but must go while something that they need is made anew.
    bound: BTreeSet<(String, String)>,
}

/// How ports that are up get down while their queues and buffers change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// GCU does it, one port after another.
    Gcu,
    /// Patches of their own do, so many times, each for a part of the ports. Ports that are made anew go with the first.
    Batches(usize),
}

/// The patches from `old` to `new`.
pub fn steps(old: &Db, new: &Db, gcu: &Gcu, hold: Hold) -> Vec<Step> {
    let changes = old.changes(new);
    let mut fates = Fates::of(old, new, &changes, gcu, hold);
    let (old, new) = &fates.touched(old, new);
    let mut all: Vec<Step> = Vec::new();
    let mut db = old.clone();
    let mut run = |phases: &[Phase], fates: &Fates| {
        for &phase in phases {
            let before = db.clone();
            fates.make(phase, &mut db, new);
            if db != before {
                all.push(Step { phases: vec![phase], before, after: db.clone() });
            }
        }
    };
    let [first, around @ .., last] = Phase::ALL;
    run(&[first], &fates);
    let batches = match hold {
        // A profile that is made anew is without for all ports at once.
        Hold::Batches(count) if fates.profiles.is_empty() => count.clamp(1, fates.flapping.len().max(1)),
        _ => 1,
    };
    let ports: Vec<Name> =
        fates.flapping.iter().map(|port| Name(port.clone())).collect::<BTreeSet<_>>().into_iter().collect();
    for batch in 0..batches {
        let of = |wanted: &dyn Fn(usize) -> bool| -> BTreeSet<String> {
            let at = ports.iter().enumerate().filter(|(at, _)| wanted(at % batches));
            at.map(|(_, port)| port.0.clone()).collect()
        };
        fates.flapping = of(&|of| of == batch);
        fates.later = of(&|of| of > batch);
        run(&around, &fates);
        fates.gone.clear();
        fates.bound.clear();
    }
    run(&[last], &fates);
    joined(all)
}

fn text(row: Option<&Row>, field: &str) -> Option<String> {
    match row?.get(&Name::from(field))? {
        Value::Text(text) => Some(text.clone()),
        Value::List(_) => None,
    }
}

fn is_up(db: &Db, port: &str) -> bool {
    text(db.row("PORT", port), "admin_status").is_some_and(|status| status == "up")
}

fn set_admin(db: &mut Db, port: &str, status: &str) {
    if let Some(mut row) = db.row("PORT", port).cloned() {
        row.insert(Name::from("admin_status"), Value::Text(status.to_owned()));
        db.set("PORT", port, Some(row));
    }
}

/// Rows of a port: the row is called after it. `PORT` itself and what names no port are none.
fn port_row<'a>(table: &str, key: &'a str) -> Option<&'a str> {
    port_of(table, key, None).filter(|_| table != "PORT" && table != "BREAKOUT_CFG")
}

/// Whether a port that is up goes down by this field of its own, or nobody knows that it doesn't: speed, FEC.
fn interrupts(change: &RowChange, field: &str) -> bool {
    let of_port = change.table == "PORT" && change.op == Op::Changed && field != "admin_status";
    of_port && effect(Nos::Sonic, "PORT", &change.key, Op::Changed, Some(field)).level.interrupts()
}

/// Whether the fields of the table's rows are called after ports: CABLE_LENGTH.
fn is_map(table: &str) -> bool {
    port_of(table, "", Some("Ethernet0")) == Some("Ethernet0")
}

impl Fates {
    fn of(old: &Db, new: &Db, changes: &[RowChange], gcu: &Gcu, hold: Hold) -> Fates {
        let remade = |c: &&RowChange| {
            c.table == "PORT"
                && (c.op == Op::Removed || c.op == Op::Changed && c.fields.iter().any(|f| f.name == "lanes"))
        };
        let gone: BTreeSet<String> = changes.iter().filter(remade).map(|c| c.key.clone()).collect();
        let profiles: BTreeSet<String> = changes
            .iter()
            .filter(|c| c.table == "BUFFER_PROFILE" && c.op == Op::Changed && is_remade(c, gcu))
            .map(|c| c.key.clone())
            .collect();
        let mut bound = BTreeSet::new();
        let remade = !gone.is_empty() || !profiles.is_empty();
        for (table, rows) in old.0.iter().filter(|_| remade) {
            for (key, row) in rows.iter() {
                let needs = needs(table, &key.0, row);
                let of_port = port_row(table, &key.0).is_some_and(|port| gone.contains(port));
                let of_profile = needs.iter().any(|(t, k)| *t == "BUFFER_PROFILE" && profiles.contains(k));
                if of_port || of_profile {
                    bound.insert((table.clone(), key.0.clone()));
                }
            }
        }
        let wrapped = changes.iter().map(|c| (c.table.as_str(), c.key.as_str()));
        let wrapped = wrapped.chain(bound.iter().map(|(table, key)| (table.as_str(), key.as_str())));
        let ports = wrapped.filter(|(table, _)| WRAPPED.contains(table)).filter_map(|(t, k)| port_row(t, k));
        let both = |port: &&str| is_up(old, port) && new.row("PORT", port).is_some() && !gone.contains(*port);
        // What a new length of cable does to a port that is up, no source tells, and GCU puts none down for it. A row that
        // goes gives no port a new one (sonic-swss cfgmgr/buffermgr.cpp, doTask: rows that come and change are read alone).
        let stays = || changes.iter().filter(|c| c.op != Op::Removed || !is_map(&c.table));
        let fields = || stays().flat_map(|c| c.fields.iter().map(move |f| (c, f.name.as_str())));
        let mapped = fields().filter(|(c, _)| is_map(&c.table)).map(|(_, field)| field);
        let own = fields().filter(|(c, field)| interrupts(c, field)).map(|(c, _)| c.key.as_str());
        let flapping = match hold {
            Hold::Gcu => mapped.filter(both).map(str::to_owned).collect(),
            Hold::Batches(_) => ports.chain(mapped).chain(own).filter(both).map(str::to_owned).collect(),
        };
        Fates { gone, flapping, later: BTreeSet::new(), profiles, bound }
    }

    /// The tables that something is done to, whole: what is the same before and after all of it needs no looking at.
    fn touched(&self, old: &Db, new: &Db) -> (Db, Db) {
        let bound: BTreeSet<&str> = self.bound.iter().map(|(table, _)| table.as_str()).collect();
        let maps = |table: &str| !self.gone.is_empty() && is_map(table);
        let is = |table: &str| {
            table == "PORT" || bound.contains(table) || maps(table) || old.0.get(table) != new.0.get(table)
        };
        let part = |db: &Db| {
            Db(db
                .0
                .iter()
                .filter(|(table, _)| is(table))
                .map(|(t, rows)| (t.clone(), rows.clone()))
                .collect())
        };
        (part(old), part(new))
    }

    fn make(&self, phase: Phase, db: &mut Db, new: &Db) {
        match phase {
            Phase::Prepare => self.prepare(db, new),
            Phase::Down => {
                for port in self.flapping.union(&self.gone) {
                    if is_up(db, port) {
                        set_admin(db, port, "down");
                    }
                }
                for change in db.changes(new).iter().filter(|c| c.table == "PORT" && c.op == Op::Changed) {
                    if is_up(db, &change.key) && !is_up(new, &change.key) && !self.later.contains(&change.key)
                    {
                        let down = text(new.row("PORT", &change.key), "admin_status");
                        set_admin(db, &change.key, down.as_deref().unwrap_or("down"));
                    }
                }
            }
            Phase::Unbind => self.unbind(db, new),
            Phase::Remove => {
                for port in &self.gone {
                    db.set("PORT", port, None);
                }
                for profile in &self.profiles {
                    db.set("BUFFER_PROFILE", profile, None);
                }
            }
            Phase::Create => {
                for change in db.changes(new) {
                    match (change.table.as_str(), change.op) {
                        ("BREAKOUT_CFG", _) => db.apply(&change),
                        ("BUFFER_PROFILE", Op::Added) if self.profiles.contains(&change.key) => {
                            db.apply(&change)
                        }
                        ("PORT", Op::Added) => {
                            db.apply(&change);
                            if is_up(db, &change.key) {
                                set_admin(db, &change.key, "down");
                            }
                        }
                        ("PORT", Op::Changed) if !self.later.contains(&change.key) => {
                            db.apply(&without_admin(&change));
                        }
                        _ => {}
                    }
                }
            }
            Phase::Bind => {
                for mut change in db.changes(new) {
                    if change.op == Op::Removed || change.table == "PORT" || self.is_later(&change) {
                        continue;
                    }
                    if is_map(&change.table) {
                        change.fields.retain(|field| !self.later.contains(&field.name));
                    }
                    db.apply(&change);
                }
            }
            Phase::Up => {
                for change in db.changes(new).iter().filter(|c| c.table == "PORT") {
                    if !self.later.contains(&change.key) {
                        db.apply(change);
                    }
                }
            }
            Phase::Clean => {
                for change in db.changes(new) {
                    db.apply(&change);
                }
            }
        }
    }

    /// Whether it is about a port whose turn comes later.
    fn is_later(&self, change: &RowChange) -> bool {
        port_row(&change.table, &change.key).is_some_and(|port| self.later.contains(port))
    }

    /// What nothing else of the change waits for, and what waits for nothing of it.
    fn prepare(&self, db: &mut Db, new: &Db) {
        let changes = db.changes(new);
        let added: BTreeSet<(&str, &str)> = changes
            .iter()
            .filter(|c| c.op == Op::Added)
            .map(|c| (c.table.as_str(), c.key.as_str()))
            .collect();
        for change in &changes {
            let (table, key) = (change.table.as_str(), change.key.as_str());
            let of_port = port_row(table, key).is_some() || is_map(table);
            match table {
                "PORT" => {
                    let stays = !self.gone.contains(key) && !self.flapping.contains(key);
                    if change.op == Op::Changed && stays {
                        db.apply(&without_admin(change));
                    }
                }
                "BUFFER_PROFILE" if self.profiles.contains(key) => {}
                "BREAKOUT_CFG" => {}
                _ if of_port || change.op == Op::Removed => {}
                _ => {
                    let row = new.row(table, key).map(|row| needs(table, key, row)).unwrap_or_default();
                    if !row.iter().any(|(t, k)| added.contains(&(*t, k.as_str()))) {
                        db.apply(change);
                    }
                }
            }
        }
    }

    fn unbind(&self, db: &mut Db, new: &Db) {
        for (table, key) in &self.bound {
            db.set(table, key, None);
        }
        for change in db.changes(new) {
            let (table, key) = (change.table.as_str(), change.key.as_str());
            if change.op == Op::Removed && port_row(table, key).is_some() && !self.is_later(&change) {
                db.apply(&change);
            }
        }
        // Maps with a field for each port.
        let maps: Vec<(String, String, Row)> =
            db.0.iter()
                .filter(|(table, _)| is_map(table))
                .flat_map(|(table, rows)| {
                    rows.iter().map(|(key, row)| (table.clone(), key.0.clone(), Row::clone(row)))
                })
                .collect();
        for (table, key, mut row) in maps {
            row.retain(|name, _| !self.gone.contains(&name.0));
            db.set(&table, &key, Some(row));
        }
    }
}

/// Whether GCU doesn't change this profile, but takes it away and makes it anew.
fn is_remade(change: &RowChange, gcu: &Gcu) -> bool {
    let table = change.table.as_str();
    let refused = |field: &FieldChange| {
        let of = Operation {
            verb: field.verb(),
            table,
            key: Some(&change.key),
            field: Some(&field.name),
            names: &[],
        };
        gcu.refuses(&of).is_some()
    };
    let whole = |verb| {
        let of = Operation { verb, table, key: Some(&change.key), field: None, names: &["pool"] };
        gcu.refuses(&of).is_none()
    };
    change.fields.iter().any(refused) && whole(Verb::Add) && whole(Verb::Remove)
}

fn without_admin(change: &RowChange) -> RowChange {
    let fields = change.fields.iter().filter(|f| f.name != "admin_status").cloned().collect();
    RowChange { fields, ..change.clone() }
}

/// Puts neighbours into one patch where neither waits for the other.
fn joined(steps: Vec<Step>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::new();
    for step in steps {
        match out.last_mut() {
            Some(last) if !waits(last, &step) => {
                last.phases.extend(step.phases);
                last.after = step.after;
            }
            _ => out.push(step),
        }
    }
    out
}

/// Tables of which rows may not go and come in one patch.
const JUDGED: [&str; 4] = ["BUFFER_PROFILE", "PFC_WD", "PORT", "WRED_PROFILE"];

/// Whether the second must be a patch of its own.
fn waits(first: &Step, second: &Step) -> bool {
    let (x, y) = (first.before.changes(&first.after), second.before.changes(&second.after));
    let rows = |changes: &'_ [RowChange], op: Op| -> BTreeSet<(String, String)> {
        changes.iter().filter(|c| c.op == op).map(|c| (c.table.clone(), c.key.clone())).collect()
    };
    let (came, goes) = (rows(&x, Op::Added), rows(&y, Op::Removed));
    let touched: BTreeSet<(&str, &str)> = x.iter().map(|c| (c.table.as_str(), c.key.as_str())).collect();
    if y.iter().any(|c| touched.contains(&(c.table.as_str(), c.key.as_str()))) {
        return true;
    }
    let asks = |db: &Db, c: &RowChange, of: &BTreeSet<(String, String)>| {
        let needs = db.row(&c.table, &c.key).map(|row| needs(&c.table, &c.key, row)).unwrap_or_default();
        needs.into_iter().any(|(table, key)| of.contains(&(table.to_owned(), key)))
    };
    if y.iter().any(|c| asks(&second.after, c, &came)) || x.iter().any(|c| asks(&first.before, c, &goes)) {
        return true;
    }
    // Ports are up again before others go down.
    if first.phases.contains(&Phase::Up) && second.phases.contains(&Phase::Down) {
        return true;
    }
    // A port's own state, and what GCU changes on ports that are down.
    let admin = |changes: &[RowChange]| -> BTreeSet<String> {
        let told = |c: &&RowChange| c.table == "PORT" && c.fields.iter().any(|f| f.name == "admin_status");
        changes.iter().filter(told).map(|c| c.key.clone()).collect()
    };
    let wrapped = |changes: &[RowChange]| -> BTreeSet<String> {
        let of = changes.iter().filter(|c| WRAPPED.contains(&c.table.as_str()));
        let rows = of.filter_map(|c| port_row(&c.table, &c.key)).map(str::to_owned);
        let maps =
            changes.iter().filter(|c| is_map(&c.table)).flat_map(|c| &c.fields).map(|f| f.name.clone());
        rows.chain(maps).collect()
    };
    if !admin(&x).is_disjoint(&wrapped(&y)) || !wrapped(&x).is_disjoint(&admin(&y)) {
        return true;
    }
    // Lanes, ranges of queues and addresses are free once their holder is gone. And GCU takes what goes and comes with one
    // value for a move, which its validators don't know.
    let part = |c: &RowChange| match port_row(&c.table, &c.key) {
        _ if JUDGED.contains(&c.table.as_str()) => Some((c.table.clone(), String::new())),
        port => port.map(|port| (c.table.clone(), port.to_owned())),
    };
    let parts = |changes: &[RowChange], op: Op| -> BTreeSet<(String, String)> {
        changes.iter().filter(|c| c.op == op).filter_map(part).collect()
    };
    let crossed = |a: Op, b: Op| !parts(&x, a).is_disjoint(&parts(&y, b));
    crossed(Op::Removed, Op::Added) || crossed(Op::Added, Op::Removed)
}

#[cfg(test)]
mod tests;
