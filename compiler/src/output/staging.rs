//! The folder beside `out` in which the new tree is built, and the swap.
//!
//! `.NAME.fabc-staging/` holds `lock`, which tells that it is ours and whether its build still runs; `tree`, the new
//! tree; and, for a moment and only on file systems that can't exchange two folders, `old`, the old one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::cache::Stamp;
use super::compare::{State, Verdict};
use super::files::Files;
use super::place::{self, Place};
use super::{CACHE, Error, MANIFEST};

const MARK: &[u8] = b"fabc-staging\n";

/// The staging folder. It goes when this goes.
pub(super) struct Staging {
    out: PathBuf,
    folder: PathBuf,
    tree: PathBuf,
    old: PathBuf,
    _lock: File,
}

impl Staging {
    /// Makes the folder; one that a killed build left is cleared, one that is not ours is an error.
    pub(super) fn open(place: &Place) -> Result<Self, Error> {
        let folder = place.staging();
        // Nobody else may look: `out` may be private, and its new tree has its rights only at the end.
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => ours(&folder)?,
            made => made.map_err(Error::at("make the staging folder", &folder))?,
        }
        let lock = folder.join("lock");
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
        let mut file = opened.map_err(Error::at("make", &lock))?;
        place::lock(&file, place.out())?;
        file.write_all(MARK).map_err(Error::at("write", &lock))?;
        let (tree, old) = (folder.join("tree"), folder.join("old"));
        let staging = Staging { out: place.out().to_owned(), folder, tree, old, _lock: file };
        staging.recover()?;
        fs::create_dir(&staging.tree).map_err(Error::at("make", &staging.tree))?;
        Ok(staging)
    }

    /// Undoes what a killed build had begun.
    fn recover(&self) -> Result<(), Error> {
        if self.old.is_dir() && !self.out.exists() {
            fs::rename(&self.old, &self.out).map_err(Error::at("bring back", &self.out))?;
        }
        remove(&self.old).and_then(|()| remove(&self.tree)).map_err(Error::at("clear", &self.folder))
    }

    /// The folder that the staged tree will be.
    pub(super) fn out(&self) -> &Path {
        &self.out
    }

    /// A path in the staged tree.
    pub(super) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.tree.join(path)
    }

    /// Makes a folder of the staged tree.
    pub(super) fn folder(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = self.join(path);
        fs::create_dir_all(&path).map_err(Error::at("make", &path))
    }

    /// Writes file `i` of the tree.
    pub(super) fn make(&self, files: &Files, i: usize, buffer: &mut Vec<u8>) -> Result<Verdict, Error> {
        let path = self.join(files.path(i));
        if let Some(folder) = path.parent().filter(|_| files.begins_folder(i)) {
            let _ = fs::create_dir(folder); // where that was too early, or too late, the file tells
        }
        let mut file =
            in_folder(&path, |p| File::create_new(p)).map_err(|e| self.failed("write", files.path(i), e))?;
        let (hash, _) = files.make(i, buffer, |part| {
            file.write_all(part).map_err(|e| self.failed("write", files.path(i), e))
        })?;
        let meta = file.metadata().map_err(|e| self.failed("write", files.path(i), e))?;
        Ok(Verdict { hash, stamp: Stamp::of(&meta), state: State::New })
    }

    /// Takes a file of the old tree over as it is: another name for the same file, or a copy where there can't be one.
    pub(super) fn link(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let (from, to) = (self.out.join(&path), self.join(&path));
        in_folder(&to, |to| match fs::hard_link(&from, to) {
            Err(e) if cannot_link(&e) => copy(&from, to),
            done => done,
        })
        .map_err(|e| self.failed("keep", path, e))
    }

    /// An error that names the file where the user knows it.
    fn failed(&self, what: &'static str, path: impl AsRef<Path>, error: io::Error) -> Error {
        Error::System(what, self.out.join(path), error)
    }

    /// Adds manifest and cache to the staged tree.
    pub(super) fn finish(&self, manifest: &[u8], cache: &[u8]) -> Result<(), Error> {
        for (name, bytes) in [(MANIFEST, manifest), (CACHE, cache)] {
            fs::write(self.join(name), bytes).map_err(|e| self.failed("write", name, e))?;
        }
        Ok(())
    }

    /// Replaces one file directly in `out`, at once.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let (from, to) = (self.join(name), self.out.join(name));
        fs::write(&from, bytes).and_then(|()| fs::rename(&from, &to)).map_err(Error::at("write", &to))
    }

    /// Puts the staged tree where nothing is.
    pub(super) fn appear(&self) -> Result<(), Error> {
        fs::rename(&self.tree, &self.out).map_err(Error::at("make", &self.out))
    }

    /// Swaps the staged tree and the old one.
    pub(super) fn exchange(&self) -> Result<(), Error> {
        match swap(&self.tree, &self.out) {
            Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => self.two_renames(),
            done => done.map_err(|e| Error::System("replace", self.out.clone(), e.into())),
        }
    }

    /// The swap for file systems that can't exchange. Where it is cut off in the middle, the next build recovers.
    pub(super) fn two_renames(&self) -> Result<(), Error> {
        fs::rename(&self.out, &self.old).map_err(Error::at("replace", &self.out))?;
        fs::rename(&self.tree, &self.out).map_err(|e| {
            let _ = fs::rename(&self.old, &self.out);
            Error::System("replace", self.out.clone(), e)
        })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = remove(&self.tree);
        if self.out.exists() {
            let _ = remove(&self.old);
        }
        // The lock goes last, and only with the folder: without it nobody could tell whose the rest is.
        if fs::read_dir(&self.folder).is_ok_and(|entries| entries.count() == 1) {
            let _ = fs::remove_file(self.folder.join("lock"));
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(super) fn swap(a: &Path, b: &Path) -> Result<(), Errno> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn swap(_: &Path, _: &Path) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

/// Whether a folder is surely ours: empty, or with our mark and nothing else but what we put beside it.
fn ours(folder: &Path) -> Result<(), Error> {
    let strange =
        || Error::Unfit(format!("{} is in the way, and not fabc's; move it away", folder.display()));
    if !folder.symlink_metadata().is_ok_and(|m| m.is_dir()) {
        return Err(strange());
    }
    let entries = fs::read_dir(folder).map_err(Error::at("read", folder))?;
    let names: Vec<_> = entries.filter_map(|e| e.ok().map(|e| e.file_name())).collect();
    let known = names.iter().all(|n| ["lock", "tree", "old"].iter().any(|k| n == k));
    let lock = folder.join("lock");
    let marked = lock.symlink_metadata().is_ok_and(|m| m.is_file())
        && fs::read(&lock).is_ok_and(|bytes| MARK.starts_with(&bytes));
    if names.is_empty() || known && marked { Ok(()) } else { Err(strange()) }
}

/// Removes a folder and all in it, without following links; it may be absent.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => {
            unlock(folder);
            fs::remove_dir_all(folder)
        }
        done => done,
    }
}

/// Gives back the right to change folders that had been set read-only.
fn unlock(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            unlock(&entry.path());
        }
    }
}

/// Does something with a path; where its folder is missing, makes that, and tries again.
fn in_folder<T>(path: &Path, act: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    match (act(path), path.parent()) {
        (Err(e), Some(parent)) if e.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(parent)?;
            act(path)
        }
        (done, _) => done,
    }
}

fn cannot_link(error: &io::Error) -> bool {
    let known = [Errno::PERM, Errno::XDEV, Errno::MLINK, Errno::OPNOTSUPP, Errno::NOSYS];
    Errno::from_io_error(error).is_some_and(|e| known.contains(&e))
}

/// A copy with the same time and rights; a link is copied as a link.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(from)?;
    if meta.is_symlink() {
        return symlink(fs::read_link(from)?, to);
    }
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(meta.modified()?)
}
