//! `fabc grow`: what changes between two intents, before anything is built.

mod document;
mod page;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fabc_lang::fabric::Fabric;

use super::screen::Screen;
use super::source::{Source, made};
use super::{Exit, Failure};
use crate::diff::device::{Running, Verdict};
use crate::diff::fabrics::{Origin, Own, State, Switch, pull, switches};
use crate::diff::wiring::{CableChange, Side, cables};
use crate::growth::{Census, Kind, Move, compare};
use crate::host::Host;
use crate::pipeline::{self, Analysis};
use crate::report::Format;

/// Show what changes between two intents: cables, numbers, and what is interrupted on each switch
///
/// OLD is a fabric file or folder, a folder that a build wrote, its fabric.json (then files aren't compared), or a Git
/// revision of FABRIC. A switch is `none` where its files stay the same to the byte, `live` where they change and nothing
/// that carries traffic now is interrupted, `cut` where something is, or where nobody knows that it isn't; `new` or `gone`.
///
/// What a change of a row does is taken from SONiC's own sources; --full names them, and lists every cable. That of frr.conf
/// is what loading it by frr-reload.py does. --format json prints one document; its schema is
/// targets/schemas/grow.schema.json.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// What there is: a fabric, a build, a fabric.json, or a Git revision of FABRIC
    #[arg(value_name = "OLD")]
    old: PathBuf,
    #[command(flatten)]
    source: Source,
    /// List every cable, every number and every effect
    #[arg(long)]
    full: bool,
    /// Take frr.conf.j2 from DIR in place of the built-in one, for both
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

const EXIT_CODES: &str = "Exit codes:
  0  nothing that exists moves, goes or is interrupted
  1  differences that interrupt
  2  wrong usage, or the two can't be compared: a fabric with errors, say";

/// What stood before: a fabric, or what a build wrote.
enum Former {
    Fabric(Box<Analysis>),
    Built {
        census: Census,
        /// Where the files are, if they are anywhere.
        folder: Option<PathBuf>,
    },
}

/// All that differs.
struct Report<'a> {
    /// How the two are called.
    names: (String, String),
    old: &'a Side,
    new: &'a Side,
    cables: Vec<CableChange>,
    /// Names, addresses and ASNs of what stays.
    numbers: Vec<Move>,
    switches: Vec<Switch<'a>>,
    /// Servers that come, and that go.
    servers: (Vec<&'a str>, Vec<&'a str>),
    /// Whether the former files are known.
    files: bool,
}

impl Report<'_> {
    /// Whether something that exists moves, goes or is interrupted.
    fn interrupts(&self) -> bool {
        let cut = |switch: &Switch<'_>| match &switch.state {
            State::Stays(change) => change.verdict == Verdict::Cut,
            State::Gone => true,
            State::New | State::NotCompared => false,
        };
        self.cables.iter().any(|cable| !matches!(cable, CableChange::New(_)))
            || !self.numbers.is_empty()
            || self.switches.iter().any(cut)
            || !self.servers.1.is_empty()
    }

    /// Whether there is no difference at all.
    fn is_empty(&self) -> bool {
        let same = |switch: &Switch<'_>| match &switch.state {
            State::Stays(change) => change.verdict == Verdict::None,
            State::NotCompared => true,
            State::New | State::Gone => false,
        };
        self.cables.is_empty()
            && self.numbers.is_empty()
            && self.switches.iter().all(same)
            && self.servers.0.is_empty()
            && self.servers.1.is_empty()
    }
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let (source, templates) = (&args.source, args.templates.as_deref());
    let path = source.path(screen)?;
    let (now, before) =
        rayon::join(|| source.analyze_for(args.templates.is_some(), screen), || former(args, &path, screen));
    let mut now = now?;
    let Some(fabric) = now.fabric.take().filter(|_| !now.findings.has_errors()) else {
        return Ok(source.unsound(now, screen));
    };
    let (mut then, census, folder) = match before? {
        Former::Fabric(then) => (*then, None, None),
        Former::Built { census, folder } => (Analysis::default(), Some(census), folder),
    };
    let old_fabric = then.fabric.take();
    if census.is_none() && old_fabric.is_none() {
        return Ok(source.unsound(then, screen));
    }
    let Some(after) = made(&fabric, templates, &mut now, screen) else {
        return Ok(source.unsound(now, screen));
    };
    let mut old_made = None;
    if let Some(old) = &old_fabric {
        old_made = made(old, templates, &mut then, screen);
        if old_made.is_none() {
            return Ok(source.unsound(then, screen));
        }
    }
    let written = folder.as_deref().map(|folder| Written { host: screen.host, folder });
    let origin = match (&old_made, &written) {
        (Some(made), _) => Some(made as &dyn Origin),
        (None, written) => written.as_ref().map(|written| written as &dyn Origin),
    };
    let of_old = || match (census, &old_fabric) {
        (None, Some(old)) => Side::of(old),
        (census, _) => Side { census: census.unwrap_or_default(), kinds: Vec::new() },
    };
    let (new, old) = rayon::join(|| Side::of(&fabric), of_old);
    // What runs is what stood before, where that is known.
    let lossless = |fabric: &Fabric| fabric.intent.classes.iter().any(|class| class.is_lossless());
    let running = match (&old_fabric, &old_made) {
        (Some(fabric), Some(made)) => {
            Running { release: made.bundle().release(), lossless: lossless(fabric) }
        }
        _ => Running { release: after.bundle().release(), lossless: lossless(&fabric) },
    };
    let mut switches = switches(running, &old.census, origin, &new.census, &after).map_err(Failure::new)?;
    let (mut numbers, cables) = rayon::join(|| compare(&old.census, &new.census), || cables(&old, &new));
    numbers.retain(|moved| !matches!(moved.kind, Kind::Cable | Kind::Port));
    pull(&mut switches, &cables, &old, &new);
    let report = Report {
        names: (args.old.display().to_string(), source.fabric.display().to_string()),
        cables,
        numbers,
        switches,
        servers: (servers(&new.census, &old.census), servers(&old.census, &new.census)),
        files: origin.is_some(),
        old: &old,
        new: &new,
    };
    let text = match source.wanted.format {
        Format::Json => format!("{:#}\n", document::document(&report)),
        _ => page::page(&report, args.full, screen.columns()),
    };
    screen.data(&text)?;
    Ok(if report.interrupts() { Exit::Findings } else { Exit::Clean })
}

