//! `fabc show buffers`: headroom, pools and what is left, half by half.

use std::fmt::Write;
use std::path::PathBuf;

use fabc_lang::diagnostic::nearest;
use fabc_lang::fabric::{Fabric, Headroom, HeadroomSource};
use fabc_lang::units::{Speed, grouped};
use serde_json::{Value, json};

use crate::budget::{self, Budget, Group, Half, LosslessPool};
use crate::cli::screen::Screen;
use crate::cli::source::Source;
use crate::cli::{Exit, Failure};
use crate::report::Format;

/// Columns of a memory bar.
const BAR: u64 = 50;

/// Show headroom, pools and shared buffer, one table for switches that are alike
///
/// For each half of the chip's memory: what lossless ports may need after a pause, what the pool holds for it, what is
/// left to be shared, how many ports may pause at once, and how much an incast may bring before it is paused.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Show this switch only
    #[arg(value_name = "SWITCH")]
    switch: Option<String>,
    /// Print the sums that the figures come from
    #[arg(long)]
    arithmetic: bool,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let (source, switch) = args.places(screen);
    let analysis = source.analyze(screen)?;
    let Some(fabric) = analysis.fabric else {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    };
    let budgets = match &switch {
        None => budget::budgets(&fabric),
        Some(name) => vec![budget::budget(&fabric, find(&fabric, name)?)],
    };
    let text = match source.format {
        Format::Json => {
            let list: Vec<Value> = budgets.iter().map(|b| object(b, &fabric)).collect();
            format!("{:#}\n", Value::from(list))
        }
        _ => {
            let pages = budgets.iter().map(|b| page(b, &fabric, args.arithmetic));
            pages.collect::<Vec<_>>().join("\n")
        }
    };
    screen.data(&text)?;
    if analysis.findings.has_errors() {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    }
    Ok(Exit::Clean)
}

impl Args {
    /// The source and the switch: a single word that is no file, where there is a fabric.kdl, is a switch.
    fn places(&self, screen: &Screen) -> (Source, Option<String>) {
        let mut source = self.source.clone();
        let is_there = |path: &PathBuf| screen.host.canonical(path).is_ok();
        let here = PathBuf::from("fabric.kdl");
        if self.switch.is_none() && !is_there(&source.fabric) && is_there(&here) {
            let name = source.fabric.to_string_lossy().into_owned();
            source.fabric = here;
            return (source, Some(name));
        }
        (source, self.switch.clone())
    }
}

fn find(fabric: &Fabric, name: &str) -> Result<usize, Failure> {
    fabric.switches.iter().position(|s| s.name == name).ok_or_else(|| {
        let near = nearest(name, fabric.switches.iter().map(|s| s.name.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Failure::new(format!("there is no switch `{name}`{hint}"))
    })
}

/// `16.7 MB`
fn mb(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", grouped(tenths / 10), tenths % 10)
}

/// Time in which a port at this rate brings so many bytes, in tenths of a microsecond.
fn tenths_us(bytes: u64, speed: Speed) -> u64 {
    bytes.saturating_mul(80).checked_div(u64::from(speed.0)).unwrap_or_default()
}

/// `645.2 us`
fn us(bytes: u64, speed: Speed) -> String {
    let tenths = tenths_us(bytes, speed);
    format!("{}.{} us", grouped(tenths / 10), tenths % 10)
}

fn name_of(half: &Half) -> String {
    half.number.map_or_else(|| "chip".to_owned(), |n| format!("half {n}"))
}

/// All of one table.
fn page(budget: &Budget, fabric: &Fabric, arithmetic: bool) -> String {
    let tier = &fabric.tiers[budget.tier];
    let mut out =
        format!("{}: {}, {}\n", budget.who(fabric).replace('`', ""), tier.label, budget.platform.name);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "  {name:18}{value}");
    };
    let classes: Vec<String> =
        budget::lossless(fabric).map(|c| format!("{} ({})", c.name.v, c.priority.v)).collect();
    let none = || "none: without a lossless class no headroom is needed".to_owned();
    line("lossless", &Some(classes.join(", ")).filter(|c| !c.is_empty()).unwrap_or_else(none));
    line("pool", &budget.pool.as_ref().map_or_else(|| "not known".to_owned(), pool));
    let ratio = budget.oversubscription.ratio;
    let from = match (&budget.pool, budget.oversubscription.at) {
        (_, Some(_)) => format!("{ratio}, declared"),
        (Some(_), None) => format!("{ratio}, as the vendor's own pool"),
        (None, None) => "not known".to_owned(),
    };
    line("oversubscription", &from);
    for half in &budget.halves {
        line("", "");
        weighed(half, budget, &mut line);
    }
    if budget.halves.iter().any(|h| h.number.is_none()) {
        line("", "which cage hangs on which half is not known");
    }
    out.push('\n');
    out += &table(budget);
    if arithmetic {
        out.push('\n');
        sums(budget, fabric, &mut out);
    }
    out.lines().map(str::trim_end).fold(String::new(), |all, line| all + line + "\n")
}

