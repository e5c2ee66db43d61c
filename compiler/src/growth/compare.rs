//! What moves between two censuses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::census::{Census, LinkFacts, SwitchFacts};

/// What it is that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A device gets another name.
    Name,
    /// A cable goes to another device.
    Cable,
    /// A cable stays between its devices and changes a port.
    Port,
    /// A loopback, a management or a server's address.
    Address,
    /// An ASN.
    Asn,
}

impl Kind {
    /// All, in the order of the report.
    pub const ALL: [Kind; 5] = [Kind::Name, Kind::Cable, Kind::Port, Kind::Address, Kind::Asn];

    /// `cable`
    pub fn name(self) -> &'static str {
        match self {
            Kind::Name => "name",
            Kind::Cable => "cable",
            Kind::Port => "port",
            Kind::Address => "address",
            Kind::Asn => "ASN",
        }
    }

    /// `cables`
    pub fn plural(self) -> String {
        match self {
            Kind::Address => "addresses".into(),
            other => format!("{}s", other.name()),
        }
    }
}

/// One thing that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What it is.
    pub kind: Kind,
    /// Whose: a device, or a device and its interface.
    pub who: String,
    /// Where it is.
    pub from: String,
    /// Where it would be.
    pub to: String,
    /// Paths of the nodes of the cable's line; empty for devices.
    pub line: Vec<String>,
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}: {} → {}", self.kind.name(), self.who, self.from, self.to)
    }
}

/// All moves. What only came or went is none.
pub fn compare(old: &Census, new: &Census) -> Vec<Move> {
    let mut moves = Vec::new();
    devices(old, new, &mut moves);
    hosts(old, new, &mut moves);
    cables(old, new, &mut moves);
    moves
}

/// Servers that get another name: their whole node is gone, and another one that nobody had stands at their cables.
fn hosts(old: &Census, new: &Census, moves: &mut Vec<Move>) {
    let group_of = |census: &'_ Census| -> BTreeMap<String, String> {
        census.hosts.iter().map(|h| (h.name.clone(), h.group.clone())).collect()
    };
    let (were, are) = (group_of(old), group_of(new));
    let groups = |map: &BTreeMap<String, String>| map.values().cloned().collect::<BTreeSet<_>>();
    let (old_groups, new_groups) = (groups(&were), groups(&are));
    let at: BTreeMap<End<'_>, &LinkFacts> =
        new.links.iter().map(|l| ((l.b.as_str(), l.b_if.as_str()), l)).collect();
    let mut said = BTreeSet::new();
    for was in &old.links {
        let gone = were.get(&was.a).is_some_and(|group| !new_groups.contains(group));
        let Some(is) = at.get(&(was.b.as_str(), was.b_if.as_str())).filter(|_| gone) else { continue };
        let fresh = are.get(&is.a).is_some_and(|group| !old_groups.contains(group));
        if fresh && !were.contains_key(&is.a) && said.insert(was.a.as_str()) {
            let (who, from, to) = (was.a.clone(), was.a.clone(), is.a.clone());
            moves.push(Move { kind: Kind::Name, who, from, to, line: Vec::new() });
        }
    }
}

fn devices(old: &Census, new: &Census, moves: &mut Vec<Move>) {
    let by_name: BTreeMap<&str, _> = new.switches.iter().map(|s| (s.name.as_str(), s)).collect();
    let by_loopback: BTreeMap<_, _> = new.switches.iter().filter_map(|s| Some((s.loopback?, s))).collect();
    let names: BTreeSet<&str> = old.switches.iter().map(|s| s.name.as_str()).collect();
    let new_tiers: BTreeSet<&str> = new.switches.iter().map(|s| s.tier.as_str()).collect();
    let tiers: BTreeSet<&str> = old.switches.iter().map(|s| s.tier.as_str()).collect();
    let mut push = |kind, who: &str, from: String, to: String| {
        moves.push(Move { kind, who: who.to_owned(), from, to, line: Vec::new() });
    };
    for was in &old.switches {
        let Some(is) = by_name.get(was.name.as_str()) else {
            // The same number in the same tier under a name that nobody had.
            // Of the same tier, or of one that has taken its place.
            let renamed = was.loopback.and_then(|l| by_loopback.get(&l));
            let replaced = |is: &&&SwitchFacts| {
                !new_tiers.contains(was.tier.as_str()) && !tiers.contains(is.tier.as_str())
            };
            let renamed = renamed.filter(|is| is.tier == was.tier || replaced(is));
            if let Some(is) = renamed.filter(|is| !names.contains(is.name.as_str())) {
                push(Kind::Name, &was.name, was.name.clone(), is.name.clone());
            }
            continue;
        };
        let mut changed = |kind, what: &str, from: Option<String>, to: Option<String>| {
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                push(kind, &format!("{}{what}", was.name), from, to);
            }
        };
        let text = |a: Option<&dyn ToString>| a.map(ToString::to_string);
        macro_rules! field {
            ($kind:expr, $what:expr, $field:ident) => {
                changed(
                    $kind,
                    $what,
                    text(was.$field.as_ref().map(|v| v as _)),
                    text(is.$field.as_ref().map(|v| v as _)),
                )
            };
        }
        field!(Kind::Asn, "", asn);
        field!(Kind::Address, " (loopback)", loopback);
        field!(Kind::Address, " (loopback v6)", loopback6);
        field!(Kind::Address, " (management)", mgmt);
        field!(Kind::Address, " (host block)", host_block);
    }
}

