//! The copy of the text that the parser is given, and the way back from it.

use crate::source::{FileId, Span};

/// Name that the copy gives to a node that has none that can be read.
pub(super) const NAMELESS: &str = "_";

/// A copy in the making. It holds what counts and nothing else: comments and blanks are left out, what is missing is put
/// in, so every place in it is mapped to the place in the source that it came from.
#[derive(Debug, Default)]
pub(super) struct Copy {
    text: String,
    parts: Vec<Part>,
}

/// A stretch that was taken over unchanged.
#[derive(Debug)]
struct Part {
    here: usize,
    source: usize,
    length: usize,
}

impl Copy {
    /// The copy as text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes over `start..end` of `source`.
    pub(super) fn take(&mut self, source: &str, start: usize, end: usize) {
        let here = self.text.len();
        match self.parts.last_mut() {
            Some(p) if p.here + p.length == here && p.source + p.length == start => p.length += end - start,
            _ => self.parts.push(Part { here, source: start, length: end - start }),
        }
        self.text.push_str(source.get(start..end).unwrap_or_default());
    }

    /// Adds text that the source has not; it stands where the last part ends.
    pub(super) fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds the name of a node that has none, with `source` as its place.
    pub(super) fn add_name(&mut self, source: usize) {
        self.parts.push(Part { here: self.text.len(), source, length: 0 });
        self.text.push_str(NAMELESS);
    }

    /// The place in the source of `start..end` of the copy.
    pub(super) fn span(&self, file: FileId, start: usize, end: usize) -> Span {
        let first = self.parts.partition_point(|p| p.here <= start);
        let last = self.parts.partition_point(|p| p.here < end);
        Span::new(file, self.source(first, start), self.source(last, end))
    }

    /// The source offset of `here`, which lies in the part before the `next`.
    fn source(&self, next: usize, here: usize) -> usize {
        let part = next.checked_sub(1).and_then(|i| self.parts.get(i));
        part.map_or(0, |p| p.source + (here - p.here).min(p.length))
    }
}
