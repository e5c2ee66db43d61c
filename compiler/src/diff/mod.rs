//! What differs between two builds, and what that does to switches that run. Plain data: no command, no file.
//!
//! - [`rows`]: rows of two config_db.json that are added, changed or removed
//! - [`statements`]: statements of two frr.conf that are added or removed
//! - [`running`]: how FRR tells a file that it has read
//! - [`device`]: what becomes of one switch, by the effects of its rows (`sonic::effects`) and statements
//! - [`fabrics`]: all switches of two builds
//! - [`wiring`]: cables that are new, removed, moved or changed

pub mod device;
pub mod fabrics;
pub mod rows;
pub mod running;
pub mod statements;
pub mod wiring;
