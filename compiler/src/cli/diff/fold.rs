//! What is alike on many switches, once: by effect, the worst first.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::natural_cmp;
use fabc_lang::source::Span;
use fabc_targets::sonic::effects::{Level, port_of};
use fabc_targets::{why_line, why_row};

use super::Report;
use super::switch::Found;
use crate::diff::drift::{Difference, What};

/// Values of one field that are shown before they are only counted.
const VALUES: usize = 3;

/// Differences that do the same.
pub(super) struct Group<'a> {
    pub(super) first: &'a Difference,
    pub(super) entries: Vec<Entry<'a>>,
}

/// What differs alike.
pub(super) struct Entry<'a> {
    /// What differs; the first of several.
    pub(super) what: &'a What,
    /// How many there are that differ in their values only.
    pub(super) values: usize,
    /// Rows or statements on each switch.
    pub(super) switches: BTreeMap<&'a str, usize>,
    /// The only key, where it is the same everywhere.
    pub(super) key: Option<&'a str>,
    /// Whether all rows are ports'.
    pub(super) ports: bool,
    /// Where the first one is: the switch, its number, the key.
    pub(super) place: (&'a str, usize, &'a str),
}

impl Entry<'_> {
    /// Rows or statements on all switches.
    pub(super) fn count(&self) -> usize {
        self.switches.values().sum()
    }

    /// How many there are on each switch; none where that differs.
    pub(super) fn each(&self) -> Option<usize> {
        let mut counts = self.switches.values();
        let first = *counts.next()?;
        counts.all(|count| *count == first).then_some(first)
    }
}

/// How hard it is, and why: what is the same in a group.
type Weight<'a> = (Reverse<Level>, bool, bool, &'a str, &'a str, Option<&'a str>);

fn weight(of: &Difference) -> Weight<'_> {
    let effect = &of.effect;
    (Reverse(effect.level), !of.interrupts, effect.likely, effect.note, effect.source, of.round)
}

/// What is the same of things that differ in their values only.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shape<'a> {
    Field(&'a str, Option<&'a str>),
    Row(&'a str, bool, bool),
    Line(String, String, bool),
}

fn shape(what: &What) -> Shape<'_> {
    match what {
        What::Field { table, field, .. } => Shape::Field(table, field.as_deref()),
        What::Row { table, added, foreign, .. } => Shape::Row(table, *added, *foreign),
        What::Line { block, text, added } => Shape::Line(plain(block), plain(text), *added),
    }
}

/// A statement without its values: words that hold a digit.
pub(super) fn plain(text: &str) -> String {
    let word = |word: &'_ str| {
        if word.bytes().any(|b| b.is_ascii_digit()) { "…".to_owned() } else { word.to_owned() }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Folds what `of` gives of each switch.
pub(super) fn fold<'a>(
    switches: &'a [Found<'a>],
    of: impl Fn(&'a Found<'a>) -> &'a [Difference],
) -> Vec<Group<'a>> {
    type Entries<'a> = BTreeMap<Shape<'a>, BTreeMap<&'a What, Entry<'a>>>;
    let mut groups: BTreeMap<Weight<'a>, (&'a Difference, Entries<'a>)> = BTreeMap::new();
    for found in switches {
        for difference in of(found) {
            let group = groups.entry(weight(difference)).or_insert_with(|| (difference, BTreeMap::new()));
            let alike = group.1.entry(shape(&difference.what)).or_default();
            let entry = alike.entry(&difference.what).or_insert_with(|| first(found, difference));
            let only = difference.keys.first().filter(|_| difference.keys.len() == 1).map(String::as_str);
            entry.key = entry.key.filter(|key| only == Some(*key));
            *entry.switches.entry(found.name).or_default() += difference.keys.len().max(1);
        }
    }
    let entries = |shapes: Entries<'a>| {
        let mut all: Vec<Entry<'a>> = shapes.into_values().flat_map(merge).collect();
        all.sort_by(|a, b| order(a.what, b.what));
        all
    };
    groups.into_values().map(|(first, shapes)| Group { first, entries: entries(shapes) }).collect()
}

