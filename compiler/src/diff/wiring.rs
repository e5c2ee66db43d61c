//! Cables that are new, removed, moved or changed.

use std::collections::BTreeSet;

use fabc_lang::fabric::Fabric;

use crate::growth::{Census, Fate, fates};

/// What a cable is, as far as it is known: nothing of it stands in a former `fabric.json`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Kind {
    /// `DR4`, `DAC`
    pub media: Option<String>,
    /// In millimetres.
    pub length: Option<u32>,
}

/// The links of one side, each with what its cable is.
#[derive(Debug)]
pub struct Side {
    /// What there is.
    pub census: Census,
    /// By link of the census; empty where nothing is known.
    pub kinds: Vec<Kind>,
}

impl Side {
    /// What a fabric holds.
    pub fn of(fabric: &Fabric) -> Side {
        let kind = |link| Kind {
            media: fabric.line_of(link).media.as_ref().map(|media| media.v.clone()),
            length: fabric.length(link).map(|(length, _)| length.0),
        };
        let present = fabric.links.iter().filter(|link| fabric.is_present(link));
        Side { kinds: present.map(kind).collect(), census: Census::of(fabric) }
    }

    /// What the cable of this link is.
    pub fn kind(&self, link: usize) -> Option<&Kind> {
        self.kinds.get(link)
    }
}

/// A cable that isn't as it was: numbers of links in the two censuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CableChange {
    /// It comes.
    New(usize),
    /// It goes.
    Removed(usize),
    /// One of its ends goes elsewhere.
    Moved(usize, usize),
    /// It stays in its ports, and has another speed, medium or length.
    Changed(usize, usize),
}

/// All changes, those of links that there were first.
pub fn cables(old: &Side, new: &Side) -> Vec<CableChange> {
    let mut changes = Vec::new();
    let mut met = BTreeSet::new();
    for (was, fate) in fates(&old.census, &new.census).into_iter().enumerate() {
        let Some(fate) = fate else {
            changes.push(CableChange::Removed(was));
            continue;
        };
        let is = fate.link();
        met.insert(is);
        match fate {
            Fate::Stays(_) if !differs(old, was, new, is) => {}
            Fate::Stays(_) => changes.push(CableChange::Changed(was, is)),
            Fate::Port(_) | Fate::Cable(_) | Fate::Taken(_) => changes.push(CableChange::Moved(was, is)),
        }
    }
    changes.extend((0..new.census.links.len()).filter(|is| !met.contains(is)).map(CableChange::New));
    changes
}

fn differs(old: &Side, was: usize, new: &Side, is: usize) -> bool {
    let speed = |side: &Side, link: usize| side.census.links.get(link).map(|link| link.speed);
    let kinds = old.kind(was).zip(new.kind(is));
    // Builds of before 0.1 don't say the speed.
    let speeds = speed(old, was).zip(speed(new, is)).filter(|(was, _)| *was > 0);
    speeds.is_some_and(|(was, is)| was != is) || kinds.is_some_and(|(was, is)| was != is)
}
