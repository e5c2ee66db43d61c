//! One switch: its steps, one after another, each noted before and after.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::book::Book;
use super::remote::{Ended, Fault, Remote};
use super::secrets::Secrets;
use super::{Pace, Told};
use crate::apply::after::missing;
use crate::apply::notes::{Event, Notes, names};
use crate::apply::preflight::Seen;
use crate::apply::secrets::Filled;
use crate::apply::steps::{self, Step, Undo};
use crate::apply::trail::{Trail, holds_no_secret, patched};
use crate::cli::Failure;
use crate::deployed::mask::is_masked;
use crate::diff::running::Build;
use crate::plan::document::{SwitchDoc, Verify, owned_hash};

/// How it ended, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) event: Event,
    pub(super) why: Option<String>,
}

/// Why a step isn't done.
#[derive(Debug)]
pub(super) enum Stop {
    Fault(Fault),
    /// The journal can't be written: nothing more may be done.
    Book(Failure),
    /// Somebody asked for an end.
    Asked,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Book(failure)
    }
}

pub(super) fn failed(why: impl Into<String>) -> Stop {
    Stop::Fault(Fault::Failed(why.into()))
}

/// A switch that is worked on.
pub(super) struct Work<'a> {
    pub(super) name: &'a str,
    pub(super) doc: &'a SwitchDoc,
    pub(super) remote: Remote<'a>,
    pub(super) book: &'a Book,
    pub(super) pace: Pace,
    pub(super) build: Build,
    /// Rows with secrets; none where they are not at hand.
    pub(super) secrets: Option<Filled>,
    pub(super) stop: &'a AtomicBool,
    pub(super) tell: &'a Told<'a>,
}

