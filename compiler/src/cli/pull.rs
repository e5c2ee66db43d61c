//! `fabc pull`: what switches run, into a folder for each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use fabc_lang::diagnostic::Severity;
use fabc_lang::fabric::{Fabric, Switch, natural_cmp};

use super::reach::Reach;
use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure, known};
use crate::deployed::failed::{self, Failed, Failures};
use crate::deployed::observed::{self, LIMIT, Observed, Unfit};
use crate::deployed::{CONFIG_DB, FAILED, FRR, SAVED, STATE};
use crate::output::{Put, Shelf};
use crate::pipeline::Analysis;
use crate::ssh::{self, Broken, Target, Trouble};

/// All that is written for a switch.
const OWN: &[&str] = &[CONFIG_DB, FRR, SAVED, STATE];

/// Read what switches run, and keep it: a folder for each, good to have in Git
///
/// Asks every switch of the fabric, or those that are named, over ssh: its ConfigDB as it runs and as it is saved, FRR's
/// running configuration, release, platform, ports, LLDP neighbours and BGP sessions. Nothing on a switch is changed.
/// Secrets are masked, in values and in keys; a second pull of a switch that did not change changes no byte.
///
/// The user, keys and jump hosts are those of your own ssh configuration; host keys must be known already. A switch that
/// can't be read is listed in failed.json with the reason, and keeps its former folder.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Switches to read; all where none is named
    #[arg(value_name = "SWITCH")]
    switches: Vec<String>,
    /// The folder to write
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    reach: Reach,
}

const EXIT_CODES: &str = "Exit codes:
  0  all were read
  1  errors in the source
  2  wrong usage, or a switch could not be read";

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let Analysis { sources, mut findings, fabric, .. } = args.source.analyze(screen)?;
    let Some(fabric) = fabric.filter(|_| !findings.has_errors()) else {
        // Warnings and notes are for `check` to say.
        findings.retain(|f| f.severity == Severity::Error);
        return Ok(args.source.report(&sources, findings, screen));
    };
    known(&args.switches, &fabric)?;
    let all = fabric.switches.iter().filter(|s| !s.absent);
    let asked: Vec<&Switch> =
        all.filter(|s| args.switches.is_empty() || args.switches.contains(&s.name)).collect();
    let shelf = Shelf::open(&args.out).map_err(|error| Failure::new(error.to_string()))?;
    let waiting = Mutex::new(asked.iter().rev().copied().collect::<Vec<_>>());
    let results = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some(switch) = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            let result = read(switch, &args.reach).and_then(|observed| keep(switch, &observed, &shelf));
            if let Err(failed) = &result {
                screen.failure(&format!("{}: {}: {}", failed.switch, failed.what, failed.reason));
            }
            results.lock().unwrap_or_else(PoisonError::into_inner).insert(&switch.name, result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..usize::from(args.reach.parallel).min(asked.len()) {
            scope.spawn(work);
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let failed: Vec<&Failed> = results.values().filter_map(|r| r.as_ref().err()).collect();
    note(&args.out, &shelf, &fabric, &asked, &failed, screen)?;
    let count = |put: Put| results.values().filter(|r| r.as_ref().ok() == Some(&put)).count();
    let numbers = [
        (count(Put::Created), "new"),
        (count(Put::Changed), "changed"),
        (count(Put::Unchanged), "unchanged"),
        (failed.len(), "failed"),
    ];
    let numbers: Vec<String> =
        numbers.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let es = if asked.len() == 1 { "" } else { "es" };
    let numbers = numbers.join(", ");
    screen.status(&format!("{}: {} switch{es}: {numbers}", args.out.display(), asked.len()))?;
    Ok(if failed.is_empty() { Exit::Clean } else { Exit::Failed })
}

/// Asks one switch.
fn read(switch: &Switch, reach: &Reach) -> Result<Observed, Failed> {
    let failed =
        |what: &str, reason: String| Failed { switch: switch.name.clone(), what: what.into(), reason };
    let address = reach.address(switch.mgmt).map_err(|why| failed("no-address", why))?;
    let options = reach.options(false);
    let target = Target { name: &switch.name, address };
    // No program may use up all the time: then the others would not be heard of.
    let script = observed::script((reach.timeout / 2).clamp(1, 60), true);
    let patience = Duration::from_secs(reach.timeout);
    let answer = ssh::run(&options, &target, "sh -s", script.as_bytes(), patience, LIMIT)
        .map_err(|error| failed(Trouble::NoSsh.name(), format!("cannot run ssh: {error}")))?;
    let seconds = reach.timeout;
    match answer.broken {
        Some(Broken::TimedOut) => {
            return Err(failed(
                "timeout",
                format!("no whole answer in {seconds} s: --timeout gives it more"),
            ));
        }
        Some(Broken::TooLong) => return Err(failed("answer", format!("more than {} MiB", LIMIT >> 20))),
        None => {}
    }
    observed::observe(&answer.out).map_err(|unfit| match unfit {
        Unfit::Needed(program, why) => failed("command", format!("{program}: {why}")),
        Unfit::CutOff => failed(
            "cut-off",
            format!("the connection ended in the middle of the answer: {}", answer.last_line()),
        ),
        Unfit::Foreign if answer.code == Some(255) => {
            failed(Trouble::of(&answer.said).name(), answer.last_line())
        }
        Unfit::Foreign => failed("answer", format!("it runs no POSIX shell for us: {}", answer.last_line())),
    })
}

/// Puts what a switch answered where it belongs.
fn keep(switch: &Switch, observed: &Observed, shelf: &Shelf) -> Result<Put, Failed> {
    let failed = |reason: String| Failed { switch: switch.name.clone(), what: "write".into(), reason };
    shelf.put(&switch.name, &observed.files, OWN).map_err(|error| failed(error.to_string()))
}

/// Brings failed.json up to date: what is told of switches that were not asked this time stays.
fn note(
    out: &Path,
    shelf: &Shelf,
    fabric: &Fabric,
    asked: &[&Switch],
    failed: &[&Failed],
    screen: &Screen,
) -> Result<(), Failure> {
    let former = screen.host.read(&out.join(FAILED), LIMIT).ok();
    let former = former.and_then(|bytes| serde_json::from_slice::<Failures>(&bytes).ok());
    let there = |name: &str| fabric.switches.iter().any(|s| !s.absent && s.name == name);
    let mut all: Vec<Failed> = former.map_or(Vec::new(), |former| former.failed);
    all.retain(|old| there(&old.switch) && asked.iter().all(|switch| switch.name != old.switch));
    all.extend(failed.iter().map(|&failed| failed.clone()));
    all.sort_by(|a, b| natural_cmp(&a.switch, &b.switch));
    let bytes = if all.is_empty() {
        None
    } else {
        let text =
            serde_json::to_string_pretty(&Failures { schema_version: failed::SCHEMA_VERSION, failed: all });
        Some(text.map_err(|error| Failure::new(error.to_string()))? + "\n")
    };
    let noted = shelf.note(FAILED, bytes.as_deref().map(str::as_bytes));
    noted.map_err(|error| Failure::new(error.to_string()))
}
