//! A model built, beside what was read: all that is not the same.

use std::path::Path;

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::fabric::Fabric;
use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::Op;
use fabc_targets::{Bundle, File};
use rayon::prelude::*;

use super::Difference;
use super::read::Reading;
use crate::deployed::owned::{Owned, owned};
use crate::diff::rows::{RowChange, Tables, rows};
use crate::diff::statements;
use crate::host::MemoryHost;
use crate::{files, pipeline};

/// What a text gives.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) fabric: Option<Fabric>,
    /// Errors, by code and message.
    pub(super) errors: Vec<String>,
    /// By reading: rows that differ, by whose they are.
    pub(super) rows: Vec<Owned>,
    pub(super) differences: Vec<Difference>,
}

impl Trial {
    /// The fewer the better; what does not resolve is worse than all else.
    pub(super) fn score(&self) -> usize {
        if self.fabric.is_none() { usize::MAX } else { self.differences.len() }
    }
}

/// Builds a text and holds it against what was read.
pub(super) fn trial(text: &str, readings: &[Reading]) -> Trial {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let mut analysis = pipeline::analyze(Path::new("fabric.kdl"), &host, &pipeline::Options::default());
    let wrong = analysis.findings.iter().filter(|found| found.severity == Severity::Error);
    let errors: Vec<String> = wrong.map(|found| format!("{}: {}", found.code(), found.message)).collect();
    // Until it resolves nothing comes back.
    let nothing = |reading: &Reading| Difference {
        switch: reading.name.clone(),
        what: "switch".into(),
        read: Some("all of it".into()),
        built: None,
    };
    let differences = readings.iter().map(nothing).collect();
    let mut trial = Trial { fabric: None, errors, rows: Vec::new(), differences };
    let Some(fabric) = analysis.fabric.take() else { return trial };
    let mut late = Findings::default();
    let bundle = files::with_templates(&fabric, None, &mut analysis.sources, &host, &mut late);
    let Some(bundle) = bundle else { return trial };
    let found: Vec<(Owned, Vec<Difference>)> =
        readings.par_iter().map(|reading| one(reading, &fabric, &bundle)).collect();
    drop(bundle);
    trial.differences.clear();
    for (rows, differences) in found {
        trial.rows.push(rows);
        trial.differences.extend(differences);
    }
    trial.fabric = Some(fabric);
    trial
}

/// One switch.
fn one(reading: &Reading, fabric: &Fabric, bundle: &Bundle<'_>) -> (Owned, Vec<Difference>) {
    let told = |what: &str, read: Option<String>, built: Option<String>| Difference {
        switch: reading.name.clone(),
        what: what.to_owned(),
        read,
        built,
    };
    let index = fabric.switches.iter().position(|switch| switch.name == reading.name && !switch.absent);
    let Some(index) = index else {
        let whole = vec![told("switch", Some("it is there".into()), None)];
        return (Owned::default(), whole);
    };
    let (mut config_db, mut frr) = (Vec::new(), Vec::new());
    for file in bundle.files_of(index) {
        match bundle.file(file) {
            Some(File::ConfigDb(_)) => bundle.render(file, &mut config_db),
            Some(File::FrrConf(_)) => bundle.render(file, &mut frr),
            _ => {}
        }
    }
    let (config_db, frr) = (String::from_utf8_lossy(&config_db), String::from_utf8_lossy(&frr));
    let changes = Tables::read(&reading.text)
        .and_then(|read| rows(&read, &Tables::read(&config_db)?))
        .unwrap_or_default();
    let mut sorted = owned(changes);
    // What a daemon wrote is its own; what `secret-env` stands for is written by `fabc render`.
    sorted.kept.retain(|change| {
        let made = change.table == "BUFFER_PROFILE" && change.key.starts_with("pg_lossless_");
        !(made || change.table == "SNMP_COMMUNITY" && is_community(fabric, reading))
    });
    let keys =
        fabric.intent.management.iter().flat_map(|m| &m.tacacs).any(|server| server.secret_env.is_some());
    sorted.masked.retain(|change| !(keys && change.table.starts_with("TACPLUS")));
    let mut differences: Vec<Difference> = Vec::new();
    for change in sorted.ours.iter().chain(&sorted.kept).chain(&sorted.masked) {
        of_row(change, &mut differences, &reading.name);
    }
    if let Some(read) = &reading.frr {
        let changes = if reading.state.is_some() {
            let paths = crate::import::paths(fabric);
            let (effects, _) = statements::running(read, &frr, crate::diff::running::Build { paths });
            effects.into_iter().flat_map(|effect| effect.changes).collect()
        } else {
            statements::statements(read, &frr)
        };
        for change in changes {
            let what = if change.block.is_empty() {
                "frr.conf".into()
            } else {
                format!("frr.conf {}", change.block)
            };
            let text = Some(change.text);
            differences.push(if change.added { told(&what, None, text) } else { told(&what, text, None) });
        }
    }
    seen(reading, fabric, index, &mut differences);
    (sorted, differences)
}

