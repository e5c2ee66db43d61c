//! What differs between two builds, and what that does to switches that run. Plain data: no command, no file.
//!
//! - [`rows`]: rows of two config_db.json that are added, changed or removed
//! - [`statements`]: statements of two frr.conf that are added or removed
//! - [`running`]: how FRR tells a file that it has read
//! - [`device`]: what becomes of one switch, by the effects of its rows (`sonic::effects`) and statements
//! - [`drift`]: what differs between what a switch runs and what it is to run, each with its effect
//! - [`patch`]: the same as RFC 6902
//! - [`cabling`]: what LLDP sees, against what is planned
//! - [`fabrics`]: all switches of two builds
//! - [`wiring`]: cables that are new, removed, moved or changed

pub mod cabling;
pub mod device;
pub mod drift;
pub mod fabrics;
pub mod patch;
pub mod rows;
pub mod running;
pub mod statements;
pub mod wiring;
