//! All that a fabric makes, in memory: every refusal at the line that asked for the value.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Nos;
use fabc_lang::source::Span;
use fabc_targets::sonic::{self, ConfigDb, Value};
use fabc_targets::{Bundle, Reason};
use fabc_yang::{Kind, Models, Verdict, Violation};
use rayon::prelude::*;

use super::file::{place, rule};
use super::rules::{APART, NO_MODEL};

/// A switch that was judged.
#[derive(Debug)]
pub struct Judged {
    /// Its name.
    pub switch: String,
    /// How many switches have rows of the same kinds, itself among them.
    pub alike: usize,
    /// What the models say of its config_db.json.
    pub verdict: Verdict,
    /// Fields that only its own system has, `TABLE field`, and how many rows have each: the models describe community
    /// SONiC.
    pub own: BTreeMap<String, usize>,
}

/// A switch to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// Its index in the fabric.
    pub index: usize,
    /// How many switches are like it, itself among them.
    pub alike: usize,
}

/// Every switch that is there.
pub fn every(fabric: &Fabric) -> Vec<Head> {
    let present = (0..fabric.switches.len()).filter(|&index| !fabric.switches[index].absent);
    present.map(|index| Head { index, alike: 1 }).collect()
}

/// The first switch of each kind. Switches are of one kind where their rows are the same but for numbers, addresses and
/// how many rows of a sort there are. One with `config-db` rows of its own is a kind of its own: what is wrong with them may
/// be a number.
pub fn one_of_each(fabric: &Fabric, bundle: &Bundle<'_>) -> Vec<Head> {
    let every = every(fabric);
    let own = |head: &Head| {
        let own = fabric.switches.get(head.index)?.own?;
        let node = fabric.intent.switches.get(own).filter(|node| !node.config_db.is_empty());
        node.map(|_| own)
    };
    let kinds: Vec<_> =
        every.par_iter().map(|head| (own(head), config(bundle, *head).map(|db| kind(&db)))).collect();
    let mut first: BTreeMap<_, usize> = BTreeMap::new();
    let mut heads: Vec<Head> = Vec::new();
    for (head, kind) in every.into_iter().zip(kinds) {
        let place = *first.entry(kind).or_insert(heads.len());
        match heads.get_mut(place) {
            Some(known) => known.alike += 1,
            None => heads.push(head),
        }
    }
    heads
}

fn config(bundle: &Bundle<'_>, head: Head) -> Option<ConfigDb> {
    bundle.device(head.index).map(|device| sonic::config_db(&device))
}

/// Judges these switches.
pub fn validate(
    models: &Models,
    fabric: &Fabric,
    bundle: &Bundle<'_>,
    heads: &[Head],
    findings: &mut Findings,
) -> Vec<Judged> {
    let community = fabric.intent.fabric.nos.v == Nos::Sonic;
    let judge = |head: &Head| {
        let mut verdict = models.judge(&config(bundle, *head)?);
        let own = if community { BTreeMap::new() } else { own(&mut verdict) };
        let switch = fabric.switches[head.index].name.clone();
        Some(Judged { switch, alike: head.alike, verdict, own })
    };
    let judged: Vec<Judged> = heads.par_iter().filter_map(judge).collect();
    for group in groups(fabric, &judged) {
        findings.push(group.finding());
    }
    match community {
        true => unmodelled(fabric, &judged, findings),
        false => apart(fabric, &judged).into_iter().for_each(|note| findings.push(note)),
    }
    judged
}

/// Takes fields out that the models don't have: another system than theirs may have them.
fn own(verdict: &mut Verdict) -> BTreeMap<String, usize> {
    let mut own = BTreeMap::new();
    verdict.violations.retain(|violation| {
        let field = violation.field.as_ref().filter(|_| violation.kind == Kind::Field);
        if let Some(field) = field {
            *own.entry(format!("{} {field}", violation.table)).or_default() += 1;
        }
        field.is_none()
    });
    own
}

