//! A tree of files, written all or nothing.

mod rules;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use rules::RULES;

/// Files to be written, each made when it is asked for.
pub trait Tree: Sync {
    /// Number of files.
    fn len(&self) -> usize;

    /// Path of file `i`: relative, parts joined by `/`. No two files may have the same.
    fn path(&self, i: usize) -> Cow<'_, str>;

    /// Appends the whole of file `i`, the same bytes whenever it is asked.
    fn render(&self, i: usize, out: &mut Vec<u8>);

    /// Appends part `part` of file `i`, parts counted from 0, and tells whether another follows. Files of many
    /// megabytes come in parts so that none is ever whole in memory.
    fn part(&self, i: usize, part: usize, out: &mut Vec<u8>) -> bool {
        if part == 0 {
            self.render(i, out);
        }
        false
    }

    /// Whether there are no files.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A tree in memory.
impl Tree for BTreeMap<String, Vec<u8>> {
    fn len(&self) -> usize {
        BTreeMap::len(self)
    }

    fn path(&self, i: usize) -> Cow<'_, str> {
        self.keys().nth(i).map_or(Cow::Borrowed(""), |k| Cow::Borrowed(k))
    }

    fn render(&self, i: usize, out: &mut Vec<u8>) {
        if let Some(bytes) = self.values().nth(i) {
            out.extend_from_slice(bytes);
        }
    }
}
