//! From a row of a file of ours back to the lines that asked for it.

use std::sync::Arc;

use fabc_lang::diagnostic::{Diagnostic, Label};
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Buffers;
use fabc_lang::platform::Platform;
use fabc_lang::source::Span;
use fabc_targets::sonic::Release;
use fabc_targets::{Device, Names};

use crate::config_db::Db;

/// A fabric whose switches' files are looked at.
pub(super) struct Blame<'f> {
    fabric: &'f Fabric,
    names: Names,
    release: &'static Release,
}

/// A switch of the fabric.
pub(super) struct Switch<'b> {
    device: Device<'b>,
    release: &'static Release,
}

impl<'f> Blame<'f> {
    /// None where the fabric's release is unknown: then there are no files of it.
    pub(super) fn new(fabric: &'f Fabric) -> Option<Self> {
        let node = &fabric.intent.fabric;
        let release = Release::find(node.nos.v, &node.release.v)?;
        Some(Blame { fabric, names: Names::new(fabric), release })
    }

    /// The switch that a file is for: by the folder that it lies in, else by its host name.
    pub(super) fn switch(&self, path: &str, db: &Db<'_>) -> Option<Switch<'_>> {
        let host = db.row("DEVICE_METADATA", "localhost").and_then(|row| row.text("hostname"));
        self.named(path).or_else(|| self.find(&host?.v))
    }

    /// The switch that the folder of a file is called like.
    pub(super) fn named(&self, path: &str) -> Option<Switch<'_>> {
        self.find(path.replace('\\', "/").rsplit('/').nth(1)?)
    }

    fn find(&self, name: &str) -> Option<Switch<'_>> {
        let at = self.fabric.switches.iter().position(|switch| switch.name == name && !switch.absent)?;
        let device = Device::new(self.fabric, &self.names, self.release, at)?;
        Some(Switch { device, release: self.release })
    }
}

impl Switch<'_> {
    /// Its box.
    pub(super) fn model(&self) -> Arc<Platform> {
        Arc::clone(&self.device.fabric.platforms[self.device.tier.platform])
    }

    /// Its release.
    pub(super) fn release(&self) -> &'static Release {
        self.release
    }

    /// What the fabric says of buffers.
    pub(super) fn buffers(&self) -> Option<&Buffers> {
        self.device.fabric.intent.buffers.as_ref()
    }

    /// Adds the lines that asked for a line of frr.conf, and the rule that made it.
    pub(super) fn blame_line(&self, finding: &mut Diagnostic, text: &str) {
        let Some(at) = finding.span().map(|span| span.start as usize) else { return };
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim();
        let reasons = fabc_targets::why_line(&self.device, line);
        let Some(reason) = reasons.into_iter().find(|reason| reason.value == line) else {
            finding.notes.push("fabc's own frr.conf of the switch has no such line".to_owned());
            return;
        };
        finding
            .labels
            .extend(reason.at.iter().map(|&span| Label { span, text: "asked for here".to_owned() }));
        finding.notes.push(reason.rule);
    }

    /// Adds the lines that asked for what a finding speaks of, and the rule that made it.
    pub(super) fn blame(&self, finding: &mut Diagnostic, db: &Db<'_>) {
        let Some(first) = finding.span() else { return };
        let Some((what, value)) = place(db, first) else { return };
        let Some(reason) = fabc_targets::why_row(&self.device, &what).into_iter().next() else {
            finding.notes.push(format!("the fabric asks for no {what}"));
            return;
        };
        if let Some(value) = value.filter(|value| *value != reason.value) {
            finding.notes.push(format!("the fabric asks for {what} = {}, not {value}", reason.value));
        }
        for &at in &reason.at {
            if !finding.labels.iter().any(|label| label.span == at) {
                let text = "asked for here".to_owned();
                finding.labels.push(Label { span: at, text });
            }
        }
        finding.notes.push(format!("{what}: {}", reason.rule));
    }
}

/// What stands at a place, as `fabc why` takes it, and the value of a field.
fn place(db: &Db<'_>, at: Span) -> Option<(String, Option<String>)> {
    let inside = |outer: Span| outer.file == at.file && outer.start <= at.start && at.end <= outer.end;
    for table in &db.tables {
        for row in &table.rows {
            if inside(row.key.at) {
                return Some((format!("{}|{}", table.name.v, row.key.v), None));
            }
            for (name, value) in &row.fields {
                if inside(name.at) || inside(value.at()) {
                    let text = value.items().collect::<Vec<_>>().join(",");
                    return Some((format!("{}|{} {}", table.name.v, row.key.v, name.v), Some(text)));
                }
            }
        }
    }
    None
}
