//! What a failure takes away, before it happens.
//!
//! - [`failure`]: names of what fails
//! - [`figures`]: sessions, servers, bandwidth, ways: intact, and without what has failed
//! - [`hosts`]: NIC ports, GPUs and servers that a failure touches
//! - [`reach`]: leaves that reach each other, up and then down
//! - [`bisection`]: what goes from one half of the leaves to the other
//! - [`symmetry`]: switches and links that can't be told apart
//! - [`picks`]: all ways to pick so many of them, one for each that is alike
//! - [`worst`]: the worst of all combinations
//! - [`flows`]: what plain ECMP costs, flows being as random as they are
//! - [`local`]: traffic that stays on a leaf
//! - [`latency`]: from server to server in an idle fabric
//! - [`domains`]: what each kind of failure hits
//! - [`rates`]: how often it comes
//!
//! Data in, data out: names are looked up and pages laid out by `cli`.

pub(crate) mod bisection;
pub(crate) mod domains;
pub(crate) mod failure;
pub(crate) mod figures;
pub(crate) mod flows;
pub(crate) mod hosts;
pub(crate) mod latency;
pub(crate) mod local;
pub(crate) mod picks;
pub(crate) mod rates;
pub(crate) mod reach;
pub(crate) mod symmetry;
pub(crate) mod worst;

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
