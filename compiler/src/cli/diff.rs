//! `fabc diff`: what switches run, against what their files say.

mod cache;
mod document;
mod fold;
mod markdown;
mod page;
mod switch;

use std::collections::BTreeMap;
use std::path::PathBuf;

use fabc_lang::diagnostic::nearest;
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::PresetUse;
use fabc_lang::source::Sources;
use fabc_targets::Bundle;
use rayon::prelude::*;

use super::screen::Screen;
use super::source::{self, Source};
use super::wanted::{Wanted, Weights};
use super::{Exit, Failure};
use crate::deployed::failed::Failed;
use crate::deployed::read::Folder;
use crate::diff::cabling::{Miscabled, Plan};
use crate::host::Host;
use crate::pipeline::{self, Analysis};
use crate::report;
use switch::{Former, Found, Look};

/// Show how switches differ from what the fabric says, and what it does to them to change that
///
/// DIR holds what switches run: what `fabc pull` wrote, a former build, or SWITCH.json for each. Of it only what is fabc's
/// counts: tables that it owns, and of others the fields that it writes. What somebody else put into a table of fabc's own is
/// a row that goes, and marked. --against takes a Git revision instead: what the fabric would have built then.
///
/// Each difference has its effect on that very box, by its release and hwsku, and the line that asks for it. What is alike
/// is folded; --full lists everything. --format json prints one document, whose schema is
/// targets/schemas/diff.schema.json; patch, an RFC 6902 document for each switch; markdown, a comment for a pull request.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[command(group = clap::ArgGroup::new("former").required(true).args(["deployed", "against"]))]
pub(crate) struct Args {
    /// The fabric's root file, or the folder that holds a fabric.kdl
    #[arg(value_name = "FABRIC", default_value = "fabric.kdl")]
    fabric: PathBuf,
    /// Look at these switches only
    #[arg(value_name = "SWITCH")]
    switches: Vec<String>,
    /// The folder with what switches run
    #[arg(long, value_name = "DIR")]
    deployed: Option<PathBuf>,
    /// A commit, branch or tag
    #[arg(long, value_name = "REV")]
    against: Option<String>,
    /// Let includes reach all of DIR, rather than the root file's folder
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Take frr.conf.j2 from DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// List every difference of every switch
    #[arg(long)]
    full: bool,
    /// List what switches hold besides, and what can't be compared, too
    #[arg(long)]
    all: bool,
    /// Show frr.conf as lines that come and go
    #[arg(long)]
    text: bool,
    /// Neither read nor write what the last run has found
    #[arg(long)]
    no_cache: bool,
    #[command(flatten)]
    weights: Weights,
}

const EXIT_CODES: &str = "Exit codes:
  0  no differences
  1  differences
  2  wrong usage, a fabric with errors, files that can't be read, or a folder that holds none of the switches";

/// In which form differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// A page
    #[default]
    Human,
    /// One JSON document
    Json,
    /// A JSON object with an RFC 6902 document for each switch; config_db.json alone
    Patch,
    /// A comment for a pull request, of 65,536 characters at most
    Markdown,
}

/// All that differs.
struct Report<'a> {
    /// How the two are called.
    names: (String, String),
    /// Switches that were compared, in the fabric's order.
    switches: Vec<Found<'a>>,
    /// Switches of the fabric of which nothing is known.
    missing: Vec<&'a str>,
    /// Switches that `fabc pull` could not read, and whether something is known of before.
    failed: Vec<(&'a str, &'a Failed, bool)>,
    /// Switches that the fabric lacks.
    unknown: Vec<String>,
    cabling: Vec<Miscabled>,
    bundle: &'a Bundle<'a>,
    fabric: &'a Fabric,
    sources: &'a Sources,
    preset: Option<&'a PresetUse>,
}

impl Report<'_> {
    fn differs(&self) -> bool {
        let lacking = !self.missing.is_empty() || !self.failed.is_empty() || !self.unknown.is_empty();
        self.switches.iter().any(Found::differs) || lacking || !self.cabling.is_empty()
    }
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let source = args.source();
    source.wanted.levels()?;
    let folder = match &args.deployed {
        Some(root) => Some(Folder::open(root, screen.host).map_err(Failure::new)?),
        None => None,
    };
    let slot = folder.as_ref().filter(|_| !args.no_cache).and_then(|f| cache::Slot::of(args, f, screen));
    if let Some((exit, text)) = slot.as_ref().and_then(|slot| slot.read(screen.host)) {
        screen.data(&text)?;
        return Ok(exit);
    }
    let (exit, text) = match compare(args, &source, folder.as_ref(), screen)? {
        Ok(found) => found,
        Err(exit) => return Ok(exit),
    };
    if let Some(slot) = &slot {
        slot.write(exit, &text, screen.host);
    }
    screen.data(&text)?;
    Ok(exit)
}

impl Args {
    /// The same as other commands have it.
    fn source(&self) -> Source {
        let json = self.format == Format::Json;
        let format = if json { report::Format::Json } else { report::Format::Human };
        let wanted = Wanted { format, weights: self.weights.clone() };
        Source { fabric: self.fabric.clone(), root: self.root.clone(), wanted }
    }

    /// What the switches are compared with, as it is called.
    fn former(&self) -> String {
        match (&self.deployed, &self.against) {
            (Some(folder), _) => folder.display().to_string(),
            (None, revision) => revision.clone().unwrap_or_default(),
        }
    }
}

