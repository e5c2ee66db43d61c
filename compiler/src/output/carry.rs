//! What else stands in `out`: files that are no longer made, and files that fabc did not write.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::cache::Stamp;
use super::compare::{Disk, hash_of};
use super::files::Files;
use super::staging::Staging;
use super::{CACHE, Error, MANIFEST};

/// Files of the former build that are no longer made.
#[derive(Debug, Default)]
pub(super) struct Stale {
    /// As they were written: they go.
    pub(super) removed: Vec<String>,
    /// Changed by hand: they stay.
    pub(super) kept: Vec<String>,
}

impl Disk<'_> {
    /// Looks for files of the former build that are no longer made.
    pub(super) fn stale(&self, files: &Files) -> Result<Stale, Error> {
        let mut stale = Stale::default();
        let former = self.former.iter().flat_map(|m| &m.files);
        for (path, written) in former.filter(|(path, _)| !files.has(path)) {
            let full = self.place.join(path);
            let Ok(meta) = full.symlink_metadata() else { continue };
            let found = match self.cache.hash(path, Stamp::of(&meta)) {
                Some(hash) => Some(hash),
                None if meta.is_file() => Some(hash_of(&full)?),
                None => None,
            };
            let list = if found == Some(*written) { &mut stale.removed } else { &mut stale.kept };
            list.push(path.clone());
        }
        Ok(stale)
    }

    /// Brings everything else over into the staged tree.
    pub(super) fn carry(&self, files: &Files, stale: &Stale, staging: &Staging) -> Result<(), Error> {
        let gone: BTreeSet<&str> =
            stale.removed.iter().map(String::as_str).chain([MANIFEST, CACHE]).collect();
        let goes = |path: &str| gone.contains(path) || self.replaced.contains(path) || files.has(path);
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            let full = self.place.join(&folder);
            let mut empty = true;
            for entry in fs::read_dir(&full).map_err(Error::at("read", &full))? {
                let entry = entry.map_err(Error::at("read", &full))?;
                let path = folder.join(entry.file_name());
                empty = false;
                if entry.file_type().map_err(Error::at("read", &full))?.is_dir() {
                    folders.push(path);
                } else if !path.to_str().is_some_and(goes) {
                    staging.link(&path)?;
                }
            }
            if empty {
                staging.folder(&folder)?;
            }
        }
        Ok(())
    }

    /// Gives the folders of the staged tree the rights of the old ones; the last step, for some may be read-only.
    pub(super) fn rights(&self, staging: &Staging) -> Result<(), Error> {
        let mut folders = vec![PathBuf::new()];
        let mut next = 0;
        while let Some(folder) = folders.get(next).cloned() {
            next += 1;
            let full = staging.join(&folder);
            for entry in fs::read_dir(&full).map_err(Error::at("read", &full))?.flatten() {
                if entry.file_type().is_ok_and(|t| t.is_dir()) {
                    folders.push(folder.join(entry.file_name()));
                }
            }
        }
        folders.iter().rev().try_for_each(|f| same_rights(&self.place.join(f), &staging.join(f)))
    }
}

/// Gives one folder the rights of another, where both exist.
pub(super) fn same_rights(from: &Path, to: &Path) -> Result<(), Error> {
    let (Ok(from), Ok(is)) = (fs::symlink_metadata(from), fs::symlink_metadata(to)) else { return Ok(()) };
    if from.is_dir() && from.permissions() != is.permissions() {
        fs::set_permissions(to, from.permissions()).map_err(Error::at("set the rights of", to))?;
    }
    Ok(())
}
