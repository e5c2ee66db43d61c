//! What is done: the compiler and its commands.
//!
//! In reading order:
//! - [`pipeline`]: the whole compiler in one screen; start here
//! - [`load`]: files and their includes to one tree
//! - [`resolve`]: intent to fabric
//! - `budget`: headroom against the memory that holds it
//! - `pause`: the longest pause that ends by itself
//! - `routing`: what BGP makes of a fabric
//! - `deadlock`: buffers that wait for each other, over the routes that are written
//! - [`checks`]: one file for each thing that may be wrong with a fabric
//! - [`config_db`]: a config_db.json with the place of each word
//! - [`lint`]: one file for each thing that may be wrong with a config_db.json
//! - [`growth`]: what a build would move of what stands
//! - [`deployed`]: what switches run, as it is kept
//! - [`diff`]: what differs between two builds, and what that does to switches that run
//! - [`plan`]: from what switches run to what they are to run, in an order that SONiC takes
//! - [`apply`]: a plan is carried out: what comes next
//! - [`files`]: fabric to a tree of files
//! - [`output`]: a tree of files, written all or nothing
//! - [`report`]: findings to bytes
//! - `hash_seed`: the seed of the ECMP hash, by the type of a switch
//! - `whatif`: what a failure takes away
//! - [`validate`]: config_db.json against SONiC's own YANG models
//! - `lab`: a fabric on real FRR, beside what was predicted of it
//! - `ssh`: other machines
//! - [`rules`]: the registry of all rules
//! - [`host`]: the door to the outside
//! - [`cli`]: one file for each command

pub mod apply;
mod budget;
pub mod checks;
pub mod cli;
pub mod config_db;
mod deadlock;
pub mod deployed;
pub mod diff;
#[cfg(test)]
mod examples;
pub mod files;
pub mod growth;
mod hash_seed;
pub mod host;
pub mod import;
#[cfg(target_os = "linux")]
mod lab;
pub mod lint;
pub mod load;
pub mod output;
mod pause;
pub mod pipeline;
pub mod plan;
pub mod report;
pub mod resolve;
mod routing;
pub mod rules;
mod scale;
mod ssh;
mod tame;
pub mod validate;
mod whatif;

pub use cli::{Exit, run};
