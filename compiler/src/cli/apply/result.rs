//! What became of each switch: the table at the end, and the document.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::switch::End;
use crate::apply::notes::Event;
use crate::apply::preflight::Verdict;
use crate::cli::screen::Screen;
use crate::cli::show::table::Table;
use crate::cli::{Exit, Failure};
use crate::deployed::canonical::Name;
use crate::plan::document::{Plan, SwitchDoc};
use crate::plan::secrets::variables;

/// A switch that was asked for.
#[derive(Debug, Clone)]
struct Row {
    wave: usize,
    state: &'static str,
    why: Option<String>,
    todo: Option<&'static str>,
}

/// What became of all that were asked for.
#[derive(Debug)]
pub(super) struct Report {
    plan: String,
    fabric: String,
    rows: BTreeMap<Name, Row>,
}

/// What is done to a switch, in a few words.
fn what(doc: &SwitchDoc) -> String {
    let mut parts = Vec::new();
    match (doc.way.as_str(), doc.stages.len()) {
        ("reload", _) => parts.push("reload".to_owned()),
        (_, 0) => {}
        (_, 1) => parts.push("1 patch".to_owned()),
        (_, n) => parts.push(format!("{n} patches")),
    }
    parts.extend(doc.frr.iter().map(|_| "frr.conf".to_owned()));
    parts.extend(doc.restarts.iter().map(|what| format!("restart of {what}")));
    let named = variables(&doc.secrets).into_iter().collect::<Vec<_>>().join(", ");
    parts.extend((!doc.secrets.is_empty()).then(|| format!("secrets of {named}")));
    parts.extend(doc.drain.iter().map(|_| "drained".to_owned()));
    parts.join(", ")
}

impl Report {
    pub(super) fn new(plan: &Plan, id: &str, waves: &[Vec<String>]) -> Report {
        let rows = waves.iter().enumerate().flat_map(|(wave, names)| {
            names.iter().map(move |name| {
                let row = Row { wave: wave + 1, state: "not begun", why: None, todo: None };
                (name.clone(), row)
            })
        });
        let rows = rows.map(|(name, mut row)| {
            row.why = plan.switches.get(&name.as_str().into()).map(what);
            (Name(name), row)
        });
        Report { plan: id.to_owned(), fabric: plan.fabric.clone(), rows: rows.collect() }
    }

    /// Whether something is left to be done to a switch.
    pub(super) fn is_to_do(&self, name: &str) -> bool {
        self.rows.get(&name.into()).is_some_and(|row| row.state == "not begun")
    }

    /// Switches that are as the plan wants them.
    pub(super) fn new_ones(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|(_, row)| row.state == "new").map(|(name, _)| name.0.as_str())
    }

    /// Notes what was seen before anything was done, and whether that forbids all of it.
    pub(super) fn refuses(&mut self, verdicts: &BTreeMap<String, Verdict>) -> bool {
        for (name, verdict) in verdicts {
            let Some(row) = self.rows.get_mut(&name.as_str().into()) else { continue };
            match verdict {
                Verdict::Ready => {}
                Verdict::Done => {
                    row.state = "new";
                    row.why = Some("it was so already".to_owned());
                }
                Verdict::Unfit(why) => {
                    row.state = "refused";
                    row.why = Some(why.clone());
                }
            }
        }
        self.rows.values().any(|row| row.state == "refused")
    }

    /// How a dry run ends.
    pub(super) fn dry(&mut self, verdicts: &BTreeMap<String, Verdict>) -> Exit {
        if self.refuses(verdicts) { Exit::Failed } else { Exit::Clean }
    }

    /// Notes how switches ended.
    pub(super) fn note(&mut self, ends: impl IntoIterator<Item = (String, End)>) {
        for (name, end) in ends {
            let Some(row) = self.rows.get_mut(&name.as_str().into()) else { continue };
            (row.state, row.todo) = match end.event {
                Event::New => ("new", None),
                Event::Old => ("old", None),
                Event::Unknown => ("unknown", Some("`--resume` or `--rollback` once it can be reached")),
                _ => (
                    "between",
                    Some(
                        "`--resume` or `--rollback`; /etc/sonic/fabc.lock/before.json on it is what ran before",
                    ),
                ),
            };
            row.why = end.why;
        }
    }

    pub(super) fn exit(&self, back: bool) -> Exit {
        let any = |states: &[&str]| self.rows.values().any(|row| states.contains(&row.state));
        match () {
            () if any(&["between", "unknown", "refused"]) => Exit::Failed,
            () if !back && any(&["old", "not begun"]) => Exit::Findings,
            () => Exit::Clean,
        }
    }

    fn to_json(&self) -> Json {
        let rows = self.rows.iter().map(|(name, row)| {
            let json = json!({ "wave": row.wave, "state": row.state, "why": row.why, "to_do": row.todo });
            (name.0.clone(), json)
        });
        let rows: serde_json::Map<String, Json> = rows.collect();
        json!({ "schema_version": 1, "plan": self.plan, "fabric": self.fabric, "switches": rows })
    }

    fn page(&self, width: Option<usize>) -> String {
        let mut table = Table::new(&["switch", ">wave", "state", "what", "to do"]);
        for (name, row) in &self.rows {
            let cells = [name.0.clone(), row.wave.to_string(), row.state.to_owned()];
            let more = [row.why.clone().unwrap_or_default(), row.todo.unwrap_or_default().to_owned()];
            table.row(cells.into_iter().chain(more));
        }
        if self.rows.is_empty() { "nothing has to be done\n".to_owned() } else { table.render(0, width) }
    }

    /// Data, to stdout.
    pub(super) fn write(&self, json: bool, screen: &Screen) -> Result<(), Failure> {
        let text = if json { format!("{:#}\n", self.to_json()) } else { self.page(screen.columns()) };
        screen.data(&text)
    }
}
