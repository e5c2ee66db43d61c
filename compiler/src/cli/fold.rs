//! Names that are alike, on one line.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, natural_cmp};

use crate::growth::Census;

/// Stretches of names that are written before the rest is counted.
const STRETCHES: usize = 3;

/// Every device's node, and its place among those of its node on either side.
pub(in crate::cli) struct Ranks<'a>(BTreeMap<&'a str, (&'a str, usize)>);

impl<'a> Ranks<'a> {
    pub(in crate::cli) fn of(old: &'a Census, new: &'a Census) -> Self {
        let mut nodes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for census in [new, old] {
            let switches = census.switches.iter().map(|s| (s.tier.as_str(), s.name.as_str()));
            let hosts = census.hosts.iter().map(|h| (h.group.as_str(), h.name.as_str()));
            switches.chain(hosts).for_each(|(node, name)| nodes.entry(node).or_default().push(name));
        }
        Ranks::new(nodes)
    }

    /// The same of the switches of one fabric.
    pub(in crate::cli) fn of_fabric(fabric: &'a Fabric) -> Self {
        let mut nodes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for switch in &fabric.switches {
            nodes.entry(&fabric.tier_of(switch).label).or_default().push(&switch.name);
        }
        Ranks::new(nodes)
    }

    fn new(nodes: BTreeMap<&'a str, Vec<&'a str>>) -> Self {
        let mut ranks = BTreeMap::new();
        for (node, mut names) in nodes {
            names.sort_unstable_by(|a, b| natural_cmp(a, b));
            names.dedup();
            ranks.extend(names.into_iter().enumerate().map(|(i, name)| (name, (node, i))));
        }
        Ranks(ranks)
    }

    /// The node of a device.
    pub(in crate::cli) fn node(&self, name: &str) -> &'a str {
        self.0.get(name).map_or("", |(node, _)| node)
    }

    /// `leaf-01 … leaf-08, leaf-11 and 4 more`: what follows one another in its node is one stretch.
    pub(in crate::cli) fn names(&self, names: &BTreeSet<&str>) -> String {
        let place = |name: &str| self.0.get(name).copied().unwrap_or(("", usize::MAX));
        let mut sorted: Vec<(&str, (&str, usize))> = names.iter().map(|name| (*name, place(name))).collect();
        sorted.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| natural_cmp(a.0, b.0)));
        let mut stretches: Vec<(Vec<&str>, (&str, usize))> = Vec::new();
        for (name, at) in sorted {
            match stretches.last_mut() {
                Some((known, last)) if last.0 == at.0 && at.1 == last.1.saturating_add(1) => {
                    known.push(name);
                    *last = at;
                }
                _ => stretches.push((vec![name], at)),
            }
        }
        let (few, rest) = stretches.split_at(stretches.len().min(STRETCHES));
        let text = |names: &Vec<&str>| match names.as_slice() {
            [first, _, .., last] => format!("{first} … {last}"),
            few => few.join(", "),
        };
        let few: Vec<String> = few.iter().map(|(names, _)| text(names)).collect();
        match rest.iter().map(|(names, _)| names.len()).sum::<usize>() {
            0 => few.join(", "),
            more => format!("{} and {more} more", few.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::HostFacts;

    #[test]
    fn neighbours_are_one_stretch() {
        let hosts = (1..=12).map(|i| HostFacts {
            name: format!("h-{i}"),
            group: "h".into(),
            index: i,
            absent: false,
        });
        let census = Census { hosts: hosts.collect(), ..Census::default() };
        let ranks = Ranks::of(&census, &census);
        let names = |list: &[&str]| ranks.names(&list.iter().copied().collect());
        assert_eq!(names(&["h-9", "h-10", "h-11", "h-1", "h-2", "x"]), "x, h-1, h-2, h-9 … h-11");
        assert_eq!(names(&["h-1", "h-3", "h-5", "h-7", "h-9", "h-10"]), "h-1, h-3, h-5 and 3 more");
        assert_eq!(ranks.node("h-3"), "h");
    }
}