impl Work<'_> {
    pub(super) fn notes(&self) -> Notes {
        self.book.notes(self.name)
    }

    fn trail(&self) -> Result<(Seen, Trail), Stop> {
        let before = self.book.before(self.name)?;
        let trail = Trail::new(before.db.clone(), &self.doc.stages, &self.doc.secrets).map_err(failed)?;
        Ok((before, trail))
    }

    /// All steps up to what must be up; the rest is [`Work::close`]'s. Nothing is at an end yet where it gives none.
    pub(super) fn open(&self) -> Option<End> {
        let result = self.forth();
        self.or_back(result)
    }

    /// Looks once more where it was watched, and where links have come whose other ends are `done`; saves what runs, and gives
    /// the lock up.
    pub(super) fn close(&self, watched: bool, done: &BTreeSet<String>) -> End {
        let looked = || {
            let fresh = self.doc.verify.fresh(&self.book.before(self.name)?, &|far| done.contains(far));
            match watched || !fresh.is_empty() {
                true => self.step(&Step::Verify.to_string(), || self.verify(&fresh)),
                false => Ok(()),
            }
        };
        let done = looked()
            .and_then(|()| self.step(&Step::Save.to_string(), || self.save()))
            .and_then(|()| self.step(&Step::Finish.to_string(), || Ok(self.remote.free()?)));
        self.or_back(done).unwrap_or_else(|| self.end(Event::New, None))
    }

    /// Leaves a switch that is done but for saving: somebody asked for an end while it was watched.
    pub(super) fn leave(&self) -> End {
        self.pause("stopped while it was watched: it runs what is wanted, and that is not saved")
    }

    /// The way back after a failure.
    fn or_back(&self, result: Result<(), Stop>) -> Option<End> {
        let why = match result {
            Ok(()) => return None,
            Err(Stop::Asked) => return Some(self.pause("stopped between two steps")),
            Err(Stop::Fault(Fault::Lost(why))) => return Some(self.lost(&why)),
            Err(Stop::Book(failure)) => return Some(self.between(&failure.0)),
            Err(Stop::Fault(Fault::Failed(why))) => why,
        };
        // Others of the wave end their step, and begin no other.
        self.stop.store(true, Ordering::Relaxed);
        (self.tell)(self.name, &format!("failed: {why}; it is taken back"));
        Some(self.back(&why))
    }

    fn end(&self, event: Event, why: Option<String>) -> End {
        match self.book.note(self.name, None, event, why.as_deref()) {
            Ok(()) => End { event, why },
            Err(failure) => End { event, why: Some([why.unwrap_or_default(), failure.0].join("; ")) },
        }
    }

    fn lost(&self, why: &str) -> End {
        self.stop.store(true, Ordering::Relaxed);
        self.end(Event::Unknown, Some(why.to_owned()))
    }

    fn between(&self, why: &str) -> End {
        self.stop.store(true, Ordering::Relaxed);
        self.end(Event::Between, Some(why.to_owned()))
    }

    /// Where a switch is left on purpose.
    fn pause(&self, why: &str) -> End {
        let notes = self.notes();
        if notes.begun.is_empty() {
            return self.end(Event::Old, Some(why.to_owned()));
        }
        let of = self.doc.stages.len();
        let done = (0..of).filter(|n| notes.has_done(&Step::Stage(*n).to_string())).count();
        let patches = if of > 0 { format!(", after {done} of {of} patches") } else { String::new() };
        self.end(Event::Between, Some(format!("{why}{patches}")))
    }

    /// One step, noted before and after.
    pub(super) fn step(&self, name: &str, work: impl FnOnce() -> Result<(), Stop>) -> Result<(), Stop> {
        self.book.note(self.name, Some(name), Event::Begin, None)?;
        match work() {
            Ok(()) => {
                self.book.note(self.name, Some(name), Event::Done, None)?;
                (self.tell)(self.name, &format!("{name}: done"));
                Ok(())
            }
            Err(stop) => {
                let why = match &stop {
                    Stop::Fault(Fault::Failed(why) | Fault::Lost(why)) => why.as_str(),
                    _ => "",
                };
                self.book.note(self.name, Some(name), Event::Failed, Some(why))?;
                Err(stop)
            }
        }
    }

    /// A job, which has a number of its own.
    fn job(&self, what: &[&str], input: &[u8], seconds: u64) -> Result<Ended, Stop> {
        let number = self.notes().count.to_string();
        Ok(self.remote.job(&number, what, input, self.patience(seconds))?)
    }

    /// How long something may take that should take so many seconds.
    fn patience(&self, seconds: u64) -> Duration {
        self.pace.step.unwrap_or(Duration::from_secs(seconds * 10 + 300))
    }

    /// A job that must end well.
    pub(super) fn well(&self, what: &[&str], input: &[u8], seconds: u64) -> Result<(), Stop> {
        match self.job(what, input, seconds)? {
            Ended::Code(0, _) => Ok(()),
            Ended::Code(code, said) if said.is_empty() => Err(failed(format!("exit code {code}"))),
            Ended::Code(_, said) => Err(failed(said)),
            Ended::Somehow => Err(failed("it was ended from outside")),
        }
    }

    fn forth(&self) -> Result<(), Stop> {
        if self.notes().is_new() {
            // It is as it was before, too: only other secrets are to be written.
            self.book.note(self.name, None, Event::Old, Some("begun anew"))?;
        }
        let mut notes = self.notes();
        if notes.is_open() {
            // Whatever ran when fabc ended may still run.
            let _ = self.remote.wait_for(&notes.count.to_string(), self.patience(self.doc.seconds));
            if notes.drained && self.remote.look()?.beside.lock.as_deref() == Some(self.remote.plan) {
                // What FRR runs can't be compared while traffic is led away.
                self.step("undrain, to look", || self.bring_back())?;
            }
            notes = self.notes();
        }
        let prepared = notes.has_done(names::PREPARE);
        let seen = if prepared { self.remote.look()? } else { self.remote.look_at_all()? };
        if !prepared {
            if owned_hash(&seen.db) != self.doc.observed.config_db || !seen.is_frr_old(self.doc, self.build) {
                return Err(failed("it is not as the plan saw it any more"));
            }
            self.book.keep(self.name, &seen)?;
        }
        let (_, trail) = self.trail()?;
        let at = match trail.at(&seen.db) {
            Some(number) => number,
            None if self.doc.way == "reload" && notes.has_begun(names::RELOAD) => 0,
            None => match notes.stage {
                Some(number) if notes.has_done(names::PREPARE) => self.mend(&seen, &trail, number)?,
                _ => return Err(failed("its ConfigDB is none that the plan leads through")),
            },
        };
        for step in steps::forward(self.doc, at, seen.is_frr_loaded(self.doc, self.build), &notes) {
            if matches!(step, Step::Save | Step::Finish) {
                break;
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err(Stop::Asked);
            }
            let early = !notes.has_done(names::PREPARE);
            self.step(&step.to_string(), || match step {
                Step::Prepare => Ok(self.remote.lock(early, seen.state.apply_patch)?),
                _ => self.forward(&step, &trail),
            })?;
        }
        Ok(())
    }

    /// What was written of a patch is taken back, and the patch may come anew.
    fn mend(&self, seen: &Seen, trail: &Trail, number: usize) -> Result<usize, Stop> {
        self.remote.lock(false, false)?;
        let undo = Undo::Repair(number);
        let patch = trail.repair(&seen.db, number);
        let patch = patch.ok_or_else(|| failed("what it was holds a secret that only it knows"))?;
        self.step(&undo.to_string(), || {
            self.well(&["patch"], &bytes(&patch), self.doc.seconds)?;
            if trail.has(&self.remote.look()?.db, number) {
                Ok(())
            } else {
                Err(failed("it can't be mended"))
            }
        })?;
        Ok(number)
    }

    fn forward(&self, step: &Step, trail: &Trail) -> Result<(), Stop> {
        match step {
            Step::Drain => {
                let on = self.doc.drain.as_ref().map(|drain| drain.on.join("\n") + "\n");
                self.well(&["vtysh"], on.unwrap_or_default().as_bytes(), 10)?;
                self.settle();
                Ok(())
            }
            Step::Undrain => self.undrain(),
            Step::Stage(number) => self.stage(*number, trail),
            Step::PlaceFrr => self.well(&["place"], self.frr().as_bytes(), 10),
            Step::Frr => {
                self.well(&["frr"], self.frr().as_bytes(), 30)?;
                match self.remote.look()?.is_frr_loaded(self.doc, self.build) {
                    true => Ok(()),
                    false => Err(failed("FRR runs something else than the new frr.conf says")),
                }
            }
            Step::Restart(what) => self.well(&["restart", what], b"", 120),
            Step::Reload => self.reload(trail),
            Step::Secrets => self.secrets(),
            Step::Verify => self.verify(&Verify::default()),
            // The first is done by who looked, the last by `close`.
            Step::Prepare | Step::Save | Step::Finish => Ok(()),
        }
    }

    fn frr(&self) -> &str {
        let frr = self.doc.frr.as_ref();
        frr.map_or("", |frr| frr.drained.as_ref().unwrap_or(&frr.after).as_str())
    }

    fn settle(&self) {
        std::thread::sleep(self.pace.settle);
    }

    /// Traffic comes back: by the frr.conf that doesn't lead it away, where one that does was loaded.
    fn undrain(&self) -> Result<(), Stop> {
        let notes = self.notes();
        let loaded = notes.has_begun(names::FRR) || notes.has_begun(names::PLACE);
        match self.doc.frr.as_ref().filter(|frr| frr.drained.is_some() && loaded) {
            None => self.bring_back(),
            Some(frr) => {
                self.well(&["frr"], frr.after.as_bytes(), 30)?;
                match self.remote.look()?.is_frr_new(self.doc, self.build) {
                    true => Ok(()),
                    false => Err(failed("FRR runs something else than the new frr.conf says")),
                }
            }
        }
    }

    /// Traffic comes back by a line.
    fn bring_back(&self) -> Result<(), Stop> {
        let Some(drain) = &self.doc.drain else { return Ok(()) };
        // A frr.conf that was loaded meanwhile has brought traffic back.
        let on = drain.on.last().map_or("", |line| line.trim());
        if !self.remote.look()?.frr.lines().any(|line| line.trim() == on) {
            return Ok(());
        }
        let off = drain.off.join("\n") + "\n";
        self.well(&["vtysh"], off.as_bytes(), 10)
    }

    fn stage(&self, number: usize, trail: &Trail) -> Result<(), Stop> {
        let Some(stage) = self.doc.stages.get(number) else { return Ok(()) };
        if !holds_no_secret(&stage.patch) {
            return Err(failed("the patch would write the mask of a secret"));
        }
        let ended = self.job(&["patch"], &bytes(&stage.patch), stage.seconds)?;
        if let Ended::Code(code, said) = &ended
            && *code != 0
        {
            return Err(failed(format!("`config apply-patch` refused patch {}: {said}", number + 1)));
        }
        let now = self.remote.look()?.db;
        if trail.at(&now) == Some(number + 1) {
            return Ok(());
        }
        let foreign = trail.foreign(&now);
        Err(failed(match (trail.has(&now, number + 1), foreign.first()) {
            (true, Some(row)) => format!("somebody else changed {row} meanwhile"),
            _ => format!("patch {} is not there as a whole", number + 1),
        }))
    }

    /// The whole ConfigDB, made of what runs at this moment.
    fn reload(&self, trail: &Trail) -> Result<(), Stop> {
        let patches: Vec<Json> = self.doc.stages.iter().flat_map(|s| s.patch.clone()).collect();
        // A reload that was cut off may have left half of a ConfigDB, or all of the new one.
        let (running, patches) = match trail.at(&self.remote.look()?.db) {
            Some(0) => (self.remote.config()?, patches),
            Some(_) => (self.remote.config()?, Vec::new()),
            None => (self.remote.before()?, patches),
        };
        let file = patched(&running, &patches)
            .map_err(|error| failed(format!("what runs can't be changed as planned: {error}")))?;
        self.load(&["reload"], file.to_string().as_bytes())?;
        self.ready(|seen| trail.is_loaded(&seen.db) && seen.is_frr_loaded(self.doc, self.build))
    }

    /// `config reload`; it refuses while services still start, and then is asked again.
    fn load(&self, what: &[&str], input: &[u8]) -> Result<(), Stop> {
        let begun = Instant::now();
        loop {
            match self.job(what, input, self.doc.seconds)? {
                Ended::Code(0, _) | Ended::Somehow => return Ok(()),
                Ended::Code(_, said) if said.contains("not ready") && begun.elapsed() < self.pace.verify => {
                    std::thread::sleep(Duration::from_secs(5).min(self.pace.verify));
                    // A job runs once: another attempt has another number.
                    self.book.note(self.name, Some(names::RELOAD), Event::Begin, Some("once more"))?;
                }
                Ended::Code(_, said) => return Err(failed(format!("`config reload` failed: {said}"))),
            }
        }
    }

    /// Waits until a switch is as it is to be.
    fn ready(&self, is: impl Fn(&Seen) -> bool) -> Result<(), Stop> {
        let begun = Instant::now();
        loop {
            if self.remote.look().is_ok_and(|seen| is(&seen)) {
                return Ok(());
            }
            if begun.elapsed() >= self.pace.verify {
                return Err(failed("after the reload it does not run what was loaded"));
            }
            std::thread::sleep(Duration::from_secs(2));
        }
    }

    /// What was up must be up, and what is fresh.
    fn verify(&self, fresh: &Verify) -> Result<(), Stop> {
        let before = self.book.before(self.name)?;
        let begun = Instant::now();
        loop {
            let now = self.remote.look()?;
            let mut amiss = missing(&self.doc.verify, &before, &now);
            amiss.extend(fresh.amiss(&now));
            let Some(first) = amiss.first() else { return Ok(()) };
            if begun.elapsed() >= self.pace.verify {
                let more =
                    if amiss.len() > 1 { format!(" (and {} more)", amiss.len() - 1) } else { String::new() };
                return Err(failed(format!("{first}{more}")));
            }
            std::thread::sleep(Duration::from_secs(1));
        }
    }

    fn save(&self) -> Result<(), Stop> {
        self.well(&["save"], b"", 10)?;
        let seen = self.remote.look()?;
        match seen.saved.is_some_and(|saved| owned_hash(&saved) == owned_hash(&seen.db)) {
            true => Ok(()),
            false => Err(failed("what is saved is not what runs")),
        }
    }

    /// Takes the switch back to where it was. A switch that was at an end is changed anew, the other way round.
    pub(super) fn back(&self, why: &str) -> End {
        match self.try_back() {
            Ok(None) => self.end(Event::Old, Some(why.to_owned())),
            Ok(Some(but)) => self.end(Event::Old, Some(format!("{why}; {but}"))),
            Err(Stop::Fault(Fault::Lost(lost))) => self.lost(&format!("{why}; on the way back: {lost}")),
            Err(Stop::Fault(Fault::Failed(worse))) => {
                self.between(&format!("{why}; on the way back: {worse}"))
            }
            Err(Stop::Book(failure)) => self.between(&format!("{why}; {}", failure.0)),
            Err(Stop::Asked) => self.pause(why),
        }
    }

    fn try_back(&self) -> Result<Option<String>, Stop> {
        let notes = self.notes();
        let was_new = notes.was_new;
        let seen = self.remote.look()?;
        if !notes.has_done(names::PREPARE) {
            // Nothing was done.
            self.remote.free()?;
            return Ok(None);
        }
        let (before, trail) = self.trail()?;
        let locked = seen.beside.lock.as_deref() == Some(self.remote.plan);
        if locked {
            let _ = self.remote.wait_for(&notes.count.to_string(), self.patience(self.doc.seconds));
        } else {
            self.remote.lock(false, false)?;
        }
        // First: GCU would write what its rollback changes to the log.
        let secrets = self.secrets_back(was_new, locked, &before)?;
        let now = self.remote.look()?.db;
        let at = (0..=trail.len()).find(|&number| trail.has(&now, number));
        let mut undo: std::collections::VecDeque<Undo> = steps::back(self.doc, at, &notes).into();
        while let Some(next) = undo.pop_front() {
            let done = self.step(&next.to_string(), || match (next, &secrets) {
                (Undo::RollBack, Secrets::Stuck(_)) => {
                    Err(failed("GCU would log the secrets that it takes back"))
                }
                _ => self.undo(next, &trail, was_new),
            });
            match done {
                Ok(()) => {}
                Err(Stop::Fault(Fault::Failed(why))) => {
                    let Some(other) = next.or_else(self.doc) else { return Err(failed(why)) };
                    undo = [other].into();
                }
                Err(stop) => return Err(stop),
            }
        }
        let frr = [names::FRR, names::PLACE].iter().any(|step| notes.has_begun(step));
        let now = self.remote.look()?;
        if frr && locked && !was_new {
            self.step("put back frr.conf", || self.well(&["frr_back"], b"", 30))?;
        } else if frr && !now.is_frr_old(self.doc, self.build) {
            let old = self.doc.frr.as_ref().map_or("", |frr| frr.before.as_str());
            if is_masked(old) {
                return Err(failed("the old frr.conf holds a secret that only the switch knew"));
            }
            self.step("put back frr.conf", || self.well(&["frr"], old.as_bytes(), 30))?;
        }
        if self.notes().drained {
            self.step(names::UNDRAIN, || self.bring_back())?;
        }
        let now = self.remote.look()?;
        if !trail.has(&now.db, 0) || !now.is_frr_old(self.doc, self.build) {
            return Err(failed("it is not as it was"));
        }
        let secrets = match secrets {
            Secrets::Back => None,
            Secrets::Stay => Some("secrets that were there before stay as the plan wrote them".to_owned()),
            Secrets::Stuck(why) => return Err(failed(why)),
        };
        if was_new {
            self.step(names::SAVE, || self.well(&["save"], b"", 10))?;
        } else if notes.has_begun(names::SAVE) {
            self.step("put back what was saved", || self.well(&["saved_back"], b"", 10))?;
        }
        let begun = Instant::now();
        let amiss = loop {
            let amiss = missing(&self.doc.verify, &before, &self.remote.look()?);
            if amiss.is_empty() || begun.elapsed() >= self.pace.verify {
                break amiss;
            }
            std::thread::sleep(Duration::from_secs(1));
        };
        self.remote.free()?;
        let foreign = trail.foreign(&now.db);
        let amiss = amiss.first().map(|first| format!("taken back, but {first}"));
        let foreign = foreign.first().map(|row| format!("somebody else changed {row}"));
        Ok([secrets, amiss, foreign].into_iter().flatten().reduce(|a, b| format!("{a}; {b}")))
    }

    fn undo(&self, undo: Undo, trail: &Trail, was_new: bool) -> Result<(), Stop> {
        let target = match undo {
            Undo::Repair(number) => {
                let patch = trail.repair(&self.remote.look()?.db, number);
                let patch = patch.ok_or_else(|| failed("it holds a secret"))?;
                self.well(&["patch"], &bytes(&patch), self.doc.seconds)?;
                number
            }
            Undo::Stage(number) => {
                let inverse = self.doc.stages.get(number).map(|stage| bytes(&stage.inverse));
                self.well(&["patch"], &inverse.unwrap_or_default(), self.doc.seconds)?;
                number
            }
            Undo::RollBack => {
                self.well(&["rollback", self.remote.plan], b"", self.doc.seconds)?;
                0
            }
            Undo::Reload => {
                if was_new {
                    let running = self.remote.config()?;
                    let inverse: Vec<Json> =
                        self.doc.stages.iter().rev().flat_map(|stage| stage.inverse.clone()).collect();
                    if !holds_no_secret(&inverse) {
                        return Err(failed("what it was holds a secret that only it knew"));
                    }
                    let file = patched(&running, &inverse).map_err(failed)?;
                    self.load(&["reload"], file.to_string().as_bytes())?;
                } else {
                    self.load(&["reload_before"], b"")?;
                }
                return self.ready(|seen| trail.has(&seen.db, 0));
            }
        };
        if trail.has(&self.remote.look()?.db, target) {
            Ok(())
        } else {
            Err(failed("it did not take effect"))
        }
    }
}

fn bytes(patch: &[Json]) -> Vec<u8> {
    Json::from(patch.to_vec()).to_string().into_bytes()
}