/// What is not checked because the models describe another system.
fn apart(fabric: &Fabric, judged: &[Judged]) -> Option<Diagnostic> {
    let tables = judged.iter().flat_map(|one| &one.verdict.unmodelled).map(|(table, _)| table.as_str());
    let fields = judged.iter().flat_map(|one| one.own.keys()).map(String::as_str);
    let (tables, fields): (BTreeSet<&str>, BTreeSet<&str>) = (tables.collect(), fields.collect());
    if tables.is_empty() && fields.is_empty() {
        return None;
    }
    let message = "tables and fields of Enterprise SONiC's own are not checked: the models are those of community SONiC";
    let mut note = APART.at(fabric.intent.fabric.nos.at, message);
    for (what, names) in [("tables", tables), ("fields", fields)].into_iter().filter(|(_, n)| !n.is_empty()) {
        note = note.note(format!("{what}: {}", names.into_iter().collect::<Vec<_>>().join(", ")));
    }
    Some(note)
}

/// Tables that no model describes: community SONiC has one of every table that fabc fills, so the source asks for them.
fn unmodelled(fabric: &Fabric, judged: &[Judged], findings: &mut Findings) {
    let mut tables: BTreeMap<&str, &str> = BTreeMap::new();
    for one in judged {
        for (table, _) in &one.verdict.unmodelled {
            tables.entry(table).or_insert(&one.switch);
        }
    }
    for (table, switch) in tables {
        let reasons =
            fabc_targets::why(fabric, &format!("{switch}/config_db.json"), table).unwrap_or_default();
        let at = reasons.iter().find_map(|reason| reason.at.last());
        let message = format!("`{table}` of `{switch}` has no YANG model: its rows may hold anything");
        findings.push(match at {
            Some(at) => NO_MODEL.at(*at, message),
            None => NO_MODEL.anywhere(message),
        });
    }
}

/// What the switch's rows have in common with those of its like: tables, keys, fields and values, numbers and addresses
/// left out.
fn kind(db: &ConfigDb) -> BTreeSet<String> {
    let mut kind = BTreeSet::new();
    let mut text = String::new();
    for table in &db.tables {
        for row in &table.rows {
            text.clear();
            text.push_str(&table.name);
            text.push('|');
            like(&row.key, &mut text);
            for (name, value) in &row.fields {
                text.push(' ');
                like(name, &mut text);
                let values = match value {
                    Value::Text(text) => std::slice::from_ref(text),
                    Value::List(list) => list,
                };
                for value in values {
                    text.push('=');
                    like(value, &mut text);
                }
            }
            // Most rows are like one that came before.
            if !kind.contains(&text) {
                kind.insert(text.clone());
            }
        }
    }
    kind
}

/// Appends the text with `#` for each number and each address.
fn like(text: &str, out: &mut String) {
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '.')) {
        // An IPv6 or a MAC address, and what ends it.
        let is_address =
            word.contains(':') && word.chars().all(|c| c.is_ascii_hexdigit() || !c.is_alphabetic());
        let mut digits = false;
        for c in word.chars() {
            let hidden = c.is_ascii_digit() || (is_address && (c.is_ascii_hexdigit() || c == ':'));
            if !hidden {
                out.push(c);
            } else if !digits {
                out.push('#');
            }
            digits = hidden;
        }
    }
}

/// Refusals that are one mistake: the same field, the same words but for numbers, the same lines.
struct Group<'a> {
    first: &'a Violation,
    reason: Option<Reason>,
    rows: usize,
    switch: &'a str,
    switches: usize,
}

/// What tells two groups apart: kind, table, field and words but for numbers, and the lines.
type Mark = (Kind, String, Option<String>, String, Vec<Span>);

fn shape(text: &str) -> String {
    let mut out = String::new();
    like(text, &mut out);
    out
}

