//! The page for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fabc_lang::fabric::natural_cmp;
use fabc_lang::units::{Length, Speed, grouped};
use fabc_targets::sonic::effects::Level;

use super::Report;
use crate::cli::fold::Ranks;
use crate::cli::show::table::Table;
use crate::diff::device::{Consequence, On, Verdict};
use crate::diff::fabrics::{State, Switch};
use crate::diff::wiring::{CableChange, Side};

/// Tables and fields that are named in a cell before the rest is counted.
const NAMED: usize = 3;

pub(super) fn page(report: &Report<'_>, full: bool, width: Option<usize>) -> String {
    let (old, new) = &report.names;
    let mut out = format!("{old} to {new}: {}\n", summary(report));
    if !report.files {
        out += "files could not be compared: a fabric.json holds cables and numbers only\n";
    }
    if report.is_empty() {
        return out;
    }
    let ranks = Ranks::of(&report.old.census, &report.new.census);
    let tables = if full {
        [every_cable(report), every_number(report), servers(report, &ranks), every_switch(report)]
    } else {
        [cables(report, &ranks), numbers(report, &ranks), servers(report, &ranks), switches(report, &ranks)]
    };
    for table in tables {
        let text = table.render(0, width);
        if !text.is_empty() {
            let _ = write!(out, "\n{text}");
        }
    }
    if report.switches.iter().any(|switch| verdict(&switch.state).0 == 0) {
        out += "\nA port that goes down and a session that is reset do so at their far end too, whatever is said of it.\n";
    }
    out
}

fn summary(report: &Report<'_>) -> String {
    if report.is_empty() {
        return "nothing changes".to_owned();
    }
    let mut parts = Vec::new();
    let mut part = |count: usize, one: &str, many: &str| {
        if count > 0 {
            parts.push(format!("{} {}", grouped(count as u64), if count == 1 { one } else { many }));
        }
    };
    let verdicts = |wanted: &dyn Fn(&State) -> bool| {
        report.switches.iter().filter(|switch| wanted(&switch.state)).count()
    };
    let of = |wanted: Verdict| move |state: &State| matches!(state, State::Stays(c) if c.verdict == wanted);
    part(verdicts(&of(Verdict::Cut)), "switch cut", "switches cut");
    part(verdicts(&|s| *s == State::Gone), "switch gone", "switches gone");
    part(report.servers.1.len(), "server gone", "servers gone");
    let cables = |wanted: fn(&CableChange) -> bool| report.cables.iter().filter(|c| wanted(c)).count();
    part(cables(|c| matches!(c, CableChange::Moved(..))), "cable moved", "cables moved");
    part(cables(|c| matches!(c, CableChange::Removed(_))), "cable removed", "cables removed");
    part(cables(|c| matches!(c, CableChange::Changed(..))), "cable changed", "cables changed");
    part(report.numbers.len(), "number or name moved", "numbers and names moved");
    if parts.is_empty() {
        return "nothing that exists moves or is interrupted".to_owned();
    }
    parts.join(", ")
}

/// A cable's kind in words: `400G, DAC, 3m`.
fn kind(side: &Side, link: usize) -> String {
    let speed = side.census.links.get(link).map(|link| Speed(link.speed)).filter(|speed| speed.0 > 0);
    let known = side.kind(link);
    let media = known.and_then(|kind| kind.media.clone());
    let length = known.and_then(|kind| kind.length).map(|length| Length(length).to_string());
    let parts = [speed.map(|speed| speed.to_string()), media, length];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn word(change: CableChange) -> &'static str {
    match change {
        CableChange::New(_) => "new",
        CableChange::Removed(_) => "removed",
        CableChange::Moved(..) => "moved",
        CableChange::Changed(..) => "changed",
    }
}

/// Links between like devices that are alike.
fn cables(report: &Report<'_>, ranks: &Ranks<'_>) -> Table {
    type Ends<'a> = (usize, BTreeSet<&'a str>, BTreeSet<&'a str>);
    let mut alike: BTreeMap<(&str, &[String], String), Ends<'_>> = BTreeMap::new();
    for &change in &report.cables {
        let (side, at) = match change {
            CableChange::Removed(was) | CableChange::Moved(was, _) => (report.old, was),
            CableChange::New(is) | CableChange::Changed(_, is) => (report.new, is),
        };
        let Some(link) = side.census.links.get(at) else { continue };
        let text = match change {
            CableChange::New(_) | CableChange::Removed(_) => kind(side, at),
            CableChange::Changed(was, is) => {
                format!("{} → {}", kind(report.old, was), kind(report.new, is))
            }
            CableChange::Moved(was, is) => moved(report, was, is).to_owned(),
        };
        let ends = alike.entry((word(change), &link.line, text)).or_default();
        ends.0 += 1;
        ends.1.insert(&link.a);
        ends.2.insert(&link.b);
    }
    let mut table = Table::new(&["cables", ">", "from", "to", "what"]);
    for ((word, _, text), (count, lower, upper)) in alike {
        let (lower, upper) = (ranks.names(&lower), ranks.names(&upper));
        table.row([word.to_owned(), grouped(count as u64), lower, upper, text]);
    }
    table
}