/// Whether the file stands for the switch's community: a read-only one, and no other.
fn is_community(fabric: &Fabric, reading: &Reading) -> bool {
    let said = fabric.intent.management.as_ref().is_some_and(|m| m.community_env.is_some());
    let only =
        |row: &fabc_targets::sonic::Row| super::read::text(row, "TYPE").is_none_or(|kind| kind == "RO");
    let rows = reading.rows("SNMP_COMMUNITY");
    said && rows.len() == 1 && rows.iter().all(only)
}

/// What LLDP shows, and what is built.
fn seen(reading: &Reading, fabric: &Fabric, index: usize, differences: &mut Vec<Difference>) {
    use fabc_lang::fabric::Peer;
    for near in reading.state.iter().flat_map(|state| &state.lldp) {
        let neighbour = near.neighbour.split('.').next().unwrap_or_default();
        let port = fabric.ports(index).find(|port| port.spec.name == near.port);
        let peer =
            port.and_then(|port| port.wire).map(|wire| fabric.peer(&fabric.links[wire.link as usize], index));
        let built = peer.map(|peer| match peer {
            Peer::Switch(at, port) => {
                let far = &fabric.switches[at];
                let spec = fabric.tier_of(far).spec(port);
                (far.name.clone(), spec.map(|spec| [spec.alias.clone(), spec.name.clone()]))
            }
            // A NIC shows what its driver likes.
            Peer::Host(at, _) => (fabric.hosts[at].name.clone(), None),
        });
        let read = near.neighbour_port.clone();
        let same = built.as_ref().is_some_and(|(name, port)| {
            let shown = [Some(&read), near.neighbour_description.as_ref()];
            name == neighbour
                && port.as_ref().is_none_or(|names| names.iter().any(|n| shown.contains(&Some(n))))
        });
        if !same {
            let text = |name: &str, port: &str| {
                if port.is_empty() { name.to_owned() } else { format!("{name}:{port}") }
            };
            differences.push(Difference {
                switch: reading.name.clone(),
                what: format!("LLDP|{}", near.port),
                read: Some(text(neighbour, &read)),
                built: built.map(|(name, port)| text(&name, port.as_ref().map_or("", |names| &names[0]))),
            });
        }
    }
}

/// A value for people.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => items.join(","),
    }
}

fn of_row(change: &RowChange, differences: &mut Vec<Difference>, switch: &str) {
    let what = |field: &str| {
        let space = if field.is_empty() { "" } else { " " };
        format!("{}|{}{space}{field}", change.table, change.key)
    };
    let push = |differences: &mut Vec<Difference>, field: &str, read, built| {
        differences.push(Difference { switch: switch.to_owned(), what: what(field), read, built });
    };
    if change.op == Op::Changed {
        for field in &change.fields {
            push(differences, &field.name, field.old.as_ref().map(shown), field.new.as_ref().map(shown));
        }
        return;
    }
    let fields: Vec<String> = change
        .fields
        .iter()
        .filter_map(|field| {
            Some(format!("{}={}", field.name, shown(field.old.as_ref().or(field.new.as_ref())?)))
        })
        .collect();
    let text = Some(if fields.is_empty() { "an empty row".to_owned() } else { fields.join(" ") });
    let (read, built) = if change.op == Op::Removed { (text, None) } else { (None, text) };
    push(differences, "", read, built);
}
