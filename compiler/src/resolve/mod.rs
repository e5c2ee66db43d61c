//! Intent to fabric: who there is, what is wired to what, and every number that follows.
//!
//! In order: [`nodes`] flattens pods and planes; [`devices`] names the members; [`places`] seats
//! them; [`parts`] looks up NICs and media; [`lines`] says which positions each
//! line needs; [`cages`] gives the lines their cages; [`wires`] makes the links; [`numbers`] gives addresses and ASNs.
//! Everything follows from identity and declared `max`, nothing from the order of the source or from totals.

mod boxes;
mod cages;
mod devices;
mod lines;
mod names;
mod nodes;
mod numbers;
mod parts;
mod places;
pub mod rules;
mod search;
mod wires;

pub(crate) use numbers::MANAGEMENT_LOW;

use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Intent;
use fabc_lang::platform::Catalog;
use fabc_lang::source::{Sources, Spanned};

/// PORT.mtu where the file says none: SONiC's own default.
const DEFAULT_MTU: u32 = 9100;

/// Resolves a program. What is wrong is reported; where so much is wrong that no fabric can be made, there is none.
pub fn resolve(
    intent: Intent,
    catalog: &mut Catalog,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Fabric> {
    let nodes = nodes::Nodes::new(&intent.root, findings)?;
    let boxes = boxes::Boxes::load(&nodes, intent.fabric.nos.v, catalog, sources, findings);
    let places = places::Places::new(&nodes, &intent);
    let bases = numbers::bases(&nodes, &intent, findings);
    let models = parts::Models::load(&nodes, catalog, sources, findings);
    let plan = lines::Plan::new(&nodes, &boxes, &models, &places, &intent, findings);
    let plan = cages::allocate(&nodes, &boxes, plan, findings)?;
    let optics = parts::optics(&plan.lines, catalog, sources, findings);
    let mut devices = devices::Devices::new(&nodes, &plan, &intent, &boxes, models, &places, findings)?;
    let links = wires::wire(&nodes, &plan, &devices, findings)?;
    numbers::assign(&intent, &bases, &mut devices, findings);
    if intent.unread.any() {
        return None;
    }
    let mtu = intent.fabric.mtu.unwrap_or(Spanned::new(DEFAULT_MTU, intent.fabric.at));
    Some(Fabric {
        mtu,
        platforms: boxes.into_platforms(),
        optics,
        tiers: devices.tiers,
        groups: devices.groups,
        switches: devices.switches,
        hosts: devices.hosts,
        lines: plan.lines,
        links: links.links,
        switch_starts: links.switch_starts,
        switch_wires: links.switch_wires,
        host_starts: links.host_starts,
        host_wires: links.host_wires,
        intent,
    })
}

/// What the file says of single switches: index in `intent.switches` by name; of several, the first.
fn own_settings(intent: &Intent) -> BTreeMap<&str, usize> {
    let nodes = intent.switches.iter().enumerate().rev();
    nodes.map(|(i, switch)| (switch.name.v.as_str(), i)).collect()
}
