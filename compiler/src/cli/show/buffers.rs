//! `fabc show buffers`: headroom, pools and what is left, half by half.

use std::fmt::Write;

use fabc_lang::fabric::{Fabric, Headroom, HeadroomSource};
use fabc_lang::units::{Speed, grouped};
use serde_json::{Value, json};

use super::Which;
use super::table::{Table, cut};
use crate::budget::{self, Budget, Group, Half, LosslessPool};
use crate::cli::screen::Screen;
use crate::cli::{Exit, Failure};
use crate::host::Stream;
use crate::report::Format;

/// Columns of a memory bar.
const BAR: u64 = 50;
/// Columns of a name, with its indentation.
const NAME: usize = 20;

/// Show headroom, pools and shared buffer, one table for switches that are alike
///
/// For each half of the chip's memory: what lossless ports may need after a pause, what the pool holds for it, what is
/// left to be shared, how many ports may pause at once, and how much an incast may bring before it is paused.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Print the sums that the figures come from
    #[arg(long)]
    arithmetic: bool,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    args.which.show(screen, |fabric, switch, format| {
        let budgets = match switch {
            None => budget::budgets(fabric),
            Some(index) => vec![budget::budget(fabric, index)],
        };
        let view = View { width: screen.columns(), color: screen.paper(Stream::Out).color };
        Ok(match format {
            Format::Json => {
                let list: Vec<Value> = budgets.iter().map(|b| object(b, fabric)).collect();
                format!("{:#}\n", json!({ "schema_version": 1, "switches": list }))
            }
            _ => {
                budgets.iter().map(|b| page(b, fabric, args.arithmetic, view)).collect::<Vec<_>>().join("\n")
            }
        })
    })
}

/// How a page is to look.
#[derive(Debug, Clone, Copy)]
struct View {
    /// Columns; none where lines may be as long as they are.
    width: Option<usize>,
    color: bool,
}

impl View {
    /// A value behind its name, on as many lines as it takes.
    fn line(self, name: &str, value: &str, out: &mut String) {
        let room = self.width.map_or(usize::MAX, |w| w.saturating_sub(NAME).max(NAME));
        let mut name = format!("  {name:0$}", NAME - 2);
        for part in textwrap::wrap(value, room) {
            let _ = writeln!(out, "{}", format!("{name}{part}").trim_end());
            name = " ".repeat(NAME);
        }
    }

    /// Columns of a bar.
    fn bar(self) -> u64 {
        self.width.map_or(BAR, |w| (w.saturating_sub(NAME) as u64).clamp(10, BAR))
    }

