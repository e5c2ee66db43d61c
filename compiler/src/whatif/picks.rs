//! All ways to pick so many switches or links, one for each that can't be told apart.
//!
//! Picks are made one after the other. A device that is picked, or at an end of a link that is, or at another port of the
//! same NIC, is known from then on: the rest of its class stays alike, and moves that would move its class don't count.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower};

use super::hosts::unit;
use super::symmetry::{Leg, Symmetry, Unit, around, units};
use crate::checks::lost::{Lost, stands};

/// What is picked from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pool {
    /// These switches, ascending.
    Switches(Vec<usize>),
    /// All links that are there.
    Links,
}

impl Pool {
    /// How many there are.
    pub(crate) fn len(&self, fabric: &Fabric) -> usize {
        match self {
            Pool::Switches(all) => all.len(),
            Pool::Links => fabric.links.iter().filter(|l| stands(fabric, l)).count(),
        }
    }
}

/// A known device, or the rest of a class.
type Cell = (usize, Option<usize>);

/// Things that can't be told apart within a class or between two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Switches of a class.
    Switch(usize),
    /// Links between switches.
    Between(Cell, Cell, u32),
    /// Ports of servers that are not known: class, line, GPUs of the NIC, leaf, its other ports there, those elsewhere.
    Port(usize, u32, u32, Cell, Vec<u32>, Vec<(Cell, u32)>),
    /// A link of a known server.
    Known(u32),
}

/// One of those that can't be told apart, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Index of the switch or link.
    pub(crate) one: usize,
    /// How many it stands for.
    pub(crate) count: u64,
}

/// What can be picked, and what is alike.
pub(crate) struct Picks<'a> {
    fabric: &'a Fabric,
    symmetry: &'a Symmetry,
    pool: &'a Pool,
    units: Vec<Vec<Unit>>,
    /// Links between the first members of two classes, by class, class and line.
    between: BTreeMap<(usize, usize, u32), u64>,
}

/// A pick of several, in order, and how many such picks it stands for.
pub(crate) type Pick = (Lost, u128);

impl<'a> Picks<'a> {
    pub(crate) fn new(fabric: &'a Fabric, symmetry: &'a Symmetry, pool: &'a Pool) -> Self {
        let mut between: BTreeMap<(usize, usize, u32), u64> = BTreeMap::new();
        let class = |node: u32| symmetry.class[node as usize];
        let first = |node: u32| symmetry.members[class(node)][0] == node as usize;
        for link in fabric.links.iter().filter(|l| stands(fabric, l)) {
            if matches!(fabric.line_of(link).lower, Lower::Tier(_)) && first(link.a) && first(link.b) {
                *between.entry((class(link.a), class(link.b), link.line)).or_default() += 1;
            }
        }
        Picks { fabric, symmetry, pool, units: units(fabric), between }
    }

    /// Every pick of `count`; none where they are more than `most`.
    pub(crate) fn all(&self, count: usize, most: usize) -> Option<Vec<Pick>> {
        let mut picks = vec![(Lost::default(), 1u128)];
        for _ in 0..count {
            let mut next: BTreeMap<Lost, u128> = BTreeMap::new();
            for (lost, stands_for) in &picks {
                for choice in self.choices(lost) {
                    *next.entry(self.with(lost, choice.one)).or_default() +=
                        stands_for * u128::from(choice.count);
                }
                if next.len() > most {
                    return None;
                }
            }
            picks = next.into_iter().collect();
        }
        Some(picks)
    }

