//! What the test programs share: where things lie, how to run fabc, how to compare and to bless.
#![allow(dead_code, reason = "each test program takes its part")]

pub mod built;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the whole project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Runs the program in `folder`.
pub fn fabc(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabc"));
    command.current_dir(folder).args(args).env("NO_COLOR", "1").output().unwrap()
}

/// Whether expectations are to be written instead of compared.
pub fn blessing() -> bool {
    std::env::var_os("UPDATE").is_some_and(|v| v == "1")
}

/// Compares with the file at `path`, or writes it. The error shows the difference.
pub fn expect(path: &Path, actual: &str) -> Result<(), String> {
    if blessing() {
        return std::fs::write(path, actual).map_err(|e| format!("{}: {e}", path.display()));
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected.as_str(), actual);
    Err(format!("{} (UPDATE=1 blesses)\n{}", path.display(), diff.unified_diff().context_radius(1)))
}

/// Files and folders in `folder`, sorted.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    list.sort();
    list
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
