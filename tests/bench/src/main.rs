//! `cargo run --release -p fabc-bench`: prints how fast fabc is, beside `cp -r` of what it writes.
//!
//! Three-tier Tomahawk 5 fabrics are written as KDL to a folder in memory (`/dev/shm`, else the temporary folder) and
//! built there by the release `fabc`. In each round every command runs once, directly after the others, so that a noisy
//! machine slows all of them; what is shown is the median over the rounds. A figure to hold on to is the ratio to
//! `cp -r`: seconds differ from machine to machine.
//!
//! - wall: from start to end; CPU: user and system, all threads; RSS: the most memory that the process held
//! - from nothing: `fabc build` into an absent folder; `cp -r` of that folder into an absent one
//! - unchanged: the same build again, with `.fabc-cache` and without; `build --check`, which writes nothing
//! - diff: the fabric against its own build, against one with another MTU on every port, and against its own again
//! - diff, pulled: the fabric against a folder as `fabc pull` writes it, of switches that run the build
//! - plan: from that build to one with another MTU on every port (patches), to other thresholds of ECN (reloads), and to one
//!   with one more class (ports go down, and the fabric is asked for each leaf which of them it bears)
//! - `check` of the fabric, of each fabric in `examples`, and of a file with a thousand errors
//!
//! Goals stand beside the figures, and nothing fails when one is missed: whether it counts is for the reader to say, who
//! knows what else the machine was doing. The largest fabric needs 4 GiB of memory for files; `--sizes 2048` is quick.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own, whose figures are its output"
)]

mod fabric;
mod measure;
mod pulled;
mod table;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;

use fabric::Shape;
use measure::{Usage, run};
use table::{Goal, Table};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Errors in the file that has many.
const ERRORS: usize = 1000;

/// The cache of `diff` trusts no file that is younger than two seconds.
const SETTLED: std::time::Duration = std::time::Duration::from_millis(2100);

/// Print how fast fabc is, beside cp -r of what it writes
#[derive(Parser)]
struct Args {
    /// Rounds; medians over them are shown
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// GPUs of each fabric: 2048, or 4096 times a power of two from 2 to 32
    #[arg(long, value_delimiter = ',', default_values_t = [2048, 32_768, 131_072])]
    sizes: Vec<u32>,
    /// The fabc to measure; built by cargo where it isn't given
    #[arg(long, env = "FABC")]
    fabc: Option<PathBuf>,
}

fn main() -> ExitCode {
    match bench(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fabc-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(args: &Args) -> Result<()> {
    let fabc = match &args.fabc {
        Some(path) => fs::canonicalize(path).map_err(|e| format!("{}: {e}", path.display()))?,
        None => built()?,
    };
    let shapes: Vec<Shape> = args.sizes.iter().map(|&gpus| Shape::new(gpus)).collect::<Result<_>>()?;
    let home = tempfile::Builder::new().prefix("fabc-bench-").tempdir_in(memory())?;
    println!("{} rounds in {}", args.rounds, home.path().display());
    for shape in shapes {
        println!("\n{}", builds(&fabc, shape, args.rounds, home.path())?);
    }
    println!("\n{}", checks(&fabc, args.rounds, home.path())?);
    Ok(())
}

/// The release build of the `fabc` beside this program.
fn built() -> Result<PathBuf> {
    let root = root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "-p", "fabc"])
        .current_dir(&root)
        .status()?;
    if !status.success() {
        return Err("cargo can't build fabc".into());
    }
    // This program stands in TARGET/PROFILE, whatever TARGET is.
    let target = std::env::current_exe()?.ancestors().nth(2).map(Path::to_path_buf);
    let fabc = target.unwrap_or_default().join("release/fabc");
    if fabc.is_file() { Ok(fabc) } else { Err(format!("no {}; give --fabc", fabc.display()).into()) }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// A folder in memory where there is one.
fn memory() -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    if tempfile::tempfile_in(&shared).is_ok() { shared } else { std::env::temp_dir() }
}

