//! What switches run, as `fabc pull` keeps it: a folder for each, by the switch's name.
//!
//! ```text
//! leaf-01/config_db.json   the ConfigDB that runs
//! leaf-01/saved.json       the one that a reboot would load; absent where none is saved
//! leaf-01/frr.conf         FRR's running configuration
//! leaf-01/state.json       what the box is, and what it sees: [`state::State`]
//! failed.json              switches that could not be read: [`failed::Failures`]
//! ```
//!
//! - [`state`]: `state.json` as a value
//! - [`canonical`]: the same switch gives the same bytes
//! - [`mask`]: what a secret is, and what stands in its place
//! - [`read`]: what is known of a switch in such a folder, in a former build, or in files that were dumped by hand
//! - [`failed`]: `failed.json` as a value
//! - [`unlike`]: whether a box is the one that files are written for
//! - [`owned`]: which differences are fabc's
//! - [`observed`]: what a switch is asked, and its answer as such files
//!
//! Plain data: nothing here talks to a switch.

pub mod canonical;
pub mod failed;
pub mod mask;
pub mod observed;
pub mod owned;
pub mod read;
pub mod state;
pub mod unlike;

/// The ConfigDB that runs.
pub const CONFIG_DB: &str = "config_db.json";
/// The ConfigDB that a reboot would load.
pub const SAVED: &str = "saved.json";
/// FRR's running configuration.
pub const FRR: &str = "frr.conf";
/// What the box is, and what it sees.
pub const STATE: &str = "state.json";
/// Switches that could not be read.
pub const FAILED: &str = "failed.json";