/// Where a cable goes that moves.
fn moved(report: &Report<'_>, was: usize, is: usize) -> &'static str {
    let (Some(was), Some(is)) = (report.old.census.links.get(was), report.new.census.links.get(is)) else {
        return "";
    };
    match (was.a == is.a, was.b == is.b) {
        (true, true) => "to other ports of the same two",
        (true, false) => "to another device above",
        (false, _) => "gone; its port above is taken by another",
    }
}

fn every_cable(report: &Report<'_>) -> Table {
    let mut table = Table::new(&["cables", "from", "port", "to", "port", "what", "before"]);
    let mut row = |word: &str, side: &Side, at: usize, before: String| {
        let Some(link) = side.census.links.get(at) else { return };
        let ends = [&link.a, &link.a_if, &link.b, &link.b_if].map(String::clone);
        table.row([vec![word.to_owned()], ends.to_vec(), vec![kind(side, at), before]].concat());
    };
    let ends = |at: usize| {
        let link = report.old.census.links.get(at);
        link.map_or(String::new(), |l| format!("{} {} to {} {}", l.a, l.a_if, l.b, l.b_if))
    };
    for &change in &report.cables {
        match change {
            CableChange::New(is) => row("new", report.new, is, String::new()),
            CableChange::Removed(was) => row("removed", report.old, was, String::new()),
            CableChange::Moved(was, is) => row("moved", report.new, is, ends(was)),
            CableChange::Changed(was, is) => row("changed", report.new, is, kind(report.old, was)),
        }
    }
    table
}

/// What of a device a number is: `loopback` of `leaf-01 (loopback)`.
fn aspect(who: &str) -> &str {
    who.split_once(" (").map_or("", |(_, rest)| rest.trim_end_matches(')'))
}

fn device(who: &str) -> &str {
    who.split(' ').next().unwrap_or(who)
}

fn numbers(report: &Report<'_>, ranks: &Ranks<'_>) -> Table {
    type Some<'a> = (usize, BTreeSet<&'a str>, String);
    let mut alike: BTreeMap<(&str, &str, &str), Some<'_>> = BTreeMap::new();
    for moved in &report.numbers {
        let name = device(&moved.who);
        let found = alike.entry((moved.kind.name(), aspect(&moved.who), ranks.node(name)));
        let first = || (0, BTreeSet::new(), format!("{} → {}", moved.from, moved.to));
        let found = found.or_insert_with(first);
        found.0 += 1;
        found.1.insert(name);
    }
    let mut table = Table::new(&["numbers", ">", "of", "which", "the first"]);
    for ((kind, aspect, _), (count, names, first)) in alike {
        let names = ranks.names(&names);
        table.row([kind.to_owned(), grouped(count as u64), aspect.to_owned(), names, first]);
    }
    table
}

fn every_number(report: &Report<'_>) -> Table {
    let mut table = Table::new(&["numbers", "of", "from", "to"]);
    for moved in &report.numbers {
        table.row([moved.kind.name().to_owned(), moved.who.clone(), moved.from.clone(), moved.to.clone()]);
    }
    table
}

fn servers(report: &Report<'_>, ranks: &Ranks<'_>) -> Table {
    let mut table = Table::new(&["servers", ">", "which"]);
    for (word, names) in [("new", &report.servers.0), ("gone", &report.servers.1)] {
        let mut nodes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        names.iter().for_each(|name| _ = nodes.entry(ranks.node(name)).or_default().insert(name));
        for names in nodes.values() {
            table.row([word.to_owned(), grouped(names.len() as u64), ranks.names(names)]);
        }
    }
    table
}

fn verdict(state: &State) -> (u8, &'static str) {
    match state {
        State::Stays(change) => match change.verdict {
            Verdict::Cut => (0, "cut"),
            Verdict::Live => (2, "live"),
            Verdict::None => (5, "none"),
        },
        State::Gone => (1, "gone"),
        State::New => (3, "new"),
        State::NotCompared => (4, "not compared"),
    }
}

fn switches(report: &Report<'_>, ranks: &Ranks<'_>) -> Table {
    let mut alike: BTreeMap<(u8, &str, Vec<String>), BTreeSet<&str>> = BTreeMap::new();
    for switch in &report.switches {
        let what = match &switch.state {
            State::Stays(change) => in_short(&change.consequences),
            _ => Vec::new(),
        };
        alike.entry((verdict(&switch.state).0, switch.tier, what)).or_default().insert(switch.name);
    }
    let words = report.switches.iter().map(|switch| verdict(&switch.state)).collect::<BTreeMap<_, _>>();
    let mut table = Table::new(&["switches", ">", "which", "what"]);
    for ((weight, _, what), names) in alike {
        let word = words.get(&weight).copied().unwrap_or_default();
        let mut what = what.into_iter();
        let first = what.next().unwrap_or_default();
        table.row([word.to_owned(), grouped(names.len() as u64), ranks.names(&names), first]);
        what.for_each(|more| table.row([String::new(), String::new(), String::new(), more]));
    }
    table
}

