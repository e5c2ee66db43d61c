//! The journal: a line of JSON before and after each step. `targets/schemas/journal.schema.json` is the schema of a line.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A step begins.
    Begin,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// The switch is as it was before the plan.
    Old,
    /// The switch is as the plan wants it.
    New,
    /// It is neither.
    Between,
    /// It can't be reached, so nobody knows.
    Unknown,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which plan: the beginning of the hash of its file.
    pub plan: String,
    /// The switch.
    pub switch: String,
    /// The step; none where the line tells how it ended.
    pub step: Option<String>,
    /// What happened.
    pub event: Event,
    /// Why.
    pub why: Option<String>,
}

/// What the journal says of one switch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Steps that were begun since the switch was last as it was.
    pub begun: BTreeSet<String>,
    /// Those of them that were done.
    pub done: BTreeSet<String>,
    /// Those that were begun more than once without being done.
    pub again: BTreeSet<String>,
    /// The patch that was begun last.
    pub stage: Option<usize>,
    /// Whether traffic may be led away.
    pub drained: bool,
    /// How many steps were ever begun: each has a number of its own on the switch.
    pub count: usize,
    /// Whether it was as the plan wants it, and is no more as it was before.
    pub was_new: bool,
    /// The last word on it.
    pub end: Option<Event>,
}

/// The names of steps of which the journal is asked.
pub mod names {
    #![allow(missing_docs, reason = "they say it themselves")]
    pub const PREPARE: &str = "prepare";
    pub const DRAIN: &str = "drain";
    pub const UNDRAIN: &str = "undrain";
    pub const STAGE: &str = "patch ";
    pub const PLACE: &str = "place frr.conf";
    pub const FRR: &str = "frr.conf";
    pub const RELOAD: &str = "reload";
    pub const SECRETS: &str = "secrets";
    pub const SAVE: &str = "save";
}

impl Notes {
    /// Takes note of what happens.
    pub fn note(&mut self, step: Option<&str>, event: Event) {
        let Some(step) = step else {
            match event {
                Event::Old => *self = Notes { count: self.count, end: Some(event), ..Notes::default() },
                _ => {
                    self.was_new |= event == Event::New;
                    self.end = Some(event);
                }
            }
            return;
        };
        match event {
            Event::Begin => {
                self.end = None;
                self.count += 1;
                let done = self.done.remove(step);
                if !self.begun.insert(step.to_owned()) && !done {
                    self.again.insert(step.to_owned());
                }
                self.drained |= step == names::DRAIN;
                if let Some(number) = step.strip_prefix(names::STAGE).and_then(|n| n.parse::<usize>().ok()) {
                    self.stage = Some(number.saturating_sub(1));
                }
            }
            Event::Done => {
                self.done.insert(step.to_owned());
                self.again.remove(step);
                self.drained &= step != names::UNDRAIN;
            }
            _ => {}
        }
    }

    /// Whether a step was begun, and may have done something.
    pub fn has_begun(&self, step: &str) -> bool {
        self.begun.contains(step)
    }

    /// Whether a step was done.
    pub fn has_done(&self, step: &str) -> bool {
        self.done.contains(step)
    }

    /// Whether a step was begun before this time, and did not come to its end.
    pub fn has_failed_or_stopped(&self, step: &str) -> bool {
        self.again.contains(step)
    }

    /// Whether something was begun that isn't at an end.
    pub fn is_open(&self) -> bool {
        !self.begun.is_empty() && self.end != Some(Event::New)
    }

    /// Whether the switch was as the plan wants it, and left so.
    pub fn is_new(&self) -> bool {
        self.end == Some(Event::New)
    }
}

/// Reads a journal. A last line that was cut off in its middle was never acted on. The error names a line that is none.
pub fn read(text: &str, plan: &str) -> Result<BTreeMap<String, Notes>, String> {
    let mut switches: BTreeMap<String, Notes> = BTreeMap::new();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    for (number, line) in whole.lines().enumerate() {
        let line: Line =
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
        if line.plan != plan {
            return Err(format!("line {}: it is of plan {}, not {plan}", number + 1, line.plan));
        }
        switches.entry(line.switch).or_default().note(line.step.as_deref(), line.event);
    }
    Ok(switches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: Option<&str>, event: Event) -> String {
        let step = step.map(str::to_owned);
        let line = Line { plan: "p".into(), switch: "leaf-01".into(), step, event, why: None };
        serde_json::to_string(&line).unwrap() + "\n"
    }

    #[test]
    fn a_journal_says_how_far_a_switch_is() {
        let mut text = line(Some("prepare"), Event::Begin) + &line(Some("prepare"), Event::Done);
        text += &(line(Some("drain"), Event::Begin) + &line(Some("patch 2"), Event::Begin));
        let of = |text: &str| read(text, "p").unwrap()["leaf-01"].clone();
        let notes = of(&(text.clone() + "{\"plan\": \"p\", \"sw"));
        assert!(notes.is_open() && notes.drained && notes.has_done("prepare") && !notes.has_done("patch 2"));
        assert_eq!((notes.stage, notes.count), (Some(1), 3));
        text += &(line(Some("undrain"), Event::Begin) + &line(Some("undrain"), Event::Done));
        assert!(!of(&text).drained);
        let new = of(&(text.clone() + &line(None, Event::New)));
        assert!(new.is_new() && !new.is_open());
        let old = of(&(text + &line(None, Event::Old)));
        assert_eq!((old.is_open(), old.count, old.stage), (false, 4, None));
        assert!(read("{}\n", "p").unwrap_err().starts_with("line 1"));
        assert!(read(&line(None, Event::New), "q").unwrap_err().contains("plan p, not q"));
    }
}
