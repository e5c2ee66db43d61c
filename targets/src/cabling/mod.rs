//! What is plugged in where: by server, by cable, and as a graph.
//!
//! Each file is made in parts, so that none is ever whole in memory.

mod cables;
mod hosts;
mod topology;

use std::ops::Range;

pub use cables::{cable_ids, cables};
pub use hosts::hosts;
pub use topology::topology;

use crate::device::{is_down, switch_port};
use crate::names::Names;
use fabc_lang::fabric::{Fabric, Link, Lower, PortSpec};

/// Items in one part of a file: few enough that a part stays in a core's cache until it is written.
pub(crate) const PART: usize = 1024;

/// Which of `total` items part `part` holds, and whether another part follows.
pub(crate) fn part_of(part: usize, total: usize) -> (Range<usize>, bool) {
    let start = part.saturating_mul(PART).min(total);
    let end = (start + PART).min(total);
    (start..end, end < total)
}

/// What `state` says of a link: `up`, or `down` where a switch's port is put down.
fn state(fabric: &Fabric, link: &Link) -> &'static str {
    if is_down(fabric, link) { "down" } else { "up" }
}

/// An end of a link, as people and programs call it.
pub(crate) enum End<'a> {
    /// A server's interface.
    Host(&'a str),
    /// A switch's port.
    Switch(Option<&'a PortSpec>),
}

impl<'a> End<'a> {
    /// The interface: `nic0`, `Ethernet8`.
    pub fn interface(&self) -> &'a str {
        match self {
            End::Host(name) => name,
            End::Switch(spec) => spec.map_or("", |s| &s.name),
        }
    }

    /// What LLDP shows: `nic0`, `etp2`.
    pub fn port(&self) -> &'a str {
        match self {
            End::Host(name) => name,
            End::Switch(spec) => spec.map_or("", |s| &s.alias),
        }
    }
}

/// The lower end of a link.
pub(crate) fn lower<'a>(fabric: &'a Fabric, names: &'a Names, link: &Link) -> End<'a> {
    match fabric.line_of(link).lower {
        Lower::Hosts { .. } => End::Host(names.interface(fabric, link.a as usize, link.a_port)),
        Lower::Tier(_) => End::Switch(switch_port(fabric, link.a as usize, link.a_port)),
    }
}

/// The upper end of a link.
pub(crate) fn upper<'a>(fabric: &'a Fabric, link: &Link) -> End<'a> {
    End::Switch(switch_port(fabric, link.b as usize, link.b_port))
}