/// What a switch goes through, so that it reads the same of switches that go through the same: a line for each.
fn in_short(all: &[Consequence]) -> Vec<String> {
    let mut parts = Vec::new();
    for level in Level::ALL.into_iter().rev() {
        let of_level: Vec<&Consequence> =
            all.iter().filter(|c| c.interrupts && c.effect.level == level).collect();
        if !of_level.is_empty() {
            parts.push(format!("{} ({})", done(level, &of_level), causes(&of_level)));
        }
    }
    if parts.is_empty() {
        let count = |lines: bool| {
            let of_kind = all.iter().filter(|c| is_line(c) == lines);
            of_kind.map(|c| c.count).sum::<usize>()
        };
        let mut counts = Vec::new();
        for (count, one, many) in [
            (count(false), "row or field", "rows and fields"),
            (count(true), "line of frr.conf", "lines of frr.conf"),
        ] {
            if count > 0 {
                counts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        if !counts.is_empty() {
            parts.push(counts.join(", "));
        }
    }
    let refused: Vec<&Consequence> =
        all.iter().filter(|c| !c.interrupts && c.effect.level == Level::Refused).collect();
    if !refused.is_empty() {
        parts.push(format!("refused by GCU ({}), on ports that are down", causes(&refused)));
    }
    parts
}

/// `32 ports flap`, `likely 4 sessions reset`, `config reload`
fn done(level: Level, all: &[&Consequence]) -> String {
    let (mut ports, mut sessions) = (BTreeSet::new(), BTreeSet::new());
    for found in all {
        match &found.on {
            On::Ports(names) => ports.extend(names),
            On::Sessions(names) => sessions.extend(names),
            On::Switch => {}
        }
    }
    let some = |count: usize, what: &str| {
        format!("{} {what}{}", grouped(count as u64), if count == 1 { "" } else { "s" })
    };
    let likely = if all.iter().all(|c| c.effect.likely) { "likely " } else { "" };
    let text = match (level, ports.len(), sessions.len()) {
        (Level::PortFlap, n, _) if n > 0 => format!("{} flap", some(n, "port")),
        (Level::PortRecreated, n, _) if n > 0 => format!("{} re-created", some(n, "port")),
        (Level::SessionReset, 0, n) if n > 0 => format!("{} reset", some(n, "session")),
        (Level::SessionReset, n, 0) if n > 0 => format!("{} lose their address", some(n, "port")),
        (Level::SessionReset, n, m) if n > 0 => {
            format!("{} lose their address, {} reset", some(n, "port"), some(m, "session"))
        }
        (Level::SessionReset, ..) => "routes are withdrawn".to_owned(),
        (level, 0, _) => level.name().to_owned(),
        (level, n, _) => format!("{} on {}", level.name(), some(n, "port")),
    };
    format!("{likely}{text}")
}

/// Whether it is of frr.conf: tables are written in capitals, and cables are cables.
fn is_line(found: &Consequence) -> bool {
    let what = &found.what;
    !what.starts_with(|c: char| c.is_ascii_uppercase())
        && !what.starts_with("cable ")
        && what != "sonic-cli.txt"
}

fn causes(all: &[&Consequence]) -> String {
    let name = |found: &&Consequence| match is_line(found) {
        true => "frr.conf".to_owned(),
        false => found.what.clone(),
    };
    let mut names: Vec<String> = all.iter().map(name).collect();
    // Cables first: they are what hands do.
    names.sort_by(|a, b| {
        (!a.starts_with("cable")).cmp(&!b.starts_with("cable")).then_with(|| natural_cmp(a, b))
    });
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
}

fn every_switch(report: &Report<'_>) -> Table {
    let mut table = Table::new(&["switches", "which", "what", "does", "says", "on"]);
    let mut all: Vec<&Switch<'_>> = report.switches.iter().collect();
    all.sort_by_key(|switch| verdict(&switch.state).0);
    for switch in all {
        let (word, name) = (verdict(&switch.state).1.to_owned(), switch.name.to_owned());
        let effects = match &switch.state {
            State::Stays(change) => change.consequences.as_slice(),
            _ => &[],
        };
        if effects.is_empty() {
            table.row([word, name]);
            continue;
        }
        for found in effects {
            let list = |names: &BTreeSet<String>| {
                let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
                names.sort_by(|a, b| natural_cmp(a, b));
                names.join(" ")
            };
            let on = match &found.on {
                On::Switch => String::new(),
                On::Ports(names) | On::Sessions(names) => list(names),
            };
            let effect = &found.effect;
            let does = format!("{}{}", if effect.likely { "likely " } else { "" }, effect.level.name());
            let says = match effect.note {
                "" => effect.source.to_owned(),
                note => format!("{note} [{}]", effect.source),
            };
            table.row([word.clone(), name.clone(), found.what.clone(), does, says, on]);
        }
    }
    table
}
