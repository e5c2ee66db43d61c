//! The door to the outside; `lab` has one of its own.
//!
//! Reading, the environment and the terminal go through [`Host`], so that the whole compiler can run against a
//! [`MemoryHost`]. What a build writes goes through [`crate::output`], which needs a real file system.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Data.
    Out,
    /// Findings, progress and failures.
    Err,
}

/// How a file looks from outside: a file that changes gets another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub length: u64,
    /// When its content was last changed, as it says itself; nanoseconds from 1970.
    pub modified_ns: i128,
    /// When anything of it was last changed; nobody can set that back.
    pub changed_ns: i128,
    /// Its number, and its file system's.
    pub inode: [u64; 2],
}

/// What the compiler asks of the world.
pub trait Host: Sync {
    /// The bytes of a file; reading ends one byte after `limit`, so that a longer result tells that it is too long.
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;
    /// The absolute path of an existing file or folder, without links and dots.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// What lies in a folder, in order of the names.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;
    /// The bytes of a file at a Git revision. `path` is as [`Host::read`] takes it.
    fn read_at(&self, revision: &str, path: &Path, limit: usize) -> io::Result<Vec<u8>>;
    /// Whether Git ignores a path, which need not exist; none where no work tree is around it.
    fn is_ignored(&self, path: &Path) -> Option<bool>;
    /// Makes a file that must not exist yet, and the folders above it.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// How a file or folder looks; an error of the kind `Unsupported` where that can't be told.
    fn stamp(&self, _: &Path) -> io::Result<Stamp> {
        Err(io::ErrorKind::Unsupported.into())
    }
    /// Keeps a file in the user's cache folder, in place of the former one; readers see either as a whole.
    fn keep(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
    /// Nanoseconds from 1970; none where there is no clock.
    fn now(&self) -> Option<i128> {
        None
    }
    /// An environment variable that is set, not empty, and UTF-8.
    fn env(&self, name: &str) -> Option<String>;
    /// Writes all of `bytes` at once.
    fn write(&self, to: Stream, bytes: &[u8]) -> io::Result<()>;
    /// Whether a person sits at the other end.
    fn is_terminal(&self, stream: Stream) -> bool;
    /// Columns of the terminal, where there is one.
    fn width(&self) -> Option<usize>;
}

/// The machine that fabc runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealHost;

impl Host for RealHost {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        if std::fs::metadata(path)?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if is_pipe(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a pipe is no file")); // opening it may wait for ever
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(folder)?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    }

    fn read_at(&self, revision: &str, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        if revision.starts_with('-') {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a revision"));
        }
        let mut git = std::process::Command::new("git");
        git.arg("-C").arg(folder).arg("show").arg(format!("{revision}:./{name}"));
        let output = git.stdin(std::process::Stdio::null()).output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                text.lines().next().unwrap_or("git failed").to_owned(),
            ));
        }
        let mut bytes = output.stdout;
        bytes.truncate(limit.saturating_add(1));
        Ok(bytes)
    }

    fn is_ignored(&self, path: &Path) -> Option<bool> {
        let absolute = std::path::absolute(path).ok()?;
        let there = absolute.ancestors().find(|folder| folder.exists())?;
        let real = there.canonicalize().ok()?.join(absolute.strip_prefix(there).ok()?);
        let tree = real.ancestors().find(|folder| folder.join(".git").exists())?;
        let mut git = std::process::Command::new("git");
        git.arg("-C").arg(tree).args(["check-ignore", "--quiet", "--"]).arg(&real);
        git.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        Some(git.status().is_ok_and(|status| status.success()))
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::File::create_new(path)?.write_all(bytes)
    }

    #[cfg(unix)]
    fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        use std::os::unix::fs::MetadataExt;
        let meta = std::fs::metadata(path)?;
        let ns = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Ok(Stamp {
            length: meta.len(),
            modified_ns: ns(meta.mtime(), meta.mtime_nsec()),
            changed_ns: ns(meta.ctime(), meta.ctime_nsec()),
            inode: [meta.ino(), meta.dev()],
        })
    }

    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let beside = path.with_extension(std::process::id().to_string());
        let done = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
        if done.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        done
    }

    fn now(&self) -> Option<i128> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
        i128::try_from(since.as_nanos()).ok()
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|v| !v.is_empty())
    }

    fn write(&self, to: Stream, bytes: &[u8]) -> io::Result<()> {
        match to {
            Stream::Out => {
                let mut out = io::stdout().lock();
                out.write_all(bytes)?;
                out.flush()
            }
            Stream::Err => io::stderr().lock().write_all(bytes),
        }
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        match stream {
            Stream::Out => io::stdout().is_terminal(),
            Stream::Err => io::stderr().is_terminal(),
        }
    }

    fn width(&self) -> Option<usize> {
        let size = terminal_size::terminal_size_of(io::stdout());
        let size = size.or_else(|| terminal_size::terminal_size_of(io::stderr()));
        size.map(|(width, _)| usize::from(width.0))
    }
}

