//! What a switch is seen to be, and whether that is what the plan was made for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::deployed::observed::Observed;
use crate::deployed::state::State;
use crate::deployed::{CONFIG_DB, FRR, SAVED};
use crate::diff::running::Build;
use crate::diff::statements::running;
use crate::plan::db::Db;
use crate::plan::document::{Plan, SwitchDoc, owned_hash};

/// Space that must be left for copies, patches and logs, in KiB.
pub(super) const SPACE: u64 = 16 << 10;

/// What a switch runs, secrets masked, and what is noted there.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// ConfigDB as it runs.
    pub db: Db,
    /// As it is saved.
    pub saved: Option<Db>,
    /// FRR's running configuration.
    pub frr: String,
    /// Release, ports, sessions, neighbours.
    pub state: State,
    /// What is beside it.
    pub beside: Beside,
}

/// What a switch says besides what `fabc pull` asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Beside {
    /// The plan that has it locked.
    pub lock: Option<String>,
    /// Free KiB, by place.
    pub free: Vec<(u64, String)>,
    /// Queues in which the PFC watchdog sees a storm.
    pub storms: BTreeSet<String>,
    /// Files that SONiC would rather load.
    pub files: Vec<String>,
    /// What `ztp status -c` says; none where there is no such program.
    pub ztp: Option<String>,
}

impl Beside {
    /// Reads the answer of `look`; none where it breaks off.
    pub fn read(answer: &str) -> Option<Beside> {
        let mut beside = Beside::default();
        for line in answer.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let mut words = rest.split_whitespace();
            match word {
                "@lock" => beside.lock = Some(rest.trim().to_owned()),
                "@free" => {
                    if let (Some(Ok(free)), Some(place)) = (words.next().map(str::parse), words.next()) {
                        beside.free.push((free, place.to_owned()));
                    }
                }
                // QUEUE STATUS STORM-DETECTED/RESTORED ...
                "@wd" => {
                    if let (Some(queue), Some("stormed")) = (words.next(), words.next()) {
                        beside.storms.insert(queue.to_owned());
                    }
                }
                "@ztp" => beside.ztp = Some(rest.trim().to_owned()),
                "@file" => beside.files.push(rest.to_owned()),
                "@end" => return Some(beside),
                _ => {}
            }
        }
        None
    }
}

impl Seen {
    /// Of both answers.
    pub fn new(observed: &Observed, beside: Beside) -> Result<Seen, String> {
        let text = |name: &str| observed.files.get(name).map(|bytes| String::from_utf8_lossy(bytes));
        let db = |name: &str| text(name).map(|text| Db::read(&text)).transpose();
        Ok(Seen {
            db: db(CONFIG_DB)?.unwrap_or_default(),
            saved: db(SAVED)?,
            frr: text(FRR).unwrap_or_default().into_owned(),
            state: observed.state.clone(),
            beside,
        })
    }

    /// As it is kept.
    pub fn to_json(&self) -> Json {
        serde_json::json!({
            "config_db": self.db.to_json(),
            "frr": self.frr,
            "state": self.state,
            "beside": self.beside,
        })
    }

    /// Reads what [`Seen::to_json`] wrote.
    pub fn read(json: &Json) -> Result<Seen, String> {
        let part = |name: &str| json.get(name).cloned().unwrap_or_default();
        Ok(Seen {
            db: Db::read(&part("config_db").to_string())?,
            saved: None,
            frr: part("frr").as_str().unwrap_or_default().to_owned(),
            state: serde_json::from_value(part("state")).map_err(|error| error.to_string())?,
            beside: serde_json::from_value(part("beside")).map_err(|error| error.to_string())?,
        })
    }

    /// Whether FRR runs the new frr.conf; true where the plan has none.
    pub fn is_frr_new(&self, doc: &SwitchDoc, build: Build) -> bool {
        doc.frr.as_ref().is_none_or(|frr| running(&self.frr, &frr.after, build).0.is_empty())
    }

    /// The same where traffic may still be led away.
    pub fn is_frr_loaded(&self, doc: &SwitchDoc, build: Build) -> bool {
        let drained = doc.frr.as_ref().and_then(|frr| frr.drained.as_ref());
        let drained = drained.is_some_and(|text| running(&self.frr, text, build).0.is_empty());
        drained || self.is_frr_new(doc, build)
    }

    /// Whether FRR runs what it ran before; true where the plan has none.
    pub fn is_frr_old(&self, doc: &SwitchDoc, build: Build) -> bool {
        doc.frr.as_ref().is_none_or(|frr| running(&self.frr, &frr.before, build).0.is_empty())
    }
}

/// What a switch is to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is as the plan saw it.
    Ready,
    /// It is as the plan wants it already.
    Done,
    /// It is something else, or can't be worked on: why, and what to do.
    Unfit(String),
}

