//! What is done next to a switch, and the way back.

use std::fmt;

use super::notes::{Notes, names};
use super::trail::holds_no_secret;
use crate::plan::document::SwitchDoc;

/// One step forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The lock, copies of what is there, and the checkpoint.
    Prepare,
    /// Traffic is led away.
    Drain,
    /// A patch, by its number from 0.
    Stage(usize),
    /// frr.conf is put in place; whoever reads it comes later.
    PlaceFrr,
    /// frr.conf is put in place and loaded.
    Frr,
    /// A container starts anew.
    Restart(String),
    /// The whole ConfigDB, and all services anew.
    Reload,
    /// Rows that hold secrets.
    Secrets,
    /// Traffic comes back.
    Undrain,
    /// What must be up is up.
    Verify,
    /// What runs is what a reboot will load.
    Save,
    /// Lock, copies and checkpoint go.
    Finish,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Prepare => f.write_str(names::PREPARE),
            Step::Drain => f.write_str(names::DRAIN),
            Step::Stage(number) => write!(f, "{}{}", names::STAGE, number + 1),
            Step::PlaceFrr => f.write_str(names::PLACE),
            Step::Frr => f.write_str(names::FRR),
            Step::Restart(what) => write!(f, "restart {what}"),
            Step::Reload => f.write_str(names::RELOAD),
            Step::Secrets => f.write_str(names::SECRETS),
            Step::Undrain => f.write_str(names::UNDRAIN),
            Step::Verify => f.write_str("verify"),
            Step::Save => f.write_str(names::SAVE),
            Step::Finish => f.write_str("finish"),
        }
    }
}

/// What is left to do on a switch that is after `at` patches, and whose frr.conf is the new one or not.
pub fn forward(doc: &SwitchDoc, at: usize, is_frr_new: bool, notes: &Notes) -> Vec<Step> {
    let mut work = Vec::new();
    let frr = doc.frr.is_some() && !is_frr_new;
    let cut_off = notes.has_begun(names::RELOAD) && !notes.has_done(names::RELOAD);
    if doc.way == "reload" && (at < doc.stages.len() || cut_off) {
        work.extend(doc.frr.is_some().then_some(Step::PlaceFrr));
        work.push(Step::Reload);
    } else {
        work.extend((at..doc.stages.len()).map(Step::Stage));
        work.extend(frr.then_some(Step::Frr));
        let restarts = doc.restarts.iter().map(|what| Step::Restart(what.clone()));
        work.extend(restarts.filter(|step| !notes.has_done(&step.to_string())));
    }
    let mut steps = vec![Step::Prepare];
    let drain = doc.drain.is_some() && !work.is_empty();
    steps.extend(drain.then_some(Step::Drain));
    steps.extend(work);
    // Written once more it changes nothing.
    steps.extend((!doc.secrets.is_empty()).then_some(Step::Secrets));
    steps.push(Step::Verify);
    steps.extend((drain || notes.drained).then_some(Step::Undrain));
    steps.extend([Step::Save, Step::Finish]);
    steps
}

/// One step back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// What was written of a patch is taken back: to where so many patches were done.
    Repair(usize),
    /// The inverse of a patch, by its number from 0.
    Stage(usize),
    /// GCU's own rollback to the checkpoint.
    RollBack,
    /// `config reload` of what ran before.
    Reload,
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undo::Repair(_) => f.write_str("take back half a patch"),
            Undo::Stage(number) => write!(f, "take back patch {}", number + 1),
            Undo::RollBack => f.write_str("roll back to the checkpoint"),
            Undo::Reload => f.write_str("reload what ran before"),
        }
    }
}

impl Undo {
    /// What is tried where this fails.
    pub fn or_else(self, doc: &SwitchDoc) -> Option<Undo> {
        match self {
            Undo::Repair(_) | Undo::Stage(_) if doc.way == "reload" => Some(Undo::Reload),
            Undo::Repair(_) | Undo::Stage(_) => Some(Undo::RollBack),
            Undo::RollBack => Some(Undo::Reload),
            Undo::Reload => None,
        }
    }
}

