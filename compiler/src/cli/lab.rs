//! `fabc lab`: a fabric on real FRR, beside what was predicted of it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use serde_json::{Value, json};

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};
use crate::files;
use crate::lab::shrink::{Kept, TooSmall, shrink};
use crate::lab::{Ask, Hit, Loss, Mesh, Outcome, Report, failure, machine};
use crate::pipeline::Analysis;
use crate::report::Format;

/// Run a fabric on this machine's FRR, and compare it with what is predicted
///
/// Every switch gets a network namespace with its addresses, wires and FRR's daemons, and the frr.conf that a build writes;
/// each switch with servers gets one server. Sessions, routes and their next hops are compared with the prediction one by
/// one, then everyone pings everyone. What is to fail fails, one after the other: traffic that crosses it is counted, routes
/// are compared with the prediction for that failure, and it is mended again. All namespaces are removed at the end, also
/// after Ctrl-C. Needs Linux, root, and FRR (Debian: apt-get install frr iproute2).
///
/// A larger fabric is cut down to one of the same shape: pods, switches of a tier and links up are left out, the rest keeps
/// its names, ports, addresses, ASNs and policy.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Switches to run at most
    #[arg(long, value_name = "N", default_value_t = 24)]
    scale: usize,
    /// Let it fail: SWITCH, or a link as `fabc whatif` names it (SWITCH:PORT); silent:SWITCH:PORT (light stays);
    /// drain:SWITCH
    #[arg(long, value_name = "WHAT")]
    fail: Vec<String>,
    /// Take frr.conf.j2 from DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Seconds that routes may take to be as predicted
    #[arg(long, value_name = "SECONDS", default_value_t = 90)]
    patience: u64,
    /// Run the FRR of another system, whose files lie in DIR
    #[arg(long, value_name = "DIR")]
    frr_root: Option<PathBuf>,
    /// Only remove what runs have left that were killed
    #[arg(long)]
    clean: bool,
}

const EXIT_CODES: &str = "Exit codes:
  0  all as predicted
  1  errors in the source, or differences
  2  wrong usage, or it could not be run here";

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    if args.clean {
        let (removed, left) = machine::sweep();
        if left > 0 {
            return Err(Failure::new(format!("{left} namespaces could not be removed: run it with sudo")));
        }
        screen.status(&format!("removed {removed} namespaces"))?;
        return Ok(Exit::Clean);
    }
    let Analysis { mut sources, mut findings, levels, fabric, .. } = args.source.analyze(screen)?;
    let Some(mut fabric) = fabric.filter(|_| !findings.has_errors()) else {
        return Ok(args.source.report(&sources, findings, screen));
    };
    if fabric.intent.routing.is_none() {
        return Err(Failure::new("the fabric has no `routing`: there is nothing to run"));
    }
    let failures = args.fail.iter().map(|text| failure::Failure::read(text, &fabric));
    let failures = failures.collect::<Result<Vec<_>, _>>().map_err(Failure::new)?;
    let needed: BTreeSet<usize> = failures.iter().flat_map(|f| f.needs(&fabric)).collect();
    let frr = machine::Frr::find(args.frr_root.as_deref()).map_err(Failure::new)?;
    let kept = shrink(&mut fabric, args.scale, &needed).map_err(|TooSmall { least }| {
        Failure::new(format!("the smallest fabric of this shape has {least} switches: --scale {least}"))
    })?;
    let mut late = Findings::default();
    let templates = args.templates.as_deref();
    let bundle = files::with_templates(&fabric, templates, &mut sources, screen.host, &mut late);
    levels.apply(&mut late, bundle.is_some());
    let Some(bundle) = bundle.filter(|_| !late.has_errors()) else {
        findings.extend(late);
        return Ok(args.source.report(&sources, findings, screen));
    };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, stop.clone())
            .map_err(|e| Failure::new(format!("cannot listen for signals: {e}")))?;
    }
    let tell = |line: &str| {
        if screen.is_watched() {
            screen.findings(&format!("{line}\n"));
        }
    };
    let ask = Ask {
        fabric: &fabric,
        bundle: &bundle,
        templates: bundle.templates(),
        release: bundle.release(),
        failures: &failures,
        patience: Duration::from_secs(args.patience),
    };
    let report = crate::lab::run(&ask, frr, stop.clone(), &tell).map_err(|error| {
        // A signal ends what was just asked, too: its failure is no news.
        let stopped = stop.load(std::sync::atomic::Ordering::Relaxed);
        Failure::new(if stopped { "stopped; all namespaces are removed".to_owned() } else { error })
    })?;
    let text = match args.source.wanted.format {
        Format::Json => format!("{:#}\n", object(&fabric, kept.as_ref(), &report)),
        _ => page(&fabric, kept.as_ref(), &report),
    };
    screen.data(&text)?;
    Ok(if report.is_good() { Exit::Clean } else { Exit::Findings })
}

