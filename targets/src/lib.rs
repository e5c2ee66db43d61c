//! What comes out: the files of a build, each made from the fabric when it is asked for.
//!
//! In reading order:
//! - [`Bundle`]: which files there are
//! - [`Device`]: one switch as its files need it
//! - [`sonic`]: a switch's `config_db.json`
//! - [`frr`]: a switch's `frr.conf`
//! - [`cabling`]: `hosts.csv`, `cabling/cables.csv`, `cabling/topology.dot`
//! - [`model`]: the fabric as `fabric.json`
//! - `telemetry`: what collectors ask, `telemetry/gnmic.yaml`
//! - `ztp`: what a switch asks for on its first day, where that is wanted
//! - [`why()`]: where a value comes from
//!
//! Nothing here reads or writes a file; nothing is kept but what is being written.

mod address;
mod bundle;
pub mod cabling;
mod csv;
mod device;
pub mod frr;
mod lab;
pub mod model;
mod names;
pub mod sonic;
mod telemetry;
mod why;
mod ztp;

pub use bundle::{Bundle, BundleError, File};
pub use device::{Device, DevicePort, End, Wired, is_down};
pub use lab::Lab;
pub use names::Names;
pub use why::{Reason, WhyError, why, why_line, why_row};
