//! What BGP makes of a fabric, told from what is written, before any daemon runs.
//!
//! - `net`: who may pass on what, read from the frr.conf that each kind of switch gets
//! - `predict`: the routes that every switch ends up with, also after failures
//! - `summary`: what that comes to, switch by switch, and the ways between two

pub(crate) mod net;
pub(crate) mod predict;
pub(crate) mod summary;
#[cfg(test)]
mod tests;
