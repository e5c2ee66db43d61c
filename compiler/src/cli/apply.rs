//! `fabc apply`: a plan is carried out, wave after wave, each step noted; and taken back where one fails.

mod book;
mod playbook;
mod remote;
mod result;
mod secrets;
mod switch;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fabc_lang::diagnostic::nearest;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;
use fabc_targets::sonic::secrets::Secrets;

use super::reach::{Connect, Reach};
use super::screen::Screen;
use super::{Exit, Failure};
use crate::apply::ansible;
use crate::apply::preflight::{Verdict, judge};
use crate::apply::secrets::{Filled, take};
use crate::config_db::LIMIT;
use crate::diff::running::Build;
use crate::output::Hash;
use crate::plan::document::{Plan, SwitchDoc, WaveDoc};
use crate::plan::secrets::variables;
use crate::ssh;
use book::Book;
use remote::{Fault, Remote};
use result::Report;
use switch::Work;

/// Carry out a plan: wave after wave, each step noted, and taken back where one fails
///
/// PLAN is what `fabc plan -o` wrote. Every switch is looked at first: one that is not as the plan saw it is refused, and so
/// is the whole plan. Then each gets a lock and a checkpoint, is drained where the plan says so, and gets its patches one by
/// one, each read back; frr.conf; or its ConfigDB as a whole. What was up before must be up again, then it is saved.
///
/// A switch on which a step fails is taken back, and no other is begun. Ctrl-C ends after the running step. Whatever happens
/// to fabc or to a connection, `--resume` and `--rollback` go on from what each switch is seen to run.
///
/// Secrets that the plan writes are taken from the environment variables that the fabric names by `secret-env`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// The plan
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Only these switches
    #[arg(long, value_name = "SWITCH", value_delimiter = ',')]
    only: Vec<String>,
    /// Only this wave, counted from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    wave: Option<u32>,
    /// Only part I of N of the wave, for several machines that share it
    #[arg(long, value_name = "I/N", value_parser = shard, requires = "wave")]
    shard: Option<(usize, usize)>,
    /// Look at the switches, say what would be done, and change nothing
    #[arg(long, conflicts_with_all = ["resume", "rollback"])]
    dry_run: bool,
    /// Write the same as an Ansible inventory and playbook into DIR, and touch no switch
    #[arg(long, value_name = "DIR", conflicts_with_all = ["dry_run", "resume", "rollback"])]
    ansible: Option<PathBuf>,
    /// Go on with what was begun
    #[arg(long, conflicts_with = "rollback")]
    resume: bool,
    /// Take back all that was begun, and all that is done
    #[arg(long)]
    rollback: bool,
    /// Where the journal lies; `.fabc-apply` beside the plan without it
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Do not watch canaries before the rest follows
    #[arg(long)]
    no_soak: bool,
    /// Seconds to wait after traffic was led away; the plan's without it
    #[arg(long, value_name = "SECONDS")]
    settle: Option<u64>,
    /// Seconds in which all must be up again; 120, after a reload 600
    #[arg(long, value_name = "SECONDS")]
    verify: Option<u64>,
    /// Seconds that one step may take; ten times what was planned, and 300, without it
    #[arg(long, value_name = "SECONDS")]
    step: Option<u64>,
    /// Seconds that a switch may be away in the middle of its change
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    away: u64,
    #[command(flatten)]
    reach: Reach,
    /// Form of the report on stdout
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
}

/// Forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A table
    Human,
    /// A document: targets/schemas/apply.schema.json
    Json,
}

const EXIT_CODES: &str = "Exit codes:
  0  all is done
  1  a switch failed and was taken back, or not all was begun
  2  wrong usage, a switch that can't be reached or isn't as the plan saw it, or one that is between old and new";

/// How long things may take.
#[derive(Debug, Clone, Copy)]
struct Pace {
    step: Option<Duration>,
    verify: Duration,
    settle: Duration,
}

/// Where progress goes: a switch, and what happens to it.
type Told<'a> = dyn Fn(&str, &str) + Sync + 'a;

