//! The page for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fabc_lang::source::Span;
use fabc_lang::units::grouped;

use super::fold::{Entry, Group, by_lines, fold, plain, why};
use super::switch::Found;
use super::{Args, Report};
use crate::cli::fold::Ranks;
use crate::cli::why::line;
use crate::diff::cabling::Miscabled;
use crate::diff::drift::{Difference, What};
use crate::tame;

/// Cables that are listed before the rest is counted.
const CABLES: usize = 20;
/// Numbers of rows that differ from switch to switch, and are told apart.
const COUNTS: usize = 3;
/// Characters of a row's fields that are shown.
const FIELDS: usize = 60;

/// Writes paragraphs, no wider than the terminal.
struct Page {
    text: String,
    width: Option<usize>,
}

impl Page {
    fn put(&mut self, indent: usize, text: &str) {
        let blanks = " ".repeat(indent);
        let text = &*tame::line(text);
        match self.width {
            Some(width) => {
                let after = " ".repeat(indent + 4);
                let options = textwrap::Options::new(width.max(indent + 20));
                let options = options.initial_indent(&blanks).subsequent_indent(&after);
                self.text += &textwrap::fill(text, options);
            }
            None => _ = write!(self.text, "{blanks}{text}"),
        }
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }
}

pub(super) fn page(report: &Report<'_>, args: &Args, width: Option<usize>) -> String {
    let mut page = Page { text: String::new(), width };
    let ranks = Ranks::of_fabric(report.fabric);
    let (old, new) = &report.names;
    page.put(0, &format!("{old} to {new}: {}", summary(report)));
    for group in fold(&report.switches, |found| &found.drift.differences) {
        page.blank();
        heading(&mut page, &group);
        if args.full {
            every(&mut page, report, &group);
        } else {
            for (at, entries) in by_lines(report, &group.entries) {
                entries.into_iter().for_each(|entry| put(&mut page, &ranks, entry));
                asked(&mut page, report, &at);
            }
        }
    }
    besides(&mut page, report, &ranks, args);
    let text: String = report.switches.iter().map(|found| found.text.as_str()).collect();
    if !text.is_empty() {
        page.blank();
        page.text += &text;
    }
    page.text
}

/// `8 of 12 switches differ`
pub(super) fn summary(report: &Report<'_>) -> String {
    let differ = report.switches.iter().filter(|found| found.differs()).count();
    let all = report.switches.len();
    let mut parts = Vec::new();
    match (differ, all) {
        (0, 0) => {}
        (0, _) => parts.push(format!(
            "{} as {} should be",
            some(all, "switch", "switches"),
            if all == 1 { "it" } else { "they" }
        )),
        _ => {
            let verb = if differ == 1 { "differs" } else { "differ" };
            parts.push(format!("{} of {} {verb}", grouped(differ as u64), some(all, "switch", "switches")));
        }
    }
    if !report.missing.is_empty() {
        parts.push(format!("nothing known of {}", grouped(report.missing.len() as u64)));
    }
    if !report.failed.is_empty() {
        parts.push(format!("{} could not be read", grouped(report.failed.len() as u64)));
    }
    if !report.unknown.is_empty() {
        parts.push(format!("{} not in the fabric", grouped(report.unknown.len() as u64)));
    }
    if !report.cabling.is_empty() {
        parts.push(format!("{} not as planned", some(report.cabling.len(), "cable end", "cable ends")));
    }
    if parts.is_empty() { "there is no switch".to_owned() } else { parts.join(", ") }
}

pub(super) fn some(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count as u64), if count == 1 { one } else { many })
}

/// `likely port flap: GCU puts the port down for it`
pub(super) fn does(of: &Difference) -> String {
    let effect = &of.effect;
    let likely = if effect.likely { "likely " } else { "" };
    let note = if effect.note.is_empty() { String::new() } else { format!(": {}", effect.note) };
    format!("{likely}{}{note}", effect.level.name())
}

fn heading(page: &mut Page, group: &Group<'_>) {
    page.put(0, &does(group.first));
    if let Some(round) = group.first.round {
        page.put(4, &format!("instead: {round}"));
    }
}

/// What differs, without its place.
pub(super) fn told(what: &What, key: Option<&str>, values: usize) -> String {
    let row = |table: &str| match key {
        Some(key) if !key.is_empty() => format!("{table}|{key}"),
        _ => table.to_owned(),
    };
    match what {
        What::Field { table, field, .. } if values > 1 => {
            let field = field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
            format!("{}{field}: {} values", row(table), grouped(values as u64))
        }
        What::Field { table, field, old, new } => {
            let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
            let field = field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
            format!("{}{field} {} → {}", row(table), side(old), side(new))
        }
        What::Row { table, added, foreign, fields } => {
            let word = if *added { "added" } else { "removed" };
            let whose = if *foreign { " (foreign: fabc's table, not its row)" } else { "" };
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
            let fields = match values {
                1 => cut(&fields.join(", "), FIELDS),
                many => format!("{} kinds", grouped(many as u64)),
            };
            let fields = if fields.is_empty() { String::new() } else { format!(" ({fields})") };
            format!("{} {word}{whose}{fields}", row(table))
        }
        What::Line { block, text, added } => {
            let sign = if *added { '+' } else { '-' };
            let shown = if values > 1 { plain } else { str::to_owned };
            let block = if block.is_empty() { String::new() } else { format!(", {}", shown(block)) };
            format!("frr.conf{block}: {sign} {}", shown(text))
        }
    }
}

