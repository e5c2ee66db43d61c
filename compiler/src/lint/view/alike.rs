//! The same mistake on many ports is one finding, which names them.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Diagnostic, Findings, nearest};

/// Names that are written out.
const SHOWN: usize = 6;

/// Findings of one lint, by what is wrong.
#[derive(Default)]
pub(in crate::lint) struct Alike<'d> {
    found: Vec<(Diagnostic, Vec<&'d str>)>,
    kinds: BTreeMap<String, usize>,
}

impl<'d> Alike<'d> {
    /// A finding about `who`, unless one of the same `kind` is there: then `who` is named in it.
    pub(in crate::lint) fn push(
        &mut self,
        kind: impl Into<String>,
        who: &'d str,
        found: impl FnOnce() -> Diagnostic,
    ) {
        match self.kinds.entry(kind.into()) {
            std::collections::btree_map::Entry::Occupied(entry) => self.found[*entry.get()].1.push(who),
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(self.found.len());
                self.found.push((found(), Vec::new()));
            }
        }
    }

    /// Hands all of them over.
    pub(in crate::lint) fn tell(self, findings: &mut Findings) {
        for (found, mut others) in self.found {
            others.dedup();
            findings.push(match others.as_slice() {
                [] => found,
                others => found.note(format!("the same on {}", list(others))),
            });
        }
    }
}

/// The first few of a list, and how many more there are.
pub(in crate::lint) fn list<T: std::fmt::Display>(items: &[T]) -> String {
    let few: Vec<String> = items.iter().take(SHOWN).map(T::to_string).collect();
    match items.len().saturating_sub(SHOWN) {
        0 => few.join(", "),
        more => format!("{} and {more} more", few.join(", ")),
    }
}

/// "did you mean", for the first few words: comparing each of many with each of many takes its time.
pub(in crate::lint) struct Guesses(usize);

impl Guesses {
    pub(in crate::lint) fn new() -> Self {
        Guesses(20)
    }

    /// The candidate that is nearest to `word`.
    pub(in crate::lint) fn near<'a>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        self.0 = self.0.checked_sub(1)?;
        nearest(word, candidates)
    }
}
