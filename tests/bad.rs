//! Wrong input: each file under `bad/` with exactly what fabc says of it.
//!
//! A case is `FAMILY/NAME.kdl`, or `FAMILY/NAME/fabric.kdl` where there are several files; `FAMILY/NAME.expect` holds what
//! `fabc check --format short` writes. `UPDATE=1` blesses; what it blesses is to be read line by line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};

/// How long one small file may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let root = common::project().join("tests/bad");
    let mut trials = Vec::new();
    for family in common::entries(&root) {
        for path in common::entries(&family) {
            let whole = path.join("fabric.kdl");
            if path.extension().is_some_and(|e| e == "kdl") {
                trials.push(trial(&root, path.clone(), path));
            } else if whole.exists() {
                trials.push(trial(&root, whole, path));
            }
        }
    }
    for (name, input) in large() {
        trials.push(Trial::test(format!("large/{name}"), move || swallow(name, &input)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// One committed case.
fn trial(root: &Path, file: PathBuf, case: PathBuf) -> Trial {
    let root = root.to_path_buf();
    let name = case.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
    Trial::test(name, move || {
        let shown = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let output = run(&root, &shown)?;
        common::expect(&case.with_extension("expect"), &output).map_err(Failed::from)
    })
}

/// What fabc says of a file, and how it ends.
fn run(folder: &Path, file: &str) -> Result<String, Failed> {
    let mut said = tempfile::tempfile()?;
    let mut child = Command::new(env!("CARGO_BIN_EXE_fabc"))
        .current_dir(folder)
        .args(["check", file, "--format", "short"])
        .stdout(said.try_clone()?)
        .stderr(said.try_clone()?)
        .spawn()?;
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begin.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(format!("it is not ready after {PATIENCE:?}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut text = String::new();
    said.rewind()?;
    said.read_to_string(&mut text)?;
    match status.code() {
        Some(code @ 0..=1) => Ok(text + &format!("exit {code}\n")),
        code => Err(format!("exit code {code:?}: {text}").into()),
    }
}

/// Input that is too large to be committed, each with the code that it must raise; none where it is right.
fn large() -> Vec<(&'static str, Large)> {
    let deep = |open: &str, close: &str, n: usize| open.repeat(n) + &close.repeat(n);
    let head = "fabric \"f\" { nos \"sonic\" release=\"202505\"; }\n";
    let large = |text: String, code: &'static str| Large { bytes: text.into_bytes(), code };
    vec![
        ("deep-blocks", large(deep("a {\n", "}\n", 100_000), "syntax/too-deep")),
        (
            "deep-pods",
            large(head.to_owned() + &deep("pod \"p\" count=1 {\n", "}\n", 10_000), "syntax/too-deep"),
        ),
        ("deep-comments", large(deep("/*", "*/", 500_000), "intent/missing")),
        ("unclosed-comments", large("/*".repeat(500_000), "syntax/unclosed-comment")),
        ("only-braces-open", large("{".repeat(1_000_000), "syntax/too-deep")),
        ("only-braces-closed", large("}".repeat(1_000_000), "syntax/stray-brace")),
        ("only-quotes", large("\"".repeat(1_000_001), "syntax")),
        ("only-openers", large("a { \"\n".repeat(200_000), "syntax")),
        ("only-strings", large("a \"".repeat(500_000), "syntax")),
        ("only-parentheses", large("(".repeat(200_000), "syntax/invalid")),
        ("only-control-characters", large("\u{1}".repeat(200_000), "syntax")),
        ("only-slashdash", large("/-".repeat(500_000), "intent/missing")),
        ("only-equals", large("a=".repeat(500_000), "syntax")),
        ("only-backslashes", large("\\\n".repeat(500_000), "intent/missing")),
        ("hashes", large(format!("a {}\"x", "#".repeat(1_000_000)), "syntax")),
        ("one-long-word", large("x".repeat(3_000_000), "intent/unknown-node")),
        ("one-long-number", large(format!("a {}", "9".repeat(3_000_000)), "syntax/number")),
        ("one-long-string", large(format!("fabric \"{}\"", "x".repeat(3_000_000)), "intent/wrong-value")),
        ("many-arguments", large(format!("fabric {}", "\"x\" ".repeat(50_000)), "intent/extra-argument")),
        ("many-properties", large(format!("fabric {}", "a=1 ".repeat(50_000)), "intent/unknown-property")),
        ("many-errors", large("banana 1\n".repeat(1_000), "intent/unknown-node")),
        ("over-the-limit", large("// x\n".repeat(1_000_000), "syntax/too-large")),
        ("many-tiers", large(many_tiers(head, 20_000), "resolve")),
        ("noise", Large { bytes: noise(1_000_000), code: "syntax/not-utf8" }),
    ]
}

struct Large {
    bytes: Vec<u8>,
    code: &'static str,
}

fn many_tiers(head: &str, n: usize) -> String {
    let tier = |i: usize| format!("tier \"t{i}\" count=1 switch=\"dell-z9864f\"\n");
    head.to_owned() + &(0..n).map(tier).collect::<String>()
}

/// Bytes without meaning, the same ones each time.
fn noise(n: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..n).map(|_| next()).collect()
}

/// Large input ends with the expected code, in time, and with a report that a person could read.
fn swallow(name: &str, input: &Large) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("fabric.kdl"), &input.bytes)?;
    let said = run(folder.path(), "fabric.kdl")?;
    let first = |text: &str| text.chars().take(300).collect::<String>();
    if !said.contains(&format!("error[{}", input.code)) {
        return Err(format!("{name}: no {} in: {}", input.code, first(&said)).into());
    }
    if let Some(line) = said.lines().find(|l| l.chars().count() > 1_000) {
        return Err(format!("{name}: a line of {} characters: {}", line.len(), first(line)).into());
    }
    Ok(())
}
