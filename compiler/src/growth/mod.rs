//! The guard against moves: what a build would move of what stands already.
//!
//! [`census`] holds what of a fabric may not move, read from a former `fabric.json` or taken from a fabric;
//! [`compare`] finds what moves between two; [`guard`] says so, with the edits that prevent it: [`candidates`] are read off
//! from what differs, and [`remedy`] names those with which, tried out, nothing moves.

mod candidates;
mod census;
mod compare;
mod edit;
mod remedy;

pub use census::{Census, HostFacts};
pub(crate) use compare::{Fate, fates};
pub use compare::{Kind, Move, compare};

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::fabric::Fabric;
use fabc_lang::units::grouped;

fabc_lang::rule! {
    /// Something that exists would get another port, cable, address, ASN or name: a change that cuts links and sessions
    /// of devices that nobody meant to touch. Layout follows from identity and from `max=`, so growth within `max`
    /// moves nothing. The finding counts what moves, shows three of each kind, and names edits that prevent it, which it has
    /// tried out;
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
    let root = fabric.intent.fabric.at;
    let mut found;
    if allowed {
        found = MOVES.at(root, text);
        found.severity = fabc_lang::diagnostic::Severity::Note;
    } else if let Some(edits) = remedy::remedy(old, fabric, moves.len()).filter(|edits| !edits.is_empty()) {
        found = MOVES.at(edits.first().map_or(root, |edit| edit.at), text);
        for (i, edit) in edits.iter().enumerate() {
            found = if i == 0 { found.here(edit.text()) } else { found.label(edit.at, edit.text()) };
        }
        let edits: Vec<String> = edits.iter().map(edit::Edit::text).collect();
        found =
            found.help(format!("{}: then nothing moves; --allow-moves lets them pass", edits.join(", and ")));
    } else {
        found = MOVES.at(root, text).help(
            "no edit was found that keeps all in its place: take the change back, or --allow-moves lets them pass",
        );
    }
    for example in examples {
        found = found.note(example);
    }
    findings.push(found);
}
