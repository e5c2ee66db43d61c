//! `fabc import`: what switches run, as a first fabric.kdl.

use std::fmt::Write;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::screen::Screen;
use super::{Exit, Failure};
use crate::deployed::read::Folder;
use crate::import::{self, Difference, Imported};
use crate::tame;

/// Write a first fabric.kdl from what switches run, to take over a fabric that stands
///
/// DIR is a folder that `fabc pull` wrote, a build, or one with config_db.json of switches that were dumped by hand: as
/// NAME/config_db.json, with NAME/frr.conf beside it, or as NAME.json. Tiers, servers, links, numbers and classes are
/// read from it; what a formula gives otherwise is pinned, and what no word says becomes a config-db row.
///
/// The result is built and held against what was read: what is not the same is listed. Guesses are marked in the file.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// The folder that holds what switches run
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "fabric.kdl")]
    out: PathBuf,
    /// The fabric's name; the folder's where it isn't given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The network operating system, where no state.json says it
    #[arg(long, value_name = "NOS", value_parser = ["sonic", "enterprise-sonic"])]
    nos: Option<String>,
    /// The release, where no state.json says it; else the one with which the least differs
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// List every difference, rather than the first 40
    #[arg(long)]
    all: bool,
    /// Replace the file where it is there already
    #[arg(long)]
    force: bool,
}

const EXIT_CODES: &str = "Exit codes:
  0  a build of the file gives back what was read
  1  something differs, or the file has errors: listed
  2  wrong usage, or something could not be read or written";

/// Differences that are listed.
const LISTED: usize = 40;
/// The longest value that is shown.
const WIDTH: usize = 48;

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let there = screen.host.canonical(&args.out).is_ok();
    let shown = args.out.display();
    if there && !args.force {
        return Err(Failure::new(format!("{shown} exists already, and stays as it is; --force replaces it")));
    }
    let folder = Folder::open(&args.dir, screen.host).map_err(Failure::new)?;
    let options =
        import::Options { name: name(args, screen), nos: args.nos.clone(), release: args.release.clone() };
    let imported = import::import(&folder, &options, screen.host).map_err(Failure::new)?;
    let failed = |error: std::io::Error| Failure::new(format!("cannot write {shown}: {error}"));
    if there {
        std::fs::write(&args.out, &imported.text).map_err(failed)?;
    } else {
        screen.host.create(&args.out, imported.text.as_bytes()).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::new(format!("{shown} exists already, and stays as it is")),
            _ => failed(error),
        })?;
    }
    screen.data(&report(&imported, args.all))?;
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let (switches, rows) = (imported.switches, imported.differences.len());
    let es = if switches == 1 { "" } else { "es" };
    let what =
        if rows == 0 { "all of it round-trips".into() } else { format!("{rows} difference{}", plural(rows)) };
    screen.status(&format!("wrote {shown}: {switches} switch{es}, {what}"))?;
    Ok(if rows == 0 && imported.errors.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// The fabric's name: as given, else the folder's, as far as it can be one.
fn name(args: &Args, screen: &Screen) -> String {
    let folder = || {
        let path = screen.host.canonical(&args.dir).ok()?;
        Some(path.file_name()?.to_string_lossy().into_owned())
    };
    let name = args.name.clone().or_else(folder).unwrap_or_default();
    let usable = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let name: String = name.chars().filter(usable).collect();
    if name.is_empty() { "imported".to_owned() } else { name }
}

/// Notes, errors, and the table of differences.
fn report(imported: &Imported, all: bool) -> String {
    let mut out = String::new();
    for note in &imported.notes {
        let _ = writeln!(out, "note: {}", tame::line(note));
    }
    for error in &imported.errors {
        let _ = writeln!(out, "error: {}", tame::line(error));
    }
    let most = if all { usize::MAX } else { LISTED };
    let head = ["switch", "what", "read", "built"].map(str::to_owned);
    let row = |d: &Difference| {
        let value = |v: &Option<String>| v.as_deref().map_or("-".to_owned(), cut);
        let cells = [d.switch.clone(), d.what.clone(), value(&d.read), value(&d.built)];
        cells.map(|cell| tame::line(&cell).into_owned())
    };
    let rows: Vec<[String; 4]> = imported.differences.iter().take(most).map(row).collect();
    if rows.is_empty() {
        return out;
    }
    let mut widths = [0; 4];
    for row in std::iter::once(&head).chain(&rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in std::iter::once(&head).chain(&rows) {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    if let Some(more) = imported.differences.len().checked_sub(most).filter(|more| *more > 0) {
        let _ = writeln!(out, "… and {more} more: --all lists them");
    }
    out
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(WIDTH - 1).collect();
    short.push('…');
    short
}
