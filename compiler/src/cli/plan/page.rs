//! The page for people: one screen, whatever the size of the fabric.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fabc_lang::units::grouped;

use crate::cli::show::table::Table;
use crate::plan::document::{Plan, StageDoc, SwitchDoc};
use crate::plan::secrets::variables;
use crate::tame;

/// Waves and kinds of change that are shown before the rest is counted.
const SHOWN: usize = 12;

pub(super) fn page(plan: &Plan, full: bool, width: Option<usize>) -> String {
    let mut out = summary(plan);
    if !plan.switches.is_empty() {
        let _ = write!(out, "\n{}", kinds(plan, full).render(0, width));
        let _ = write!(out, "\n{}", waves(plan, full).render(0, width));
    }
    let moved: Vec<&str> =
        plan.switches.iter().filter(|(_, s)| !s.cables.is_empty()).map(|(name, _)| name.0.as_str()).collect();
    if !moved.is_empty() {
        let _ = writeln!(
            out,
            "\ncables move at {}: `fabc diff` lists them; nothing crosses one before both its ends have changed",
            stretch(&moved)
        );
    }
    if let Some(line) = secrets(plan) {
        let _ = writeln!(out, "\n{line}");
    }
    match plan.kinds_without_canary().len() {
        0 => {}
        1 => {
            out += "\none kind of change is seen by no canary: a larger `canary` of `rollout` takes one of each\n"
        }
        n => {
            let _ = writeln!(
                out,
                "\n{n} kinds of change are seen by no canary: a larger `canary` of `rollout` takes one of each"
            );
        }
    }
    let mut whys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for blocked in &plan.blocked {
        whys.entry(&blocked.why).or_default().push(&blocked.switch);
    }
    for (why, names) in &whys {
        let _ = write!(out, "\n{}: no wave may hold it: {}", stretch(names), tame::line(why));
    }
    if !whys.is_empty() {
        out += "\nwiden `rollout` where a limit of it is named, or change these switches while the fabric is idle: `--only`\n";
    }
    let list = |names: &[String]| match names {
        [] => String::new(),
        [one] => tame::line(one).into_owned(),
        [first, .., last] => {
            format!("{} … {} ({})", tame::line(first), tame::line(last), grouped(names.len() as u64))
        }
    };
    if !plan.not_deployed.is_empty() {
        let _ = writeln!(
            out,
            "\nnothing is known of {}: first provisioning, no part of this plan",
            list(&plan.not_deployed)
        );
    }
    if !plan.not_planned.is_empty() {
        let _ = writeln!(out, "\nthe fabric has no {}: nothing is done to it", list(&plan.not_planned));
    }
    out
}

fn summary(plan: &Plan) -> String {
    match (plan.switches.is_empty(), plan.blocked.is_empty()) {
        (true, true) => return "nothing has to change\n".to_owned(),
        (true, false) => return "nothing can be done\n".to_owned(),
        _ => {}
    }
    let count = |test: &dyn Fn(&SwitchDoc) -> bool| plan.switches.values().filter(|s| test(s)).count() as u64;
    let (all, cut) = (plan.switches.len() as u64, count(&|s| s.interrupts));
    let reloads = count(&|s| s.way == "reload");
    let stages =
        plan.switches.values().filter(|s| s.way == "patch").map(|s| s.stages.len()).max().unwrap_or(0);
    let plural =
        |n: u64, one: &str, many: &str| format!("{} {}", grouped(n), if n == 1 { one } else { many });
    let mut parts = vec![plural(all, "switch changes", "switches change")];
    parts.push(if cut == 0 {
        "nothing is interrupted".to_owned()
    } else {
        plural(cut, "is interrupted", "are interrupted")
    });
    if stages > 0 {
        parts.push(format!("at most {}", plural(stages as u64, "patch each", "patches each")));
    }
    if reloads > 0 {
        parts.push(plural(reloads, "reload", "reloads"));
    }
    let waves = plural(plan.waves.len() as u64, "wave", "waves");
    format!("{}\n{waves}, about {}\n", parts.join(", "), time(plan.seconds))
}

/// `45s`, `12min`, `3h 5min`
fn time(seconds: u64) -> String {
    match (seconds / 3600, seconds.div_ceil(60) % 60) {
        _ if seconds < 120 => format!("{seconds}s"),
        _ if seconds < 3600 => format!("{}min", seconds.div_ceil(60)),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}min"),
    }
}