fn cut(text: &str, room: usize) -> String {
    match text.char_indices().nth(room) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text.to_owned(),
    }
}

/// `64 ports on each of 62 switches, leaf-01 … leaf-62`
pub(super) fn places(entry: &Entry<'_>, ranks: &Ranks<'_>) -> String {
    let (one, many) = match (entry.what, entry.ports) {
        (What::Line { .. }, _) => ("line", "lines"),
        (_, true) => ("port", "ports"),
        (What::Field { .. }, false) | (What::Row { .. }, false) => ("row", "rows"),
    };
    let names = ranks.names(&entry.switches.keys().copied().collect::<BTreeSet<_>>());
    let switches = some(entry.switches.len(), "switch", "switches");
    let alone = entry.key.is_some() && entry.each() == Some(1);
    match (entry.switches.len(), entry.each()) {
        (1, _) if alone => names,
        (1, _) => format!("{} on {names}", some(entry.count(), one, many)),
        (_, Some(1)) if alone => format!("{switches}, {names}"),
        (_, Some(each)) => format!("{} on each of {switches}, {names}", some(each, one, many)),
        (_, None) => {
            let mut alike: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
            entry.switches.iter().for_each(|(name, count)| _ = alike.entry(*count).or_default().insert(name));
            if alike.len() > COUNTS {
                return format!("{} on {switches}, {names}", some(entry.count(), one, many));
            }
            let told = |(count, names): (&usize, &BTreeSet<&str>)| {
                let each = if names.len() > 1 { "each of " } else { "" };
                format!("{} on {each}{}", some(*count, one, many), ranks.names(names))
            };
            alike.iter().rev().map(told).collect::<Vec<_>>().join("; ")
        }
    }
}

fn put(page: &mut Page, ranks: &Ranks<'_>, entry: &Entry<'_>) {
    let first = match entry.values {
        1 => String::new(),
        _ => {
            let (name, _, key) = entry.place;
            format!("; first {name}: {}", told(entry.what, Some(key), 1))
        }
    };
    let what = told(entry.what, entry.key, entry.values);
    page.put(2, &format!("{what}: {}{first}", places(entry, ranks)));
}

fn asked(page: &mut Page, report: &Report<'_>, at: &[Span]) {
    for &span in at {
        page.put(6, &format!("{}: {}", report.sources.place(span), line(report.sources, span)));
    }
}

/// Every difference of a group, switch by switch.
fn every(page: &mut Page, report: &Report<'_>, group: &Group<'_>) {
    for found in &report.switches {
        let same = |one: &&Difference| one.effect == group.first.effect && one.round == group.first.round;
        let interrupts = group.first.interrupts;
        for one in found.drift.differences.iter().filter(same).filter(|one| one.interrupts == interrupts) {
            let keys: Vec<Option<&str>> = match one.keys.as_slice() {
                [] => vec![None],
                keys => keys.iter().map(|key| Some(key.as_str())).collect(),
            };
            let first = keys.first().copied().flatten().unwrap_or_default();
            for key in keys {
                page.put(2, &format!("{}: {}", found.name, told(&one.what, key, 1)));
            }
            asked(page, report, &why(report, &one.what, found.index, first));
        }
    }
}