/// What there is to print, or how it ends where there is nothing to compare.
fn compare(
    args: &Args,
    source: &Source,
    folder: Option<&Folder>,
    screen: &Screen,
) -> Result<Result<(Exit, String), Exit>, Failure> {
    let (host, templates) = (screen.host, args.templates.as_deref());
    let mut now = source.analyze_for(args.templates.is_some(), screen)?;
    let Some(fabric) = now.fabric.take().filter(|_| !now.findings.has_errors()) else {
        return Ok(Err(source.unsound(now, screen)));
    };
    let Some(made) = source::made(&fabric, templates, &mut now, screen) else {
        return Ok(Err(source.unsound(now, screen)));
    };
    let wanted = wanted(&fabric, &args.switches)?;
    let mut then = Analysis::default();
    let mut before = None;
    if let Some(revision) = &args.against {
        let path = source.path(screen)?;
        then = pipeline::at_revision(&path, revision, host, args.root.as_deref())
            .map_err(|finding| Failure::new(format!("{}; give a commit, branch or tag", finding.message)))?;
        let sound = !then.findings.has_errors();
        before = then.fabric.take().filter(|_| sound);
        if before.is_none() {
            return Ok(Err(source.unsound(then, screen)));
        }
    }
    let mut old_made = None;
    if let Some(old) = &before {
        old_made = source::made(old, templates, &mut then, screen);
        if old_made.is_none() {
            return Ok(Err(source.unsound(then, screen)));
        }
    }
    let former = match (folder, &old_made, &before) {
        (Some(folder), ..) => Former::Folder(folder),
        (None, Some(made), Some(fabric)) => Former::Made(made, fabric),
        _ => return Err(Failure::new("give --deployed DIR or --against REV")),
    };
    let failed = match folder {
        Some(folder) => folder.failed(host).map_err(Failure::new)?,
        None => BTreeMap::new(),
    };
    let plan = Plan::new(&fabric);
    let look = Look { fabric: &fabric, made: &made, former: &former, plan: &plan, host, args };
    let looked: Vec<_> = wanted.par_iter().map_init(Default::default, |own, &at| look.at(at, own)).collect();
    let mut report = Report {
        names: (args.former(), args.fabric.display().to_string()),
        switches: Vec::with_capacity(wanted.len()),
        missing: Vec::new(),
        failed: Vec::new(),
        unknown: if args.switches.is_empty() { unknown(&fabric, &former, host) } else { Vec::new() },
        cabling: Vec::new(),
        bundle: made.bundle(),
        fabric: &fabric,
        sources: &now.sources,
        preset: fabric.intent.preset.as_ref(),
    };
    let mut trouble = Vec::new();
    for (looked, at) in looked.into_iter().zip(&wanted) {
        let name = fabric.switches.get(*at).map_or("", |switch| switch.name.as_str());
        if let (Some(failed), Ok(known)) = (failed.get(name), &looked) {
            report.failed.push((name, failed, known.is_some()));
        }
        match looked {
            Ok(Some(mut found)) => {
                report.cabling.append(&mut found.cabling);
                report.switches.push(found);
            }
            Ok(None) if failed.contains_key(name) => {}
            Ok(None) => report.missing.push(name),
            Err(error) => trouble.push(error),
        }
    }
    if !trouble.is_empty() {
        return Err(Failure::new(trouble.join("\n")));
    }
    if let Some(folder) = folder.filter(|_| report.missing.len() == wanted.len() && !wanted.is_empty()) {
        return Err(Failure::new(folder.holds_none(host)));
    }
    plan.swaps(&mut report.cabling);
    let text = match args.format {
        Format::Human => page::page(&report, args, screen.columns()),
        Format::Json => format!("{:#}\n", document::document(&report, args)),
        Format::Patch => format!("{:#}\n", document::patches(&report)),
        Format::Markdown => markdown::comment(&report),
    };
    Ok(Ok((if report.differs() { Exit::Findings } else { Exit::Clean }, text)))
}

/// Numbers of the switches that are asked for; absent ones are none. All names that there aren't are said at once.
fn wanted(fabric: &Fabric, names: &[String]) -> Result<Vec<usize>, Failure> {
    let present = || fabric.switches.iter().enumerate().filter(|(_, switch)| !switch.absent);
    let strange = names.iter().filter(|name| !present().any(|(_, switch)| switch.name == **name));
    let strange: Vec<String> = strange
        .map(|name| {
            let near = nearest(name, present().map(|(_, switch)| switch.name.as_str()));
            let guess = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("there is no switch `{name}`{guess}")
        })
        .collect();
    if !strange.is_empty() {
        return Err(Failure::new(strange.join("\n")));
    }
    let is_asked = |name: &String| names.is_empty() || names.contains(name);
    Ok(present().filter(|(_, switch)| is_asked(&switch.name)).map(|(at, _)| at).collect())
}

/// Switches of the other side that the fabric lacks.
fn unknown(fabric: &Fabric, former: &Former<'_>, host: &dyn Host) -> Vec<String> {
    let present = |fabric: &'_ Fabric| -> std::collections::BTreeSet<String> {
        fabric.switches.iter().filter(|switch| !switch.absent).map(|switch| switch.name.clone()).collect()
    };
    let known = present(fabric);
    match former {
        Former::Folder(folder) => {
            folder.switches(host).into_iter().filter(|name| !known.contains(name)).collect()
        }
        Former::Made(_, old) => {
            let old = old.switches.iter().filter(|switch| !switch.absent && !known.contains(&switch.name));
            old.map(|switch| switch.name.clone()).collect()
        }
    }
}

#[cfg(test)]
mod tests;