/// One fabric: from nothing, again, and the yardstick.
fn builds(fabc: &Path, shape: Shape, rounds: u32, home: &Path) -> Result<String> {
    let folder = home.join(shape.gpus.to_string());
    fs::create_dir(&folder)?;
    let source = folder.join("fabric.kdl");
    fs::write(&source, shape.kdl())?;
    let (out, copy) = (folder.join("build"), folder.join("copy"));
    let build = || {
        let mut command = Command::new(fabc);
        command.args(["build", "--quiet"]).arg(&source).arg("--out").arg(&out);
        command
    };
    let longer = folder.join("longer.kdl");
    fs::write(&longer, shape.kdl().replacen("release=\"202505\"", "release=\"202505\"\n    mtu 9214", 1))?;
    let marked = folder.join("marked.kdl");
    fs::write(&marked, shape.kdl().replacen("max=\"4MiB\"", "max=\"5MiB\"", 1))?;
    let classier = folder.join("classier.kdl");
    let class = "class \"extra\" dscp=10 priority=1 { schedule weight=5; }\nclass \"bulk\"";
    fs::write(
        &classier,
        shape.kdl().replacen("class \"bulk\"", class, 1).replacen("weight=70", "weight=65", 1),
    )?;
    let (snapshots, plan_json) = (folder.join("pulled"), folder.join("plan.json"));
    let against = |what: &str, source: &Path, deployed: &Path| {
        let mut command = Command::new(fabc);
        command.arg(what).arg(source).arg("--deployed").arg(deployed);
        command.env("XDG_CACHE_HOME", folder.join("cache"));
        command
    };
    let diff = |source: &Path| against("diff", source, &out);
    let plan = |source: &Path| {
        let mut command = against("plan", source, &out);
        command.arg("--out").arg(&plan_json);
        command
    };
    // Of the largest tree more is the kernel's work, which a copy does too.
    let from_nothing = if shape.gpus > 32_768 { 0.8 } else { 0.65 };
    let mut table = Table::new(Some("cp -r"));
    for _ in 0..rounds {
        table.add("build from nothing", Goal::Ratio(from_nothing), run(&mut build(), 0)?);
        table.add("cp -r", Goal::None, run(Command::new("cp").arg("-r").arg(&out).arg(&copy), 0)?);
        fs::remove_dir_all(&copy)?;
        table.add("unchanged", Goal::Ratio(0.3), run(&mut build(), 0)?);
        table.add("build --check", Goal::Ratio(0.6), run(build().arg("--check"), 0)?);
        fs::remove_file(out.join(".fabc-cache"))?;
        table.add("unchanged, without cache", Goal::Ratio(0.6), run(&mut build(), 0)?);
        table.add("check", Goal::None, run(Command::new(fabc).arg("check").arg(&source), 0)?);
        table.add("diff of it", Goal::Millis(5000), run(diff(&source).arg("--no-cache"), 0)?);
        table.add("diff, other MTU", Goal::Millis(5000), run(diff(&longer).arg("--no-cache"), 1)?);
        std::thread::sleep(SETTLED);
        run(&mut diff(&source), 0)?;
        table.add("diff, unchanged", Goal::Millis(1000), run(&mut diff(&source), 0)?);
        pulled::folder(&out, &snapshots)?;
        let mut of_snapshots = against("diff", &source, &snapshots);
        table.add("diff, pulled", Goal::Millis(5000), run(of_snapshots.arg("--no-cache"), 0)?);
        fs::remove_dir_all(&snapshots)?;
        table.add("plan, other MTU", Goal::Millis(10_000), run(&mut plan(&longer), 1)?);
        table.add("plan, other ECN", Goal::Millis(10_000), run(&mut plan(&marked), 1)?);
        table.add("plan, new class", Goal::Millis(20_000), run(&mut plan(&classier), 1)?);
        fs::remove_file(&plan_json)?;
        if table.rounds() < rounds as usize {
            fs::remove_dir_all(&out)?;
        }
    }
    let (files, bytes) = size(&out)?;
    fs::remove_dir_all(&folder)?;
    let mib = (bytes >> 20).max(1);
    Ok(format!("{} GPUs, {} switches: {files} files, {mib} MiB\n{table}", shape.gpus, shape.switches()))
}

/// Files below a folder, and their bytes.
fn size(folder: &Path) -> Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        let (more, sum) = if meta.is_dir() { size(&entry.path())? } else { (1, meta.len()) };
        (files, bytes) = (files + more, bytes + sum);
    }
    Ok((files, bytes))
}

/// Everything that only reads.
fn checks(fabc: &Path, rounds: u32, home: &Path) -> Result<String> {
    let check =
        |path: &Path, exit: i32| -> Result<Usage> { run(Command::new(fabc).arg("check").arg(path), exit) };
    let examples = examples()?;
    let wrong = home.join("wrong.kdl");
    fs::write(&wrong, fabric::wrong(ERRORS))?;
    let found = run_and_count(fabc, &wrong)?;
    if found < ERRORS {
        return Err(format!("only {found} of {ERRORS} errors are reported").into());
    }
    let mut table = Table::new(None);
    for _ in 0..rounds {
        for (name, path) in &examples {
            table.add(&format!("check {name}"), Goal::Millis(20), check(path, 0)?);
        }
        table.add(&format!("check: {found} errors"), Goal::Millis(500), check(&wrong, 1)?);
    }
    Ok(table.to_string())
}

/// Errors that are reported of a file, one to a line.
fn run_and_count(fabc: &Path, path: &Path) -> Result<usize> {
    let output = Command::new(fabc).args(["check", "--format", "short"]).arg(path).output()?;
    let text = String::from_utf8(output.stderr)?;
    Ok(text.lines().filter(|line| line.contains("error")).count())
}

/// Name and root file of each example.
fn examples() -> Result<Vec<(String, PathBuf)>> {
    let folder = root().join("examples");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let path = entry?.path();
        let inner = path.join("fabric.kdl");
        let file = if inner.is_file() { inner } else { path.clone() };
        if file.extension().is_some_and(|e| e == "kdl") {
            let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            found.push((name, file));
        }
    }
    found.sort();
    Ok(found)
}
