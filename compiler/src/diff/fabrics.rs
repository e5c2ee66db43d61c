//! All switches of two builds, side by side.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::Fabric;
use fabc_targets::sonic::effects::{Effect, Level};
use fabc_targets::{Bundle, File};
use rayon::prelude::*;

use super::device::{self, Consequence, DeviceChange, On, Running, Verdict};
use super::wiring::{CableChange, Side};
use crate::growth::Census;

/// The files of one switch, as bytes that are used again for the next one.
#[derive(Debug, Default)]
pub struct Own {
    /// `config_db.json`
    pub config_db: Vec<u8>,
    /// `frr.conf`
    pub frr: Vec<u8>,
    /// `sonic-cli.txt`; empty where there is none.
    pub cli: Vec<u8>,
}

impl Own {
    /// Forgets what it holds, and keeps the room.
    pub fn clear(&mut self) {
        [&mut self.config_db, &mut self.frr, &mut self.cli].into_iter().for_each(Vec::clear);
    }

    fn files(&self) -> device::Files<'_> {
        device::Files { config_db: &self.config_db, frr: &self.frr, cli: &self.cli }
    }
}

/// Where files of switches come from.
pub trait Origin: Sync {
    /// Fills in the files of a switch; the error says why it can't.
    fn fill(&self, switch: &str, own: &mut Own) -> Result<(), String>;
}

/// Files as a fabric makes them.
pub struct Made<'a> {
    bundle: Bundle<'a>,
    index: BTreeMap<&'a str, usize>,
}

impl<'a> Made<'a> {
    /// Those of a bundle.
    pub fn new(fabric: &'a Fabric, bundle: Bundle<'a>) -> Self {
        let index = fabric.switches.iter().enumerate().map(|(i, s)| (s.name.as_str(), i)).collect();
        Made { bundle, index }
    }

    /// What makes them.
    pub fn bundle(&self) -> &Bundle<'a> {
        &self.bundle
    }
}

impl Origin for Made<'_> {
    fn fill(&self, switch: &str, own: &mut Own) -> Result<(), String> {
        let index = self.index.get(switch).ok_or_else(|| format!("there is no {switch}"))?;
        for i in self.bundle.files_of(*index) {
            let out = match self.bundle.file(i) {
                Some(File::ConfigDb(_)) => &mut own.config_db,
                Some(File::FrrConf(_)) => &mut own.frr,
                Some(File::SonicCli(_)) => &mut own.cli,
                _ => continue,
            };
            self.bundle.render(i, out);
        }
        self.bundle.failure().map_or(Ok(()), |error| Err(error.message))
    }
}

/// What becomes of a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is in both.
    Stays(DeviceChange),
    /// It is in both, and the former files aren't known.
    NotCompared,
    /// It comes.
    New,
    /// It goes.
    Gone,
}

/// A switch of either build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch<'a> {
    /// Its name.
    pub name: &'a str,
    /// Path of its tier.
    pub tier: &'a str,
    /// What becomes of it.
    pub state: State,
}

/// Compares all switches, on all cores; those of `new` come first, each side in its own order. Absent ones are none.
/// `before` is none where the former files aren't known.
pub fn switches<'a>(
    running: Running,
    old: &'a Census,
    before: Option<&dyn Origin>,
    new: &'a Census,
    after: &dyn Origin,
) -> Result<Vec<Switch<'a>>, String> {
    let present = |census: &'a Census| census.switches.iter().filter(|s| !s.absent);
    let names = |census: &'a Census| present(census).map(|s| s.name.as_str());
    let (were, are): (Vec<&str>, Vec<&str>) = (names(old).collect(), names(new).collect());
    let sorted = |names: &[&'a str]| -> Vec<&'a str> {
        let mut names = names.to_vec();
        names.sort_unstable();
        names
    };
    let (were, are) = (sorted(&were), sorted(&are));
    let of_new: Vec<_> = present(new).collect();
    let state = |(a, b): &mut (Own, Own), name: &str| {
        if were.binary_search(&name).is_err() {
            return Ok(State::New);
        }
        let Some(before) = before else { return Ok(State::NotCompared) };
        a.clear();
        b.clear();
        before.fill(name, a)?;
        after.fill(name, b)?;
        Ok(State::Stays(device::compare(running, a.files(), b.files())))
    };
    let stay = of_new.par_iter().map_init(Default::default, |buffers, switch| {
        state(buffers, &switch.name).map(|state| Switch { name: &switch.name, tier: &switch.tier, state })
    });
    let mut all = stay.collect::<Result<Vec<_>, String>>()?;
    let gone = present(old).filter(|s| are.binary_search(&s.name.as_str()).is_err());
    all.extend(gone.map(|s| Switch { name: &s.name, tier: &s.tier, state: State::Gone }));
    Ok(all)
}

const PULLED: Effect =
    Effect { level: Level::PortFlap, likely: false, note: "somebody pulls it", source: "the cabling plan" };

/// Adds to switches that stay what is done to their cables: whatever the files say, a cable that is pulled is a port that
/// goes down.
pub fn pull(switches: &mut [Switch<'_>], cables: &[CableChange], old: &Side, new: &Side) {
    let mut pulled: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for change in cables {
        let (was, what) = match *change {
            CableChange::New(_) => continue,
            CableChange::Removed(was) => (was, "cable removed"),
            CableChange::Moved(was, _) => (was, "cable moved"),
            // Another speed alone asks for no other cable.
            CableChange::Changed(was, is) if old.kind(was) == new.kind(is) || old.kind(was).is_none() => {
                continue;
            }
            CableChange::Changed(was, _) => (was, "cable replaced"),
        };
        let Some(link) = old.census.links.get(was) else { continue };
        for (device, port) in [(&link.a, &link.a_if), (&link.b, &link.b_if)] {
            pulled.entry((device, what)).or_default().insert(port.clone());
        }
    }
    for switch in switches {
        let State::Stays(change) = &mut switch.state else { continue };
        for what in ["cable moved", "cable removed", "cable replaced"] {
            let Some(ports) = pulled.remove(&(switch.name, what)) else { continue };
            let count = ports.len();
            change.verdict = Verdict::Cut;
            let what = what.to_owned();
            let found = Consequence { what, effect: PULLED, on: On::Ports(ports), interrupts: true, count };
            change.consequences.insert(0, found);
        }
    }
}