/// Judges a switch on which nothing was begun. `id` is the plan's; `secrets` says whether those of the plan are there.
pub fn judge(plan: &Plan, doc: &SwitchDoc, id: &str, seen: &Seen, secrets: bool, build: Build) -> Verdict {
    let unfit = |why: String| Verdict::Unfit(why);
    let beside = &seen.beside;
    if let Some(lock) = beside.lock.as_ref() {
        let whose = if lock == id { "this plan" } else { "another change" };
        let what = if lock == id {
            "and this folder has no journal of it: go on where it was begun".to_owned()
        } else {
            format!("fabc-{lock}")
        };
        return unfit(format!(
            "{whose} is at work there ({what}); if nobody is, /etc/sonic/fabc.lock/before.json is what ran before, and `sudo rm -r /etc/sonic/fabc.lock` on the switch ends it"
        ));
    }
    for (said, wanted, what) in
        [(&seen.state.nos, &plan.nos, "system"), (&seen.state.release, &plan.release, "release")]
    {
        if let Some(said) = said.as_ref().filter(|said| *said != wanted) {
            return unfit(format!("its {what} is {said}, the plan is for {wanted}: make a new plan"));
        }
    }
    let boxes = doc.platform.as_ref().zip(seen.state.platform.as_ref());
    if let Some((wanted, is)) = boxes.filter(|(wanted, is)| wanted != is) {
        return unfit(format!("it is a {is}, the plan is for {wanted}: it is another box"));
    }
    let hash = owned_hash(&seen.db);
    let is_frr_new = seen.is_frr_new(doc, build);
    let is_frr_old = seen.is_frr_old(doc, build);
    let old = hash == doc.observed.config_db;
    if hash == doc.wanted.config_db && is_frr_new && is_there(&seen.db.to_json(), doc) {
        if secrets {
            return Verdict::Done;
        }
        if !old || !is_frr_old {
            return unfit("it is as the plan wants it, but for its secrets: `fabc pull` and `fabc plan --secrets` again".to_owned());
        }
    }
    let what = match (old, is_frr_old) {
        (true, true) => None,
        (false, true) => Some("its ConfigDB"),
        (true, false) => Some("its frr.conf"),
        (false, false) => Some("both its ConfigDB and its frr.conf"),
    };
    if let Some(what) = what {
        return unfit(format!("{what} is not what the plan was made for: `fabc pull` and `fabc plan` again"));
    }
    if let Some(why) = ztp(seen, doc) {
        return unfit(why);
    }
    if let Some((free, place)) = beside.free.iter().find(|(free, _)| *free < SPACE) {
        return unfit(format!("{} MiB are free at {place}, {} are needed", free >> 10, SPACE >> 10));
    }
    if let Some(file) = beside.files.first().filter(|_| doc.way == "reload") {
        return unfit(format!("/etc/sonic/{file} is there: SONiC may load it in place of a ConfigDB"));
    }
    Verdict::Ready
}

/// What ZTP might do to the change: it loads files of its own while it is at work, and begins anew where nothing is saved.
fn ztp(seen: &Seen, doc: &SwitchDoc) -> Option<String> {
    let said = seen.beside.ztp.as_ref()?;
    match said.split(':').next()?.parse::<u8>().ok()? {
        2..=4 => Some(format!(
            "ZTP is at work there ({said}) and may load another ConfigDB: wait for its end, or end it with `sudo ztp disable -y`, which loads what is saved; then `fabc pull` and `fabc plan` again"
        )),
        1.. if doc.way == "reload" && seen.saved.is_none() => Some(
            "nothing is saved there, so that ZTP would begin anew at a reboot: `sudo config save -y`, or `sudo ztp disable -y`".to_owned(),
        ),
        _ => None,
    }
}

/// Whether all that the patches write last is there: hashes are of tables that are fabc's alone, and patches go further.
fn is_there(db: &Json, doc: &SwitchDoc) -> bool {
    let all: Vec<&Json> = doc.stages.iter().flat_map(|stage| &stage.patch).collect();
    let path = |operation: &Json| operation["path"].as_str().unwrap_or_default().to_owned();
    let within = |a: &str, b: &str| a == b || a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
    all.iter().enumerate().all(|(at, operation)| {
        let ours = path(operation);
        let mut later = all.iter().skip(at + 1).map(|operation| path(operation));
        if later.any(|later| within(&ours, &later) || within(&later, &ours)) {
            return true;
        }
        db.pointer(&ours) == operation.get("value")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_is_read() {
        let answer = "motd\n@lock abc\n@free 100 /etc/sonic\n@wd  QUEUE STATUS\n@wd Ethernet0:3 stormed 1/0\n@wd Ethernet8:3 operational 1/1\n@ztp 5:SUCCESS\n@file minigraph.xml\n@end\n";
        assert_eq!(Beside::read(&answer.replace("@end\n", "")), None);
        let beside = Beside::read(answer).unwrap();
        assert_eq!(beside.lock.as_deref(), Some("abc"));
        assert_eq!(beside.free, [(100, "/etc/sonic".to_owned())]);
        assert_eq!(beside.storms.iter().collect::<Vec<_>>(), ["Ethernet0:3"]);
        assert_eq!(
            (beside.files, beside.ztp),
            (vec!["minigraph.xml".to_owned()], Some("5:SUCCESS".to_owned()))
        );
    }
}
