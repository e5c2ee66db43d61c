//! The tree against the disk.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::cache::{Cache, Stamp};
use super::files::Files;
use super::place::Place;
use super::{CACHE, Error, Hash, MANIFEST, Manifest, Options, Origin, work};

/// How a file on disk stands to the one that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The same bytes.
    Same,
    /// Nothing there.
    New,
    /// Other bytes in a file that fabc wrote; `edited` if it was changed by hand since.
    Changed {
        /// Whether the bytes on disk are not those of the former build.
        edited: bool,
    },
    /// Something that fabc did not write.
    Foreign,
}

/// What is known of one file.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    /// Hash of the bytes to be written.
    pub(super) hash: Hash,
    /// Of the file on disk.
    pub(super) stamp: Stamp,
    pub(super) state: State,
}

/// The folder as the former build left it, or as it is now.
pub(super) struct Disk<'a> {
    pub(super) place: &'a Place,
    pub(super) former: Option<Manifest>,
    pub(super) cache: Cache,
    /// Whether the former build made what this one would.
    current: bool,
    manifest: Vec<u8>,
    /// What is not a folder where one goes, and is replaced.
    pub(super) replaced: BTreeSet<String>,
}

impl<'a> Disk<'a> {
    /// Reads manifest and cache, and looks for what stands where folders go: an error, unless it may be replaced. A file
    /// that the cache knows is taken as it is where the build was made from `origin`.
    pub(super) fn read(
        place: &'a Place,
        files: &Files,
        origin: Option<Origin>,
        force: bool,
    ) -> Result<Self, Error> {
        let manifest = small(&place.join(MANIFEST))?;
        let former = Manifest::parse(&manifest);
        let ours = |path: &str| former.as_ref().is_some_and(|m| m.files.contains_key(path));
        let mut foreign = Vec::new();
        let mut replaced = BTreeSet::new();
        if !manifest.is_empty() && former.is_none() {
            foreign.push(MANIFEST.to_owned());
        }
        for folder in files.folders() {
            if place.join(folder).symlink_metadata().is_ok_and(|m| !m.is_dir()) {
                if !ours(folder) {
                    foreign.push(folder.clone());
                }
                replaced.insert(folder.clone());
            }
        }
        if !force && !foreign.is_empty() {
            return Err(Error::Foreign(foreign));
        }
        let cache = Cache::parse(&fs::read(place.join(CACHE)).unwrap_or_default());
        let current = origin.is_some_and(|origin| cache.is_of(origin));
        Ok(Disk { place, former, cache, current, manifest, replaced })
    }

    pub(super) fn manifest_bytes(&self) -> &[u8] {
        &self.manifest
    }

    pub(super) fn has_manifest(&self) -> bool {
        !self.manifest.is_empty()
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Every file of the tree against the disk.
    pub(super) fn compare(&self, files: &Files, options: Options) -> Result<Vec<Verdict>, Error> {
        work::each(files.len(), options.progress, |i, buffer| self.one(files, i, buffer))
    }

    fn one(&self, files: &Files, i: usize, buffer: &mut Vec<u8>) -> Result<Verdict, Error> {
        let path = files.path(i);
        let full = self.place.join(path);
        let meta = match full.symlink_metadata() {
            Ok(meta) if !self.is_replaced(path) => meta,
            Err(e) if !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(Error::System("read", full, e));
            }
            _ => {
                let (hash, _) = files.make(i, buffer, |_| Ok(()))?;
                return Ok(Verdict { hash, stamp: Stamp::default(), state: State::New });
            }
        };
        let stamp = Stamp::of(&meta);
        if !meta.is_file() {
            let (hash, _) = files.make(i, buffer, |_| Ok(()))?;
            return Ok(Verdict { hash, stamp, state: State::Foreign });
        }
        let known = self.cache.hash(path, stamp);
        if let Some(hash) = known.filter(|_| self.current) {
            return Ok(Verdict { hash, stamp, state: State::Same });
        }
        let (hash, same) = if let Some(known) = known {
            let (hash, _) = files.make(i, buffer, |_| Ok(()))?;
            (hash, known == hash)
        } else {
            let mut reader = Reader::open(&full)?;
            let (hash, _) = files.make(i, buffer, |part| reader.compare(part))?;
            (hash, reader.finish()?)
        };
        let state = match self.former.as_ref().and_then(|m| m.files.get(path)) {
            _ if same => State::Same,
            None => State::Foreign,
            Some(written) => {
                let found = known.map_or_else(|| hash_of(&full), Ok)?;
                State::Changed { edited: found != *written }
            }
        };
        Ok(Verdict { hash, stamp, state })
    }

    fn is_replaced(&self, path: &str) -> bool {
        !self.replaced.is_empty()
            && path.match_indices('/').any(|(end, _)| self.replaced.contains(&path[..end]))
    }

    /// An error where something foreign is in the way; `force` has no power over folders, which may hold anything.
    pub(super) fn refuse(&self, files: &Files, verdicts: &[Verdict], force: bool) -> Result<(), Error> {
        let is_folder = |p: &String| self.place.join(p).symlink_metadata().is_ok_and(|m| m.is_dir());
        let foreign = files.sorted().filter(|&(_, i)| verdicts[i].state == State::Foreign);
        let (mut folders, others): (Vec<_>, Vec<_>) = foreign.map(|(p, _)| p.to_owned()).partition(is_folder);
        folders.extend(Some(MANIFEST.to_owned()).filter(is_folder));
        if !folders.is_empty() {
            return Err(Error::Folders(folders));
        }
        if force || others.is_empty() { Ok(()) } else { Err(Error::Foreign(others)) }
    }
}

/// A small file, empty where it is absent or a folder.
fn small(path: &Path) -> Result<Vec<u8>, Error> {
    match fs::read(path) {
        Err(e) if !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {
            Err(Error::System("read", path.to_owned(), e))
        }
        bytes => Ok(bytes.unwrap_or_default()),
    }
}

/// The hash of a file on disk.
pub(super) fn hash_of(path: &Path) -> Result<Hash, Error> {
    fs::read(path).map(|bytes| Hash::of(&bytes)).map_err(Error::at("read", path))
}

/// A file on disk that is compared with parts as they are made.
struct Reader<'a> {
    path: &'a Path,
    file: File,
    piece: Box<[u8]>,
    same: bool,
}

impl<'a> Reader<'a> {
    fn open(path: &'a Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::at("read", path))?;
        Ok(Reader { path, file, piece: vec![0; 64 << 10].into_boxed_slice(), same: true })
    }

    /// Compares the next bytes; after the first difference nothing more is read.
    fn compare(&mut self, part: &[u8]) -> Result<(), Error> {
        for wanted in part.chunks(self.piece.len()) {
            if !self.same {
                break;
            }
            let piece = &mut self.piece[..wanted.len()];
            match self.file.read_exact(piece) {
                Ok(()) => self.same = *piece == *wanted,
                Err(e) if e.kind() == ErrorKind::UnexpectedEof => self.same = false,
                Err(e) => return Err(Error::System("read", self.path.to_owned(), e)),
            }
        }
        Ok(())
    }

    /// Whether all was the same, and nothing follows.
    fn finish(mut self) -> Result<bool, Error> {
        let more =
            self.same && self.file.read(&mut self.piece[..1]).map_err(Error::at("read", self.path))? > 0;
        Ok(self.same && !more)
    }
}
