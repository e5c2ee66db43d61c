//! The page for people.

use fabc_lang::fabric::Fabric;
use fabc_lang::units::grouped;

use super::words::{big, drained, failed, failing, links_put_down, list, ratio, sentence, tera, times};
use super::{Question, whole};
use crate::cli::show::table::Table;
use crate::whatif::figures::{Figures, Intact};
use crate::whatif::picks::Choice;
use crate::whatif::reach::skips_tiers;
use crate::whatif::worst::{Measure, Worst};

/// What is said where lines skip a tier.
const SKIPS: &str = "Some links skip a tier. That leaves reach each other is an upper bound there: BGP announces only its best \
    path, so a switch whose best way comes from above keeps another from the switches above.";

pub(super) fn page(
    intact: &Intact,
    before: &Figures,
    question: &Question,
    flows: Option<u64>,
    width: Option<usize>,
) -> String {
    let fabric = intact.fabric;
    let mut out = match question {
        Question::Intact => intact_figures(intact, before, width) + &whole::page(intact, flows, width),
        Question::Fail(after) => after_failure(intact, before, after, width),
        Question::Any { count, what, worst } => combinations(intact, before, (*count, what), worst, width),
    };
    let (drained, down) = (drained(fabric), links_put_down(fabric));
    if !drained.is_empty() {
        let ecmp = match (question, drained.len()) {
            (Question::Intact, 1) => "; ECMP is shown without links to it",
            (Question::Intact, _) => "; ECMP is shown without links to them",
            _ => "",
        };
        out += "\n";
        out += &sentence(
            &format!("drained, but counted as standing: {}{ecmp}", list(drained.into_iter())),
            width,
        );
    }
    if !down.is_empty() {
        out += "\n";
        out += &sentence(&format!("put down by the file, so not there: {}", list(down.into_iter())), width);
    }
    if let Some(split) = split(intact) {
        out += "\n";
        out += &sentence(&format!("bisection: {split}"), width);
    }
    if skips_tiers(fabric) {
        out += "\n";
        out += &sentence(SKIPS, width);
    }
    out
}

/// The split whose cut is taken.
fn split(intact: &Intact) -> Option<String> {
    let leaves = |half: bool| {
        let all = intact.halves.iter().enumerate().filter(move |(_, h)| **h == Some(half));
        all.map(|(s, _)| intact.fabric.switches[s].name.clone()).collect::<Vec<_>>()
    };
    let (first, second) = (leaves(false), leaves(true));
    let (a, b) = (first.first()?, second.first()?);
    Some(format!(
        "the exact minimum cut between two halves of the leaves, each way: {} from {a} on, and {} from {b} on",
        grouped(first.len() as u64),
        grouped(second.len() as u64)
    ))
}

/// The cell of a figure, and what more there is to say of it.
pub(super) fn cell(intact: &Intact, figures: &Figures, measure: Measure) -> (String, String) {
    let fabric = intact.fabric;
    let name = |s: usize| fabric.switches[s].name.clone();
    let hosts = &figures.hosts;
    match measure {
        Measure::Servers => {
            let cut = hosts.servers_cut.iter().map(|&h| fabric.hosts[h].name.clone());
            (grouped(hosts.servers_cut.len() as u64), list(cut))
        }
        Measure::Gpus => {
            let hit = hosts.gpus_hit.saturating_sub(hosts.gpus_cut);
            let more = if hit > 0 {
                format!("{} more lose a part of their NIC", grouped(hit))
            } else {
                String::new()
            };
            (grouped(hosts.gpus_cut), more)
        }
        Measure::Ports => {
            let more = match hosts.servers_hit {
                0 => String::new(),
                1 => "of 1 server".to_owned(),
                n => format!("of {} servers", grouped(n)),
            };
            (grouped(hosts.ports), more)
        }
        Measure::Pairs => {
            let example = figures.apart.example;
            (
                grouped(figures.apart.apart),
                example.map_or_else(String::new, |(a, b)| format!("{} and {}", name(a), name(b))),
            )
        }
        Measure::Ratio(tier) => match &figures.tiers[tier] {
            Some((switch, load)) => (ratio(load), name(*switch)),
            None => ("no switch left".to_owned(), String::new()),
        },
        Measure::Bisection => (figures.bisection.map_or_else(|| "none".to_owned(), tera), String::new()),
        Measure::Paths => match &figures.paths {
            Some(n) => (grouped(n.paths), format!("{} and {}", name(n.a), name(n.b))),
            None => ("no two leaves".to_owned(), String::new()),
        },
        Measure::Overload => match &figures.overload {
            Some(o) => (
                times(o.plain),
                format!("{} to {}; by weight (WCMP) {}", name(o.upper), name(o.lower), times(o.weighted)),
            ),
            None => ("none".to_owned(), String::new()),
        },
        Measure::Sessions => (grouped(figures.sessions), String::new()),
    }
}

