//! What is to fail: `leaf-01:Ethernet8`, `spine-01`, `silent:leaf-01:Ethernet8`, `drain:spine-01`.

use std::collections::BTreeSet;

use fabc_lang::diagnostic::nearest;
use fabc_lang::fabric::{Fabric, Lower};

use crate::routing::predict::Failed;

/// A failure, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// As it was asked for.
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A link, by index, loses its light at both ends.
    Link(u32),
    /// A link carries nothing any more, and both ends see light.
    Silent(u32),
    /// A switch, by index, loses all its links.
    Switch(u32),
    /// A switch is drained: nothing is to be lost.
    Drain(u32),
}

impl Failure {
    /// Reads one. An error says what isn't known, and what is near.
    pub(crate) fn read(text: &str, fabric: &Fabric) -> Result<Self, String> {
        let (how, rest) = match text.split_once(':') {
            Some((how @ ("silent" | "drain"), rest)) => (how, rest),
            _ => ("", text),
        };
        let (name, port) = rest.split_once(':').map_or((rest, None), |(name, port)| (name, Some(port)));
        let switch = switch(fabric, name)?;
        let kind = match (how, port) {
            ("drain", None) => Kind::Drain(switch),
            ("drain", Some(_)) => {
                return Err(format!("`{text}`: only a switch can be drained: drain:{name}"));
            }
            ("silent", None) => return Err(format!("`{text}`: which link? silent:{name}:PORT")),
            (_, None) => Kind::Switch(switch),
            ("silent", Some(port)) => Kind::Silent(link(fabric, switch, port)?),
            (_, Some(port)) => Kind::Link(link(fabric, switch, port)?),
        };
        Ok(Failure { name: text.to_owned(), kind })
    }

    /// Switches that must be there for it.
    pub(crate) fn needs(&self, fabric: &Fabric) -> Vec<usize> {
        match self.kind {
            Kind::Switch(s) | Kind::Drain(s) => vec![s as usize],
            Kind::Link(l) | Kind::Silent(l) => {
                fabric.links.get(l as usize).map_or_else(Vec::new, |l| vec![l.a as usize, l.b as usize])
            }
        }
    }

    /// What is out of order then.
    pub(crate) fn failed(&self) -> Failed {
        match self.kind {
            Kind::Link(l) | Kind::Silent(l) => Failed { links: BTreeSet::from([l]), ..Failed::default() },
            Kind::Switch(s) => Failed { switches: BTreeSet::from([s]), ..Failed::default() },
            Kind::Drain(_) => Failed::default(),
        }
    }
}

fn switch(fabric: &Fabric, name: &str) -> Result<u32, String> {
    let at = fabric.switches.iter().position(|s| s.name == name);
    match at.filter(|&at| !fabric.switches[at].absent).and_then(|at| u32::try_from(at).ok()) {
        Some(at) => Ok(at),
        None if at.is_some() => Err(format!("`{name}` is absent")),
        None => {
            let near = nearest(name, fabric.switches.iter().map(|s| s.name.as_str()));
            let near = near.map_or_else(String::new, |n| format!(": did you mean `{n}`?"));
            Err(format!("there is no switch `{name}`{near}"))
        }
    }
}

/// A link by one of its ports, or by the switch at its far end.
fn link(fabric: &Fabric, switch: u32, port: &str) -> Result<u32, String> {
    let here = &fabric.switches[switch as usize];
    let mut known = Vec::new();
    for wire in fabric.switch_wires(switch as usize) {
        let Some(link) = fabric.links.get(wire.link as usize) else { continue };
        if !matches!(fabric.line_of(link).lower, Lower::Tier(_)) || !fabric.is_present(link) {
            continue;
        }
        let far = if link.a == switch { link.b } else { link.a };
        let Some(spec) = fabric.tier_of(here).spec(wire.port) else { continue };
        let far = fabric.switches[far as usize].name.as_str();
        if [spec.name.as_str(), spec.alias.as_str(), far].contains(&port) {
            return Ok(wire.link);
        }
        known.extend([spec.name.as_str(), far]);
    }
    let near = nearest(port, known).map_or_else(String::new, |n| format!(": did you mean `{n}`?"));
    Err(format!("`{}` has no link to another switch at `{port}`{near}", here.name))
}