fn pool(pool: &LosslessPool) -> String {
    let size = mb(pool.size.0);
    let Some((xoff, _)) = pool.xoff else { return format!("{size}, no shared headroom known") };
    let holds = match pool.holds_xoff {
        Some(true) => "of which",
        Some(false) => "and beside it",
        None => "taken to contain",
    };
    format!("{size}, {holds} {} headroom", mb(xoff))
}

/// What one half holds and is asked for.
fn weighed(half: &Half, budget: &Budget, line: &mut impl FnMut(&str, &str)) {
    let ratio = budget.oversubscription.ratio;
    let limit = half.limit(ratio);
    let part = (half.need * 100).checked_div(limit).unwrap_or_default();
    let over = if half.need > limit { ": over budget" } else { "" };
    line(&name_of(half), &bar(half));
    line(
        "  need",
        &format!("{} of {} = {} × {ratio}, {part} %{over}", mb(half.need), mb(limit), mb(half.pool)),
    );
    line("  shared", &format!("{} left, {} reserved", mb(half.shared), mb(half.reserved)));
    let (safe, ports) = (half.safe_ports(budget.classes), half.ports());
    line("  safe for", &format!("{safe} of {ports} ports that pause at once"));
    let incast = |m: u64| mb(budget.incast(half, m));
    line(
        "  absorbed incast",
        &format!("from 1 port {}, 2 {}, {ports} {}", incast(1), incast(2), incast(ports)),
    );
    let fastest = half.groups.iter().map(|g| g.kind.speed).max().unwrap_or_default();
    let time = |queues| us(half.threshold(queues, budget.dynamic_th), fastest);
    let all = ports * budget.classes;
    line("  time to pause", &format!("at {fastest}: {} alone, {} with all congested", time(1), time(all)));
}

/// The half's memory: headroom, reserved, shared.
fn bar(half: &Half) -> String {
    let whole = half.pool + half.reserved + half.shared;
    let columns = |bytes: u64| (bytes * BAR).checked_div(whole).unwrap_or_default();
    let (headroom, reserved) = (columns(half.pool), columns(half.reserved).max(u64::from(half.reserved > 0)));
    let shared = BAR.saturating_sub(headroom + reserved);
    let cells = |sign: &str, n: u64| sign.repeat(usize::try_from(n).unwrap_or_default());
    let drawn = cells("█", headroom) + &cells("▒", reserved) + &cells("░", shared);
    format!("{drawn} {} = █ headroom ▒ reserved ░ shared", mb(whole))
}

/// Ports by half, speed and length.
fn table(budget: &Budget) -> String {
    let mut rows = vec![["ports", "half", "speed", "length", "xoff", "all", "from"].map(str::to_owned)];
    for group in &budget.groups {
        let kind = group.kind;
        let assumed = if kind.assumed { " assumed" } else { "" };
        rows.push([
            group.ports.to_string(),
            kind.half.map_or_else(|| "-".to_owned(), |h| h.to_string()),
            kind.speed.to_string(),
            format!("{}{assumed}", kind.length),
            group.headroom.map_or_else(|| "not known".to_owned(), |h| format!("{} B", grouped(h.xoff))),
            group.headroom.map_or_else(String::new, |_| mb(group.xoff() * budget.classes)),
            group.headroom.map_or_else(String::new, from),
        ]);
    }
    let width = |i: usize| rows.iter().map(|r| r[i].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..7).map(width).collect();
    rows.iter().fold(String::new(), |mut out, row| {
        let cells = row.iter().zip(&widths).enumerate().map(|(i, (cell, &w))| match i {
            0 | 4 | 5 => format!("{cell:>w$}"),
            _ => format!("{cell:w$}"),
        });
        let _ = writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  "));
        out
    })
}

