//! Reading config_db.json files for the commands that take them.

use std::path::Path;

use super::Failure;
use super::screen::Screen;
use crate::config_db::LIMIT;

/// The bytes of a file that is no longer than such a file may be.
pub(super) fn read(path: &Path, screen: &Screen) -> Result<Vec<u8>, Failure> {
    let unread = |why: String| Failure::new(format!("cannot read {}: {why}", path.display()));
    let bytes = screen.host.read(path, LIMIT).map_err(|error| unread(error.to_string()))?;
    if bytes.len() > LIMIT {
        return Err(unread(format!("it is longer than {} MiB", LIMIT >> 20)));
    }
    Ok(bytes)
}
