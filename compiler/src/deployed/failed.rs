//! `failed.json`: switches that `fabc pull` could not read. What lies in their folders is of before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The form that is written. `targets/schemas/failed.schema.json` describes it.
pub const SCHEMA_VERSION: u32 = 1;

/// A switch that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its name.
    pub switch: String,
    /// What failed, in a word: `timeout`.
    pub what: String,
    /// Why, in words.
    pub reason: String,
}

/// All of them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Failures {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// In natural order of their names.
    pub failed: Vec<Failed>,
}

impl Failures {
    /// Reads what `fabc pull` wrote, by name. The error says why it is nothing of that.
    pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, Failed>, String> {
        let all: Failures = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if all.schema_version != SCHEMA_VERSION {
            return Err(format!("it has form {}, and this fabc reads {SCHEMA_VERSION}", all.schema_version));
        }
        Ok(all.failed.into_iter().map(|failed| (failed.switch.clone(), failed)).collect())
    }
}

impl Failed {
    /// What is to be said of it. `stale`: whether a folder of before is there.
    pub fn told(&self, stale: bool) -> String {
        let known = if stale { "what is known of it is of before" } else { "nothing is known of it" };
        format!("`fabc pull` could not read it ({}: {}), and {known}: pull again", self.what, self.reason)
    }
}
