//! The walk through of the docs, command by command. `UPDATE=1` writes what they print into it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test crate"
)]

mod common;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// What a command prints, on stdout and then on stderr, and how it ends where that isn't well.
fn run(command: &str, folder: &Path) -> String {
    let fabc = Path::new(env!("CARGO_BIN_EXE_fabc")).parent().unwrap();
    let path = format!("{}:{}", fabc.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path)
        .env("XDG_CACHE_HOME", folder.join(".git"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "n"), ("GIT_AUTHOR_EMAIL", "e"), ("GIT_COMMITTER_NAME", "n")])
        .env("GIT_COMMITTER_EMAIL", "e")
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    match output.status.code() {
        Some(0) => {}
        code => _ = writeln!(text, "exit code {}", code.unwrap_or(-1)),
    }
    text
}

#[test]
fn every_command_prints_what_stands_below_it() {
    let path = common::project().join("compiler/docs/walkthrough.md");
    let docs = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut made, mut inside, mut commands) = (String::new(), false, 0);
    for line in docs.lines() {
        match (line, inside) {
            ("```console", false) => inside = true,
            ("```", true) => inside = false,
            (line, true) => {
                if let Some(command) = line.strip_prefix("$ ") {
                    commands += 1;
                    let said = run(command, folder.path());
                    made += &format!("{line}\n");
                    said.lines().for_each(|line| made += format!("{}\n", line.trim_end()).as_str());
                }
                continue;
            }
            _ => {}
        }
        made += &format!("{line}\n");
    }
    assert!(commands > 15);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    if made != docs {
        let diff = similar::TextDiff::from_lines(&docs, &made);
        panic!("{}", diff.unified_diff().context_radius(3).header("the docs", "as it is"));
    }
}
