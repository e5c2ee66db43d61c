//! `fabc show lossless`: what makes a class lossless from end to end.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::{Class, Watchdog};
use fabc_targets::frr::Templates;
use fabc_targets::sonic::qos;
use serde_json::{Value, json};

use crate::budget::{self, Budget, alpha};
use crate::cli::screen::Screen;
use crate::cli::source::Source;
use crate::cli::{Exit, Failure};
use crate::deadlock::Proof;
use crate::files;
use crate::pause::Pause;
use crate::pipeline::Analysis;
use crate::report::Format;

/// Columns of a name.
const NAME: usize = 10;

/// Show what makes a class lossless from end to end
///
/// Where it is paused and from what depth on, the longest pause that ends by itself beside what the watchdog takes for a
/// storm, and the proof that buffers can't wait for each other in a circle.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Prove it of the frr.conf.j2 in DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let source = &args.source;
    let analysis = source.analyze_for(args.templates.is_some(), screen)?;
    let Analysis { mut sources, mut findings, levels, fabric, .. } = analysis;
    let Some(fabric) = fabric else {
        return Ok(source.report(&sources, findings, screen));
    };
    let mut own = BTreeMap::new();
    if let Some(folder) = &args.templates {
        let mut late = Findings::default();
        let bundle = files::with_templates(&fabric, Some(folder), &mut sources, screen.host, &mut late);
        let is_read = bundle.is_some() && !late.iter().any(|found| found.code() == files::TEMPLATE.code);
        levels.apply(&mut late, true);
        findings.extend(late);
        if !is_read {
            return Ok(source.report(&sources, findings, screen));
        }
        own = files::templates(folder, screen.host, &mut Findings::default());
    }
    let facts = Facts::of(&fabric, own);
    let text = match source.wanted.format {
        Format::Json => format!("{:#}\n", facts.object()),
        _ => facts.page(screen.columns()),
    };
    screen.data(&text)?;
    if findings.has_errors() {
        return Ok(source.report(&sources, findings, screen));
    }
    Ok(Exit::Clean)
}

/// What there is to show.
struct Facts<'a> {
    fabric: &'a Fabric,
    classes: Vec<&'a Class>,
    budgets: Vec<Budget>,
    /// The watchdog, where some switch pauses.
    watched: Option<&'a Watchdog>,
    pause: Option<Pause>,
    proof: Option<Proof>,
}

impl<'a> Facts<'a> {
    fn of(fabric: &'a Fabric, templates: BTreeMap<String, String>) -> Self {
        let classes: Vec<&Class> = budget::lossless(fabric).collect();
        let budgets = if classes.is_empty() { Vec::new() } else { budget::budgets(fabric) };
        // What isn't paused anywhere is neither watched nor waited for.
        let paused: Vec<Budget> = budgets.iter().filter(|b| is_paused(fabric, b)).cloned().collect();
        let pause = Pause::longest(fabric, &paused);
        let proof = Proof::of(fabric, &Templates::new(templates)).and_then(Result::ok);
        let watched = fabric.intent.watchdog.as_ref().filter(|_| !paused.is_empty());
        let proof = proof.filter(|_| classes.is_empty() || !paused.is_empty());
        Facts { fabric, classes, budgets, watched, pause, proof }
    }

    /// All of it, no wider than so many columns.
    fn page(&self, columns: Option<usize>) -> String {
        let mut out = String::new();
        let room = columns.map_or(usize::MAX, |c| c.saturating_sub(NAME).max(NAME));
        let mut line = |name: &str, value: &str| {
            let mut name = name;
            for part in textwrap::wrap(value, room) {
                let _ = writeln!(out, "{}", format!("{name:NAME$}{part}").trim_end());
                name = "";
            }
        };
        for class in &self.classes {
            let dscp: Vec<String> = class.dscp.iter().map(|d| d.v.to_string()).collect();
            let ecn = if class.ecn.is_empty() { ", no ECN" } else { "" };
            let (name, priority) = (&class.name.v, class.priority.v);
            let value = format!("{name}: DSCP {}, priority {priority}{ecn}", dscp.join(" "));
            line("lossless", &value);
        }
        if self.classes.is_empty() {
            line("lossless", "no class");
        }
        for (tier, paused) in self.tiers() {
            line(
                "paused on",
                &format!("{tier}: {}", paused.unwrap_or_else(|lack| format!("not at all, {lack}"))),
            );
        }
        if let Some(watchdog) = self.watched {
            let times = watchdog.detect.zip(watchdog.restore);
            let action = watchdog.action.as_ref().map_or("drop", |a| a.v.as_str());
            if let Some((detect, restore)) = times {
                line("watchdog", &format!("{action} after {}, served again after {}", detect.v, restore.v));
            }
        }
        if let Some(pause) = &self.pause {
            line("pause", &format!("{} at most, unless something is stuck", pause.time()));
            pause.lines(self.fabric).for_each(|sum| line("", &sum));
        }
        if let Some(proof) = &self.proof {
            line("deadlock", &proof.words());
            line("", &proof.read_from());
        }
        out
    }

