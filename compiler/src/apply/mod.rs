//! A plan is carried out: what comes next, given what was noted and what a switch is seen to run.
//!
//! - [`trail`]: the states that a switch goes through, and which of them it is in
//! - [`notes`]: the journal, and what it says of a switch
//! - [`steps`]: what is done next, and the way back
//! - [`preflight`]: whether a switch is as the plan saw it
//! - [`secrets`]: what a plan names by a variable, filled in
//! - [`after`]: what must be up again
//! - [`ansible`]: the same as a playbook
//!
//! Plain data in, plain data out: `cli/apply` talks to switches.

pub mod after;
pub mod ansible;
pub mod notes;
pub mod preflight;
pub mod secrets;
pub mod steps;
pub mod trail;