/// The same world with its files as they were at a Git revision.
pub struct RevisionHost<'h> {
    /// Today's world.
    pub host: &'h dyn Host,
    /// A commit, branch or tag.
    pub revision: &'h str,
}

impl Host for RevisionHost<'_> {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.host.read_at(self.revision, path, limit)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(lexical(path)) // a file of the past has no other path than its name
    }

    fn list(&self, _: &Path) -> io::Result<Vec<PathBuf>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn read_at(&self, revision: &str, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.host.read_at(revision, path, limit)
    }

    fn is_ignored(&self, path: &Path) -> Option<bool> {
        self.host.is_ignored(path)
    }

    fn create(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn env(&self, name: &str) -> Option<String> {
        self.host.env(name)
    }

    fn write(&self, to: Stream, bytes: &[u8]) -> io::Result<()> {
        self.host.write(to, bytes)
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        self.host.is_terminal(stream)
    }

    fn width(&self) -> Option<usize> {
        self.host.width()
    }
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|m| m.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// A world in memory, for tests. Relative paths count from `/`.
#[derive(Debug, Default)]
pub struct MemoryHost {
    files: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    env: BTreeMap<String, String>,
    written: Mutex<(Vec<u8>, Vec<u8>)>,
    columns: Option<usize>,
}

impl MemoryHost {
    /// The same world where a terminal of so many columns is written to.
    #[must_use]
    pub fn terminal(mut self, columns: usize) -> Self {
        self.columns = Some(columns);
        self
    }

    /// The same world with a further file.
    #[must_use]
    pub fn file(self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Self {
        lock(&self.files).insert(lexical(path.as_ref()), bytes.into());
        self
    }

    /// The same world with a further environment variable.
    #[must_use]
    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Files below a folder, in order.
    pub fn paths(&self, folder: &str) -> Vec<PathBuf> {
        let folder = lexical(Path::new(folder));
        lock(&self.files).keys().filter(|path| path.starts_with(&folder)).cloned().collect()
    }

    /// All that was written to a stream so far.
    pub fn written(&self, stream: Stream) -> String {
        let written = lock(&self.written);
        let bytes = if stream == Stream::Out { &written.0 } else { &written.1 };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl Host for MemoryHost {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let files = lock(&self.files);
        let bytes = files.get(&lexical(path)).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes.iter().copied().take(limit.saturating_add(1)).collect())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = lexical(path);
        let known = lock(&self.files).keys().any(|f| f.starts_with(&path));
        if known { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let folder = lexical(folder);
        let files = lock(&self.files);
        if files.contains_key(&folder) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let inside = files.keys().filter_map(|path| path.strip_prefix(&folder).ok()?.components().next());
        let names: std::collections::BTreeSet<PathBuf> = inside.map(|name| folder.join(name)).collect();
        if names.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(names.into_iter().collect()) }
    }

    fn read_at(&self, revision: &str, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.read(&Path::new(revision).join(path), limit)
    }

    fn is_ignored(&self, _: &Path) -> Option<bool> {
        None
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let path = lexical(path);
        let mut files = lock(&self.files);
        if files.contains_key(&path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        files.insert(path, bytes.to_vec());
        Ok(())
    }

    fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        self.canonical(path)?;
        let bytes = self.read(path, usize::MAX - 1).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let inode = [hasher.finish(), 0];
        Ok(Stamp { length: bytes.len() as u64, modified_ns: 0, changed_ns: 0, inode })
    }

    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        lock(&self.files).insert(lexical(path), bytes.to_vec());
        Ok(())
    }

    fn now(&self) -> Option<i128> {
        Some(i128::MAX)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned()
    }

    fn write(&self, to: Stream, bytes: &[u8]) -> io::Result<()> {
        let mut written = lock(&self.written);
        let stream = if to == Stream::Out { &mut written.0 } else { &mut written.1 };
        stream.extend_from_slice(bytes);
        Ok(())
    }

    fn is_terminal(&self, _: Stream) -> bool {
        self.columns.is_some()
    }

    fn width(&self) -> Option<usize> {
        self.columns
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A path from `/` with its dots worked out by their names alone.
fn lexical(path: &Path) -> PathBuf {
    let mut whole = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::Normal(name) => whole.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_paths_lose_their_dots() {
        let host = MemoryHost::default().file("site/fabric.kdl", "x");
        assert_eq!(
            host.canonical(Path::new("site/../site/./fabric.kdl")).unwrap(),
            Path::new("/site/fabric.kdl")
        );
        assert!(host.canonical(Path::new("other")).is_err());
        assert_eq!(host.read(Path::new("/site/fabric.kdl"), 10).unwrap(), b"x");
    }

    #[test]
    fn reading_stops_one_byte_after_the_limit() {
        let host = MemoryHost::default().file("a", "123456");
        assert_eq!(host.read(Path::new("a"), 3).unwrap().len(), 4);
        assert_eq!(RealHost.read(Path::new("/dev/zero"), 3).unwrap().len(), 4);
    }
}
