//! Files for nobody else's eyes: their folders have mode 0700, they have 0600.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::Error;

/// Writes one file into `folder`; `path` within it has its parts joined by `/`. A file that stands there is replaced as a
/// whole.
pub(crate) fn write_private(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), Error> {
    if let Some(parent) = folder.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(Error::at("make", parent))?;
    }
    make(folder)?;
    let mut place = folder.to_owned();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        place.push(part);
        if parts.peek().is_some() {
            make(&place)?;
        }
    }
    let fresh = place.with_extension("new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::at("remove", &fresh)(error)),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file =
        options.write(true).create_new(true).mode(0o600).open(&fresh).map_err(Error::at("make", &fresh))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Error::at("write", &fresh))?;
    fs::rename(&fresh, &place).map_err(Error::at("replace", &place))
}

/// Makes a folder of one's own, or holds that it is one: no link, and closed to others.
fn make(folder: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(Error::at("make", folder)(error));
        }
        _ => {}
    }
    let found = fs::symlink_metadata(folder).map_err(Error::at("reach", folder))?;
    let shown = folder.display();
    if !found.is_dir() {
        return Err(Error::Unfit(format!("{shown} is no folder; secrets are written through no link")));
    }
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        return Err(Error::Unfit(format!("{shown} is open to others (mode {mode:04o}): chmod 700 {shown}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn nobody_else_can_read_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        for text in ["one", "two"] {
            write_private(&folder, "switches/leaf-01/config_db.json", text.as_bytes()).unwrap();
            let file = folder.join("switches/leaf-01/config_db.json");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
            assert_eq!(mode(&file), 0o600);
        }
        for inside in ["", "switches", "switches/leaf-01"] {
            assert_eq!(mode(&folder.join(inside)), 0o700, "{inside}");
        }
        assert_eq!(fs::read_dir(folder.join("switches/leaf-01")).unwrap().count(), 1);
    }

    #[test]
    fn open_folders_and_links_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let open = root.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o750)).unwrap();
        let error = write_private(&open, "x", b"").unwrap_err().to_string();
        assert!(error.contains("mode 0750") && error.contains("chmod 700"), "{error}");
        let link = root.path().join("link");
        std::os::unix::fs::symlink(&open, &link).unwrap();
        assert!(write_private(&link, "x", b"").unwrap_err().to_string().contains("no link"));
        assert_eq!(fs::read_dir(&open).unwrap().count(), 0);
    }
}