fn page(fabric: &Fabric, kept: Option<&Kept>, report: &Report) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| _ = writeln!(out, "{name:12}{value}");
    let node = &fabric.intent.fabric;
    let count = |n: usize, of: &str| format!("{n} {of}{}", if n == 1 { "" } else { plural(of) });
    let size =
        [count(report.switches, "switch"), count(report.links, "link"), count(report.servers, "server")];
    line("fabric", format!("{}: {}", node.name.v, size.join(", ")));
    if let Some(kept) = kept {
        let tiers: Vec<String> =
            kept.tiers.iter().map(|(tier, k, of)| format!("{tier} {k} of {of}")).collect();
        line("cut down", tiers.join(", "));
        for (what, (some, of)) in [("pods", kept.pods), ("planes", kept.planes)] {
            if of > 0 {
                line("", format!("{some} of {of} {what}"));
            }
        }
    }
    let frr = format!("{}; {} {} has {}", report.frr, node.nos.v.name(), node.release.v, theirs(fabric));
    line("FRR", frr);
    line(
        "start",
        format!(
            "{} namespaces in {}, daemons in {}",
            report.switches + report.servers,
            time(report.built),
            time(report.booted)
        ),
    );
    for (switch, said) in &report.said {
        line("said", format!("{switch}: {said}"));
    }
    line(
        "predicted",
        format!(
            "{} sessions, {} routes, at most {} next hops{}",
            report.sessions,
            report.routes,
            report.widest,
            weighted(report.weighted)
        ),
    );
    for (text, switch) in report.not_followed.iter().take(5) {
        line("", format!("not followed: `{text}`, as {switch} has it"));
    }
    line("found", outcome(&report.outcome));
    for difference in &report.outcome.differences {
        line("", difference.clone());
    }
    if report.unsure > 0 {
        line("", format!("{} routes hang on which of several comes first: not compared", report.unsure));
    }
    if let Some((up, of)) = report.bfd {
        line("BFD", format!("{up} of {of} sessions up"));
    }
    mesh(&mut line, &report.mesh);
    match report.valleys.as_slice() {
        [] => line("valleys", "none: no way goes down and up again".to_owned()),
        [(from, over, to), ..] => {
            line("valleys", format!("{}, as from {from} over {over} to {to}", report.valleys.len()));
        }
    }
    for hit in &report.hits {
        failed(&mut line, hit);
    }
    let verdict = match (report.is_good(), report.unsure) {
        (false, _) => "NOT as predicted",
        (true, 0) => "all as predicted",
        (true, _) => "all that was compared is as predicted",
    };
    line("verdict", verdict.to_owned());
    out
}

/// What a failure did.
fn failed(line: &mut impl FnMut(&str, String), hit: &Hit) {
    line("failed", format!("{}: {} sessions left{}", hit.name, hit.sessions, weighted(hit.weighted)));
    for (way, loss) in &hit.flows {
        let Loss { sent, lost, flows, hit, worst } = loss;
        let worst = if *lost == 0 { String::new() } else { format!(", {worst} ms the longest of one flow") };
        line("", format!("{way}: {lost} of {sent} packets lost, {hit} of {flows} flows{worst}"));
    }
    if hit.flows.is_empty() {
        line("", "no way between servers leads over it: nothing measured".to_owned());
    }
    if let Some(carries) = hit.carries {
        line("", format!("{carries} routes of others still lead over it"));
    }
    line("", format!("routes {}", outcome(&hit.outcome)));
    for difference in hit.outcome.differences.iter().chain(&hit.back.differences) {
        line("", difference.clone());
    }
    mesh(line, &hit.mesh);
    line("mended", format!("routes {}", outcome(&hit.back)));
}

