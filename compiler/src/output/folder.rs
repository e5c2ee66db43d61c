//! One folder among others, replaced as a whole: the new one is made beside it, and the two are swapped.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::Error;
use super::files::is_sound;
use super::place;
use super::staging::{remove, swap};

/// A folder that holds folders of ours. Nobody else of us writes there as long as this lives.
pub(crate) struct Shelf {
    out: std::path::PathBuf,
    _lock: File,
}

/// What became of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// It was not there.
    Created,
    /// It had other files, or other bytes in them.
    Changed,
    /// It was not touched.
    Unchanged,
}

impl Shelf {
    /// Opens the folder; it is made where it is absent.
    pub(crate) fn open(out: &Path) -> Result<Self, Error> {
        fs::create_dir_all(out).map_err(Error::at("make", out))?;
        let folder = File::open(out).map_err(Error::at("open", out))?;
        place::lock(&folder, out)?;
        Ok(Shelf { out: out.to_owned(), _lock: folder })
    }

    /// Puts files into the folder `name`. Those of `own` that are not among them go; what else is there stays.
    pub(crate) fn put(
        &self,
        name: &str,
        files: &BTreeMap<&str, Vec<u8>>,
        own: &[&str],
    ) -> Result<Put, Error> {
        if !is_sound(name) || name.contains('/') || name.starts_with('.') {
            return Err(Error::Unfit(format!("`{}` is no name for a folder", name.escape_debug())));
        }
        let (place, fresh) = (self.out.join(name), self.out.join(format!(".{name}.fabc-new")));
        let there = match fs::symlink_metadata(&place) {
            Ok(found) if !found.is_dir() => {
                return Err(Error::Unfit(format!("{} is in the way: it is no folder", place.display())));
            }
            Ok(_) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(Error::at("reach", &place)(error)),
        };
        if there {
            carry(&fresh, &place, own)?; // of a run that was killed between its swap and its end
        }
        remove(&fresh).map_err(Error::at("remove", &fresh))?;
        if own.iter().all(|name| fs::read(place.join(name)).ok().as_ref() == files.get(name)) {
            return Ok(Put::Unchanged);
        }
        fs::create_dir(&fresh).map_err(Error::at("make", &fresh))?;
        let written = files.iter().try_for_each(|(file, bytes)| {
            let path = fresh.join(file);
            let write = |mut file: File| file.write_all(bytes).and_then(|()| file.sync_all());
            File::create_new(&path).and_then(write).map_err(Error::at("write", &place.join(file)))
        });
        let done = written.and_then(|()| {
            if !there {
                return fs::rename(&fresh, &place).map_err(Error::at("make", &place)).map(|()| Put::Created);
            }
            exchange(&fresh, &place)?;
            carry(&fresh, &place, own).map(|()| Put::Changed)
        });
        let removed = remove(&fresh).map_err(Error::at("remove", &fresh));
        done.and_then(|put| removed.map(|()| put))
    }

    /// Writes a file beside the folders, at once; removes it where there are no bytes.
    pub(crate) fn note(&self, name: &str, bytes: Option<&[u8]>) -> Result<(), Error> {
        let (path, fresh) = (self.out.join(name), self.out.join(format!(".{name}.fabc-new")));
        let Some(bytes) = bytes else {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::at("remove", &path)(error)),
                _ => Ok(()),
            };
        };
        if fs::read(&path).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        let written = fs::write(&fresh, bytes).and_then(|()| fs::rename(&fresh, &path));
        written.map_err(Error::at("write", &path))
    }
}

/// Swaps two folders; on file systems that can't, the old one goes first.
fn exchange(fresh: &Path, place: &Path) -> Result<(), Error> {
    use rustix::io::Errno;
    match swap(fresh, place) {
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => {
            let old = fresh.with_extension("fabc-old");
            remove(&old).and_then(|()| fs::rename(place, &old)).map_err(Error::at("replace", place))?;
            fs::rename(fresh, place)
                .and_then(|()| fs::rename(&old, fresh))
                .map_err(Error::at("replace", place))
        }
        done => done.map_err(|error| Error::at("replace", place)(error.into())),
    }
}

/// Moves what is not ours from one folder to another, where nothing of that name stands yet.
fn carry(from: &Path, to: &Path, own: &[&str]) -> Result<(), Error> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(Error::at("read", from))?,
    };
    for entry in entries {
        let name = entry.map_err(Error::at("read", from))?.file_name();
        let target = to.join(&name);
        if own.iter().all(|own| name != *own) && fs::symlink_metadata(&target).is_err() {
            fs::rename(from.join(&name), &target).map_err(Error::at("keep", &target))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[&str] = &["a", "b"];

    fn files(list: &[(&'static str, &str)]) -> BTreeMap<&'static str, Vec<u8>> {
        list.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_replaced_as_a_whole() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("deep/out");
        let shelf = Shelf::open(&out).unwrap();
        let put = |list: &[(&'static str, &str)]| shelf.put("leaf-01", &files(list), OWN).unwrap();
        assert_eq!(put(&[("a", "1"), ("b", "2")]), Put::Created);
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
        let (folder, before) = (out.join("leaf-01"), inode(&out.join("leaf-01/a")));
        assert_eq!(put(&[("a", "1"), ("b", "2")]), Put::Unchanged);
        assert_eq!(inode(&folder.join("a")), before);
        fs::write(folder.join("notes"), "mine").unwrap();
        assert_eq!(put(&[("a", "3")]), Put::Changed);
        assert_eq!((names(&folder), names(&out)), (vec!["a".into(), "notes".into()], vec!["leaf-01".into()]));
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "3");
        assert!(matches!(Shelf::open(&out), Err(Error::Busy(_))));
    }

    #[test]
    fn what_a_killed_run_left_is_brought_back() {
        let root = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(root.path()).unwrap();
        shelf.put("x", &files(&[("a", "1")]), OWN).unwrap();
        let left = root.path().join(".x.fabc-new");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("a"), "0").unwrap();
        fs::write(left.join("notes"), "mine").unwrap();
        assert_eq!(shelf.put("x", &files(&[("a", "1")]), OWN).unwrap(), Put::Unchanged);
        assert_eq!(
            (names(root.path()), names(&root.path().join("x"))),
            (vec!["x".into()], vec!["a".into(), "notes".into()])
        );
    }

    #[test]
    fn nothing_is_written_elsewhere() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        let shelf = Shelf::open(&out).unwrap();
        for name in ["..", "../x", "a/b", "", ".hidden"] {
            assert!(matches!(shelf.put(name, &files(&[]), OWN), Err(Error::Unfit(_))), "{name}");
        }
        std::os::unix::fs::symlink(root.path(), out.join("link")).unwrap();
        assert!(matches!(shelf.put("link", &files(&[("a", "1")]), OWN), Err(Error::Unfit(_))));
        assert_eq!(names(root.path()), ["out"]);
        shelf.note("n", Some(b"1")).unwrap();
        shelf.note("n", None).unwrap();
        shelf.note("n", None).unwrap();
        assert_eq!(names(&out), ["link"]);
    }
}
