//! `--ansible`: where the playbook is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cli::screen::Screen;
use crate::cli::{Exit, Failure};

/// What tells a folder that was written here before.
const OWN: &str = "files/on_switch.py";
/// Files of this folder are of one plan: those of another one go.
const SWITCHES: &str = "switches";

/// Writes the files; another playbook of fabc in the folder is replaced, and nothing else is.
pub(super) fn write(
    folder: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let failed = |what: &'static str, path: &Path| {
        let shown = path.display().to_string();
        move |error: std::io::Error| Failure::new(format!("cannot {what} {shown}: {error}"))
    };
    let filled = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if filled && !folder.join(OWN).is_file() {
        return Err(Failure::new(format!("{} holds something else: name another folder", folder.display())));
    }
    let switches = folder.join(SWITCHES);
    fs::create_dir_all(&switches).map_err(failed("make", &switches))?;
    for entry in fs::read_dir(&switches).map_err(failed("read", &switches))?.flatten() {
        let name = format!("{SWITCHES}/{}", entry.file_name().to_string_lossy());
        if name.ends_with(".json") && !files.contains_key(&name) {
            fs::remove_file(entry.path()).map_err(failed("remove", &entry.path()))?;
        }
    }
    for (path, bytes) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(failed("make", parent))?;
        if fs::read(&path).ok().as_deref() != Some(bytes) {
            fs::write(&path, bytes).map_err(failed("write", &path))?;
        }
    }
    let count = files.keys().filter(|path| path.starts_with("switches/")).count();
    let es = if count == 1 { "" } else { "es" };
    screen.status(&format!(
        "{}: {count} switch{es}; ansible-playbook -i inventory.yml apply.yml",
        folder.display()
    ))?;
    Ok(Exit::Clean)
}
