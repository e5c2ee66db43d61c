//! Why a tree could not be written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a tree could not be written. `out` is as it was.
#[derive(Debug)]
pub enum Error {
    /// The system refused: what was tried, where, and why not.
    System(&'static str, PathBuf, io::Error),
    /// The tree itself is wrong; a fault of fabc.
    Internal(String),
    /// These stand in the way, and no manifest says that fabc wrote them.
    Foreign(Vec<String>),
    /// These folders stand where files go.
    Folders(Vec<String>),
    /// `out` can't be what it is: the sentence says why.
    Unfit(String),
    /// Another build is at work here.
    Busy(PathBuf),
}

impl Error {
    /// For `map_err`: joins what was tried and where.
    pub(super) fn at(what: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Error {
        move |error| Error::System(what, path.as_ref().to_owned(), error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::System(what, path, error) => write!(f, "cannot {what} {}: {error}", path.display()),
            Error::Internal(message) => write!(f, "internal error: {message}"),
            Error::Foreign(paths) => {
                write!(f, "fabc did not write {}; move it away, or replace it with --force", some(paths))
            }
            Error::Folders(paths) => {
                write!(f, "a folder stands where a file goes: {}; move it away", some(paths))
            }
            Error::Unfit(message) => f.write_str(message),
            Error::Busy(path) => write!(f, "another build is at work in {}; try again", path.display()),
        }
    }
}

impl std::error::Error for Error {}

/// The first few of a list.
fn some(paths: &[String]) -> String {
    let few = paths.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(3) {
        0 => few,
        more => format!("{few} and {more} more"),
    }
}
