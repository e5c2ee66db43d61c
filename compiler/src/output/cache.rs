//! What fabc remembers of the files that it wrote, so that a build that changes nothing need not read them; nor make
//! them, where the same program made them from the same input.
//!
//! One line for each file, and a last one with the hash of all before it: a cache that is cut off or changed is none.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use super::compare::Verdict;
use super::files::Files;
use super::{Hash, Origin};

const HEAD: &str = "fabc-cache 2";
/// File times move in steps; a file that was written this shortly before the last one is read again.
const STEP_NS: i128 = 20_000_000;

/// By what a file on disk is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    length: u64,
    modified_ns: i128,
    inode: u64,
}

impl Stamp {
    pub(super) fn of(meta: &Metadata) -> Self {
        let modified_ns = i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
        Stamp { length: meta.len(), modified_ns, inode: meta.ino() }
    }
}

/// Stamp and hash of each file, by path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cache {
    entries: BTreeMap<String, (Stamp, Hash)>,
    newest_ns: i128,
    /// [`Origin::identity`] of the build.
    origin: Option<Hash>,
}

impl Cache {
    /// What is to be remembered of a build.
    pub(super) fn new(origin: Origin, files: &Files, verdicts: &[Verdict]) -> Self {
        let entry = |(path, i): (&str, usize)| (path.to_owned(), (verdicts[i].stamp, verdicts[i].hash));
        Cache::from(files.sorted().map(entry).collect(), origin.identity())
    }

    fn from(entries: BTreeMap<String, (Stamp, Hash)>, origin: Option<Hash>) -> Self {
        let newest_ns = entries.values().map(|(stamp, _)| stamp.modified_ns).max().unwrap_or(0);
        Cache { entries, newest_ns, origin }
    }

    /// Whether a build of this origin would make the same files again.
    pub(super) fn is_of(&self, origin: Origin) -> bool {
        self.origin.is_some() && self.origin == origin.identity()
    }

    /// The hash of a file that looks as it did.
    pub(super) fn hash(&self, path: &str, stamp: Stamp) -> Option<Hash> {
        let (known, hash) = self.entries.get(path)?;
        (*known == stamp && stamp.modified_ns + STEP_NS < self.newest_ns).then_some(*hash)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let origin = self.origin.map_or_else(|| "-".to_owned(), |hash| hash.to_string());
        let mut text = format!("{HEAD}\t{origin}\n");
        for (path, (stamp, hash)) in &self.entries {
            let Stamp { length, modified_ns, inode } = stamp;
            let _ = writeln!(text, "{length}\t{modified_ns}\t{inode}\t{hash}\t{path}");
        }
        let _ = writeln!(text, "{}", Hash::of(text.as_bytes()));
        text.into_bytes()
    }

    /// Reads a cache; nothing is known where anything about it is odd.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Cache::read(bytes).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let end = text.trim_end().rfind('\n')? + 1;
        let (body, sum) = text.split_at(end);
        if sum.trim_end().parse() != Ok(Hash::of(body.as_bytes())) {
            return None;
        }
        let (origin, lines) = body.strip_prefix(HEAD)?.strip_prefix('\t')?.split_once('\n')?;
        let entries = lines.lines().map(entry).collect::<Option<_>>()?;
        Some(Cache::from(entries, origin.parse().ok()))
    }
}

fn entry(line: &str) -> Option<(String, (Stamp, Hash))> {
    let mut parts = line.splitn(5, '\t');
    let stamp = Stamp {
        length: parts.next()?.parse().ok()?,
        modified_ns: parts.next()?.parse().ok()?,
        inode: parts.next()?.parse().ok()?,
    };
    let hash = parts.next()?.parse().ok()?;
    Some((parts.next()?.to_owned(), (stamp, hash)))
}
