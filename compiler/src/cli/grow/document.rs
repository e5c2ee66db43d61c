//! The document for programs; `targets/schemas/grow.schema.json` is its schema.

use serde_json::{Value, json};

use super::Report;
use crate::diff::device::{Consequence, On};
use crate::diff::fabrics::{State, Switch};
use crate::diff::wiring::{CableChange, Side};

pub(super) fn document(report: &Report<'_>) -> Value {
    let servers = |names: &[&str], verdict: &str| -> Vec<Value> {
        names.iter().map(|name| json!({ "name": name, "verdict": verdict })).collect()
    };
    let numbers = report.numbers.iter().map(
        |moved| json!({ "kind": moved.kind.name(), "of": moved.who, "from": moved.from, "to": moved.to }),
    );
    let servers = [servers(&report.servers.0, "new"), servers(&report.servers.1, "gone")].concat();
    json!({
        "schema_version": 1,
        "old": report.names.0,
        "new": report.names.1,
        "files_compared": report.files,
        "interrupts": report.interrupts(),
        "cables": report.cables.iter().map(|c| cable(report, *c)).collect::<Vec<_>>(),
        "numbers": numbers.collect::<Vec<_>>(),
        "switches": report.switches.iter().map(switch).collect::<Vec<_>>(),
        "servers": servers,
    })
}

fn cable(report: &Report<'_>, change: CableChange) -> Value {
    let (word, is, was) = match change {
        CableChange::New(is) => ("new", link(report.new, is), Value::Null),
        CableChange::Removed(was) => ("removed", link(report.old, was), Value::Null),
        CableChange::Moved(was, is) => ("moved", link(report.new, is), link(report.old, was)),
        CableChange::Changed(was, is) => ("changed", link(report.new, is), link(report.old, was)),
    };
    json!({ "change": word, "cable": is, "before": was })
}

fn link(side: &Side, at: usize) -> Value {
    let Some(link) = side.census.links.get(at) else { return Value::Null };
    let kind = side.kind(at);
    json!({
        "a": link.a,
        "a_if": link.a_if,
        "b": link.b,
        "b_if": link.b_if,
        "speed": link.speed,
        "media": kind.and_then(|kind| kind.media.as_deref()),
        "length_mm": kind.and_then(|kind| kind.length),
    })
}

fn switch(switch: &Switch<'_>) -> Value {
    let (verdict, effects) = match &switch.state {
        State::Stays(change) => (change.verdict.name(), change.consequences.iter().map(effect).collect()),
        State::NotCompared => ("not compared", Vec::new()),
        State::New => ("new", Vec::new()),
        State::Gone => ("gone", Vec::new()),
    };
    json!({ "name": switch.name, "tier": switch.tier, "verdict": verdict, "effects": effects })
}

fn effect(found: &Consequence) -> Value {
    let list = |on: bool| match &found.on {
        On::Ports(ports) if !on => ports.iter().cloned().collect(),
        On::Sessions(sessions) if on => sessions.iter().cloned().collect(),
        _ => Vec::new(),
    };
    json!({
        "what": found.what,
        "count": found.count,
        "level": found.effect.level.name(),
        "likely": found.effect.likely,
        "interrupts": found.interrupts,
        "note": found.effect.note,
        "source": found.effect.source,
        "ports": list(false),
        "sessions": list(true),
    })
}