    /// A run of one sign, in the colour of this number of SGR.
    fn run(self, sign: &str, n: u64, sgr: u8) -> String {
        let text = sign.repeat(usize::try_from(n).unwrap_or_default());
        if self.color && !text.is_empty() { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text }
    }
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
fn page(budget: &Budget, fabric: &Fabric, arithmetic: bool, view: View) -> String {
    let tier = &fabric.tiers[budget.tier];
    let head = format!("{}: {}, {}", budget.who(fabric).replace('`', ""), tier.label, budget.platform.name);
    let mut out = cut(&head, view.width.unwrap_or(usize::MAX))
        + "
";
    let mut line = |name: &str, value: &str| view.line(name, value, &mut out);
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
        weighed(half, budget, fabric, view, &mut line);
    }
    if budget.halves.len() > 1 {
        let (need, limit) = budget.total();
        line("", "");
        line("chip", &format!("{} of {} asked for, all halves together", mb(need), mb(limit)));
    }
    if budget.halves.iter().any(|h| h.number.is_none()) {
        line("", "which cage hangs on which half is not known");
    }
    out.push('\n');
    out += &table(budget).render(2, view.width);
    if arithmetic {
        out.push('\n');
        let mut text = String::new();
        sums(budget, fabric, &mut text);
        let room = view.width.unwrap_or(usize::MAX);
        let options = textwrap::Options::new(room).subsequent_indent("    ");
        for sum in text.lines() {
            let _ = writeln!(out, "{}", textwrap::fill(sum, &options));
        }
    }
    out
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
fn weighed(half: &Half, budget: &Budget, fabric: &Fabric, view: View, line: &mut impl FnMut(&str, &str)) {
    let ratio = budget.oversubscription.ratio;
    let limit = half.limit(ratio);
    let part = (half.need * 100).checked_div(limit).unwrap_or_default();
    let over = if half.need > limit { ": over budget" } else { "" };
    line(&name_of(half), &memory(half, view));
    line("", &legend(half));
    if let Some(bytes) = beside(half, budget).filter(|&bytes| bytes > 0) {
        line("", &format!("{} of the chip are not in this pool", mb(bytes)));
    }
    line("  need", &demand(half, limit, view));
    line("", &format!("{} of {} = {} × {ratio}, {part} %{over}", mb(half.need), mb(limit), mb(half.pool)));
    line("  shared", &format!("{} left, {} reserved", mb(half.shared), mb(half.reserved)));
    let (safe, ports) = (half.safe_ports(budget.classes), half.ports());
    line("  safe for", &format!("{safe} of {ports} ports that pause at once"));
    let incast = |m: u64| mb(budget.incast(half, m));
    line(
        "  absorbed incast",
        &format!("from 1 port {}, 2 {}, {ports} {}", incast(1), incast(2), incast(ports)),
    );
    let reached = budget.incast(half, ports) + half.pool;
    if let Some(most) = budget.egress_queue(fabric, half).filter(|most| *most < reached) {
        line(
            "  egress queue",
            &format!("drops from {} on: less than ports bring before and after a pause", mb(most)),
        );
    }
    let fastest = half.groups.iter().map(|g| g.kind.speed).max().unwrap_or_default();
    let time = |queues| us(half.threshold(queues, budget.dynamic_th), fastest);
    let all = ports * budget.classes;
    line("  time to pause", &format!("at {fastest}: {} alone, {} with all congested", time(1), time(all)));
}

/// The half's memory as a bar: headroom, reserved, shared. What is there is seen, however little.
fn memory(half: &Half, view: View) -> String {
    let (whole, bar) = (half.pool + half.reserved + half.shared, view.bar());
    let columns = |bytes: u64| (bytes * bar).checked_div(whole).unwrap_or_default().max(u64::from(bytes > 0));
    let (headroom, reserved) = (columns(half.pool), columns(half.reserved));
    let shared = bar.saturating_sub(headroom + reserved);
    view.run("█", headroom, 36) + &view.run("▒", reserved, 33) + &view.run("░", shared, 32)
}

/// What the signs of the bar mean.
fn legend(half: &Half) -> String {
    let whole = half.pool + half.reserved + half.shared;
    let bare = |bytes| mb(bytes).replace(" MB", "");
    format!(
        "█ headroom {} ▒ reserved {} ░ shared {} of {}",
        bare(half.pool),
        bare(half.reserved),
        bare(half.shared),
        mb(whole)
    )
}

/// Bytes of the half that pools may share out and that aren't in this one, where the chip's own figure is known.
fn beside(half: &Half, budget: &Budget) -> Option<u64> {
    let chip = budget.platform.asic.v.shared_buffer.as_ref()?.v.0 / half.parts.max(1);
    Some(chip.saturating_sub(half.pool + half.reserved + half.shared))
}

/// What the ports may need of what they may have, as a bar.
fn demand(half: &Half, limit: u64, view: View) -> String {
    let bar = view.bar();
    let full = (half.need * bar).checked_div(limit).unwrap_or(bar).min(bar);
    let sgr = if half.need > limit { 31 } else { 36 };
    view.run("▓", full, sgr) + &view.run("·", bar - full, 2)
}

/// Ports by half, speed and length.
fn table(budget: &Budget) -> Table {
    let mut table = Table::new(&[">ports", "half", "speed", "length", ">xoff", ">all", ">share", "from"]);
    for group in &budget.groups {
        let kind = group.kind;
        let assumed = if kind.assumed { " assumed" } else { "" };
        let all = group.xoff() * budget.classes;
        let half = budget.halves.iter().find(|h| h.number == kind.half);
        let share = half.and_then(|h| (all * 100).checked_div(h.need));
        table.row([
            group.ports.to_string(),
            kind.half.map_or_else(|| "-".to_owned(), |h| h.to_string()),
            kind.speed.to_string(),
            format!("{}{assumed}", kind.length),
            group.headroom.map_or_else(|| "not known".to_owned(), |h| format!("{} B", grouped(h.xoff))),
            group.headroom.map_or_else(String::new, |_| mb(all)),
            share.map_or_else(String::new, |share| format!("{share} %")),
            group.headroom.map_or_else(String::new, from),
        ]);
    }
    table
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
        let safe = half.paused_together(classes).into_iter();
        let safe: Vec<String> = safe.map(|(n, each)| format!("{n} × {}", grouped(each))).collect();
        let _ = writeln!(out, "  {name} safe ports: {} of {pool} B", safe.join(" + "));
        let ports = half.ports();
        let each = half.threshold(ports, budget.dynamic_th);
        let (all, each) = (grouped(budget.incast(half, ports)), grouped(each));
        let _ = writeln!(out, "  {name} incast of {ports} ports: {ports} × {each} = {all} B");
        let fastest = half.groups.iter().map(|g| g.kind.speed).max().unwrap_or_default();
        let alone = half.threshold(1, budget.dynamic_th);
        let (bytes, time) = (grouped(alone), us(alone, fastest));
        let _ = writeln!(out, "  {name} time to pause: {bytes} B × 8 / {fastest} = {time}");
    }
}

