//! What `config-db` makes of fabc's own rows, looked at as any other file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::fabric::Fabric;
use fabc_lang::platform::{Catalog, NicModel, nics as built_in_nics};
use fabc_lang::source::{Sources, Span};
use fabc_targets::sonic::{Release, overrides as rows};
use fabc_targets::{Device, Names};

use super::{Given, run};
use crate::config_db::Db;

/// Reports, on the line of the override, what is wrong with the rows of switches that have some and would be right
/// without. A row for the fabric or a tier is looked at on the first switch of each tier.
pub(crate) fn overrides(fabric: &Fabric, findings: &mut Findings) {
    let node = &fabric.intent.fabric;
    let Some(release) = Release::find(node.nos.v, &node.release.v) else { return };
    let mut seen = vec![false; fabric.tiers.len()];
    let asked = |(index, switch): (usize, &fabc_lang::fabric::Switch)| {
        let own = switch.own.is_some_and(|own| !fabric.intent.switches[own].config_db.is_empty());
        let shared = !node.config_db.is_empty() || !fabric.tiers[switch.tier].node.config_db.is_empty();
        let first = shared && !switch.absent && !std::mem::replace(&mut seen[switch.tier], true);
        (!switch.absent && (own || first)).then_some(index)
    };
    let asked: Vec<usize> = fabric.switches.iter().enumerate().filter_map(asked).collect();
    if asked.is_empty() {
        return;
    }
    let (names, nics) = (Names::new(fabric), nics(fabric));
    // The same said of several switches is said once.
    let mut said: BTreeMap<(&str, String, Option<Span>), (Diagnostic, usize)> = BTreeMap::new();
    for device in asked.into_iter().filter_map(|index| Device::new(fabric, &names, release, index)) {
        for found in of_device(&device, &nics) {
            let key = (found.code(), found.message.clone(), found.span());
            let named = || found.note(format!("in config_db.json of `{}`", device.switch.name));
            said.entry(key).and_modify(|(_, more)| *more += 1).or_insert_with(|| (named(), 0));
        }
    }
    // Of what goes from DSCP to PFC the checks tell more: they see both ends of each link.
    let told: Vec<Span> = findings.iter().filter(|d| tells(d)).filter_map(Diagnostic::span).collect();
    let is_told = |at: Span| told.iter().any(|whole| whole.to(at) == *whole);
    said.retain(|(_, _, at), _| at.is_none_or(|at| !is_told(at)));
    for (found, more) in said.into_values() {
        findings.push(if more > 0 { found.note(format!("and of {more} more switches")) } else { found });
    }
}

/// Models of the fabric's NICs; all that the catalogue has where some `nic` names none.
fn nics(fabric: &Fabric) -> Vec<Arc<NicModel>> {
    let named = fabric.groups.iter().flat_map(|group| &group.models);
    if !fabric.groups.is_empty() && named.clone().all(Option::is_some) {
        let named: BTreeMap<&str, _> = named.flatten().map(|model| (model.name.as_str(), model)).collect();
        return named.into_values().cloned().collect();
    }
    let (mut catalog, mut sources) = (Catalog::default(), Sources::default());
    built_in_nics().filter_map(|name| catalog.nic(name, &mut sources, &mut Findings::default())).collect()
}

/// Whether a finding says what is wrong with the result of an override.
fn tells(found: &Diagnostic) -> bool {
    found.code().starts_with("overrides/")
        && !["overrides/same-value", "overrides/nothing"].contains(&found.code())
}

/// What the overrides of a switch bring about.
fn of_device(device: &Device<'_>, nics: &[Arc<NicModel>]) -> Vec<Diagnostic> {
    let given = Given {
        model: Some(device.platform),
        sku: true,
        nics,
        nos: Some(device.release.nos),
        release: Some(device.release.name),
        buffers: device.fabric.intent.buffers.as_ref(),
    };
    let lint = |db: &Db<'_>| {
        let mut findings = Findings::default();
        run(db, given, &mut findings);
        findings.into_sorted()
    };
    let before = lint(&Db::of_device(device, false));
    let before: BTreeSet<(&str, &str)> = before.iter().map(|d| (d.code(), d.message.as_str())).collect();
    let spans: Vec<Span> =
        rows(device).flat_map(|o| o.fields.iter().map(|f| f.1.at).chain([o.key.at, o.at])).collect();
    let after = lint(&Db::of_device(device, true)).into_iter();
    after
        .filter(|d| d.severity > Severity::Note && !before.contains(&(d.code(), d.message.as_str())))
        .map(|found| pointed(found, &spans))
        .collect()
}

/// The finding with an override as its first place.
fn pointed(mut found: Diagnostic, overrides: &[Span]) -> Diagnostic {
    let ours = found.labels.iter().position(|label| overrides.contains(&label.span));
    match (ours, overrides.last()) {
        (Some(index), _) => found.labels[..=index].rotate_right(1),
        // What is wrong stands elsewhere: the last override is what began it.
        (None, Some(&at)) => {
            let label = fabc_lang::diagnostic::Label { span: at, text: "since this".to_owned() };
            found.labels.insert(0, label);
        }
        (None, None) => {}
    }
    found
}
