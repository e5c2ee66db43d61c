//! The documents for programs; `targets/schemas/diff.schema.json` is the schema of the first.

use fabc_lang::source::{Source, Span};
use serde_json::{Map, Value, json};

use super::fold::{Entry, Group, fold, why};
use super::switch::Found;
use super::{Args, Report};
use crate::diff::cabling::{End, Miscabled};
use crate::diff::drift::{Difference, What};

pub(super) fn document(report: &Report<'_>, args: &Args) -> Value {
    let groups = fold(&report.switches, |found| &found.drift.differences);
    json!({
        "schema_version": 1,
        "fabric": report.names.1,
        "deployed": args.deployed.as_ref().map(|path| path.display().to_string()),
        "against": args.against,
        "differs": report.differs(),
        "groups": groups.iter().map(|group| self::group(report, group)).collect::<Vec<_>>(),
        "switches": report.switches.iter().map(switch).collect::<Vec<_>>(),
        "not_known": report.missing,
        "not_read": report.failed.iter().map(|(name, failed, stale)| {
            json!({ "switch": name, "what": failed.what, "reason": failed.reason, "stale": stale })
        }).collect::<Vec<_>>(),
        "not_in_fabric": report.unknown,
        "cabling": report.cabling.iter().map(cable).collect::<Vec<_>>(),
    })
}

/// An RFC 6902 document for each switch on which rows differ.
pub(super) fn patches(report: &Report<'_>) -> Value {
    let some = report.switches.iter().filter(|found| !found.patch.is_empty());
    some.map(|found| (found.name.to_owned(), Value::from(found.patch.clone()))).collect::<Map<_, _>>().into()
}

fn group(report: &Report<'_>, group: &Group<'_>) -> Value {
    let Difference { effect, interrupts, round, .. } = group.first;
    json!({
        "level": effect.level.name(),
        "likely": effect.likely,
        "interrupts": interrupts,
        "note": effect.note,
        "source": effect.source,
        "instead": round,
        "entries": group.entries.iter().map(|entry| self::entry(report, entry)).collect::<Vec<_>>(),
    })
}

fn entry(report: &Report<'_>, entry: &Entry<'_>) -> Value {
    let (_, index, key) = entry.place;
    let at: Vec<Value> =
        why(report, entry.what, index, key).iter().map(|span| place(report, *span)).collect();
    json!({
        "what": what(entry.what),
        "values": entry.values,
        "count": entry.count(),
        "switches": entry.switches.keys().collect::<Vec<_>>(),
        "at": at,
    })
}

fn place(report: &Report<'_>, span: Span) -> Value {
    let source = report.sources.get(span.file);
    let (row, column) = source.map_or((1, 1), |source| source.line_column(span.start));
    let text = source.map_or("", |source| source.line(row)).trim();
    json!({ "file": source.map_or("", Source::name), "line": row, "column": column, "text": text })
}

fn what(what: &What) -> Value {
    let fields = |fields: &[(String, String)]| -> Vec<Value> {
        fields.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    };
    let whole = |kind: &str,
                 table: Option<&str>,
                 field: Option<&str>,
                 old: Option<&str>,
                 new: Option<&str>| {
        json!({
            "kind": kind, "table": table, "field": field, "old": old, "new": new, "foreign": false, "fields": [], "block": null,
            "line": null,
        })
    };
    match what {
        What::Field { table, field, old, new } => {
            whole("field", Some(table), field.as_deref(), old.as_deref(), new.as_deref())
        }
        What::Row { table, added, foreign, fields: all } => {
            let mut row =
                whole(if *added { "row added" } else { "row removed" }, Some(table), None, None, None);
            row["foreign"] = (*foreign).into();
            row["fields"] = fields(all).into();
            row
        }
        What::Line { block, text, added } => {
            let mut row = whole(if *added { "line added" } else { "line removed" }, None, None, None, None);
            row["block"] = block.as_str().into();
            row["line"] = text.as_str().into();
            row
        }
    }
}

fn switch(found: &Found<'_>) -> Value {
    let differences = found.drift.differences.iter().map(|one| {
        json!({
            "what": what(&one.what), "keys": one.keys, "level": one.effect.level.name(), "likely": one.effect.likely,
            "interrupts": one.interrupts,
        })
    });
    let rows = |all: &[Difference]| -> Vec<Value> {
        all.iter().map(|one| json!({ "what": what(&one.what), "keys": one.keys })).collect()
    };
    json!({
        "name": found.name,
        "tier": found.tier,
        "differences": differences.collect::<Vec<_>>(),
        "kept": rows(&found.drift.kept),
        "masked": rows(&found.drift.masked),
        "masked_lines": found.drift.masked_lines,
        "unlike": found.unlike,
        "lacks": found.lacks,
        "unsaved": found.unsaved,
    })
}

fn cable(of: &Miscabled) -> Value {
    let end = |end: &End| json!({ "device": end.0, "port": end.1 });
    json!({
        "switch": of.switch, "port": of.port, "planned": of.planned.as_ref().map(end), "seen": end(&of.seen),
        "meant": of.meant.as_ref().map(end), "swapped": of.swapped,
    })
}