    /// Each tier with a switch that is there: its name, and from what depth on it pauses, or what it lacks.
    fn tiers(&self) -> Vec<(String, Result<String, String>)> {
        let mut told = Vec::new();
        for budget in &self.budgets {
            let tier = &self.fabric.tiers[budget.tier];
            let paused = match (qos::lack(self.fabric, tier), budget.halves.is_empty()) {
                (Some(lack), _) => Err(format!("for {lack} isn't known")),
                (None, true) => Err("for its figures aren't known".to_owned()),
                (None, false) => Ok(format!("at {} of what is free", alpha(budget.dynamic_th))),
            };
            let entry = (format!("{}, {}", tier.label, budget.platform.name), paused);
            if !told.contains(&entry) {
                told.push(entry);
            }
        }
        told
    }

    fn object(&self) -> Value {
        let watchdog = self.watched;
        let classes: Vec<Value> = self
            .classes
            .iter()
            .map(|c| {
                json!({
                    "name": c.name.v,
                    "priority": c.priority.v,
                    "dscp": c.dscp.iter().map(|d| d.v).collect::<Vec<_>>(),
                })
            })
            .collect();
        let tiers = self.tiers().into_iter().map(|(tier, paused)| {
            json!({
                "tier": tier,
                "paused": paused.is_ok(),
                "why": paused.unwrap_or_else(|lack| lack),
            })
        });
        json!({
            "schema_version": 1,
            "classes": classes,
            "tiers": tiers.collect::<Vec<_>>(),
            "watchdog": watchdog.map(|w| json!({
                "detect_us": w.detect.map(|d| d.v.0),
                "restore_us": w.restore.map(|r| r.v.0),
            })),
            "longest_pause_us": self.pause.as_ref().map(|p| p.time().0),
            "deadlock": self.proof.as_ref().map(|p| json!({ "excluded": p.holds(), "proof": p.words() })),
        })
    }
}

/// Whether the switches pause.
fn is_paused(fabric: &Fabric, budget: &Budget) -> bool {
    !budget.halves.is_empty() && qos::lack(fabric, &fabric.tiers[budget.tier]).is_none()
}

#[cfg(test)]
mod tests {
    use crate::cli::{Exit, run};
    use crate::host::{MemoryHost, Stream};

    const FABRIC: &str = r#"
        fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=64 { nic count=8 speed="400G"; }
        tier "leaf" count=8 switch="dell-z9864f"
        tier "spine" count=4 switch="micas-m2-w6940-64oc"
        link "gpu" "leaf" by="rail" { length "3m"; }
        link "leaf" "spine" speed="800G" per-pair=8 { length "40m"; }
        class "rdma" dscp=26 priority=3 lossless=#true { ecn min="1MiB" max="4MiB"; }
        class "cnp" dscp=48 priority=6 { schedule strict=#true; }
        class "bulk" default=#true priority=0
        watchdog detect="200ms" restore="400ms"
        routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
    "#;

    fn show(args: &[&str]) -> String {
        let host = MemoryHost::default().file("fabric.kdl", FABRIC);
        let exit = run(["fabc", "show", "lossless"].iter().chain(args).copied(), &host);
        assert_eq!(exit, Exit::Clean, "{}", host.written(Stream::Err));
        host.written(Stream::Out)
    }

    #[test]
    fn pauses_watchdog_and_proof() {
        insta::assert_snapshot!(show(&[]));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [40, 80] {
            let host = MemoryHost::default().file("fabric.kdl", FABRIC).terminal(columns);
            run(["fabc", "show", "lossless"], &host);
            let text = host.written(Stream::Out);
            assert!(text.lines().all(|l| l.chars().count() <= columns), "{columns}:\n{text}");
        }
    }

    #[test]
    fn a_fabric_that_pauses_nowhere_says_no_more() {
        let text = FABRIC
            .replace("dell-z9864f", "accton-as9817-64d")
            .replace("micas-m2-w6940-64oc", "accton-as9817-64d");
        let host = MemoryHost::default().file("fabric.kdl", text);
        assert_eq!(run(["fabc", "show", "lossless"], &host), Exit::Findings);
        let page = host.written(Stream::Out);
        assert!(page.contains("paused on leaf, accton-as9817-64d: not at all"), "{page}");
        assert!(["watchdog", "pause ", "deadlock"].iter().all(|word| !page.contains(word)), "{page}");
    }

    #[test]
    fn programs_get_the_same() {
        let all: serde_json::Value = serde_json::from_str(&show(&["--format", "json"])).unwrap();
        assert_eq!(all["deadlock"]["excluded"], true);
        assert_eq!(all["tiers"][1]["why"], "at 1/4 of what is free");
        assert_eq!(all["watchdog"]["detect_us"], 200_000);
    }
}