/// Servers of one side that the other lacks.
fn servers<'a>(of: &'a Census, other: &Census) -> Vec<&'a str> {
    let known: BTreeSet<&str> = other.hosts.iter().filter(|h| !h.absent).map(|h| h.name.as_str()).collect();
    let there = of.hosts.iter().filter(|h| !h.absent).map(|h| h.name.as_str());
    there.filter(|name| !known.contains(name)).collect()
}

/// A path that there is; else a revision.
fn former(args: &Args, new: &Path, screen: &Screen) -> Result<Former, Failure> {
    let (host, old) = (screen.host, args.old.as_path());
    let shown = old.display();
    let options =
        pipeline::Options { include_root: args.source.root.clone(), own_templates: args.templates.is_some() };
    let fabric = |path: &Path| Former::Fabric(Box::new(pipeline::analyze(path, host, &options)));
    let census = |bytes: &[u8]| {
        Census::read(bytes).map_err(|error| Failure::new(format!("{shown} is no fabric.json: {error}")))
    };
    let inside = old.join("fabric.kdl");
    if host.canonical(&inside).is_ok() {
        return Ok(fabric(&inside));
    }
    if let Ok(bytes) = host.read(&old.join("fabric.json"), usize::MAX - 1) {
        return Ok(Former::Built { census: census(&bytes)?, folder: Some(old.to_path_buf()) });
    }
    if let Ok(bytes) = host.read(old, usize::MAX - 1) {
        let json = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
        if json {
            return Ok(Former::Built { census: census(&bytes)?, folder: None });
        }
        return Ok(fabric(old));
    }
    let revision = old.to_string_lossy();
    let then = pipeline::at_revision(new, &revision, host, args.source.root.as_deref());
    then.map(|then| Former::Fabric(Box::new(then))).map_err(|finding| {
        Failure::new(format!(
            "{}; give a fabric, a folder that a build wrote, a fabric.json, or a commit, branch or tag",
            finding.message
        ))
    })
}

/// Files that a build wrote.
struct Written<'a> {
    host: &'a dyn Host,
    folder: &'a Path,
}

impl Origin for Written<'_> {
    fn fill(&self, switch: &str, own: &mut Own) -> Result<(), String> {
        let folder = self.folder.join("switches").join(switch);
        let read = |name: &str| {
            let path = folder.join(name);
            let read = self.host.read(&path, crate::config_db::LIMIT);
            read.map_err(|error| format!("cannot read {}: {error}", path.display()))
        };
        own.config_db = read("config_db.json")?;
        own.frr = read("frr.conf")?;
        // Community SONiC has none.
        own.cli = read("sonic-cli.txt").unwrap_or_default();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
