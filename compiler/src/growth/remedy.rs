//! The edits that would have prevented a move: each is tried before it is named.

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Intent;
use fabc_lang::platform::Catalog;
use fabc_lang::source::Sources;

use super::candidates::candidates;
use super::census::Census;
use super::compare::compare;
use super::edit::Edit;
use crate::resolve;

/// Links that may be laid while edits are tried: a few seconds, however large the fabric.
const PATIENCE: usize = 20_000_000;

/// Edits with which nothing moves, as few as were found; none where no such edits were found.
pub(super) fn remedy(old: &Census, fabric: &Fabric, moves: usize) -> Option<Vec<Edit>> {
    let mut search = Search { old, tries: (PATIENCE / (fabric.links.len() + 1)).clamp(8, 400) };
    let candidates = candidates(old, fabric);
    // One alone, or those of one kind, where that does.
    let mut tried: Vec<(usize, &Vec<Edit>)> = Vec::new();
    for edits in &candidates {
        let edits_now: Vec<&Edit> = edits.iter().collect();
        match search.left(&fabric.intent, &edits_now) {
            Some(0) => return Some(search.needed(&fabric.intent, edits_now)),
            Some(left) => tried.push((left, edits)),
            None => {}
        }
    }
    // Else one after another, the best first, as long as fewer things move.
    tried.sort_by_key(|(left, _)| *left);
    let mut taken: Vec<&Edit> = Vec::new();
    let mut least = moves;
    for (_, edits) in tried {
        let with: Vec<&Edit> = taken.iter().copied().chain(edits).collect();
        if let Some(left) = search.left(&fabric.intent, &with).filter(|&left| left < least) {
            (taken, least) = (with, left);
        }
        if least == 0 {
            break;
        }
    }
    (least == 0).then(|| search.needed(&fabric.intent, taken))
}

struct Search<'a> {
    old: &'a Census,
    tries: usize,
}

impl Search<'_> {
    /// The edits without those that aren't needed.
    fn needed(&mut self, intent: &Intent, mut edits: Vec<&Edit>) -> Vec<Edit> {
        for i in (0..edits.len()).rev() {
            let others = edits.iter().enumerate().filter(|(j, _)| *j != i);
            let without: Vec<&Edit> = others.map(|(_, edit)| *edit).collect();
            if self.left(intent, &without) == Some(0) {
                edits = without;
            }
        }
        edits.into_iter().cloned().collect()
    }

    /// How much moves with these edits; none where they are no fabric, or nothing may be tried any more.
    fn left(&mut self, intent: &Intent, edits: &[&Edit]) -> Option<usize> {
        self.tries = self.tries.checked_sub(1)?;
        let mut intent = intent.clone();
        edits.iter().for_each(|edit| edit.apply(&mut intent));
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let mut catalog = Catalog::new(&intent.platforms, &mut findings);
        let fabric = resolve::resolve(intent, &mut catalog, &mut sources, &mut findings)?;
        (!findings.has_errors()).then(|| compare(self.old, &Census::of(&fabric)).len())
    }
}
