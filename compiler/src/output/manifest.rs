//! The manifest: what a build was made from, and what it wrote. Its shape is promised in
//! `targets/schemas/manifest.schema.json`.

use std::collections::BTreeMap;

use fabc_targets::sonic::Doubt;
use serde::{Deserialize, Serialize};

use super::compare::Verdict;
use super::files::{self, Files};
use super::{Hash, Origin};

/// Version of the manifest's shape.
pub const SCHEMA_VERSION: u32 = 1;

/// What a build was made from, what it wrote, and what of that is only likely: nothing that differs from machine to machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this shape.
    pub schema_version: u32,
    /// Version of fabc.
    pub fabc: String,
    /// Hash of each input, by name.
    pub inputs: BTreeMap<String, Hash>,
    /// Hash of each file, by path.
    pub files: BTreeMap<String, Hash>,
    /// What in those files is likely, not certain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub likely: Vec<Likely>,
}

/// A table or line that is in the files of switches and is likely, not certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likely {
    /// Which file of a switch.
    pub file: String,
    /// The table, or the line.
    pub what: String,
    /// Fields of the table, where not all of it is meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// What is certain, and what isn't.
    pub why: String,
}

impl From<Doubt> for Likely {
    fn from(doubt: Doubt) -> Self {
        Likely {
            file: doubt.file.to_owned(),
            what: doubt.what,
            fields: doubt.fields.into_iter().map(str::to_owned).collect(),
            why: doubt.why.to_owned(),
        }
    }
}

impl Manifest {
    /// The manifest of a build.
    pub(super) fn new(origin: Origin, files: &Files, verdicts: &[Verdict]) -> Self {
        Manifest {
            schema_version: SCHEMA_VERSION,
            fabc: origin.version.to_owned(),
            inputs: origin.inputs.iter().cloned().collect(),
            files: files.sorted().map(|(path, i)| (path.to_owned(), verdicts[i].hash)).collect(),
            likely: origin.likely.to_vec(),
        }
    }

    /// Reads a manifest; none where the bytes are something else, or name a path outside of the build.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let manifest: Manifest = serde_json::from_slice(bytes).ok()?;
        manifest.files.keys().all(|path| files::is_sound(path)).then_some(manifest)
    }

    /// The manifest as it stands on disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
