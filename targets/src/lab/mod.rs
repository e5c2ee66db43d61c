//! `lab/`: the fabric as containerlab builds it, and as Batfish reads it. Made where it is asked for.
//!
//! - `lab/topology.clab.yml`: switches as containers, each with its own files, and the links between them
//! - `lab/daemons`: what FRR's image starts
//! - `lab/batfish`: a snapshot: files of each switch, and what is plugged in where
//!
//! Servers are in neither: a lab of this kind is about routes.

mod batfish;
mod containerlab;

pub(crate) use batfish::layer1;
pub(crate) use containerlab::{DAEMONS, topology};

use fabc_lang::fabric::{Fabric, Link, Lower};

/// What stands for a switch in a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lab {
    /// A container of FRR: frr.conf, and the addresses that config_db.json has. The rest of the switch isn't there.
    Frr,
    /// SONiC in a container, with both files.
    SonicVs,
}

impl Lab {
    /// As it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Lab::Frr => "frr",
            Lab::SonicVs => "sonic-vs",
        }
    }
}

/// Links between switches that are there.
fn between<'a>(fabric: &'a Fabric, links: &'a [Link]) -> impl Iterator<Item = &'a Link> {
    links
        .iter()
        .filter(|link| fabric.is_present(link) && matches!(fabric.line_of(link).lower, Lower::Tier(_)))
}
