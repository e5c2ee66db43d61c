//! `fabc whatif`: what is lost when something breaks, before it does.

mod document;
mod page;
mod whole;
mod words;

use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Diagnostic, Findings, Severity, nearest};
use fabc_lang::fabric::Fabric;

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};
use crate::checks::lost::Lost;
use crate::checks::select::{is_tier, select};
use crate::pipeline::Analysis;
use crate::report::Format;
use crate::whatif::failure::fail;
use crate::whatif::figures::{Figures, Intact};
use crate::whatif::picks::Pool;
use crate::whatif::worst::{Worst, worst};

/// Show what is lost when something breaks, before it does
///
/// --fail takes a switch (spine-01) or a link: by an end (leaf-01:Ethernet8, leaf-01:etp1b, leaf-01:17/2, gpu-01:nic0), by
/// both (gpu-01:nic0-leaf-01:17/2), by its cable (leaf-01:17.2), or all links of a cage (leaf-01:17). Given more than once,
/// all of it fails together.
///
/// --any looks for the worst of all combinations of so many switches, links, or switches of a tier. What can't be told apart
/// is tried once; where too much can be, a sample is tried, and said to be one. GPU k is taken to use NIC k, and a drained
/// switch to stand; a port that the file puts down has no link. What each figure is stands in compiler/docs/whatif.md of fabc's sources.
///
/// Without either: the intact fabric, with what plain ECMP costs, what a frame takes from server to server, and what each kind
/// of failure hits. Flows are 1, 4 and 16 of each NIC port where --flows doesn't say. Exits with 1 where the source has errors, or a line of `expect` that holds in the
/// intact fabric breaks under the failure. `survive` counts failed switches of its tier among its losses; `gpus` and `power`
/// are what was built, whatever fails. --format json prints one document; its schema is targets/schemas/whatif.schema.json.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Take this switch or link to have failed
    #[arg(long, value_name = "SWITCH|LINK")]
    fail: Vec<String>,
    /// Take the worst COUNT of WHAT to have failed: switches, links, or a tier
    #[arg(long, num_args = 2, value_names = ["COUNT", "WHAT"], conflicts_with = "fail")]
    any: Vec<String>,
    /// Flows of each NIC port at a time, of which plain ECMP spreads every one over the links up of a leaf
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=1024))]
    flows: Option<u64>,
}

/// What is asked.
enum Question {
    Intact,
    Fail(Box<Figures>),
    Any { count: usize, what: String, worst: Worst },
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    if args.any.len() > 2 {
        let why = "--any is given once; ask for each by itself, or name what fails together with --fail";
        return Err(Failure::new(why));
    }
    let source = &args.source;
    let analysis = source.analyze(screen)?;
    let Some(fabric) = &analysis.fabric else {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    };
    let intact = Intact::of(fabric);
    let before = intact.without(&Lost::default());
    let question = match (&args.fail[..], &args.any[..]) {
        ([], [count, what]) => any(&intact, count, what)?,
        ([], []) => Question::Intact,
        (names, _) => {
            let mut lost = Lost::default();
            names.iter().try_for_each(|name| fail(fabric, name, &mut lost)).map_err(Failure::new)?;
            Question::Fail(Box::new(intact.without(&lost)))
        }
    };
    let text = match source.wanted.format {
        Format::Json => format!("{:#}\n", document::document(&intact, &before, &question, args.flows)),
        _ => page::page(&intact, &before, &question, args.flows, screen.columns()),
    };
    screen.data(&text)?;
    let broken = broken(fabric, &question);
    if broken.is_empty() && !analysis.findings.has_errors() {
        return Ok(Exit::Clean);
    }
    // Warnings and notes of the source are for `check` to say.
    let Analysis { sources, mut findings, levels, .. } = analysis;
    findings.retain(|f| f.severity == Severity::Error);
    let mut breaks = Findings::default();
    broken.into_iter().for_each(|found| breaks.push(found));
    levels.apply(&mut breaks, true);
    findings.extend(breaks);
    Ok(source.report(&sources, findings, screen))
}

/// Lines of `expect` that break, each as its check says it, and when.
fn broken(fabric: &Fabric, question: &Question) -> Vec<Diagnostic> {
    match question {
        Question::Intact => Vec::new(),
        Question::Fail(after) => {
            let when = format!("when {}", words::failing(fabric, &after.lost));
            after.broken.iter().map(|(_, found)| found.clone().note(when.clone())).collect()
        }
        Question::Any { worst, .. } => {
            let of = |breaks: &crate::whatif::worst::Breaks| {
                let figures = &worst.figures[breaks.at];
                let found = figures.broken.iter().find(|(claim, _)| *claim == breaks.claim)?.1.clone();
                let share = breaks.combinations.map_or_else(String::new, |some| {
                    let (s, breaks) =
                        (if worst.total == 1 { "" } else { "s" }, if some == 1 { "breaks" } else { "break" });
                    format!(
                        "; {} of {} combination{s} {breaks} it",
                        words::big(some),
                        words::big(worst.total)
                    )
                });
                Some(found.note(format!("as when {}{share}", words::failing(fabric, &figures.lost))))
            };
            worst.breaks.iter().filter_map(of).collect()
        }
    }
}

fn any(intact: &Intact, count: &str, what: &str) -> Result<Question, Failure> {
    let fabric = intact.fabric;
    let number = count.parse::<usize>().ok().filter(|n| (1..=8).contains(n));
    let Some(count) = number else {
        return Err(Failure::new(format!("--any {count}: a number from 1 to 8 is wanted, then what of")));
    };
    let there = |s: &usize| !fabric.switches[*s].absent;
    let (pool, what) = match what {
        "link" | "links" => (Pool::Links, "links".to_owned()),
        "switch" | "switches" => {
            (Pool::Switches((0..fabric.switches.len()).filter(there).collect()), "switches".to_owned())
        }
        tier if is_tier(fabric, tier) => {
            let meant = select(fabric, tier).switches.into_iter().filter(there).collect();
            (Pool::Switches(meant), format!("switches of {tier}"))
        }
        other => {
            let tiers: BTreeSet<&str> =
                fabric.tiers.iter().flat_map(|t| [t.node.name.v.as_str(), &t.label]).collect();
            let near = nearest(other, tiers.iter().copied().chain(["links", "switches"]));
            let all: Vec<&str> = tiers.into_iter().collect();
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("give links, switches, or one of {}", all.join(", ")),
            };
            return Err(Failure::new(format!("--any: there is no tier `{other}`; {hint}")));
        }
    };
    let there = pool.len(fabric);
    if count > there {
        return Err(Failure::new(format!("--any {count} {what}: there are only {there}")));
    }
    Ok(Question::Any { count, what, worst: worst(intact, &pool, count) })
}

#[cfg(test)]
mod tests;