type End<'a> = (&'a str, &'a str);

/// What becomes of a link: the number of the one that it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It joins the same two ports.
    Stays(usize),
    /// It joins the same two devices, at another port.
    Port(usize),
    /// Its lower port goes to another device.
    Cable(usize),
    /// It is gone, and its upper port goes to another device.
    Taken(usize),
}

impl Fate {
    /// The number of the link that it is compared with.
    pub(crate) fn link(self) -> usize {
        match self {
            Fate::Stays(i) | Fate::Port(i) | Fate::Cable(i) | Fate::Taken(i) => i,
        }
    }
}

/// What becomes of each link of `old`; none where it is gone, with or without a device.
pub(crate) fn fates(old: &Census, new: &Census) -> Vec<Option<Fate>> {
    let there: BTreeSet<&str> = new
        .switches
        .iter()
        .map(|s| s.name.as_str())
        .chain(new.hosts.iter().map(|h| h.name.as_str()))
        .collect();
    let ends = |at: fn(&LinkFacts) -> End<'_>| -> BTreeMap<End<'_>, usize> {
        new.links.iter().enumerate().map(|(i, link)| (at(link), i)).collect()
    };
    let lower = ends(|l| (l.a.as_str(), l.a_if.as_str()));
    let upper = ends(|l| (l.b.as_str(), l.b_if.as_str()));
    let before: BTreeSet<(End<'_>, End<'_>)> = old
        .links
        .iter()
        .map(|l| ((l.a.as_str(), l.a_if.as_str()), (l.b.as_str(), l.b_if.as_str())))
        .collect();
    // New cables between two devices, to tell a port that changed from a cable that went.
    let mut pairs: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (i, link) in new.links.iter().enumerate() {
        let key = ((link.a.as_str(), link.a_if.as_str()), (link.b.as_str(), link.b_if.as_str()));
        if !before.contains(&key) {
            pairs.entry((&link.a, &link.b)).or_default().push(i);
        }
    }
    let mut fates = Vec::with_capacity(old.links.len());
    for was in &old.links {
        if !there.contains(was.a.as_str()) || !there.contains(was.b.as_str()) {
            fates.push(None);
            continue;
        }
        let at_a = lower.get(&(was.a.as_str(), was.a_if.as_str())).copied();
        let same = |i: &usize| new.links.get(*i).is_some_and(|is| is.b == was.b && is.b_if == was.b_if);
        fates.push(if let Some(is) = at_a.filter(same) {
            Some(Fate::Stays(is))
        } else {
            let other = pairs.get_mut(&(was.a.as_str(), was.b.as_str())).and_then(Vec::pop);
            let at_b = || upper.get(&(was.b.as_str(), was.b_if.as_str())).copied();
            other.map(Fate::Port).or(at_a.map(Fate::Cable)).or_else(|| at_b().map(Fate::Taken))
        });
    }
    fates
}

