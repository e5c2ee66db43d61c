//! What is done: the compiler and its commands.
//!
//! In reading order:
//! - [`pipeline`]: the whole compiler in one screen; start here
//! - [`output`]: a tree of files, written all or nothing
//! - [`report`]: findings to bytes
//! - [`rules`]: the registry of all rules
//! - [`host`]: the only door to the outside
//! - [`cli`]: one file for each command

pub mod cli;
pub mod host;
pub mod output;
pub mod pipeline;
pub mod report;
pub mod rules;

pub use cli::{Exit, run};
