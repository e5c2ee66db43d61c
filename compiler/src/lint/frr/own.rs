//! What a user's own template makes of a fabric, looked at as any other frr.conf.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use fabc_lang::source::Sources;
use fabc_targets::frr::{Config, Templates};
use fabc_targets::sonic::Release;
use fabc_targets::{Device, Names};

use super::{Given, run};
use crate::lint::file::LOOSE;
use crate::routing::net;

/// Reports what is wrong with the frr.conf of a switch of each kind, each mistake once; the files that findings show are
/// added to `sources`.
pub(crate) fn of_templates(
    fabric: &Fabric,
    own: BTreeMap<String, String>,
    sources: &mut Sources,
    findings: &mut Findings,
) {
    let node = &fabric.intent.fabric;
    let Some(release) = Release::find(node.nos.v, &node.release.v) else { return };
    let templates = Templates::new(own);
    let (names, mut told) = (Names::new(fabric), BTreeSet::new());
    for index in net::kinds_of(fabric, &templates) {
        let Some(device) = Device::new(fabric, &names, release, index) else { continue };
        let mut text = Vec::new();
        // A template that can't be rendered has been told of.
        if templates.frr(&Config::new(&device), &mut text).is_err() {
            return;
        }
        let (name, mut loose) = (format!("switches/{}/frr.conf", device.switch.name), Sources::default());
        let id = loose.add(&*name, String::from_utf8_lossy(&text));
        let Some(source) = loose.get(id) else { continue };
        let mut found = Findings::default();
        run(
            source,
            LOOSE,
            Given { release: Some(release), sonic: true, bfdd: Some(release.bfd), alone: false },
            &mut found,
        );
        found.retain(|finding| told.insert((finding.code(), finding.message.clone())));
        if !found.is_empty() {
            let file = sources.add(name, source.text());
            found.iter_mut().flat_map(|finding| &mut finding.labels).for_each(|label| label.span.file = file);
            findings.extend(found);
        }
    }
}
