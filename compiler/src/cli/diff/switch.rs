//! One switch: what is known of it, and what differs.

use std::path::Path;

use fabc_lang::fabric::Fabric;
use serde_json::Value as Json;
use similar::TextDiff;

use super::{Args, Format};
use crate::deployed::read::{Folder, Observed};
use crate::deployed::{canonical, mask};
use crate::diff::cabling::{Miscabled, Plan};
use crate::diff::drift::{self, Drift, Pair, Target};
use crate::diff::fabrics::{Made, Origin, Own};
use crate::diff::patch;
use crate::host::Host;

/// Where what switches run comes from.
pub(super) enum Former<'a> {
    Folder(&'a Folder),
    /// Another fabric, and its files.
    Made(&'a Made<'a>, &'a Fabric),
}

/// What differs on a switch.
pub(super) struct Found<'a> {
    pub(super) name: &'a str,
    /// Path of its tier.
    pub(super) tier: &'a str,
    /// Number in the fabric.
    pub(super) index: usize,
    pub(super) drift: Drift,
    /// Rows and fields that a reboot would lose; none where nothing is saved, or nothing is known of it.
    pub(super) unsaved: Option<usize>,
    pub(super) cabling: Vec<Miscabled>,
    /// RFC 6902, where that is wanted.
    pub(super) patch: Vec<Json>,
    /// frr.conf as lines that come and go, where that is wanted.
    pub(super) text: String,
}

/// All that it takes to look at a switch.
pub(super) struct Look<'a, 'f> {
    pub(super) fabric: &'f Fabric,
    pub(super) made: &'a Made<'f>,
    pub(super) former: &'a Former<'a>,
    pub(super) plan: &'a Plan<'f>,
    pub(super) host: &'a dyn Host,
    pub(super) args: &'a Args,
}

impl<'f> Look<'_, 'f> {
    /// What differs on the switch with this number; nothing where nothing is known of it. The error names what can't be read.
    pub(super) fn at(&self, index: usize, own: &mut [Own; 2]) -> Result<Option<Found<'f>>, String> {
        let Some(switch) = self.fabric.switches.get(index) else { return Ok(None) };
        let [before, after] = own;
        before.clear();
        after.clear();
        let observed = match self.former {
            Former::Folder(folder) => {
                let Some(observed) = folder.switch(&switch.name, self.host)? else { return Ok(None) };
                observed
            }
            Former::Made(made, old) => {
                if !old.switches.iter().any(|other| other.name == switch.name && !other.absent) {
                    return Ok(None);
                }
                made.fill(&switch.name, before)?;
                let path = Path::new(&switch.name).to_path_buf();
                let frr = Some(std::mem::take(&mut before.frr));
                Observed {
                    config_db: std::mem::take(&mut before.config_db),
                    frr,
                    path,
                    ..Observed::default()
                }
            }
        };
        self.made.fill(&switch.name, after)?;
        let found = self.compare(index, &observed, after);
        found.map(Some).map_err(|error| format!("{}: {error}", observed.path.display()))
    }

    fn compare(&self, index: usize, observed: &Observed, own: &Own) -> Result<Found<'f>, String> {
        let switch = &self.fabric.switches[index];
        let tier = self.fabric.tier_of(switch);
        let release = self.made.bundle().release();
        let planned = release.names(self.fabric.platform_of(tier)).map_or("", |sonic| sonic.hwsku.as_str());
        let state = observed.state.as_ref();
        let target = Target {
            release,
            hwsku: state.and_then(|state| state.hwsku.as_deref()).unwrap_or(planned),
            lossless: self.fabric.intent.classes.iter().any(|class| class.is_lossless()),
            built: matches!(self.former, Former::Made(..)),
        };
        let pair = Pair {
            config_db: [&observed.config_db, &own.config_db],
            frr: observed.frr.as_deref().map(|frr| [frr, own.frr.as_slice()]),
        };
        let mut operations = Vec::new();
        let wants_patch = self.args.format == Format::Patch;
        let drift = drift::drift(&target, pair, &mut |old, changes| {
            if wants_patch {
                operations = patch::operations(old, changes);
            }
        })?;
        let unsaved = observed.saved.as_deref().map(|saved| drift::unsaved(&observed.config_db, saved));
        let lldp = state.map_or(&[][..], |state| &state.lldp);
        Ok(Found {
            name: &switch.name,
            tier: &tier.label,
            index,
            drift,
            unsaved: unsaved.transpose()?,
            cabling: if lldp.is_empty() { Vec::new() } else { self.plan.of_switch(&switch.name, lldp) },
            patch: operations,
            text: if self.args.text { self.text(&switch.name, pair) } else { String::new() },
        })
    }

    /// frr.conf as lines that come and go.
    fn text(&self, name: &str, pair: Pair<'_>) -> String {
        let Some([old, new]) = pair.frr.filter(|[old, new]| old != new) else { return String::new() };
        let plain = |text| mask::frr(&canonical::frr(&String::from_utf8_lossy(text))).0;
        let [old, new] = [old, new].map(plain);
        if old == new {
            return String::new();
        }
        let diff = TextDiff::from_lines(&old, &new);
        let heads = [self.args.former(), self.args.fabric.display().to_string()];
        let [from, to] = heads.map(|head| format!("{head}: {name}/frr.conf"));
        diff.unified_diff().context_radius(2).header(&from, &to).to_string()
    }
}