/// `2/3`
fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').map(|(i, n)| (i.parse::<usize>(), n.parse::<usize>()));
    match numbers {
        Some((Ok(i), Ok(n))) if i >= 1 && i <= n => Ok((i, n)),
        _ => Err("not I/N with I from 1 to N".to_owned()),
    }
}

/// All that the work is done with.
struct Job<'a> {
    args: &'a Args,
    plan: &'a Plan,
    id: &'a str,
    options: ssh::Options,
    /// Where switches are, if not where their names lead to.
    addresses: BTreeMap<String, IpAddr>,
    build: Build,
    /// What secrets the plan writes; none where all is taken back.
    secrets: Secrets,
    stop: Arc<AtomicBool>,
    tell: &'a Told<'a>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let shown = args.plan.display();
    let bytes = screen
        .host
        .read(&args.plan, LIMIT)
        .map_err(|error| Failure::new(format!("cannot read {shown}: {error}")))?;
    let plan = Plan::read(&bytes)
        .map_err(|error| Failure::new(format!("{shown} is no plan of `fabc plan -o`: {error}")))?;
    let id = format!("{:032x}", Hash::of(&bytes).0);
    let id = id.get(..12).unwrap_or(&id);
    let waves = chosen(args, &plan)?;
    let release = [Nos::Sonic, Nos::EnterpriseSonic].into_iter().find(|nos| nos.name() == plan.nos);
    let release = release.and_then(|nos| Release::find(nos, &plan.release));
    let release = release.ok_or_else(|| {
        Failure::new(format!("{shown} is for {} {}, which this fabc does not know", plan.nos, plan.release))
    })?;
    let build = Build { paths: release.maximum_paths };
    if let Some(folder) = &args.ansible {
        let by_address = args.reach.connect == Connect::Address;
        let pace =
            ansible::Pace { settle: args.settle, verify: args.verify, soak: !args.no_soak, by_address };
        let files = ansible::files(&plan, id, &waves, build, pace);
        let files = files.map_err(|error| Failure::new(format!("{shown}: {error}")))?;
        return playbook::write(folder, &files, screen);
    }
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, stop.clone())
            .map_err(|error| Failure::new(format!("cannot listen for signals: {error}")))?;
    }
    let tell = |switch: &str, what: &str| {
        if !screen.is_quiet() {
            screen.findings(&format!("{switch}: {what}\n"));
        }
    };
    let secrets = match args.rollback {
        true => Secrets::default(),
        false => secrets(&plan, &waves, screen)?,
    };
    let mut options = args.reach.options(true);
    let docs = waves.iter().flatten().filter_map(|name| plan.switches.get(&name.as_str().into()));
    let named: BTreeSet<&str> = docs.flat_map(|doc| variables(&doc.secrets)).collect();
    options.hidden = named.into_iter().map(str::to_owned).collect();
    let mut addresses = BTreeMap::new();
    for name in waves.iter().flatten() {
        let mgmt = plan.switches.get(&name.as_str().into()).and_then(|doc| doc.address);
        let address = args.reach.address(mgmt).map_err(|why| Failure::new(format!("{name}: {why}")))?;
        addresses.extend(address.map(|address| (name.clone(), address)));
    }
    let job = Job { args, plan: &plan, id, options, addresses, build, secrets, stop, tell: &tell };
    let mut report = Report::new(&plan, id, &waves);
    if args.dry_run {
        let verdicts = job.preflight(&waves.concat(), |_| false);
        let exit = report.dry(&verdicts);
        return report.write(args.format == Form::Json, screen).map(|()| exit);
    }
    let home = args.journal.clone().unwrap_or_else(|| beside(&args.plan));
    let book = Book::open(&home, id, &plan.fabric)?;
    let unfinished = book.unfinished();
    if let Some(first) = unfinished.first().filter(|_| !args.resume && !args.rollback) {
        return Err(Failure::new(format!(
            "this plan was begun and is not at an end on {first} (of {}): `--resume` goes on, `--rollback` takes it back; {} tells the steps",
            unfinished.len(),
            book.path().display()
        )));
    }
    if (args.resume || args.rollback) && !book.path().exists() {
        return Err(Failure::new(format!(
            "nothing of this plan was begun: there is no {}",
            book.path().display()
        )));
    }
    if args.rollback {
        job.roll_back(&book, &waves, &mut report);
    } else {
        let ready = job.preflight(&waves.concat(), |name| {
            let notes = book.notes(name);
            notes.is_open() && !notes.begun.is_empty()
        });
        if report.refuses(&ready) {
            report.write(args.format == Form::Json, screen)?;
            return Ok(Exit::Failed);
        }
        job.go(&book, &waves, &mut report);
    }
    report.write(args.format == Form::Json, screen)?;
    Ok(report.exit(args.rollback))
}