/// The way back for ConfigDB, of a switch that is after `at` patches, or between two.
pub fn back(doc: &SwitchDoc, at: Option<usize>, notes: &Notes) -> Vec<Undo> {
    let cut_off = notes.has_begun(names::RELOAD) && !notes.has_done(names::RELOAD);
    if at == Some(0) && !cut_off {
        return Vec::new();
    }
    if doc.way == "reload" {
        return vec![Undo::Reload];
    }
    let mut undo = Vec::new();
    let done = match (at, notes.stage) {
        (Some(number), _) => number,
        (None, Some(number)) => {
            undo.push(Undo::Repair(number));
            number
        }
        // Nothing was begun: whatever it is, it isn't ours.
        (None, None) => return vec![],
    };
    for number in (0..done).rev() {
        let Some(stage) = doc.stages.get(number) else { continue };
        if stage.back != "patch" || !holds_no_secret(&stage.inverse) {
            undo.push(Undo::RollBack);
            break;
        }
        undo.push(Undo::Stage(number));
    }
    undo
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apply::notes::Event;

    fn doc(way: &str, stages: usize, frr: bool) -> SwitchDoc {
        let stage = json!({
            "title": "t", "patch": [], "inverse": [], "back": "patch", "back_reason": null, "effects": [], "ports": [], "seconds": 1
        });
        let hash = "xxh3:00000000000000000000000000000000";
        let frr = json!({ "how": "reload", "statements": [], "effects": [], "before": "", "after": "", "drained": null })
            .as_object()
            .filter(|_| frr)
            .cloned();
        serde_json::from_value(json!({
            "tier": "spine", "way": way, "reasons": [], "interrupts": true, "ports": [], "foreign_rows": 0,
            "drain": { "on": ["a"], "off": ["b"] }, "stages": vec![stage; stages], "frr": frr, "restarts": ["bgp"],
            "observed": { "config_db": hash, "frr": null }, "wanted": { "config_db": hash, "frr": null },
            "verify": { "ports": [], "sessions": [], "neighbours": {} }, "seconds": 1
        }))
        .unwrap()
    }

    fn told<T: fmt::Display>(steps: &[T]) -> String {
        steps.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn forward_from_everywhere() {
        let notes = Notes::default();
        let patch = doc("patch", 2, true);
        let all = "prepare, drain, patch 1, patch 2, frr.conf, restart bgp, verify, undrain, save, finish";
        assert_eq!(told(&forward(&patch, 0, false, &notes)), all);
        let rest = "prepare, drain, patch 2, restart bgp, verify, undrain, save, finish";
        assert_eq!(told(&forward(&patch, 1, true, &notes)), rest);
        let mut late = Notes::default();
        late.note(Some("drain"), Event::Begin);
        late.note(Some("restart bgp"), Event::Begin);
        late.note(Some("restart bgp"), Event::Done);
        assert_eq!(told(&forward(&patch, 2, true, &late)), "prepare, verify, undrain, save, finish");
        let reload = doc("reload", 1, true);
        let all = "prepare, drain, place frr.conf, reload, verify, undrain, save, finish";
        assert_eq!(told(&forward(&reload, 0, false, &notes)), all);
        // A reload that was cut off may have written all of ConfigDB, and started nothing.
        let mut cut = Notes::default();
        cut.note(Some("reload"), Event::Begin);
        assert_eq!(told(&forward(&reload, 1, true, &cut)), all);
    }

    #[test]
    fn back_from_everywhere() {
        let mut notes = Notes::default();
        let mut patch = doc("patch", 3, true);
        assert_eq!(told(&back(&patch, Some(0), &notes)), "");
        assert_eq!(told(&back(&patch, None, &notes)), "");
        assert_eq!(told(&back(&patch, Some(2), &notes)), "take back patch 2, take back patch 1");
        notes.note(Some("patch 2"), Event::Begin);
        assert_eq!(told(&back(&patch, None, &notes)), "take back half a patch, take back patch 1");
        std::sync::Arc::make_mut(&mut patch.stages)[1].back = "reload".into();
        assert_eq!(told(&back(&patch, Some(3), &notes)), "take back patch 3, roll back to the checkpoint");
        let reload = doc("reload", 1, false);
        assert_eq!(told(&back(&reload, None, &notes)), "reload what ran before");
        assert_eq!(told(&back(&reload, Some(0), &notes)), "");
        notes.note(Some("reload"), Event::Begin);
        assert_eq!(told(&back(&reload, Some(0), &notes)), "reload what ran before");
        assert_eq!(Undo::Stage(0).or_else(&patch), Some(Undo::RollBack));
        assert_eq!(Undo::Reload.or_else(&patch), None);
    }
}
