//! From what switches run to what they are to run: which patches, in which order, and which switches at the same time.
//!
//! - [`db`]: a ConfigDB that can be changed row by row
//! - `reader`: reads one ConfigDB after another
//! - [`refs`]: which rows need which
//! - `staged`: stages that were made before
//! - [`stages`]: one change as patches that leave GCU's sorter nothing to sort
//! - [`patch`]: RFC 6902
//! - [`cost`]: how long it takes, as data
//! - [`switch`]: what is done to one switch
//! - [`waves`]: which switches at the same time
//! - [`secrets`]: rows that hold secrets, by the names of variables
//! - `obstacles`: what a switch keeps that can't stand beside what it becomes
//! - `owned`: what is fabc's, and its hash
//! - `common`: what switches have in common in the document
//! - [`document`]: the form of `plan.json`
//!
//! Plain data in, plain data out: nothing here reads a file or talks to a switch.

mod common;
pub mod cost;
pub mod db;
pub mod document;
mod obstacles;
mod owned;
pub mod patch;
mod reader;
mod refs;
pub mod secrets;
mod staged;
pub mod stages;
pub mod switch;
pub mod waves;
