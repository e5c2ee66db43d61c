//! The guard against moves: what a build would move of what stands already.
//!
//! [`census`] holds what of a fabric may not move, read from a former `fabric.json` or taken from a fabric;
//! [`compare`] finds what moves between two; [`guard`] says so, with the edit that prevents it.

mod census;
mod compare;
mod remedy;

pub use census::Census;
pub use compare::{Kind, Move, compare};

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::fabric::Fabric;
use fabc_lang::units::grouped;

fabc_lang::rule! {
    /// Something that exists would get another port, cable, address, ASN or name: a change that cuts links and sessions
    /// of devices that nobody meant to touch. Layout follows from identity and from `max=`, so growth within `max`
    /// moves nothing. The finding counts what moves, shows three of each kind, and names the edit that prevents it;
    /// `--allow-moves` lets it pass where it is meant.
    ///
    /// The finding needs a former build: `fabc build` compares with the `fabric.json` in `--out`, or with `--since`.
    pub static MOVES = Error "growth/moves" "something that exists would move";
}
fabc_lang::rule! {
    /// The former fabric that the build is to be compared with can't be read, so nothing can be said of what moves.
    pub static UNREADABLE = Error "growth/unreadable" "a former fabric that can't be read";
}

/// Rules that the guard reports under.
pub static RULES: &[&Rule] = &[&MOVES, &UNREADABLE];

/// Reports what moves from `old` to the fabric. With `allowed` it is a note.
pub fn guard(old: &Census, fabric: &Fabric, allowed: bool, findings: &mut Findings) {
    let new = Census::of(fabric);
    let moves = compare(old, &new);
    if moves.is_empty() {
        return;
    }
    let mut counts: Vec<String> = Vec::new();
    let mut examples: Vec<String> = Vec::new();
    for kind in Kind::ALL {
        let of_kind: Vec<&Move> = moves.iter().filter(|m| m.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let count = grouped(of_kind.len() as u64);
        counts
            .push(format!("{count} {}", if of_kind.len() == 1 { kind.name().into() } else { kind.plural() }));
        examples.extend(of_kind.iter().take(3).map(|m| m.to_string()));
    }
    let verb = if allowed { "this build moves" } else { "this build would move" };
    let text = format!("{verb} what exists: {}", counts.join(", "));
    let remedy = remedy::remedy(old, &new, fabric, &moves);
    let mut found = match remedy.at {
        Some(at) => MOVES.at(at, text),
        None => MOVES.at(fabric.intent.fabric.at, text),
    };
    if allowed {
        found.severity = fabc_lang::diagnostic::Severity::Note;
    } else {
        found = found.help(format!("{}; --allow-moves lets them pass", remedy.text));
    }
    for example in examples {
        found = found.note(example);
    }
    findings.push(found);
}