fn object(budget: &Budget, fabric: &Fabric) -> Value {
    let names: Vec<&str> =
        budget.switches.iter().map(|&s| fabric.switches[s as usize].name.as_str()).collect();
    let classes: Vec<&str> = budget::lossless(fabric).map(|c| c.name.v.as_str()).collect();
    let halves: Vec<Value> = budget.halves.iter().map(|h| half(h, budget, fabric)).collect();
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

fn half(half: &Half, budget: &Budget, fabric: &Fabric) -> Value {
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
        "outside": beside(half, budget),
        "safe_ports": half.safe_ports(budget.classes),
        "absorbed": { "1": budget.incast(half, 1), "2": budget.incast(half, 2), "all": budget.incast(half, half.ports()) },
        "egress_queue": budget.egress_queue(fabric, half),
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
    use crate::cli::Exit;
    use crate::cli::show::tests::{show, show_with};

    #[test]
    fn one_table_for_switches_that_are_alike() {
        let (exit, text, _) = show(&["buffers"], None);
        assert_eq!(exit, Exit::Clean);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn one_switch_and_its_sums() {
        let (exit, text, _) = show(&["buffers", "spine-02", "--arithmetic"], Some(80));
        assert_eq!(exit, Exit::Clean);
        insta::assert_snapshot!(text);
        assert_eq!(show(&["buffers", "fabric.kdl", "spine-02", "--arithmetic"], Some(80)).1, text);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [50, 64, 80, 100] {
            let (_, text, _) = show(&["buffers", "--arithmetic"], Some(width));
            assert!(text.lines().all(|l| l.chars().count() <= width), "{width}:\n{text}");
        }
    }

    #[test]
    fn colours_are_for_those_who_want_them() {
        let coloured = |args: &[&str]| show(args, Some(80)).1.contains("\u{1b}[");
        assert!(!coloured(&["buffers"]) && coloured(&["buffers", "--color", "always"]));
    }

    #[test]
    fn programs_get_bytes() {
        let (_, text, _) = show(&["buffers", "spine-01", "--format", "json"], None);
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        let (list, half) = (&page["switches"], &page["switches"][0]["halves"][0]);
        // 32 ports of 800G at 40 m; half of 33,374,584, twice.
        assert_eq!(half["need"], 32 * 835_406);
        assert_eq!(half["limit"], 33_374_584);
        assert_eq!(half["safe_ports"], 16_687_292 / 835_406);
        assert_eq!(half["shared"], (162_539_680 - 33_374_584) / 2 - 32 * 18_796);
        // Half of the chip's 165,867,080 less half of the pool.
        assert_eq!(half["outside"], (165_867_080 - 162_539_680) / 2);
        assert_eq!(list[0]["ports"][0]["listed"], true);
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let more = "class \"b\" dscp=27 priority=4 lossless=#true { congestion-control \"none\"; }";
        let (exit, text, _) = show_with(more, &["buffers", "leaf-01"], None);
        assert_eq!(exit, Exit::Findings);
        assert!(text.contains(": over budget"), "{text}");
    }
}