fn from(headroom: Headroom) -> String {
    let listed = if headroom.listed { "" } else { ", own profile" };
    match headroom.source.name() {
        name if headroom.table_length == headroom.length => format!("{name}{listed}"),
        name => format!("{name}: {}", headroom.table_length),
    }
}

/// Every sum, as it could be done by hand.
fn sums(budget: &Budget, fabric: &Fabric, out: &mut String) {
    let asic = &budget.platform.asic.v;
    let mut seen = Vec::new();
    for group in &budget.groups {
        let (speed, length) = (group.kind.speed, group.kind.length);
        let Some((headroom, formula)) = group.headroom.and_then(|h| Some((h, h.formula?))) else { continue };
        if seen.contains(&(speed, length)) {
            continue;
        }
        seen.push((speed, length));
        let (Some(slope), Some(constant), Some(mmu)) =
            (&asic.headroom_slope, asic.headroom_constant(speed), &asic.mmu)
        else {
            continue;
        };
        let (cell, frame) = (mmu.v.cell.0.max(1), fabric.headroom_frame(&budget.platform));
        let more = match asic.frame_term(frame) {
            None | Some(0) => String::new(),
            Some(term) => format!(" {term:+} for frames of {frame} B"),
        };
        let end = match headroom.source {
            HeadroomSource::Formula if headroom.xoff == formula => String::new(),
            HeadroomSource::Formula => format!(", with margin {} B", grouped(headroom.xoff)),
            source => format!("; {} B by {}", grouped(headroom.xoff), source.name()),
        };
        let _ = writeln!(
            out,
            "  {speed} {length}: ({} + {} × {} × {}{more}) / {} = {} cells of {cell} B = {} B{end}",
            grouped(constant.v.k),
            slope.v.per_metre,
            constant.v.speed.0 / 1000,
            length.to_string().trim_end_matches('m'),
            slope.v.divisor,
            grouped(formula / cell),
            grouped(formula),
        );
    }
    for half in &budget.halves {
        let term = |g: &Group| format!("{} × {}", g.ports, grouped(g.headroom.map_or(0, |h| h.xoff)));
        let terms: Vec<String> = half.groups.iter().map(term).collect();
        let name = name_of(half);
        let (classes, parts, pool) = (budget.classes, half.parts, grouped(half.pool));
        let _ = writeln!(
            out,
            "  {name} need: ({}) × {classes} classes = {} B",
            terms.join(" + "),
            grouped(half.need)
        );
        let Some(LosslessPool { size, xoff: Some((xoff, _)), holds_xoff, .. }) = &budget.pool else {
            continue;
        };
        let ratio = budget.oversubscription.ratio;
        let limit = grouped(half.limit(ratio));
        let _ =
            writeln!(out, "  {name} pool: {} / {parts} = {pool} B, × {ratio} = {limit} B", grouped(*xoff));
        let inside = if *holds_xoff == Some(false) { 0 } else { *xoff };
        let _ = writeln!(
            out,
            "  {name} shared: ({} - {}) / {parts} - {} reserved = {} B",
            grouped(size.0),
            grouped(inside),
            grouped(half.reserved),
            grouped(half.shared)
        );
        let alpha = budget::alpha(budget.dynamic_th);
        let _ = writeln!(
            out,
            "  {name} pause of n groups: {alpha} × {} / (1 + n × {alpha}), each; 1: {} B",
            grouped(half.shared),
            grouped(half.threshold(1, budget.dynamic_th))
        );
    }
}

fn object(budget: &Budget, fabric: &Fabric) -> Value {
    let names: Vec<&str> =
        budget.switches.iter().map(|&s| fabric.switches[s as usize].name.as_str()).collect();
    let classes: Vec<&str> = budget::lossless(fabric).map(|c| c.name.v.as_str()).collect();
    let halves: Vec<Value> = budget.halves.iter().map(|h| half(h, budget)).collect();
    let groups: Vec<Value> = budget.groups.iter().map(group).collect();
    json!({
        "switches": names,
        "tier": fabric.tiers[budget.tier].label,
        "platform": budget.platform.name,
        "lossless": classes,
        "pool": budget.pool.as_ref().map(|p| json!({
            "size": p.size.0,
            "xoff": p.xoff.map(|x| x.0),
            "size_includes_xoff": p.holds_xoff,
        })),
        "oversubscription": {
            "numerator": budget.oversubscription.ratio.num,
            "denominator": budget.oversubscription.ratio.den,
            "declared": budget.oversubscription.at.is_some(),
        },
        "halves": halves,
        "ports": groups,
    })
}