fn first<'a>(found: &'a Found<'a>, difference: &'a Difference) -> Entry<'a> {
    let key = difference.keys.first().map_or("", String::as_str);
    let ports = match &difference.what {
        What::Field { table, field, .. } => {
            let (row, port) = key.split_once(' ').unwrap_or((key, key));
            field.is_none() || port_of(table, row, field.as_deref()) == Some(port)
        }
        What::Row { table, .. } => port_of(table, key, None) == Some(key),
        What::Line { .. } => false,
    };
    Entry {
        what: &difference.what,
        values: 1,
        switches: BTreeMap::new(),
        key: Some(key),
        ports,
        place: (found.name, found.index, key),
    }
}

/// A few values stand for themselves; of many the first one stands for all.
fn merge<'a>(alike: BTreeMap<&'a What, Entry<'a>>) -> Vec<Entry<'a>> {
    if alike.len() <= VALUES {
        return alike.into_values().collect();
    }
    let values = alike.len();
    let all = alike.into_values().reduce(|mut one, more| {
        for (name, count) in more.switches {
            *one.switches.entry(name).or_default() += count;
        }
        one.key = one.key.filter(|key| more.key == Some(*key));
        one.ports &= more.ports;
        one
    });
    all.map(|entry| Entry { values, ..entry }).into_iter().collect()
}

/// Tables first, then frr.conf.
fn order(a: &What, b: &What) -> Ordering {
    let name = |what: &What| match what {
        What::Field { table, field, .. } => (false, table.clone(), 1, field.clone().unwrap_or_default()),
        What::Row { table, added, .. } => (false, table.clone(), if *added { 0 } else { 2 }, String::new()),
        What::Line { block, text, added } => (true, block.clone(), if *added { 1 } else { 0 }, text.clone()),
    };
    let ((a_frr, a_table, a_kind, a_rest), (b_frr, b_table, b_kind, b_rest)) = (name(a), name(b));
    let first = (a_frr, a_table, a_kind).cmp(&(b_frr, b_table, b_kind));
    first.then_with(|| natural_cmp(&a_rest, &b_rest)).then_with(|| a.cmp(b))
}

/// The lines that ask for what is to be; none for what goes.
pub(super) fn why(report: &Report<'_>, what: &What, index: usize, key: &str) -> Vec<Span> {
    let Some(device) = report.bundle.device(index) else { return Vec::new() };
    let reasons = match what {
        What::Field { new: None, .. } | What::Row { added: false, .. } | What::Line { added: false, .. } => {
            return Vec::new();
        }
        What::Field { table, field: Some(field), .. } => why_row(&device, &format!("{table}|{key} {field}")),
        What::Field { table, .. } | What::Row { table, .. } => why_row(&device, &format!("{table}|{key}")),
        What::Line { text, .. } => why_line(&device, text),
    };
    let Some(reason) = reasons.into_iter().find(|reason| !reason.at.is_empty()) else { return Vec::new() };
    let mut at = reason.at;
    if let Some(preset) = report.preset.filter(|preset| preset.explains(at.iter().copied())) {
        at.push(preset.at);
    }
    let mut seen = BTreeSet::new();
    at.retain(|span| seen.insert((span.file, span.start)));
    at
}

/// Entries by the lines that ask for them, in order of the first of each.
pub(super) fn by_lines<'e, 'a>(
    report: &Report<'_>,
    entries: &'e [Entry<'a>],
) -> Vec<(Vec<Span>, Vec<&'e Entry<'a>>)> {
    let mut all: Vec<(Vec<Span>, Vec<&Entry<'_>>)> = Vec::new();
    for entry in entries {
        let (_, index, key) = entry.place;
        let at = why(report, entry.what, index, key);
        match all.iter_mut().find(|(known, _)| *known == at) {
            Some((_, alike)) => alike.push(entry),
            None => all.push((at, vec![entry])),
        }
    }
    all
}
