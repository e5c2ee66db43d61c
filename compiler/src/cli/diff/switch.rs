//! One switch: what is known of it, and what differs.

use std::path::Path;

use fabc_lang::fabric::Fabric;
use serde_json::Value as Json;
use similar::TextDiff;

use super::{Args, Format};
use crate::deployed::read::{Folder, Observed};
use crate::deployed::unlike::{Metadata, unlike};
use crate::deployed::{SAVED, canonical, mask};
use crate::diff::cabling::{Miscabled, Plan};
use crate::diff::drift::{self, Drift, Pair, Target};
use crate::diff::fabrics::{Made, Origin, Own};
use crate::diff::patch;
use crate::host::Host;
use crate::plan::db::Db;
use crate::plan::secrets::{SecretRow, variables};

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
    /// Why its files aren't for the box that it is.
    pub(super) unlike: Vec<String>,
    /// Variables of secrets that it lacks.
    pub(super) lacks: Vec<String>,
    /// Rows and fields that a reboot would lose; none where nothing is saved, or nothing is known of it.
    pub(super) unsaved: Option<usize>,
    pub(super) cabling: Vec<Miscabled>,
    /// RFC 6902, where that is wanted.
    pub(super) patch: Vec<Json>,
    /// frr.conf as lines that come and go, where that is wanted.
    pub(super) text: String,
}

impl Found<'_> {
    /// Whether it is anything else than its files say.
    pub(super) fn differs(&self) -> bool {
        !self.drift.differences.is_empty() || !self.unlike.is_empty() || !self.lacks.is_empty()
    }
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
        self.compare(index, &observed, after).map(Some)
    }

    fn compare(&self, index: usize, observed: &Observed, own: &Own) -> Result<Found<'f>, String> {
        let switch = &self.fabric.switches[index];
        let tier = self.fabric.tier_of(switch);
        let release = self.made.bundle().release();
        let sonic = release.names(self.fabric.platform_of(tier));
        let planned = sonic.map_or("", |sonic| sonic.hwsku.as_str());
        let place = |error: String| format!("{}: {error}", observed.path.display());
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
        let (mut operations, mut metadata) = (Vec::new(), Ok(Metadata::default()));
        let wants_patch = self.args.format == Format::Patch;
        let drift = drift::drift(&target, pair, &mut |old, changes| {
            metadata = old.box_of();
            if wants_patch {
                operations = patch::operations(old, changes);
            }
        });
        let (drift, metadata) = (drift.map_err(place)?, metadata.map_err(place)?);
        let unlike = match self.former {
            Former::Folder(_) => unlike(release, sonic, state, &metadata),
            Former::Made(..) => Vec::new(),
        };
        let unsaved = observed.saved.as_deref().map(|saved| drift::unsaved(&observed.config_db, saved));
        // The running one was read before: what is wrong is wrong with the saved one.
        let saved = |error: String| format!("{}: {error}", observed.path.with_file_name(SAVED).display());
        let lldp = state.map_or(&[][..], |state| &state.lldp);
        Ok(Found {
            name: &switch.name,
            tier: &tier.label,
            index,
            drift,
            unlike,
            lacks: self.lacks(index, observed)?,
            unsaved: unsaved.transpose().map_err(saved)?,
            cabling: if lldp.is_empty() { Vec::new() } else { self.plan.of_switch(&switch.name, lldp) },
            patch: operations,
            text: if self.args.text { self.text(&switch.name, pair) } else { String::new() },
        })
    }

    /// Secrets that are not there at all. A former build has none.
    fn lacks(&self, index: usize, observed: &Observed) -> Result<Vec<String>, String> {
        let Former::Folder(folder) = self.former else { return Ok(Vec::new()) };
        let device = self.made.bundle().device(index).filter(|_| !folder.is_build());
        let rows = device.map(|device| SecretRow::all_of(&device)).unwrap_or_default();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let db = Db::read(&String::from_utf8_lossy(&observed.config_db));
        let db = db.map_err(|error| format!("{}: {error}", observed.path.display()))?;
        let missing: Vec<SecretRow> = rows.into_iter().filter(|row| !row.is_in(&db)).collect();
        Ok(match (missing.is_empty(), variables(&missing)) {
            (true, _) => Vec::new(),
            // What only stands beside a secret.
            (false, none) if none.is_empty() => missing.into_iter().map(|row| row.table).collect(),
            (false, names) => names.into_iter().map(str::to_owned).collect(),
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
