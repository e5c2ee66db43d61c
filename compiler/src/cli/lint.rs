//! `fabc lint`: what is wrong with config_db.json and frr.conf files, wherever they come from.

use std::path::{Path, PathBuf};

use fabc_lang::source::Sources;
use fabc_lang::syntax::utf8;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::config_db::read;
use super::screen::Screen;
use super::source::Source;
use super::wanted::{Looked, Wanted, families, reports};
use super::{Exit, Failure};
use crate::config_db as form;
use crate::lint::{self, Desk, frr};

/// Report what is wrong with config_db.json and frr.conf files, whoever wrote them
///
/// Finds what SONiC's own models and `vtysh -C` let through and a switch then drops, ignores or waits for. The box is the
/// one that DEVICE_METADATA names.
#[derive(Debug, clap::Args)]
#[command(after_help = super::EXIT_CODES, mut_arg("format", reports))]
pub(crate) struct Args {
    /// Files, and folders whose config_db.json and frr.conf files are meant, as a build's
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Take all files for those of this box, as `fabc platforms` calls it
    #[arg(long, value_name = "NAME")]
    platform: Option<String>,
    /// Take all files for those of this release of SONiC, as `release=` in a fabric has it: 202505, 4.x
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
    /// The fabric that the files were built from: findings show the lines that asked for a row
    #[arg(long, value_name = "FABRIC")]
    fabric: Option<PathBuf>,
    /// Let the fabric's includes reach all of DIR, rather than its root file's folder
    #[arg(long, value_name = "DIR", requires = "fabric")]
    root: Option<PathBuf>,
    #[command(flatten)]
    wanted: Wanted,
}

/// What such files are called in a folder.
const NAME: &str = "config_db.json";
const FRR: &str = "frr.conf";

/// Folders within folders that are looked into: links may lead round in circles.
const DEEP: u8 = 8;

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let mut levels = args.wanted.levels()?;
    let (mut sources, mut fabric) = (Sources::default(), None);
    if let Some(path) = &args.fabric {
        let source = Source { fabric: path.clone(), root: args.root.clone(), wanted: args.wanted.clone() };
        let analysis = source.analyze(screen)?;
        if analysis.findings.has_errors() {
            return Ok(source.report(&analysis.sources, analysis.findings, screen));
        }
        // What `fabc check` says beside errors is its own.
        (sources, fabric, levels) = (analysis.sources, analysis.fabric, analysis.levels);
    }
    let mut desk = Desk::new(fabric.as_ref(), sources);
    if let Some(name) = &args.platform {
        desk.set_platform(name).map_err(Failure::new)?;
    }
    if let Some(name) = &args.release {
        desk.set_release(name).map_err(Failure::new)?;
    }
    let mut files = Vec::new();
    for path in &args.files {
        collect(path, screen, &mut files)?;
    }
    let look = |path: &PathBuf| {
        let name = path.to_string_lossy().replace('\\', "/");
        Ok(match utf8(&name, &read(path, screen)?) {
            Ok(text) if frr::is_frr(&name, text) => {
                desk.look_at_frr(&name, text.to_owned(), beside(path, screen))
            }
            Ok(text) => desk.look(&name, text.to_owned()),
            Err(found) => Desk::unread(&name, *found),
        })
    };
    let looked = files.par_iter().map(look).collect::<Result<Vec<_>, Failure>>()?;
    let (sources, mut findings) =
        desk.report(looked, |path| String::from_utf8(read(Path::new(path), screen).ok()?).ok());
    levels.apply(&mut findings, true);
    let rules: Vec<_> = lint::rules().chain(form::RULES.iter().copied()).collect();
    let at = args.files.first().map_or(Path::new("."), PathBuf::as_path);
    Ok(args.wanted.report(&sources, findings, Looked { at, families: families(&rules) }, screen))
}

/// The text of the config_db.json of the same switch: in the folder of its frr.conf, or above it where that is called `frr`,
/// as on a switch.
fn beside(path: &Path, screen: &Screen) -> Option<String> {
    let folder = path.parent()?;
    let above = folder.file_name().is_some_and(|name| name == "frr").then(|| folder.parent()).flatten();
    let read = |folder: &Path| read(&folder.join(NAME), screen).ok();
    String::from_utf8(read(folder).or_else(|| above.and_then(read))?).ok()
}

/// The file itself, or all config_db.json and frr.conf below a folder.
fn collect(path: &Path, screen: &Screen, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let before = files.len();
    match screen.host.list(path) {
        Ok(entries) => entries.iter().for_each(|entry| below(entry, DEEP, screen, files)),
        Err(_) => files.push(path.to_owned()),
    }
    if files.len() == before {
        return Err(Failure::new(format!("{} holds no {NAME} and no {FRR}", path.display())));
    }
    Ok(())
}

fn below(path: &Path, deep: u8, screen: &Screen, files: &mut Vec<PathBuf>) {
    if path.file_name().is_some_and(|name| name == NAME || name == FRR) {
        files.push(path.to_owned());
    } else if let Ok(entries) = screen.host.list(path).map(|entries| entries.into_iter().filter(|_| deep > 0))
    {
        entries.for_each(|entry| below(&entry, deep - 1, screen, files));
    }
}