fn mesh(line: &mut impl FnMut(&str, String), mesh: &Mesh) {
    let answered = mesh.asked - mesh.silent.len().min(mesh.asked);
    line("pings", format!("{answered} of {} answered", mesh.asked));
    if let Some((from, to)) = mesh.silent.first() {
        line("", format!("none from {from} to {to}"));
    }
    if let Some((from, to)) = mesh.unexpected.first() {
        line("", format!("{} more, as from {from} to {to}", mesh.unexpected.len()));
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome.after {
        Some(after) => format!("as predicted within {}", time(after)),
        None => "NOT as predicted".to_owned(),
    }
}

/// FRR's version in the release.
fn theirs(fabric: &Fabric) -> String {
    let node = &fabric.intent.fabric;
    let release = fabc_targets::sonic::Release::find(node.nos.v, &node.release.v);
    release.and_then(|r| r.frr).unwrap_or("one that isn't published").to_owned()
}

/// `, 12 routes with weights`
fn weighted(routes: usize) -> String {
    match routes {
        0 => String::new(),
        1 => ", 1 route with weights".to_owned(),
        n => format!(", {n} routes with weights"),
    }
}

fn plural(word: &str) -> &'static str {
    if word.ends_with("ch") { "es" } else { "s" }
}

fn time(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

fn object(fabric: &Fabric, kept: Option<&Kept>, report: &Report) -> Value {
    let node = &fabric.intent.fabric;
    let outcome = |o: &Outcome| json!({ "as_predicted_after_ms": o.after, "differences": o.differences });
    let mesh = |m: &Mesh| json!({ "asked": m.asked, "silent": m.silent, "unexpected": m.unexpected });
    let hits: Vec<Value> = report
        .hits
        .iter()
        .map(|hit| {
            let flows = hit.flows.iter().map(|(way, l)| {
                json!({
                    "way": way, "sent": l.sent, "lost": l.lost, "flows": l.flows, "flows_hit": l.hit,
                    "longest_loss_ms": l.worst,
                })
            });
            json!({
                "failed": hit.name,
                "pass": hit.is_good(),
                "sessions": hit.sessions,
                "weighted_routes": hit.weighted,
                "flows": flows.collect::<Vec<_>>(),
                "carried_routes": hit.carries,
                "routes": outcome(&hit.outcome),
                "pings": mesh(&hit.mesh),
                "mended": outcome(&hit.back),
            })
        })
        .collect();
    let kept = kept.map(|k| {
        let tiers = k.tiers.iter().map(|(tier, some, of)| json!({ "tier": tier, "kept": some, "of": of }));
        json!({
            "tiers": tiers.collect::<Vec<_>>(),
            "pods": { "kept": k.pods.0, "of": k.pods.1 },
            "planes": { "kept": k.planes.0, "of": k.planes.1 },
        })
    });
    json!({
        "schema_version": 1,
        "fabric": node.name.v,
        "pass": report.is_good(),
        "frr": report.frr,
        "frr_of_release": fabc_targets::sonic::Release::find(node.nos.v, &node.release.v).and_then(|r| r.frr),
        "switches": report.switches,
        "servers": report.servers,
        "links": report.links,
        "cut_down": kept,
        "built_ms": report.built,
        "booted_ms": report.booted,
        "said": report.said,
        "predicted": {
            "sessions": report.sessions,
            "routes": report.routes,
            "widest": report.widest,
            "weighted": report.weighted,
            "not_compared": report.unsure,
            "not_followed": report.not_followed,
            "valleys": report.valleys,
        },
        "routes": outcome(&report.outcome),
        "bfd": report.bfd.map(|(up, of)| json!({ "up": up, "of": of })),
        "pings": mesh(&report.mesh),
        "failures": hits,
    })
}