/// The secrets of these switches, of the environment.
fn secrets(plan: &Plan, waves: &[Vec<String>], screen: &Screen) -> Result<Secrets, Failure> {
    let docs = waves.iter().flatten().filter_map(|name| plan.switches.get_key_value(&name.as_str().into()));
    let rows = docs.map(|(name, doc)| (name.0.as_str(), doc.secrets.as_slice()));
    take(rows, &|name| screen.host.env(name)).map_err(|wrong| Failure::new(wrong.join("\n")))
}

/// The folder of journals beside a plan.
fn beside(plan: &Path) -> PathBuf {
    plan.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).join(".fabc-apply")
}

/// The switches that are asked for, wave by wave.
fn chosen(args: &Args, plan: &Plan) -> Result<Vec<Vec<String>>, Failure> {
    let blocked = plan.blocked.iter().find(|b| args.only.is_empty() || args.only.contains(&b.switch));
    if let Some(blocked) = blocked {
        return Err(Failure::new(format!(
            "no wave may hold {}: {}; `--only` with other switches leaves it out",
            blocked.switch, blocked.why
        )));
    }
    for name in &args.only {
        if !plan.switches.contains_key(&name.as_str().into()) {
            let near = nearest(name, plan.switches.keys().map(|name| name.0.as_str()));
            let guess = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Failure::new(format!("the plan does nothing to a switch `{name}`{guess}")));
        }
    }
    let asked = args.wave.map(|number| number as usize - 1);
    if asked.is_some_and(|number| number >= plan.waves.len()) {
        return Err(Failure::new(format!("the plan has {} waves", plan.waves.len())));
    }
    let part = |at: usize| args.shard.is_none_or(|(i, n)| at % n == i - 1);
    let waves = plan.waves.iter().enumerate().map(|(number, wave)| {
        if asked.is_some_and(|asked| asked != number) {
            return Vec::new();
        }
        let names = wave.switches.iter().enumerate().filter(|(at, _)| part(*at)).map(|(_, name)| name);
        names.filter(|name| args.only.is_empty() || args.only.contains(name)).cloned().collect()
    });
    Ok(waves.collect())
}

