//! What the test programs share: where things lie, how to run fabc, how to compare and to bless.
#![allow(dead_code, reason = "each test program takes its part")]

pub mod built;
pub mod changes;
pub mod schema;
pub mod stages;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fabc::host::MemoryHost;

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

/// A small fabric of one model of switch, whose links have this speed. A box without figures isn't lossless, and says so.
pub fn of_one_model(platform: &str, release: &str, speed: &str) -> MemoryHost {
    // SWITCH_HASH came with 202311.
    let hash = if release == "202305" { "" } else { "load-balancing { hash; }" };
    let text = format!(
        r#"
fabric "f" {{ nos "sonic" release="{release}"; }}
hosts "gpu" count=4 {{ nic count=2 speed="{speed}"; }}
tier "leaf" count=2 switch="{platform}"
tier "spine" count=2 switch="{platform}"
link "gpu" "leaf" by="rail" {{ length "5m"; }}
link "leaf" "spine" speed="{speed}" per-pair=2 {{ length "17m"; }}
class "rdma" dscp=26 priority=3 lossless=#true {{ schedule weight=70; ecn min="1MiB" max="4MiB" probability=10; }}
class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
class "bulk" default=#true priority=0 {{ schedule weight=30; }}
watchdog detect="200ms" restore="400ms"
{hash}
findings {{ allow "buffers/no-figures" "buffers/not-written"; }}
routing {{
    asn leaf=4210000000 spine=4200000000
    loopbacks "10.255.0.0/20"
    host-subnets "10.64.0.0/12"
}}
"#
    );
    MemoryHost::default().file("fabric.kdl", text)
}
