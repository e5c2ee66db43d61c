//! `config-db` rows for what no word of the language says.

use std::collections::{BTreeMap, BTreeSet};

use fabc_targets::sonic::effects::Op;
use fabc_targets::sonic::tables::Owner;

use super::compare::Trial;
use super::guess::Who;
use super::model::{Model, Row, text_of};
use super::read::Reading;
use crate::deployed::canonical::Name;
use crate::deployed::mask::is_masked;
use crate::deployed::owned::owner;
use crate::diff::rows::RowChange;

/// Whom a row is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum For {
    All,
    Tier(usize),
    Switch(String),
}

/// Rows of ports that one switch may have of its own: more of them mean that the fabric is understood wrongly.
const PORTS: usize = 64;

/// Tables that say who is wired to whom, and who is who: a row would only hide that it is otherwise.
const WIRING: &[&str] =
    &["BREAKOUT_CFG", "DEVICE_NEIGHBOR", "DEVICE_NEIGHBOR_METADATA", "INTERFACE", "MGMT_INTERFACE"];
/// The same of fields.
const FIELDS: &[(&str, &[&str])] = &[
    ("DEVICE_METADATA", &["bgp_asn", "hostname", "hwsku", "mac", "platform", "type"]),
    ("PORT", &["admin_status", "alias", "description", "index", "lanes", "speed", "subport"]),
];

/// Rows that would say what was read, each for whom it holds.
pub(super) fn wanted(trial: &Trial, readings: &[Reading], who: &Who, tiers: usize) -> Vec<(For, Row)> {
    let mut of: BTreeMap<Row, BTreeSet<usize>> = BTreeMap::new();
    for (at, (reading, sorted)) in readings.iter().zip(&trial.rows).enumerate() {
        for change in sorted.ours.iter().chain(&sorted.kept) {
            if let Some(row) = row(change, reading, trial) {
                of.entry(row).or_default().insert(at);
            }
        }
    }
    let tier_of = |at: usize| who.switches.get(&readings[at].name).map(|seat| seat.node);
    let members: Vec<BTreeSet<usize>> = (0..tiers)
        .map(|tier| (0..readings.len()).filter(|at| tier_of(*at) == Some(tier)).collect())
        .collect();
    let mut wanted: Vec<(For, Row)> = Vec::new();
    let mut ports: BTreeMap<String, usize> = BTreeMap::new();
    for (row, mut at) in of {
        if at.len() == readings.len() {
            wanted.push((For::All, row));
            continue;
        }
        for (tier, members) in members.iter().enumerate() {
            if members.len() > 1 && members.is_subset(&at) {
                wanted.push((For::Tier(tier), row.clone()));
                at.retain(|one| !members.contains(one));
            }
        }
        for one in at {
            let name = &readings[one].name;
            if owner(&row.table) == Some(Owner::Rows) && row.key.0.starts_with("Ethernet") {
                let count = ports.entry(name.clone()).or_default();
                *count += 1;
                if *count > PORTS {
                    continue;
                }
            }
            wanted.push((For::Switch(name.clone()), row.clone()));
        }
    }
    wanted
}

/// The row that says what a switch has; none where a row can't, or should not.
fn row(change: &RowChange, reading: &Reading, trial: &Trial) -> Option<Row> {
    if change.op == Op::Added || is_masked(&change.key) || change.key.is_empty() {
        return None;
    }
    let loopback = change.table == "LOOPBACK_INTERFACE" && change.key.starts_with("Loopback0");
    let other_port = || {
        // An interface that the fabric has nothing of, as a port to a router outside.
        let port = change.key.split('|').next().unwrap_or_default();
        let fabric = trial.fabric.as_ref()?;
        let switch = fabric.switches.iter().position(|s| s.name == reading.name)?;
        let wired = fabric.ports(switch).any(|p| p.spec.name == port && p.wire.is_some());
        Some(!wired && change.table == "INTERFACE")
    };
    if loopback || (WIRING.contains(&change.table.as_str()) && other_port() != Some(true)) {
        return None;
    }
    let hidden =
        FIELDS.iter().find(|(table, _)| *table == change.table).map_or(&[][..], |(_, fields)| fields);
    if change.op == Op::Removed && !hidden.is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    for field in change.fields.iter().filter(|f| f.name != "NULL" && !hidden.contains(&f.name.as_str())) {
        let Some(old) = &field.old else { continue };
        let text = text_of(old).filter(|text| !is_masked(text));
        match text {
            Some(text) => fields.push((field.name.clone(), text)),
            None if change.op == Op::Removed => return None, // part of a row is no row
            None => {}
        }
    }
    if fields.is_empty() && change.op == Op::Changed {
        return None;
    }
    Some(Row { table: change.table.clone(), key: Name(change.key.clone()), fields })
}

/// Puts rows into a model.
pub(super) fn lay(wanted: &[(For, Row)], model: &mut Model, take: impl Fn(&Row) -> bool) {
    for (whom, row) in wanted.iter().filter(|(_, row)| take(row)) {
        match whom {
            For::All => model.rows.push(row.clone()),
            For::Tier(tier) => model.tiers[*tier].rows.push(row.clone()),
            For::Switch(name) => model.switch(name).rows.push(row.clone()),
        }
    }
}