    /// So many picks of `count`, drawn by a fixed sequence over what can be told apart; they stand for themselves.
    pub(crate) fn some(&self, count: usize, samples: usize) -> BTreeSet<Lost> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((state >> 33) % (below.max(1) as u64)).unwrap_or(0)
        };
        let mut known: BTreeMap<Lost, Vec<Choice>> = BTreeMap::new();
        let mut found = BTreeSet::new();
        for _ in 0..samples {
            let mut lost = Lost::default();
            for _ in 0..count {
                let choices = known.entry(lost.clone()).or_insert_with(|| self.choices(&lost));
                let Some(choice) = choices.get(draw(choices.len())) else { break };
                lost = self.with(&lost, choice.one);
            }
            found.insert(lost);
        }
        found
    }

    fn with(&self, lost: &Lost, one: usize) -> Lost {
        let mut lost = lost.clone();
        match self.pool {
            Pool::Switches(_) => lost.switches.insert(one),
            Pool::Links => lost.links.insert(u32::try_from(one).unwrap_or(u32::MAX)),
        };
        lost
    }

    /// What can be picked beside what is, one of each kind.
    pub(crate) fn choices(&self, lost: &Lost) -> Vec<Choice> {
        let known = self.known(lost);
        let kinds = match self.pool {
            Pool::Switches(all) => self.switches(all, lost),
            Pool::Links => self.links(lost, &known),
        };
        self.merged(kinds, &known)
    }

    /// Devices that are told from their twins: switches, then servers.
    fn known(&self, lost: &Lost) -> BTreeSet<usize> {
        let fabric = self.fabric;
        let mut known: BTreeSet<usize> = lost.switches.clone();
        for &index in &lost.links {
            let link = &fabric.links[index as usize];
            known.insert(link.b as usize);
            match fabric.line_of(link).lower {
                Lower::Tier(_) => drop(known.insert(link.a as usize)),
                Lower::Hosts { group, .. } => {
                    let host = link.a as usize;
                    known.insert(fabric.switches.len() + host);
                    let number = unit(&fabric.groups[group], link.a_port.cage).0;
                    let same = fabric.host_wires(host).iter().filter(|w| {
                        unit(&fabric.groups[group], w.port.cage).0 == number
                            && stands(fabric, &fabric.links[w.link as usize])
                    });
                    known.extend(same.map(|w| fabric.links[w.link as usize].b as usize));
                }
            }
        }
        known
    }

    fn switches(&self, all: &[usize], lost: &Lost) -> BTreeMap<Kind, Choice> {
        let mut kinds: BTreeMap<Kind, Choice> = BTreeMap::new();
        for &switch in all.iter().filter(|s| !lost.switches.contains(s)) {
            let kind = Kind::Switch(self.symmetry.class[switch]);
            kinds.entry(kind).or_insert(Choice { one: switch, count: 0 }).count += 1;
        }
        kinds
    }

    fn links(&self, lost: &Lost, known: &BTreeSet<usize>) -> BTreeMap<Kind, Choice> {
        let (fabric, symmetry) = (self.fabric, self.symmetry);
        let mut kinds: BTreeMap<Kind, Choice> = BTreeMap::new();
        let mut of_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        known.iter().for_each(|&node| of_class.entry(symmetry.class[node]).or_default().push(node));
        // The known members of a class and one of the rest, each with how many it stands for.
        let cells = |class: usize| {
            let known = of_class.get(&class).map_or(&[][..], Vec::as_slice);
            let rest = symmetry.members[class].iter().copied().find(|m| !known.contains(m));
            let left = (symmetry.members[class].len() - known.len()) as u64;
            let known = known.iter().map(move |&m| ((class, Some(m)), m, 1));
            known.chain(rest.map(|m| ((class, None), m, left))).collect::<Vec<_>>()
        };
        for (&(a, b, line), &parallel) in &self.between {
            for (lower, one, some) in cells(a) {
                for (upper, other, others) in cells(b) {
                    let joined = |&(_, link): &(u32, &fabc_lang::fabric::Link)| {
                        (link.line, link.a as usize, link.b as usize) == (line, one, other)
                            && stands(fabric, link)
                    };
                    let wires =
                        fabric.switch_wires(one).iter().map(|w| (w.link, &fabric.links[w.link as usize]));
                    let mut free = wires.filter(joined).filter(|(l, _)| !lost.links.contains(l)).peekable();
                    let Some(&(first, _)) = free.peek() else { continue };
                    let each = if some == 1 && others == 1 { free.count() as u64 } else { parallel };
                    let choice = Choice { one: first as usize, count: some * others * each };
                    kinds.insert(Kind::Between(lower, upper, line), choice);
                }
            }
        }
        let cell = |switch: usize| (symmetry.class[switch], known.contains(&switch).then_some(switch));
        let elsewhere = |legs: Vec<Leg>| {
            let mut cells: Vec<(Cell, u32)> = legs.into_iter().map(|(s, line)| (cell(s), line)).collect();
            cells.sort_unstable();
            cells
        };
        for (class, members) in symmetry.members.iter().enumerate() {
            if members[0] < fabric.switches.len() {
                continue;
            }
            let hosts = cells(class);
            for ((_, which), node, count) in hosts {
                let host = node - fabric.switches.len();
                let group = &fabric.groups[fabric.hosts[host].group];
                let mut numbers: Vec<u32> = Vec::new();
                for wire in fabric.host_wires(host) {
                    let link = &fabric.links[wire.link as usize];
                    if !stands(fabric, link) || lost.links.contains(&wire.link) {
                        continue;
                    }
                    let one = wire.link as usize;
                    if which.is_some() {
                        kinds.insert(Kind::Known(wire.link), Choice { one, count: 1 });
                        continue;
                    }
                    let number = unit(group, wire.port.cage).0;
                    if numbers.last() != Some(&number) {
                        numbers.push(number);
                    }
                    let Some((gpus, legs)) = self.units[host].get(numbers.len() - 1) else { continue };
                    let (own, others) = around(legs, link.b as usize);
                    let kind =
                        Kind::Port(class, link.line, *gpus, cell(link.b as usize), own, elsewhere(others));
                    kinds.entry(kind).or_insert(Choice { one, count: 0 }).count += count;
                }
            }
        }
        kinds
    }

    /// Kinds that a move maps onto each other are one.
    fn merged(&self, kinds: BTreeMap<Kind, Choice>, known: &BTreeSet<usize>) -> Vec<Choice> {
        let frozen: BTreeSet<usize> = known.iter().map(|&node| self.symmetry.class[node]).collect();
        let mut by_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let list: Vec<&Kind> = kinds.keys().collect();
        for (index, kind) in list.iter().enumerate() {
            for class in kind.classes() {
                by_class.entry(class).or_default().push(index);
            }
        }
        let mut root: Vec<usize> = (0..list.len()).collect();
        for swap in self.symmetry.moves.iter().filter(|m| !m.keys().any(|c| frozen.contains(c))) {
            let touched: BTreeSet<usize> =
                swap.keys().filter_map(|class| by_class.get(class)).flatten().copied().collect();
            for index in touched {
                let image = list[index].mapped(swap);
                if let Ok(other) = list.binary_search(&&image) {
                    let (a, b) = (find(&mut root, index), find(&mut root, other));
                    root[a.max(b)] = a.min(b);
                }
            }
        }
        let mut merged: BTreeMap<usize, Choice> = BTreeMap::new();
        for (index, choice) in kinds.values().enumerate() {
            let entry = merged.entry(find(&mut root, index)).or_insert(Choice { count: 0, ..*choice });
            entry.count += choice.count;
        }
        merged.into_values().collect()
    }
}