/// What there is to say beside the differences.
fn besides(page: &mut Page, report: &Report<'_>, ranks: &Ranks<'_>, args: &Args) {
    for text in unfit(report, ranks) {
        page.blank();
        page.put(0, &text);
    }
    if !report.missing.is_empty() {
        page.blank();
        let names = ranks.names(&report.missing.iter().copied().collect());
        let why = if args.deployed.is_some() { "nothing is known of" } else { "not there before:" };
        page.put(0, &format!("{why} {}: {names}", some(report.missing.len(), "switch", "switches")));
    }
    if !report.unknown.is_empty() {
        page.blank();
        let many = some(report.unknown.len(), "switch", "switches");
        page.put(
            0,
            &format!("the fabric has no longer, or never had, {many}: {}", few(&report.unknown, args.full)),
        );
    }
    if !report.cabling.is_empty() {
        page.blank();
        let shown = if args.full { usize::MAX } else { CABLES };
        report.cabling.iter().take(shown).for_each(|one| page.put(0, &cable(one)));
        let more = report.cabling.len().saturating_sub(shown);
        if more > 0 {
            page.put(0, &format!("and {} more (--full)", some(more, "cable end", "cable ends")));
        }
    }
    for text in unsaved(report, ranks) {
        page.blank();
        page.put(0, &text);
    }
    let rows = |of: for<'f> fn(&'f Found<'f>) -> &'f Vec<Difference>| -> usize {
        report.switches.iter().flat_map(|found| of(found)).map(|one| one.keys.len()).sum()
    };
    let lines: usize = report.switches.iter().map(|found| found.drift.masked_lines).sum();
    let masked = rows(|found| &found.drift.masked);
    if !args.all {
        if masked + lines > 0 {
            page.blank();
            page.put(
                0,
                &format!("{} can't be compared: masked (--all)", some(masked + lines, "value", "values")),
            );
        }
        return;
    }
    let kept = fold(&report.switches, |found| &found.drift.kept);
    let hidden = fold(&report.switches, |found| &found.drift.masked);
    for (title, groups) in [("held besides, and kept", kept), ("can't be compared, as it is masked", hidden)]
    {
        if groups.is_empty() {
            continue;
        }
        page.blank();
        page.put(0, title);
        for group in &groups {
            if args.full {
                every_of(page, report, title);
                break;
            }
            for entry in &group.entries {
                page.put(2, &format!("{}: {}", held(entry), places(entry, ranks)));
            }
        }
    }
    if lines > 0 {
        page.blank();
        page.put(
            0,
            &format!("{} of frr.conf can't be compared, as they are masked", some(lines, "line", "lines")),
        );
    }
}

/// Every row that is kept, or masked.
fn every_of(page: &mut Page, report: &Report<'_>, title: &str) {
    for found in &report.switches {
        let all = if title.starts_with("held") { &found.drift.kept } else { &found.drift.masked };
        for one in all {
            for key in &one.keys {
                page.put(2, &format!("{}: {}", found.name, stays(&one.what, Some(key), 1)));
            }
        }
    }
}

fn held(entry: &Entry<'_>) -> String {
    stays(entry.what, entry.key, entry.values)
}

/// What stays is not told as a change.
fn stays(what: &What, key: Option<&str>, values: usize) -> String {
    let row = |table: &str| key.map_or_else(|| table.to_owned(), |key| format!("{table}|{key}"));
    match what {
        What::Field { table, field, old, .. } => {
            let field = field.clone().unwrap_or_default();
            let value = if values > 1 { format!("{values} values") } else { old.clone().unwrap_or_default() };
            format!("{} {field} {value}", row(table))
        }
        What::Row { table, .. } => row(table),
        What::Line { text, .. } => text.clone(),
    }
}

fn few(names: &[String], all: bool) -> String {
    let shown = if all { names.len() } else { 8 };
    let text = names.iter().take(shown).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(shown) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// `leaf-01 Ethernet8: planned spine-02 etp3, LLDP sees spine-03 etp3; swapped with leaf-02 Ethernet8`
pub(super) fn cable(of: &Miscabled) -> String {
    let planned = match &of.planned {
        Some((device, port)) => format!("planned {device} {port}"),
        None => "nothing planned".to_owned(),
    };
    let meant = match &of.meant {
        Some((device, port)) if of.swapped => format!("; swapped with {device} {port}"),
        Some((device, port)) => format!("; that is planned for {device} {port}"),
        None => String::new(),
    };
    format!("{} {}: {planned}, LLDP sees {} {}{meant}", of.switch, of.port, of.seen.0, of.seen.1)
}

/// A line for each reason why switches aren't what their files are for, or why nothing new is known of them.
pub(super) fn unfit(report: &Report<'_>, ranks: &Ranks<'_>) -> Vec<String> {
    let mut alike: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for found in &report.switches {
        for why in &found.unlike {
            alike.entry(why.clone()).or_default().insert(found.name);
        }
        if !found.lacks.is_empty() {
            let why = format!("secrets are missing ({}): `fabc apply` writes them", found.lacks.join(", "));
            alike.entry(why).or_default().insert(found.name);
        }
    }
    for (name, failed, stale) in &report.failed {
        alike.entry(failed.told(*stale)).or_default().insert(name);
    }
    alike.into_iter().map(|(why, names)| format!("{}: {why}", ranks.names(&names))).collect()
}

/// A line for each number of rows that a reboot would lose.
pub(super) fn unsaved(report: &Report<'_>, ranks: &Ranks<'_>) -> Vec<String> {
    let mut alike: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for found in &report.switches {
        if let Some(count) = found.unsaved.filter(|count| *count > 0) {
            alike.entry(count).or_default().insert(found.name);
        }
    }
    let told = |(count, names): (usize, BTreeSet<&str>)| {
        format!(
            "running differs from saved on {}: a reboot would lose {}",
            ranks.names(&names),
            some(count, "change", "changes")
        )
    };
    alike.into_iter().rev().map(told).collect()
}
