//! What the catalogue knows of the NICs and of the media that lines name.

use std::collections::BTreeMap;
use std::sync::Arc;

use fabc_lang::diagnostic::{Diagnostic, Findings, Severity, nearest};
use fabc_lang::fabric::Line;
use fabc_lang::intent::Nic;
use fabc_lang::platform::{Catalog, NicModel, Optic, nics};
use fabc_lang::source::Sources;

use super::nodes::{Member, Nodes};
use super::rules;

/// Models of NICs.
#[derive(Debug)]
pub(super) struct Models {
    /// By group and `nic` line; none where no model is named, or one that is not known.
    pub(super) by_group: Vec<Vec<Option<Arc<NicModel>>>>,
}

impl Models {
    pub(super) fn load(
        nodes: &Nodes<'_>,
        catalog: &mut Catalog,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Self {
        let mut by_group = Vec::new();
        for &id in &nodes.groups {
            let Member::Hosts(hosts) = nodes.nodes[id].member else {
                by_group.push(Vec::new());
                continue;
            };
            by_group.push(hosts.nics.iter().map(|nic| model(nic, catalog, sources, findings)).collect());
        }
        Models { by_group }
    }

    /// Lanes of a port of this NIC, as its model has them.
    pub(super) fn lanes(&self, group: usize, line: usize, nic: &Nic) -> Option<u32> {
        let model = self.by_group.get(group)?.get(line)?.as_ref()?;
        Some(model.lanes(nic.ports.v, nic.speed.v)?.0)
    }
}

/// The model that a `nic` line names; reports a name that nobody knows.
fn model(
    nic: &Nic,
    catalog: &mut Catalog,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Arc<NicModel>> {
    let named = nic.model.as_ref()?;
    // Vendors write `ConnectX-7`.
    let Some(model) = catalog.nic(&named.v.to_ascii_lowercase(), sources, findings) else {
        // Who states what would be looked up may call it as they please.
        if nic.lanes.is_none() || nic.connector.is_none() {
            findings.push(unknown(named.at, &named.v));
        }
        return None;
    };
    if let Some(most) = model.max_speed.as_ref().filter(|most| nic.speed.v > most.v) {
        let message = format!("a port of a `{}` runs at {}, not at {}", model.name, most.v, nic.speed.v);
        let found = rules::NIC_TOO_FAST.at(nic.speed.at, message).label(most.at, "its fastest");
        let found = found.help(format!("speed=\"{}\", with more ports or NICs", most.v));
        let likely = most.confidence.is_likely();
        findings.push(if likely { Diagnostic { severity: Severity::Warning, ..found } } else { found });
    }
    Some(model)
}

fn unknown(at: fabc_lang::source::Span, name: &str) -> Diagnostic {
    let found = rules::UNKNOWN_NIC.at(at, format!("there is no NIC `{name}`"));
    let plain = name.to_lowercase().replace([' ', '_'], "-");
    let found = match nearest(&plain, nics()) {
        Some(near) => found.help(format!("did you mean \"{near}\"?")).instead(near),
        None => found.help("state `lanes=` and `connector=`, or take one of the list"),
    };
    found.note(format!("known: {}", nics().collect::<Vec<_>>().join(", ")))
}

/// All that the lines' media may be: `DR4` in a cage of two ports is a `2xDR4`, and the other way round.
pub(super) fn optics(
    lines: &[Line],
    catalog: &mut Catalog,
    sources: &mut Sources,
    findings: &mut Findings,
) -> BTreeMap<String, Arc<Optic>> {
    let mut optics = BTreeMap::new();
    for line in lines {
        let Some(media) = &line.media else { continue };
        let sides = line.lower_side.iter().chain([&line.upper_side]);
        let twins = sides.map(|side| format!("{}x{}", side.children, media.v));
        let single = media.v.split_once('x').map(|(_, single)| single.to_owned());
        for name in twins.chain(single).chain([media.v.clone()]) {
            if let Some(optic) = catalog.optic(&name, sources, findings) {
                optics.insert(name, optic);
            }
        }
    }
    optics
}