/// What a figure is called.
pub(super) fn title(fabric: &Fabric, measure: Measure) -> String {
    match measure {
        Measure::Servers => "servers cut off".to_owned(),
        Measure::Gpus => "GPUs cut off".to_owned(),
        Measure::Ports => "NIC ports down".to_owned(),
        Measure::Pairs => "pairs of leaves parted".to_owned(),
        Measure::Ratio(tier) => format!("oversubscription {}", fabric.tiers[tier].label),
        Measure::Bisection => "bisection".to_owned(),
        Measure::Paths => "disjoint paths".to_owned(),
        Measure::Overload => "parallel links overloaded".to_owned(),
        Measure::Sessions => "BGP sessions lost".to_owned(),
    }
}

fn after_failure(intact: &Intact, before: &Figures, after: &Figures, width: Option<usize>) -> String {
    let fabric = intact.fabric;
    let head = format!("{}: {} lost", failing(fabric, &after.lost), links(after.links));
    let mut out = sentence(&head, width) + "\n";
    let mut table = Table::new(&["", ">intact", ">after", "where"]);
    for measure in Measure::all(intact) {
        let ((old, _), (new, place)) = (cell(intact, before, measure), cell(intact, after, measure));
        table.row([title(fabric, measure), old, new, place]);
    }
    for (tier, node) in fabric.tiers.iter().enumerate().filter(|(_, t)| !t.up.is_empty()) {
        let row = [
            format!("bandwidth up {}", node.label),
            tera(before.up[tier]),
            tera(after.up[tier]),
            "all of the tier".to_owned(),
        ];
        table.row(row);
    }
    if !fabric.intent.expect.is_empty() {
        let row = ["lines of expect that break", "0", &grouped(after.broken.len() as u64), ""];
        table.row(row.map(str::to_owned));
    }
    out += &table.render(0, width);
    out
}

fn links(count: u64) -> String {
    if count == 1 { "1 link".to_owned() } else { format!("{} links", grouped(count)) }
}

fn combinations(
    intact: &Intact,
    before: &Figures,
    (count, what): (usize, &str),
    worst: &Worst,
    width: Option<usize>,
) -> String {
    let fabric = intact.fabric;
    let tried = grouped(worst.figures.len() as u64);
    let tried = match worst.exact {
        true if worst.figures.len() as u128 == worst.total => "all of them tried".to_owned(),
        true if worst.figures.len() == 1 => "1 tried, for the rest can't be told from it".to_owned(),
        true => format!("{tried} tried, for the rest can't be told from one of these"),
        false => format!("a sample of {tried} tried: the worst may be worse"),
    };
    let of = grouped(worst.alike.iter().map(|c| c.count).sum());
    let (fail, s) = (if count == 1 { "fails" } else { "fail" }, if worst.total == 1 { "" } else { "s" });
    let head = format!("any {count} of {of} {what} {fail}: {} combination{s}, {tried}", big(worst.total));
    let alike = format!("alike: {}", alike(fabric, what, &worst.alike));
    let mut out = sentence(&head, width) + &sentence(&alike, width) + "\n";
    let mut table = Table::new(&[
        "the worst of each",
        ">intact",
        ">worst",
        "where",
        "as when these fail",
        ">combinations",
    ]);
    for top in &worst.tops {
        let figures = &worst.figures[top.at];
        let ((old, _), (new, place)) =
            (cell(intact, before, top.measure), cell(intact, figures, top.measure));
        // What no combination changes has no worst.
        let moves = top.measure.compare(before, figures).is_ne();
        let (when, some) = match moves {
            true => (failed(fabric, &figures.lost), top.combinations.map_or_else(String::new, big)),
            false => (String::new(), String::new()),
        };
        table.row([
            title(fabric, top.measure),
            old,
            new,
            if moves { place } else { String::new() },
            when,
            some,
        ]);
    }
    for breaks in &worst.breaks {
        let figures = &worst.figures[breaks.at];
        let code =
            figures.broken.iter().find(|(claim, _)| *claim == breaks.claim).map(|(_, found)| found.code());
        let some = breaks.combinations.map_or_else(String::new, big);
        let when = failed(fabric, &figures.lost);
        let code = code.unwrap_or_default().to_owned();
        table.row([code, "holds".to_owned(), "breaks".to_owned(), String::new(), when, some]);
    }
    out += &table.render(0, width);
    out
}

/// `8 like leaf-01 and 4 like spine-01`
fn alike(fabric: &Fabric, what: &str, choices: &[Choice]) -> String {
    let name = |choice: &Choice| match what {
        "links" => crate::whatif::failure::link_name(fabric, &fabric.links[choice.one]),
        _ => fabric.switches[choice.one].name.clone(),
    };
    list(choices.iter().map(|c| format!("{} like {}", grouped(c.count), name(c))))
}

fn intact_figures(intact: &Intact, before: &Figures, width: Option<usize>) -> String {
    let fabric = intact.fabric;
    let mut table = Table::new(&["", ">intact", "where"]);
    for measure in Measure::all(intact)
        .into_iter()
        .filter(|m| matches!(m, Measure::Ratio(_) | Measure::Bisection | Measure::Paths))
    {
        let (value, place) = cell(intact, before, measure);
        table.row([title(fabric, measure), value, place]);
    }
    table.render(0, width)
}