fn cables(old: &Census, new: &Census, moves: &mut Vec<Move>) {
    for (was, fate) in old.links.iter().zip(fates(old, new)) {
        let mut push = |kind, from: String, to: String| {
            let who = format!("{} {}", was.a, was.a_if);
            moves.push(Move { kind, who, from, to, line: was.line.clone() });
        };
        let from = format!("{} {}", was.b, was.b_if);
        let Some((fate, is)) = fate.and_then(|fate| Some((fate, new.links.get(fate.link())?))) else {
            continue;
        };
        match fate {
            Fate::Stays(_) => {
                let mut moved = |from: Option<String>, to: Option<String>| {
                    if let (Some(from), Some(to)) = (from, to)
                        && from != to
                    {
                        push(Kind::Address, from, to);
                    }
                };
                moved(was.a_address.map(|a| a.to_string()), is.a_address.map(|a| a.to_string()));
                moved(was.a_address6.map(|a| a.to_string()), is.a_address6.map(|a| a.to_string()));
            }
            Fate::Port(_) => {
                let own = if is.a_if == was.a_if { String::new() } else { format!(" (from {})", is.a_if) };
                push(Kind::Port, from, format!("{} {}{own}", is.b, is.b_if));
            }
            Fate::Cable(_) => push(Kind::Cable, from, format!("{} {}", is.b, is.b_if)),
            Fate::Taken(_) => {
                push(Kind::Cable, from, format!("none; the port goes to {} {}", is.a, is.a_if));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::growth::census::{HostFacts, SwitchFacts};

    fn switch(name: &str, asn: u32) -> SwitchFacts {
        SwitchFacts {
            name: name.into(),
            tier: "leaf".into(),
            asn: Some(asn),
            loopback: Some(std::net::Ipv4Addr::from(asn)),
            plane: None,
            pod: None,
            index: 1,
            loopback6: None,
            mgmt: None,
            host_block: None,
            absent: false,
        }
    }

    fn link(a: &str, a_if: &str, b: &str, b_if: &str) -> LinkFacts {
        LinkFacts {
            a: a.into(),
            a_if: a_if.into(),
            b: b.into(),
            b_if: b_if.into(),
            line: Vec::new(),
            speed: 400_000,
            a_address: None,
            a_address6: None,
        }
    }

    fn census(switches: &[SwitchFacts], links: &[LinkFacts]) -> Census {
        let hosts = ["h1", "h2"]
            .map(|name| HostFacts { name: name.into(), group: "h".into(), index: 1, absent: false })
            .to_vec();
        Census { schema_version: 1, switches: switches.to_vec(), hosts, links: links.to_vec() }
    }

    fn kinds(old: &Census, new: &Census) -> Vec<Kind> {
        compare(old, new).into_iter().map(|m| m.kind).collect()
    }

    #[test]
    fn what_comes_and_goes_is_no_move() {
        let old = census(&[switch("l1", 1)], &[link("h1", "nic0", "l1", "Ethernet0")]);
        let more = [link("h1", "nic0", "l1", "Ethernet0"), link("h2", "nic0", "l1", "Ethernet4")];
        let new = census(&[switch("l1", 1), switch("l2", 2)], &more);
        assert_eq!(kinds(&old, &new), []);
        assert_eq!(kinds(&new, &old), []);
    }

    #[test]
    fn ports_cables_numbers_and_names_are_told_apart() {
        let old = census(&[switch("l1", 1), switch("l2", 2)], &[link("h1", "nic0", "l1", "Ethernet0")]);
        let port = census(&[switch("l1", 1), switch("l2", 2)], &[link("h1", "nic0", "l1", "Ethernet4")]);
        assert_eq!(kinds(&old, &port), [Kind::Port]);
        let cable = census(&[switch("l1", 1), switch("l2", 2)], &[link("h1", "nic0", "l2", "Ethernet0")]);
        assert_eq!(kinds(&old, &cable), [Kind::Cable]);
        let taken = census(&[switch("l1", 1), switch("l2", 2)], &[link("h2", "nic0", "l1", "Ethernet0")]);
        assert_eq!(kinds(&old, &taken), [Kind::Cable]);
        let asn = census(&[SwitchFacts { asn: Some(9), ..switch("l1", 1) }, switch("l2", 2)], &old.links);
        assert_eq!(kinds(&old, &asn), [Kind::Asn]);
        let name = census(&[SwitchFacts { name: "x1".into(), ..switch("l1", 1) }, switch("l2", 2)], &[]);
        assert_eq!(kinds(&old, &name), [Kind::Name]);
    }

    #[test]
    fn more_parallel_links_move_what_they_shift() {
        let old = census(
            &[switch("l1", 1), switch("s1", 2)],
            &[link("l1", "E0", "s1", "E0"), link("l1", "E8", "s1", "E8")],
        );
        let wider: Vec<LinkFacts> =
            old.links.iter().cloned().chain([link("l1", "E16", "s1", "E16")]).collect();
        assert_eq!(kinds(&old, &census(&old.switches, &wider)), []);
        let shifted = [link("l1", "E8", "s1", "E0"), link("l1", "E16", "s1", "E8")];
        assert_eq!(kinds(&old, &census(&old.switches, &shifted)), [Kind::Port, Kind::Port]);
    }
}
