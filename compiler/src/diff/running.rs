//! How FRR tells a file that it has read: `show running-config` leaves out what is its default, and has lines of its own.
//!
//! The lists are data. They were read off FRR 8.4.4 and 10.3, into which the frr.conf of every kind of switch of all
//! examples was loaded; `tests/live/lab.rs` does that again where FRR is. Order means nothing to the comparison.

use std::collections::BTreeSet;

use crate::deployed::mask::MASK;

/// What frr.conf is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Build {
    /// The paths that FRR was built for: `maximum-paths` of as many is its default.
    pub paths: u32,
}

/// Words that begin a line which FRR writes by itself, and which says nothing of the fabric.
const ITS_OWN: &[(&str, &str)] = &[
    ("Building configuration...", "FRR vtysh/vtysh.c, show running-config"),
    ("Current configuration:", "FRR vtysh/vtysh.c, show running-config"),
    ("domainname", "FRR lib/command.c: the name of the container's domain"),
    ("frr version", "FRR lib/command.c, config_write_host"),
    ("ip forwarding", "FRR zebra/zserv.c, config_write_forwarding: as the kernel has it"),
    ("ipv6 forwarding", "FRR zebra/zserv.c, config_write_forwarding: as the kernel has it"),
    ("no ip forwarding", "FRR zebra/zserv.c, config_write_forwarding: as the kernel has it"),
    ("no ipv6 forwarding", "FRR zebra/zserv.c, config_write_forwarding: as the kernel has it"),
    ("no service integrated-vtysh-config", "FRR vtysh/vtysh_config.c: which file is read"),
    ("service integrated-vtysh-config", "FRR vtysh/vtysh_config.c: which file is read"),
];

/// Statements that FRR leaves out, as it does so anyway: what the block's name begins with, all but the last words, the last.
const DEFAULTS: &[(&str, &str, &str, &str)] = &[
    ("bfd, ", "detect-multiplier", "3", "FRR bfdd/bfd.h, BFD_DEFDETECTMULT"),
    ("bfd, ", "receive-interval", "300", "FRR bfdd/bfd.h, BFD_DEFREQUIREDMINRX"),
    ("bfd, ", "transmit-interval", "300", "FRR bfdd/bfd.h, BFD_DEFDESIREDMINTX"),
    ("router bgp", "timers bgp", "60 180", "FRR bgpd/bgp_vty.c, defaults traditional"),
];

/// A statement: its block, and its words.
pub(super) type Statement = (String, String);

/// Leaves out of both what one of them says and the other one means, and what can't be compared, as it is masked; gives how
/// many lines that are.
pub(super) fn settle(old: &mut Vec<Statement>, new: &mut Vec<Statement>, build: Build) -> usize {
    for side in [&mut *old, &mut *new] {
        side.retain(|(block, text)| !block.is_empty() || !is_its_own(text));
    }
    let (in_old, in_new) = (said(old), said(new));
    old.retain(|statement| !is_default(statement, build, &in_new));
    new.retain(|statement| !is_default(statement, build, &in_old));
    masked(old, new)
}

/// Words that begin a line which FRR writes by itself.
pub fn its_own() -> Vec<&'static str> {
    ITS_OWN.iter().map(|(words, _)| *words).collect()
}

/// Whether FRR leaves a statement out of what it shows, as it says what FRR does anyway.
pub fn is_left_out(block: &str, text: &str, build: Build) -> bool {
    is_default(&(block.to_owned(), text.to_owned()), build, &BTreeSet::new())
}

fn is_its_own(text: &str) -> bool {
    ITS_OWN.iter().any(|(begin, _)| {
        text.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// What a value is given to, with or without the value.
fn said(statements: &[Statement]) -> BTreeSet<Statement> {
    let known = DEFAULTS.iter().map(|(_, words, ..)| *words).chain(["maximum-paths"]);
    let known: Vec<&str> = known.collect();
    let of = |(block, text): &Statement| {
        let words = known.iter().find(|words| value(text, words).is_some())?;
        Some((block.clone(), (*words).to_owned()))
    };
    statements.iter().filter_map(of).collect()
}

fn value<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    text.strip_prefix(words)?.strip_prefix(' ')
}

/// Whether a statement says what goes without saying, and the other side doesn't say otherwise.
fn is_default((block, text): &Statement, build: Build, other: &BTreeSet<Statement>) -> bool {
    let silent = |words: &str| !other.contains(&(block.clone(), words.to_owned()));
    if block.starts_with("router bgp") && value(text, "maximum-paths") == Some(&build.paths.to_string()) {
        return silent("maximum-paths");
    }
    DEFAULTS.iter().any(|(begin, words, usual, _)| {
        block.starts_with(begin) && value(text, words) == Some(*usual) && silent(words)
    })
}

/// Leaves out lines whose end is masked on the old side, and those that they stand for on the new one.
fn masked(old: &mut Vec<Statement>, new: &mut Vec<Statement>) -> usize {
    let mut count = 0;
    old.retain(|(block, text)| {
        let Some(open) = text.strip_suffix(MASK) else { return true };
        let Some(at) = new.iter().position(|(of, text)| of == block && text.starts_with(open)) else {
            return true;
        };
        new.remove(at);
        count += 1;
        false
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::statements::running;

    const OURS: &str = "frr defaults traditional\nhostname leaf-01\n!\nbfd\n profile F\n  transmit-interval 300\n  receive-interval 300\n  \
        detect-multiplier 3\n exit\nexit\nrouter bgp 1\n neighbor UP peer-group\n neighbor UP password x y\n address-family ipv4 unicast\n  \
        network 10.0.0.1/32\n  network 10.0.0.0/24\n  maximum-paths 514\n exit-address-family\nexit\nend\n";
    const ITS: &str = "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nfrr defaults traditional\nhostname leaf-01\n\
        no ip forwarding\nno ipv6 forwarding\nservice integrated-vtysh-config\n!\nrouter bgp 1\n neighbor UP peer-group\n neighbor UP password <masked>\n !\n \
        address-family ipv4 unicast\n  network 10.0.0.0/24\n  network 10.0.0.1/32\n exit-address-family\nexit\n!\nbfd\n profile F\n !\n exit\n !\nexit\n!\nend\n";

    fn told(its: &str, ours: &str) -> Vec<String> {
        let (changes, _) = running(its, ours, Build { paths: 514 });
        changes.into_iter().map(|change| change.what).collect()
    }

    #[test]
    fn a_file_and_what_frr_makes_of_it_are_the_same() {
        assert_eq!(told(ITS, OURS), Vec::<String>::new());
        assert_eq!(running(ITS, OURS, Build { paths: 514 }).1, 1);
        assert_eq!(told(OURS, OURS), Vec::<String>::new());
    }

    #[test]
    fn what_differs_is_said_all_the_same() {
        // A default on one side, and another value on the other.
        let other = ITS.replace(" profile F\n", " profile F\n  transmit-interval 100\n");
        let found = told(&other, OURS);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].ends_with("- transmit-interval 100") && found[1].ends_with("+ transmit-interval 300")
        );
        let fewer = OURS.replace("maximum-paths 514", "maximum-paths 64");
        assert_eq!(told(ITS, &fewer), ["router bgp: + maximum-paths 64"]);
        let none = OURS.replace(" neighbor UP password x y\n", "");
        assert_eq!(told(ITS, &none), ["neighbor UP changed"]);
    }
}