fn find(root: &mut [usize], mut index: usize) -> usize {
    while root[index] != index {
        root[index] = root[root[index]];
        index = root[index];
    }
    index
}

impl Kind {
    fn classes(&self) -> Vec<usize> {
        match self {
            Kind::Switch(class) => vec![*class],
            Kind::Between(a, b, _) => vec![a.0, b.0],
            Kind::Port(class, _, _, leaf, _, others) => {
                [*class, leaf.0].into_iter().chain(others.iter().map(|o| o.0.0)).collect()
            }
            Kind::Known(_) => Vec::new(),
        }
    }

    /// What a swap makes of it. Known devices stay: their classes are not swapped.
    fn mapped(&self, swap: &BTreeMap<usize, usize>) -> Kind {
        let to = |class: usize| swap.get(&class).copied().unwrap_or(class);
        let cell = |cell: &Cell| (to(cell.0), cell.1);
        match self {
            Kind::Switch(class) => Kind::Switch(to(*class)),
            Kind::Between(a, b, line) => Kind::Between(cell(a), cell(b), *line),
            Kind::Port(class, line, gpus, leaf, own, others) => {
                let mut others: Vec<(Cell, u32)> = others.iter().map(|(c, l)| (cell(c), *l)).collect();
                others.sort_unstable();
                Kind::Port(to(*class), *line, *gpus, cell(leaf), own.clone(), others)
            }
            Kind::Known(link) => Kind::Known(*link),
        }
    }
}
