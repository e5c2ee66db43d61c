//! What a statement does to what is forwarded, where it is of no neighbour and resets no session. What isn't known here counts
//! as an interruption, as with fields of ConfigDB that nobody knows.

use fabc_targets::sonic::effects::{Effect, Level};

use super::{ADDED, Conf, FILTERED, StatementChange, WITHDRAWN};

/// Statements that may come, go and change while traffic flows: what their block begins with (empty: outside of all blocks),
/// their first words without `no` (empty: any), why, and who says so.
const LIVE: &[(&str, &str, &str, &str)] = &[
    ("", "banner", "text for people", "FRR lib/command.c"),
    ("", "bfd", "its profiles and peers are said one by one", "FRR bfdd/bfdd_cli.c"),
    ("", "debug", "messages alone", "FRR lib/log.c"),
    ("", "enable password", "who may log in", "FRR lib/command.c"),
    ("", "hostname", "a name; neighbours learn it with the next session", "FRR lib/command.c"),
    ("", "line vty", "who may log in", "FRR lib/vty.c"),
    ("", "log", "messages alone", "FRR lib/log.c"),
    ("", "password", "who may log in", "FRR lib/command.c"),
    ("", "service", "how the file is written", "FRR lib/command.c"),
    ("bfd", "profile", "its times are said one by one", "FRR bfdd/bfdd_cli.c"),
    ("bfd, profile", "detect-multiplier", BFD, "RFC 5880, 6.8.3; FRR bfdd/bfd.c"),
    ("bfd, profile", "receive-interval", BFD, "RFC 5880, 6.8.3; FRR bfdd/bfd.c"),
    ("bfd, profile", "transmit-interval", BFD, "RFC 5880, 6.8.3; FRR bfdd/bfd.c"),
    ("line vty", "", "who may log in", "FRR lib/vty.c"),
    ("route-map", "description", "text for people", "FRR lib/routemap_cli.c"),
    ("route-map", "set community graceful-shutdown", "its routes stay, as the last choice", "RFC 8326"),
    ("router bgp", "bgp log-neighbor-changes", "messages alone", "FRR bgpd/bgp_vty.c"),
    (
        "router bgp",
        "maximum-paths",
        "paths are chosen anew, and routes replaced where they stand",
        "FRR bgpd/bgp_mpath.c, bgp_recalculate_all_bestpaths",
    ),
];

const BFD: &str = "both ends agree on new times while the session stays up";

const UNKNOWN: Effect = Effect {
    level: Level::Unknown,
    likely: false,
    note: "what it does to traffic isn't known",
    source: "none",
};
const ROUTE: Effect = Effect {
    level: Level::Unknown,
    likely: true,
    note: "packets of its prefix take another way, or none",
    source: "FRR staticd: a static route goes before one of BGP",
};
const UNUSED: Effect = Effect {
    level: Level::Live,
    likely: false,
    note: "nothing that runs goes by it",
    source: "FRR lib/routemap.c",
};
const MORE: Effect = Effect {
    level: Level::Live,
    likely: true,
    note: "it lets through more than before",
    source: "FRR lib/plist.c, lib/routemap.c",
};
const DISCARD: Effect = Effect {
    level: Level::Live,
    likely: true,
    note: "of a network that is announced from here: longer routes go before it",
    source: "FRR zebra/zebra_rib.c",
};

/// What a statement does.
pub(super) fn effect(change: &StatementChange, old: &Conf, new: &Conf) -> Effect {
    let text = bare(&change.text);
    let words: Vec<&str> = text.split(' ').collect();
    let of_bgp = change.block.starts_with("router bgp");
    match words.as_slice() {
        // What stands in a router that comes disturbs no session.
        _ if of_bgp && change.added && !old.bgp => ADDED,
        ["network", ..] if of_bgp && text == change.text => {
            if change.added {
                ADDED
            } else {
                WITHDRAWN
            }
        }
        ["ip" | "ipv6", "prefix-list", name, rest @ ..] => list(change, name, rest, old),
        ["route-map", name, ..] if change.block.is_empty() => clause(change, name, old),
        ["ip" | "ipv6", "route", network, "Null0"] if change.added && new.announced.contains(*network) => {
            DISCARD
        }
        ["ip" | "ipv6", "route", ..] => ROUTE,
        _ => match map_of(&change.block) {
            Some(name) => line(change, name, old),
            None => live(&change.block, text).unwrap_or(UNKNOWN),
        },
    }
}

/// A statement without its `no`.
pub(super) fn bare(text: &str) -> &str {
    text.strip_prefix("no ").unwrap_or(text)
}

fn live(block: &str, text: &str) -> Option<Effect> {
    let (_, _, note, source) = LIVE.iter().find(|(begin, words, ..)| {
        let here = if begin.is_empty() { block.is_empty() } else { starts(block, begin) };
        here && (words.is_empty() || starts(text, words))
    })?;
    Some(Effect { level: Level::Live, likely: true, note, source })
}

/// Whether a text begins with whole words.
fn starts(text: &str, words: &str) -> bool {
    text.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']))
}

/// The name of the route map that a block is a clause of.
fn map_of(block: &str) -> Option<&str> {
    block.strip_prefix("route-map ")?.split(' ').next()
}

/// An entry of a prefix list. What no list permits is matched by nothing (FRR lib/plist.c, prefix_list_apply), so that one
/// more permits more, where no clause denies by it.
fn list(change: &StatementChange, name: &str, rest: &[&str], old: &Conf) -> Effect {
    let permits = matches!(rest, ["permit", ..] | ["seq", _, "permit", ..]);
    match old.lists.contains(name) {
        false => UNUSED,
        true if change.added && permits && !old.denied.contains(name) => MORE,
        true => FILTERED,
    }
}

/// A clause of a route map that comes or goes. One that permits lets through more where the map is there: without any, and
/// called by its name, it is as if it weren't called.
fn clause(change: &StatementChange, name: &str, old: &Conf) -> Effect {
    let permits = change.text.split(' ').nth(2) == Some("permit");
    match old.maps.contains(name) {
        false => UNUSED,
        true if change.added && permits && old.has_map(name) => MORE,
        true => FILTERED,
    }
}

/// A line of a clause.
fn line(change: &StatementChange, name: &str, old: &Conf) -> Effect {
    if !old.maps.contains(name) {
        return UNUSED;
    }
    match bare(&change.text).split(' ').next() {
        // Of a clause that comes it says what more is let through.
        Some("match") if change.added && !old.clauses.contains(&change.block) => MORE,
        Some("match" | "call") => FILTERED,
        _ => live(&change.block, bare(&change.text)).unwrap_or(UNKNOWN),
    }
}
