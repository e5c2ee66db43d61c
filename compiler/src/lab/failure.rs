//! What is to fail: as `fabc whatif` names it, and `silent:` or `drain:` before it.

use std::collections::BTreeSet;

use fabc_lang::fabric::{Fabric, Lower};

use crate::checks::lost::Lost;
use crate::routing::predict::Failed;
use crate::whatif::failure::fail;

/// A failure, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// As it was asked for.
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Links, by index, lose their light at both ends.
    Links(BTreeSet<u32>),
    /// Links carry nothing any more, and both ends see light.
    Silent(BTreeSet<u32>),
    /// A switch, by index, loses all its links.
    Switch(u32),
    /// A switch is drained: nothing is to be lost.
    Drain(u32),
}

impl Failure {
    /// Reads one. An error says what isn't known, and what is near.
    pub(crate) fn read(text: &str, fabric: &Fabric) -> Result<Self, String> {
        let (how, name) = match text.split_once(':') {
            Some((how @ ("silent" | "drain"), name)) => (how, name),
            _ => ("", text),
        };
        let mut lost = Lost::default();
        fail(fabric, name, &mut lost)?;
        let switch = lost.switches.first().and_then(|&s| u32::try_from(s).ok());
        let between = |l: &u32| {
            let link = fabric.links.get(*l as usize);
            link.is_some_and(|l| matches!(fabric.line_of(l).lower, Lower::Tier(_)))
        };
        let links: BTreeSet<u32> = lost.links.into_iter().filter(between).collect();
        let kind = match (how, switch) {
            ("drain", Some(switch)) if fabric.switches[switch as usize].maintenance => {
                return Err(format!("`{name}` is drained from the start"));
            }
            ("drain", Some(switch)) => Kind::Drain(switch),
            ("drain", None) => return Err(format!("`{text}`: only a switch can be drained")),
            ("silent", Some(_)) => return Err(format!("`{text}`: which link? silent:{name}:PORT")),
            (_, Some(switch)) => Kind::Switch(switch),
            (_, None) if links.is_empty() => {
                return Err(format!(
                    "`{text}` is a link of a server; links between switches fail in the lab"
                ));
            }
            ("silent", None) => Kind::Silent(links),
            (_, None) => Kind::Links(links),
        };
        Ok(Failure { name: text.to_owned(), kind })
    }

    /// Switches that must be there for it.
    pub(crate) fn needs(&self, fabric: &Fabric) -> BTreeSet<usize> {
        match &self.kind {
            Kind::Switch(s) | Kind::Drain(s) => BTreeSet::from([*s as usize]),
            Kind::Links(links) | Kind::Silent(links) => {
                let links = links.iter().filter_map(|&l| fabric.links.get(l as usize));
                links.flat_map(|l| [l.a as usize, l.b as usize]).collect()
            }
        }
    }

    /// What is out of order then.
    pub(crate) fn failed(&self) -> Failed {
        match &self.kind {
            Kind::Links(links) | Kind::Silent(links) => Failed { links: links.clone(), ..Failed::default() },
            Kind::Switch(s) => Failed { switches: BTreeSet::from([*s]), ..Failed::default() },
            Kind::Drain(_) => Failed::default(),
        }
    }
}