impl Job<'_> {
    fn remote<'a>(&'a self, name: &'a str) -> Remote<'a> {
        Remote {
            name,
            address: self.addresses.get(name).copied(),
            plan: self.id,
            options: &self.options,
            timeout: self.args.reach.patience(),
            patience: Duration::from_secs(self.args.away),
        }
    }

    fn work<'a>(&'a self, name: &'a str, doc: &'a SwitchDoc, book: &'a Book) -> Work<'a> {
        let usual = if doc.way == "reload" { 600 } else { 120 };
        let pace = Pace {
            step: self.args.step.map(Duration::from_secs),
            verify: Duration::from_secs(self.args.verify.unwrap_or(usual)),
            settle: self
                .args
                .settle
                .map_or(Duration::from_millis(self.plan.costs.settle), Duration::from_secs),
        };
        Work {
            name,
            doc,
            remote: self.remote(name),
            book,
            pace,
            build: self.build,
            secrets: Filled::of(&doc.secrets, &self.secrets),
            stop: &self.stop,
            tell: self.tell,
        }
    }

    /// Looks at switches before anything is done; those that are `begun` only have to be there.
    fn preflight(&self, names: &[String], begun: impl Fn(&str) -> bool + Sync) -> BTreeMap<String, Verdict> {
        each(names, self.args.reach.parallel, |name| {
            let doc = self.plan.switches.get(&name.into())?;
            let verdict = match self.remote(name).look_once(false) {
                Ok(_) if begun(name) => Verdict::Ready,
                Ok(seen) => match self.has_secrets(name, doc) {
                    Ok(there) => judge(self.plan, doc, self.id, &seen, there, self.build),
                    Err(fault) => Verdict::Unfit(fault.why()),
                },
                Err(fault) => Verdict::Unfit(fault.why()),
            };
            if let Verdict::Unfit(why) = &verdict {
                (self.tell)(name, why);
            }
            Some(verdict)
        })
    }

    /// Whether a switch has all the secrets that the plan writes to it.
    fn has_secrets(&self, name: &str, doc: &SwitchDoc) -> Result<bool, Fault> {
        match Filled::of(&doc.secrets, &self.secrets) {
            _ if doc.secrets.is_empty() => Ok(true),
            Some(filled) => Ok(filled.is_in(&self.remote(name).config_once()?)),
            None => Ok(false),
        }
    }

    /// Wave after wave.
    fn go(&self, book: &Book, waves: &[Vec<String>], report: &mut Report) {
        for (wave, names) in self.plan.waves.iter().zip(waves) {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let names: Vec<String> = names.iter().filter(|name| report.is_to_do(name)).cloned().collect();
            let opened = each(&names, self.args.reach.parallel, |name| {
                let doc = self.plan.switches.get(&name.into())?;
                Some(self.work(name, doc, book).open())
            });
            let open: Vec<String> =
                opened.iter().filter(|(_, end)| end.is_none()).map(|(name, _)| name.clone()).collect();
            report.note(opened.into_iter().filter_map(|(name, end)| Some((name, end?))));
            let soaks = wave.canary && wave.soak > 0 && !self.args.no_soak && !open.is_empty();
            let watched = !soaks || self.soak(wave, &open);
            let done: BTreeSet<String> =
                open.iter().cloned().chain(report.new_ones().map(str::to_owned)).collect();
            let closed = each(&open, self.args.reach.parallel, |name| {
                let doc = self.plan.switches.get(&name.into())?;
                let work = self.work(name, doc, book);
                Some(if watched { work.close(soaks, &done) } else { work.leave() })
            });
            report.note(closed);
        }
    }

    /// Watches canaries; says whether they were watched to the end.
    fn soak(&self, wave: &WaveDoc, names: &[String]) -> bool {
        let soak = Duration::from_secs(wave.soak);
        (self.tell)(&names.join(", "), &format!("watched for {} s", wave.soak));
        let begun = Instant::now();
        while begun.elapsed() < soak {
            if self.stop.load(Ordering::Relaxed) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(200).min(soak));
        }
        true
    }

    /// The last wave first.
    fn roll_back(&self, book: &Book, waves: &[Vec<String>], report: &mut Report) {
        for names in waves.iter().rev() {
            let names: Vec<String> =
                names.iter().filter(|name| !book.notes(name).begun.is_empty()).cloned().collect();
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let ends = each(&names, self.args.reach.parallel, |name| {
                let doc = self.plan.switches.get(&name.into())?;
                Some(self.work(name, doc, book).back("taken back, as was asked for"))
            });
            report.note(ends);
        }
    }
}

/// Does something for each name, for some at a time.
fn each<T: Send>(
    names: &[String],
    parallel: u16,
    work: impl Fn(&str) -> Option<T> + Sync,
) -> BTreeMap<String, T> {
    let waiting = Mutex::new(names.iter().rev().collect::<Vec<_>>());
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..usize::from(parallel).min(names.len()) {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(name) = next else { return };
                    if let Some(result) = work(name) {
                        done.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), result);
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}
