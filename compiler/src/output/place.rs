//! Where `out` is, and whether it can be written.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::Error;

/// The folder that is written, without links on the way to it.
pub(super) struct Place {
    out: PathBuf,
    parent: PathBuf,
    name: OsString,
}

impl Place {
    /// The place of an existing folder.
    pub(super) fn for_reading(out: &Path) -> Result<Option<Self>, Error> {
        match out.canonicalize() {
            Ok(real) => Place::of(out, real).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound && !out.is_symlink() => Ok(None),
            Err(error) => Err(Error::System("reach", out.to_owned(), error)),
        }
    }

    /// The place of a folder that may be absent; the folders above it are made.
    pub(super) fn for_writing(out: &Path) -> Result<Self, Error> {
        if let Some(place) = Place::for_reading(out)? {
            return place.fit(out);
        }
        let parent = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(Error::at("make", parent))?;
        let parent = parent.canonicalize().map_err(Error::at("reach", parent))?;
        let name = out.file_name().ok_or_else(|| unfit(out, "has no name"))?;
        Place::of(out, parent.join(name))
    }

    fn of(asked: &Path, out: PathBuf) -> Result<Self, Error> {
        if out.exists() && !out.is_dir() {
            return Err(unfit(asked, "is a file, not a folder"));
        }
        match (out.parent(), out.file_name()) {
            (Some(parent), Some(name)) => Ok(Place { parent: parent.to_owned(), name: name.to_owned(), out }),
            _ => Err(unfit(asked, "cannot be replaced as a whole")),
        }
    }

    /// The new tree takes the old one's place, so nobody may stand in it, and it must be a plain folder.
    fn fit(self, asked: &Path) -> Result<Self, Error> {
        if std::env::current_dir().is_ok_and(|here| here.starts_with(&self.out)) {
            return Err(unfit(asked, "holds the current folder; run fabc from outside of it"));
        }
        let device = |path: &Path| fs::metadata(path).map(|m| m.dev()).map_err(Error::at("reach", path));
        if device(&self.out)? != device(&self.parent)? {
            return Err(unfit(asked, "is a mount point; name a folder inside it"));
        }
        Ok(self)
    }

    /// The folder itself.
    pub(super) fn out(&self) -> &Path {
        &self.out
    }

    /// A path in the folder.
    pub(super) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.out.join(path)
    }

    /// The staging folder beside it.
    pub(super) fn staging(&self) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(".fabc-staging");
        self.parent.join(name)
    }

    /// Whether a former build was killed, or another one is at work.
    pub(super) fn has_leftovers(&self) -> bool {
        self.staging().symlink_metadata().is_ok()
    }

    /// Whether anything stands in the folder.
    pub(super) fn has_entries(&self) -> Result<bool, Error> {
        match fs::read_dir(&self.out) {
            Ok(mut entries) => Ok(entries.next().is_some()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::System("read", self.out.clone(), error)),
        }
    }

    /// Keeps other builds out for as long as the result lives.
    pub(super) fn lock(&self) -> Result<File, Error> {
        let folder = File::open(&self.out).map_err(Error::at("open", &self.out))?;
        lock(&folder, &self.out)?;
        Ok(folder)
    }
}

/// Locks a file or folder, or says that somebody else has. File systems without locks have no others.
pub(super) fn lock(file: &File, path: &Path) -> Result<(), Error> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::Busy(path.to_owned())),
        _ => Ok(()),
    }
}

fn unfit(out: &Path, why: &str) -> Error {
    Error::Unfit(format!("--out {} {why}", out.display()))
}
