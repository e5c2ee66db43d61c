//! What things are: the language, the platforms, and the fabric that a program denotes.
//!
//! In reading order:
//! - [`source`]: files and places in them
//! - [`diagnostic`]: findings and the rules that they fall under
//! - [`units`]: quantities with their units
//! - [`syntax`]: text to tree; never fails
//! - [`schema`]: what nodes there are, and checking a tree against them
//! - [`intent`]: the file as typed data, as written
//! - [`platform`]: chips and switches
//! - [`fabric`]: the resolved model
//!
//! Nothing here reads a file, a clock or the environment.

pub mod diagnostic;
pub mod fabric;
pub mod intent;
pub mod platform;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod units;