/// What is done, the same on many switches once.
fn kinds(plan: &Plan, full: bool) -> Table {
    let mut table = Table::new(&["switches", "way", "what", ">patches", "back", "ports cut", "drained"]);
    let mut groups: BTreeMap<[String; 6], Vec<&str>> = BTreeMap::new();
    for (name, switch) in &plan.switches {
        let back = match switch.stages.iter().find(|stage| stage.back == "reload") {
            _ if switch.way == "reload" => "reload".to_owned(),
            Some(stage) => format!("reload after `{}`", stage.title),
            None if switch.frr.is_none() && switch.stages.is_empty() => "secrets".to_owned(),
            None if switch.stages.is_empty() => "frr.conf".to_owned(),
            None => "patches".to_owned(),
        };
        let ports = match switch.ports.len() {
            0 => String::new(),
            _ if switch.way == "reload" => "all".to_owned(),
            n => n.to_string(),
        };
        let drained = if switch.drain.is_some() { "yes" } else { "" }.to_owned();
        let patches = if switch.way == "patch" { switch.stages.len().to_string() } else { String::new() };
        let key = [switch.way.clone(), what(switch), patches, back, ports, drained];
        groups.entry(key).or_default().push(&name.0);
    }
    let mut rows: Vec<_> = groups.into_iter().collect();
    rows.sort_by(|a, b| b.0[0].cmp(&a.0[0]).then_with(|| b.1.len().cmp(&a.1.len())));
    let more = rows.len().saturating_sub(SHOWN);
    for ([way, what, patches, back, ports, drained], names) in
        rows.into_iter().take(if full { usize::MAX } else { SHOWN })
    {
        table.row([stretch(&names), way, what, patches, back, ports, drained]);
    }
    if more > 0 && !full {
        table.row(
            [format!("and {more} more kinds"), String::new(), "--full shows them".to_owned()]
                .into_iter()
                .chain(std::iter::repeat_n(String::new(), 4)),
        );
    }
    table
}

/// What differs: why it must be a reload, else the tables, and frr.conf.
fn what(switch: &SwitchDoc) -> String {
    if let Some(first) = switch.reasons.first() {
        return match switch.reasons.len() {
            1 => first.clone(),
            n => format!("{first} (and {} more)", n - 1),
        };
    }
    let mut parts: Vec<&str> = Vec::new();
    let tables = |stage: &StageDoc| -> Vec<String> {
        let whats = stage.effects.iter().filter_map(|e| e.what.split(' ').next().map(str::to_owned));
        whats.collect()
    };
    let mut tables: Vec<String> = switch.stages.iter().flat_map(tables).collect();
    tables.sort();
    tables.dedup();
    parts.extend(tables.iter().map(String::as_str));
    if switch.frr.is_some() {
        parts.push("frr.conf");
    }
    if !switch.cables.is_empty() {
        parts.push("cables");
    }
    if !switch.secrets.is_empty() {
        parts.push("secrets");
    }
    parts.join(", ")
}

/// What must be in the environment when the plan is applied.
fn secrets(plan: &Plan) -> Option<String> {
    let written = plan.switches.iter().filter(|(_, switch)| !switch.secrets.is_empty());
    let (names, rows): (Vec<&str>, Vec<_>) = written.map(|(name, s)| (name.0.as_str(), &s.secrets)).unzip();
    let needed: BTreeSet<&str> = rows.iter().flat_map(|rows| variables(rows)).collect();
    let needed: Vec<_> = needed.into_iter().map(tame::line).collect();
    let of_snmp = rows.iter().any(|rows| rows.iter().any(|row| row.table == "SNMP_COMMUNITY"));
    let snmp = if of_snmp { "; snmp starts anew where its community is another one" } else { "" };
    (!names.is_empty()).then(|| {
        format!(
            "secrets are written on {}, live{snmp}: `fabc apply` takes {} from its environment",
            stretch(&names),
            needed.join(", ")
        )
    })
}

fn waves(plan: &Plan, full: bool) -> Table {
    let mut table = Table::new(&["wave", "switches", "", "oversubscription meanwhile", ">about"]);
    let shown = if full { usize::MAX } else { SHOWN };
    for (at, wave) in plan.waves.iter().enumerate().take(shown) {
        let names: Vec<&str> = wave.switches.iter().map(String::as_str).collect();
        let kind = match (wave.canary, wave.interrupts) {
            (true, _) => format!("canary, watched for {}", time(wave.soak)),
            (false, false) => "live".to_owned(),
            (false, true) => String::new(),
        };
        let ratios: Vec<String> =
            wave.oversubscription.iter().map(|(tier, ratio)| format!("{tier} {ratio}")).collect();
        table.row([(at + 1).to_string(), stretch(&names), kind, ratios.join(", "), time(wave.seconds)]);
    }
    if plan.waves.len() > shown {
        let rest: u64 = plan.waves.iter().skip(shown).map(|wave| wave.seconds).sum();
        let more = format!("{} more", plan.waves.len() - shown);
        table.row(["…".to_owned(), more, String::new(), String::new(), time(rest)]);
    }
    table
}

fn stretch(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one}, {two}"),
        [first, .., last] => format!("{first} … {last} ({})", grouped(names.len() as u64)),
    }
}