fn groups<'a>(fabric: &Fabric, judged: &'a [Judged]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known: BTreeMap<Mark, usize> = BTreeMap::new();
    for one in judged {
        let mut reasons = Reasons { fabric, switch: &one.switch, tables: BTreeMap::new() };
        let mut met = BTreeSet::new();
        for violation in &one.verdict.violations {
            let reason = reasons.of(violation);
            let at = reason.as_ref().map(|reason| reason.at.clone()).unwrap_or_default();
            let Violation { kind, table, field, .. } = violation;
            let field = field.as_deref().map(shape);
            let mark = (*kind, table.clone(), field, shape(&violation.reason), at);
            let index = *known.entry(mark).or_insert_with(|| {
                groups.push(Group { first: violation, reason, rows: 0, switch: &one.switch, switches: 0 });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(index) {
                group.rows += 1;
                group.switches += if met.insert(index) { one.alike } else { 0 };
            }
        }
    }
    groups
}

impl Group<'_> {
    fn finding(&self) -> Diagnostic {
        let more = |n: usize, what: &str| match n {
            0 | 1 => String::new(),
            2 => format!(" and 1 more{what}"),
            n if what.is_empty() => format!(" and {} more", n - 1),
            n => format!(" and {} more{what}s", n - 1),
        };
        let message = format!(
            "`{}`{} of `{}`{}: {}",
            place(self.first),
            more(self.rows, " row"),
            self.switch,
            more(self.switches, ""),
            self.first.reason
        );
        let rule = rule(self.first.kind);
        let at = self.reason.as_ref().map_or(&[][..], |reason| &reason.at);
        let mut finding = match at {
            [] => rule.anywhere(message),
            [first, rest @ ..] => {
                let around = |span: &&Span| span.start <= first.start && first.end <= span.end;
                let others = rest.iter().filter(|span| span.file != first.file || !around(span));
                others.fold(rule.at(*first, message), |finding, span| finding.label(*span, ""))
            }
        };
        if let Some(reason) = &self.reason {
            finding = finding.note(format!("{} = {}: {}", reason.place, reason.value, reason.rule));
        }
        finding.help_opt(self.first.instead.clone())
    }
}

/// Why values stand where they stand, table by table.
struct Reasons<'a> {
    fabric: &'a Fabric,
    switch: &'a str,
    tables: BTreeMap<&'a str, BTreeMap<String, Reason>>,
}

impl<'a> Reasons<'a> {
    /// Of the field; of the row where the field isn't there.
    fn of(&mut self, violation: &'a Violation) -> Option<Reason> {
        let table = self.tables.entry(&violation.table).or_insert_with(|| {
            let file = format!("{}/config_db.json", self.switch);
            let reasons = fabc_targets::why(self.fabric, &file, &violation.table).unwrap_or_default();
            reasons.into_iter().map(|reason| (reason.place.clone(), reason)).collect()
        });
        let whole = place(violation);
        let row = format!("{}|{}", violation.table, violation.key.as_deref().unwrap_or_default());
        let is_inside = |place: &str| {
            place.strip_prefix(&row).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let of_row = || table.range(row.clone()..).next().filter(|(place, _)| is_inside(place));
        table.get(&whole).or_else(|| of_row().map(|(_, reason)| reason)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    #[test]
    fn a_switch_with_rows_of_its_own_is_a_kind_of_its_own() {
        let heads = |more: &str| {
            let text = format!(
                r#"
                    fabric "f" {{ nos "sonic" release="202505"; }}
                    hosts "gpu" count=4 {{ nic count=4 speed="400G"; }}
                    tier "leaf" count=4 switch="dell-z9864f"
                    link "gpu" "leaf" by="rail" {{ length "3m"; }}
                    routing {{ asn leaf=4210000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
                    {more}
                "#
            );
            let host = MemoryHost::default().file("fabric.kdl", text);
            let fabric = analyze(Path::new("fabric.kdl"), &host, &Options::default()).fabric.unwrap();
            let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).unwrap();
            one_of_each(&fabric, &bundle).iter().map(|head| (head.index, head.alike)).collect::<Vec<_>>()
        };
        assert_eq!(heads(""), [(0, 4)]);
        // A number that is wrong looks like one that is right.
        assert_eq!(
            heads("switch \"leaf-03\" { config-db \"PORT\" \"Ethernet0\" mtu=\"1\"; }"),
            [(0, 3), (2, 1)]
        );
        assert_eq!(heads("switch \"leaf-03\" { serial \"S3\"; }"), [(0, 4)]);
    }

    #[test]
    fn numbers_and_addresses_make_no_kind() {
        assert_eq!(shape("Ethernet8|10.0.0.1/31"), "Ethernet#|#.#.#.#/#");
        assert_eq!(shape("Ethernet8|fd00:a::1c/127"), shape("Ethernet16|fd00:b:2::/127"));
        assert_eq!(shape("leaf-01 up"), "leaf-# up");
        assert_eq!(shape("00:de:ad:00:00:01"), shape("02:01:02:03:04:05"));
        assert_ne!(shape("deadbeef"), shape("facade"));
    }
}
