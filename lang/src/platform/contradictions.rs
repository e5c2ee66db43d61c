//! Figures of a platform that can't both be right, beyond those without which it could not be read.

use std::collections::{BTreeMap, BTreeSet};

use super::buffers::PROFILE;
use super::cage::{Aliases, lane_list};
use super::switch::EXTRA_PORT;
use super::{CONTRADICTION, Cage, CageGroup, INCOMPLETE, Platform, arg_of};
use crate::diagnostic::Findings;
use crate::schema::Typed;
use crate::source::Span;
use crate::units::Size;

/// What an alias pattern knows.
const PLACEHOLDERS: [&str; 5] = ["{cage}", "{index}", "{n}", "{a}", "{lane}"];

/// Reports contradictions of `platform`, whose node is `node`.
pub(super) fn look(platform: &Platform, node: &Typed, findings: &mut Findings) {
    lanes(platform, findings);
    chip(platform, findings);
    platform.groups.iter().for_each(|group| patterns(group, findings));
    names(platform, findings);
    extra_ports(node, findings);
    profiles(node, findings);
}

fn push(findings: &mut Findings, at: Span, message: String, help: &str) {
    findings.push(CONTRADICTION.at(at, message).help(help));
}

fn group<'a>(platform: &'a Platform, cage: &Cage) -> Option<&'a CageGroup> {
    platform.groups.get(cage.group)
}

/// No two ports begin with one lane. Lists of whole boxes overlap otherwise: where a listed lane stands for two, SONiC
/// ships some with twice as many.
fn lanes(platform: &Platform, findings: &mut Findings) {
    let mut taken: BTreeMap<u16, u16> = BTreeMap::new();
    let mut said = BTreeSet::new();
    for cage in platform.cages() {
        let (Some(group), Some(&lane)) = (group(platform, cage), cage.lanes.first()) else { continue };
        if let Some(first) = taken.insert(lane, cage.number).filter(|_| said.insert(cage.group)) {
            let text = format!("lane {lane} is the first of cage {first} and of cage {}", cage.number);
            push(findings, group.lane_lists.at, text, "list the lanes of each cage");
        }
    }
    for port in &platform.extra_ports {
        let Some(lane) = port.v.lanes.first() else { continue };
        if let Some(cage) = taken.get(lane) {
            let text = format!("lane {lane} is the first of cage {cage} and of `{}`", port.v.name);
            push(findings, port.at, text, "list the lanes of each port");
        }
    }
}

/// Pipes and halves are those of the chip.
fn chip(platform: &Platform, findings: &mut Findings) {
    let asic = &platform.asic.v;
    for group in &platform.groups {
        if let (Some(pipes), Some(has)) = (&group.pipes, &asic.pipes)
            && let Some(pipe) = pipes.v.iter().find(|&&pipe| pipe >= has.v.numbers)
        {
            let text = format!("pipe {pipe}: {} numbers its pipes 0 to {}", asic.name, has.v.numbers - 1);
            let found = CONTRADICTION.at(pipes.at, text).label(has.at, "the chip's pipes");
            findings.push(found.help("name a pipe that the chip has"));
        }
        if let (Some(halves), Some(mmu)) = (&group.halves, &asic.mmu)
            && let Some(half) = halves.v.iter().find(|&&half| half >= mmu.v.halves)
        {
            let text = format!("half {half}: the buffer of {} has {} parts, from 0", asic.name, mmu.v.halves);
            let found = CONTRADICTION.at(halves.at, text).label(mmu.at, "the chip's buffer");
            findings.push(found.help(format!("name 0 to {}", mmu.v.halves - 1)));
        }
    }
}

/// Patterns hold known placeholders only, aliases are one word.
fn patterns(group: &CageGroup, findings: &mut Findings) {
    for mode in &group.modes {
        match &mode.v.aliases {
            Aliases::Unknown => {}
            Aliases::Pattern(pattern) => {
                let rest = PLACEHOLDERS.iter().fold(pattern.clone(), |rest, known| rest.replace(known, ""));
                if rest.contains(['{', '}']) {
                    let text = format!("alias `{pattern}` holds a placeholder that there isn't");
                    push(findings, mode.at, text, &format!("there are {}", PLACEHOLDERS.join(", ")));
                }
                if !is_word(pattern) {
                    push(findings, mode.at, format!("alias `{pattern}` is no word"), "leave out blanks");
                }
            }
            Aliases::List(list) => {
                if let Some(alias) = list.iter().find(|alias| !is_word(alias)) {
                    push(findings, mode.at, format!("alias `{alias}` is no word"), "leave out blanks");
                }
            }
        }
    }
}

