//! A tree of files, written all or nothing.
//!
//! [`write()`] compares each file with what stands on disk, builds the new tree in a staging folder beside `out` (hard
//! links for what is unchanged), and swaps the two. A build that fails or is killed leaves the old tree; the next one
//! clears away what it left. Files in `out` that fabc did not write are carried over. [`check()`] only compares.
//!
//! In reading order:
//! - `files`: the tree's paths, which must not lead astray
//! - `hash`, `manifest`, `cache`: what is known of the former build
//! - `compare`: one file against the disk
//! - `carry`: what else stands on disk, and what becomes of it
//! - `staging`: the folder beside `out`, and the swap
//! - `update`: all of it together
//! - `folder`: one folder among others, replaced as a whole
//! - `work`: many files on all cores, one buffer each

mod cache;
mod carry;
mod compare;
mod error;
mod files;
mod folder;
mod hash;
mod manifest;
mod place;
mod private;
mod rules;
mod staging;
mod update;
mod work;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

pub use error::Error;
pub(crate) use folder::{Put, Shelf};
pub use hash::Hash;
pub use manifest::{Likely, Manifest};
pub(crate) use private::write_private;
pub use rules::{DIFFERS, EDITED, FAILED, KEPT, RULES};

use compare::{Disk, State};
use files::Files;
use place::Place;
use staging::Staging;
use update::Update;

/// Name of the manifest in `out`.
pub const MANIFEST: &str = "manifest.json";
/// Name of the cache in `out`: in no manifest, and safe to delete.
pub const CACHE: &str = ".fabc-cache";

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

/// What the user may set about writing.
#[derive(Default, Clone, Copy)]
pub struct Options<'a> {
    /// Replace files that fabc did not write where they stand in the way.
    pub force: bool,
    /// Is told how many files of how many are done.
    pub progress: Option<&'a (dyn Fn(usize, usize) + Sync)>,
}

/// What a build is made from: goes into the manifest.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Version of fabc.
    pub version: &'a str,
    /// Name and hash of each input.
    pub inputs: &'a [(String, Hash)],
    /// What in the files is likely, not certain.
    pub likely: &'a [Likely],
    /// What tells this program from others, where it is known. It goes into the cache only.
    pub program: Option<Hash>,
}

impl Origin<'_> {
    /// All that decides the bytes of a build, as one hash. A version is not enough: not every program of that version is
    /// the same.
    fn identity(&self) -> Option<Hash> {
        let mut text = self.program?.to_string();
        for (name, hash) in self.inputs {
            text = text + "\n" + &hash.to_string() + " " + name;
        }
        Some(Hash::of(text.as_bytes()))
    }
}

/// What a build did. All lists are sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that were not there.
    pub created: Vec<String>,
    /// Files that were there with other bytes.
    pub changed: Vec<String>,
    /// Files of the former build that are no longer made.
    pub removed: Vec<String>,
    /// Files of the former build that are no longer made, but were changed by hand, and stay.
    pub kept: Vec<String>,
    /// Those of `changed` that had been changed by hand.
    pub edited: Vec<String>,
    /// Number of files that were not touched.
    pub unchanged: usize,
}

/// How the disk differs from what a build would write. All lists are sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Files that are not there.
    pub missing: Vec<String>,
    /// Files with other bytes, the manifest among them.
    pub changed: Vec<String>,
    /// Files of the former build that are no longer made.
    pub stale: Vec<String>,
}

impl Differences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.stale.is_empty()
    }
}

/// Writes `tree` to the folder `out`, or leaves everything as it is.
pub fn write(out: &Path, tree: &dyn Tree, origin: Origin, options: Options) -> Result<Written, Error> {
    let files = Files::new(tree)?;
    let place = Place::for_writing(out)?;
    // What a killed build left is cleared away, or brought back, before anything is looked at.
    let leftovers = if place.has_leftovers() { Some(Staging::open(&place)?) } else { None };
    let staging = || leftovers.map_or_else(|| Staging::open(&place), Ok);
    if !place.has_entries()? {
        return update::fresh(&files, &staging()?, origin, options);
    }
    let _lock = place.lock()?;
    let disk = Disk::read(&place, &files, Some(origin), options.force)?;
    let verdicts = disk.compare(&files, options)?;
    disk.refuse(&files, &verdicts, options.force)?;
    let update = Update { stale: disk.stale(&files)?, files, disk, verdicts };
    if update.touches_files() { update.apply(&staging()?, origin) } else { update.refresh(staging, origin) }
}

/// Compares `tree` with the folder `out`, and writes nothing.
pub fn check(out: &Path, tree: &dyn Tree, origin: Origin, options: Options) -> Result<Differences, Error> {
    let files = Files::new(tree)?;
    let Some(place) = Place::for_reading(out)? else {
        let mut missing: Vec<String> =
            files.sorted().map(|(p, _)| p).chain([MANIFEST]).map(str::to_owned).collect();
        missing.sort();
        return Ok(Differences { missing, ..Differences::default() });
    };
    // Whoever asks wants every file made and compared.
    let disk = Disk::read(&place, &files, None, true)?;
    let verdicts = disk.compare(&files, options)?;
    let stale = disk.stale(&files)?;
    let mut differences = Differences { stale: stale.removed, ..Differences::default() };
    for (path, i) in files.sorted() {
        match verdicts[i].state {
            State::Same => {}
            State::New => differences.missing.push(path.to_owned()),
            State::Changed { .. } | State::Foreign => differences.changed.push(path.to_owned()),
        }
    }
    if disk.manifest_bytes() != Manifest::new(origin, &files, &verdicts).to_bytes() {
        let list = if disk.has_manifest() { &mut differences.changed } else { &mut differences.missing };
        list.push(MANIFEST.to_owned());
        list.sort();
    }
    Ok(differences)
}

#[cfg(test)]
mod tests;
