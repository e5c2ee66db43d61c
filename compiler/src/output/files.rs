//! The paths of a tree, which must not lead astray, and its bytes, part by part.

use std::collections::{BTreeMap, BTreeSet};

use twox_hash::xxhash3_128::Hasher;

use super::{CACHE, Error, Hash, MANIFEST, Tree};

/// A tree whose paths are sound.
pub(super) struct Files<'a> {
    tree: &'a dyn Tree,
    paths: Vec<String>,
    index: BTreeMap<String, usize>,
    folders: BTreeSet<String>,
}

impl<'a> Files<'a> {
    /// Checks every path; a bad one is a fault of fabc.
    pub(super) fn new(tree: &'a dyn Tree) -> Result<Self, Error> {
        let paths: Vec<String> = (0..tree.len()).map(|i| tree.path(i).into_owned()).collect();
        let mut index = BTreeMap::new();
        let mut folders = BTreeSet::new();
        for (i, path) in paths.iter().enumerate() {
            let taken = [MANIFEST, CACHE].contains(&path.as_str()) || index.insert(path.clone(), i).is_some();
            if taken || !is_sound(path) {
                return Err(Error::Internal(format!(
                    "`{}` is no path for a file of the build",
                    path.escape_debug()
                )));
            }
            let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
            for folder in parents.rev() {
                if !folders.insert(folder.to_owned()) {
                    break;
                }
            }
        }
        if let Some(both) = folders.iter().find(|f| index.contains_key(*f)) {
            return Err(Error::Internal(format!("`{both}` would be a file and a folder")));
        }
        Ok(Files { tree, paths, index, folders })
    }

    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    pub(super) fn path(&self, i: usize) -> &str {
        &self.paths[i]
    }

    /// Whether file `i` is not in the folder of the one before.
    pub(super) fn begins_folder(&self, i: usize) -> bool {
        let folder = |i: usize| self.paths.get(i)?.rsplit_once('/').map(|(folder, _)| folder);
        i.checked_sub(1).and_then(folder) != folder(i)
    }

    /// Whether a path is a file of the tree.
    pub(super) fn has(&self, path: &str) -> bool {
        self.index.contains_key(path)
    }

    /// All folders above files, parents first.
    pub(super) fn folders(&self) -> &BTreeSet<String> {
        &self.folders
    }

    /// Paths and numbers, by path.
    pub(super) fn sorted(&self) -> impl Iterator<Item = (&str, usize)> {
        self.index.iter().map(|(path, &i)| (path.as_str(), i))
    }

    /// Makes file `i` part by part in `buffer`, shows each part to `each`, and gives the hash and length of all.
    pub(super) fn make(
        &self,
        i: usize,
        buffer: &mut Vec<u8>,
        mut each: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(Hash, u64), Error> {
        buffer.clear();
        if !self.tree.part(i, 0, buffer) {
            each(buffer)?;
            return Ok((Hash::of(buffer), buffer.len() as u64));
        }
        let (mut hasher, mut length, mut part, mut more) = (Hasher::new(), 0, 0, true);
        loop {
            each(buffer)?;
            hasher.write(buffer);
            length += buffer.len() as u64;
            if !more {
                return Ok((Hash(hasher.finish_128()), length));
            }
            part += 1;
            buffer.clear();
            more = self.tree.part(i, part, buffer);
        }
    }
}

/// Whether a path stays where it belongs: relative, no empty part, no `.` or `..`, nothing that a system might
/// understand otherwise.
pub(super) fn is_sound(path: &str) -> bool {
    let part = |p: &str| !p.is_empty() && p.len() <= 255 && p != "." && p != "..";
    !path.contains(|c: char| c.is_control() || c == '\\') && path.split('/').all(part)
}