fn is_word(alias: &str) -> bool {
    !alias.is_empty() && !alias.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// No two ports have one name or one alias, however cages are broken out. One finding for each group and kind.
fn names(platform: &Platform, findings: &mut Findings) {
    // By name: the cage that has it.
    let mut taken: BTreeMap<String, u16> = BTreeMap::new();
    let mut said = BTreeSet::new();
    for cage in platform.cages() {
        let Some(group) = group(platform, cage) else { continue };
        for mode in &group.modes {
            let mut own = BTreeSet::new();
            for port in platform.children(cage, &mode.v) {
                for (what, name, at) in
                    [("name", Some(port.name), group.ids.at), ("alias", port.alias, mode.at)]
                {
                    let Some(name) = name else { continue };
                    let first = *taken.entry(name.clone()).or_insert(cage.number);
                    let twice = !own.insert(name.clone());
                    if (twice || first != cage.number) && said.insert((cage.group, what)) {
                        let text = if twice {
                            format!("{what} `{name}` is given to two ports of cage {first}")
                        } else {
                            format!("{what} `{name}` is given to cage {first} and to cage {}", cage.number)
                        };
                        push(findings, at, text, "give each port one of its own");
                    }
                }
            }
        }
    }
    let shipped =
        platform.cages().iter().filter_map(|c| Some(platform.children(c, &platform.default_mode(c)?.v)));
    let shipped: BTreeSet<String> =
        shipped.flatten().flat_map(|p| [Some(p.name), p.alias]).flatten().collect();
    let mut extra = BTreeSet::new();
    for port in &platform.extra_ports {
        for name in [&port.v.name, &port.v.alias] {
            if shipped.contains(name) || !extra.insert(name) {
                let text = format!("`{name}` is given to an extra port and to another one");
                push(findings, port.at, text, "give each port a name of its own");
            }
        }
    }
}

/// Extra ports are named as SONiC names ports.
fn extra_ports(node: &Typed, findings: &mut Findings) {
    for port in node.children_of(&EXTRA_PORT) {
        let Some(name) = port.arg::<String>(0) else { continue };
        let number = name.v.strip_prefix("Ethernet").unwrap_or("");
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            let text = format!("`{}` is no name of a port in SONiC", name.v);
            push(findings, name.at, text, "write it as \"Ethernet512\"");
        }
        if let Some(alias) = port.prop::<String>("alias").filter(|alias| !is_word(&alias.v)) {
            push(findings, alias.at, format!("alias `{}` is no word", alias.v), "leave out blanks");
        }
        if let Some(lanes) = port.prop::<String>("lanes").filter(|lanes| lane_list(&lanes.v).is_none()) {
            let text = format!("`{}` is no list of lanes", lanes.v);
            push(findings, lanes.at, text, "write it as \"1-8\" or \"1,1,2,2\"");
        }
    }
}

/// A profile has one limit.
fn profiles(node: &Typed, findings: &mut Findings) {
    for profile in node.children_of(&PROFILE) {
        let Some(name) = arg_of::<String>(profile) else { continue };
        let limits = [
            profile.prop::<Size>("static-th").map(|th| th.at),
            profile.prop::<i64>("dynamic-th").map(|th| th.at),
        ];
        match limits {
            [Some(fixed), Some(dynamic)] => {
                let text = format!("profile `{name}` has two limits");
                let found = CONTRADICTION.at(dynamic, text).label(fixed, "the other");
                findings.push(found.help("remove one of the two"));
            }
            [None, None] => {
                let text = format!("profile `{name}` has no limit");
                findings.push(INCOMPLETE.at(profile.head, text).help("add `static-th=` or `dynamic-th=`"));
            }
            _ => {}
        }
    }
}