fn half(half: &Half, budget: &Budget) -> Value {
    let limit = half.limit(budget.oversubscription.ratio);
    let fastest = half.groups.iter().map(|g| g.kind.speed).max().unwrap_or_default();
    let pause = |queues| tenths_us(half.threshold(queues, budget.dynamic_th), fastest) * 100;
    json!({
        "half": half.number,
        "ports": half.ports(),
        "need": half.need,
        "pool": half.pool,
        "limit": limit,
        "fits": half.need <= limit,
        "reserved": half.reserved,
        "shared": half.shared,
        "safe_ports": half.safe_ports(budget.classes),
        "absorbed": { "1": budget.incast(half, 1), "2": budget.incast(half, 2), "all": budget.incast(half, half.ports()) },
        "pause_ns": { "alone": pause(1), "all": pause(half.ports() * budget.classes) },
    })
}

fn group(group: &Group) -> Value {
    let kind = group.kind;
    json!({
        "ports": group.ports,
        "half": kind.half,
        "speed": kind.speed.0,
        "length_mm": kind.length.0,
        "length_assumed": kind.assumed,
        "xoff": group.headroom.map(|h| h.xoff),
        "size": group.headroom.map(|h| h.size),
        "xon": group.headroom.map(|h| h.xon),
        "xon_offset": group.headroom.map(|h| h.xon_offset),
        "dynamic_th": group.headroom.map(|h| h.dynamic_th),
        "source": group.headroom.map(|h| h.source.name()),
        "listed": group.headroom.map(|h| h.listed),
        "formula": group.headroom.and_then(|h| h.formula),
    })
}

#[cfg(test)]
mod tests {
    use crate::cli::{Exit, run};
    use crate::host::{MemoryHost, Stream};

    const FABRIC: &str = r#"
        fabric "f" { nos "sonic" release="202505"; mtu 9100; }
        hosts "gpu" count=64 { nic count=8 speed="400G"; }
        tier "leaf" count=8 switch="dell-z9864f"
        tier "spine" count=4 switch="dell-z9864f"
        link "gpu" "leaf" by="rail" { length "3m"; }
        link "leaf" "spine" speed="800G" per-pair=8 { length "40m"; }
        class "rdma" dscp=26 priority=3 lossless=#true { ecn min="1MiB" max="4MiB"; }
        class "bulk" default=#true priority=0
        buffers { headroom oversubscription=2; }
    "#;

    fn show(args: &[&str]) -> (Exit, String, String) {
        let host = MemoryHost::default().file("fabric.kdl", FABRIC);
        let exit = run(["fabc", "show", "buffers"].iter().chain(args).copied(), &host);
        (exit, host.written(Stream::Out), host.written(Stream::Err))
    }

    #[test]
    fn one_table_for_switches_that_are_alike() {
        let (exit, text, _) = show(&[]);
        assert_eq!(exit, Exit::Clean);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn one_switch_and_its_sums() {
        let (exit, text, _) = show(&["spine-02", "--arithmetic"]);
        assert_eq!(exit, Exit::Clean);
        insta::assert_snapshot!(text);
        assert_eq!(show(&["fabric.kdl", "spine-02", "--arithmetic"]).1, text);
        let (exit, _, error) = show(&["fabric.kdl", "spine-2"]);
        assert_eq!(exit, Exit::Failed);
        assert!(error.contains("did you mean `spine-0"), "{error}");
    }

    #[test]
    fn programs_get_bytes() {
        let (_, text, _) = show(&["spine-01", "--format", "json"]);
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        let half = &list[0]["halves"][0];
        // 32 ports of 800G at 40 m; half of 33,374,584, twice.
        assert_eq!(half["need"], 32 * 835_406);
        assert_eq!(half["limit"], 33_374_584);
        assert_eq!(half["safe_ports"], 16_687_292 / 835_406);
        assert_eq!(half["shared"], (162_539_680 - 33_374_584) / 2 - 32 * 18_796);
        assert_eq!(list[0]["ports"][0]["listed"], true);
    }
}
