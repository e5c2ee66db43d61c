//! `fabc plan`: patches in an order that SONiC takes, and switches in waves that the fabric bears.

mod page;

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use fabc_lang::diagnostic::{Findings, Severity, nearest};
use fabc_lang::fabric::{Fabric, Level};
use fabc_targets::Bundle;
use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::Op;
use rayon::prelude::*;

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};
use crate::deployed::canonical::Name;
use crate::deployed::read::{Folder, Observed};
use crate::deployed::unlike::unlike;
use crate::deployed::{CONFIG_DB, FRR};
use crate::diff::fabrics::{Made, Origin, Own};
use crate::files;
use crate::output::Hash;
use crate::plan::cost::{Model, model};
use crate::plan::db::Db;
use crate::plan::document::{
    BlockedDoc, Common, Drain, Plan, SCHEMA_VERSION, SwitchDoc, Verify, WaveDoc, seconds,
};
use crate::plan::secrets::{SecretRow, is_missing};
use crate::plan::switch::{Before, FrrChange, Given, SwitchPlan, Way, plan_with};
use crate::plan::waves::{Alone, Begin, Blocked, Item, Limits, Out};
use crate::report::Format;

/// Plan a change: patches in stages that SONiC takes, each with its way back, in waves that keep the fabric's bandwidth
///
/// DIR is what switches run: a folder of `fabc pull`, a former build, or files NAME.json that were dumped by hand. What a
/// switch holds besides fabc's tables stays. Where the Generic Config Updater refuses a change, the way is `config reload`,
/// and the plan says why.
///
/// A plan is one JSON document (targets/schemas/plan.schema.json) that `fabc apply` takes and that a person can read; with
/// the hash of what each switch was seen to run, so that a plan that no longer fits is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// What switches run
    #[arg(long, value_name = "DIR")]
    deployed: PathBuf,
    /// Only these switches
    #[arg(long, value_name = "SWITCH", value_delimiter = ',')]
    only: Vec<String>,
    /// Write the plan to FILE
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the secrets that the fabric names (`secret-env`) on every switch; without it where they are missing
    #[arg(long)]
    secrets: bool,
    /// Show every switch and stage
    #[arg(long)]
    full: bool,
    /// Take frr.conf.j2 from DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

const EXIT_CODES: &str = "Exit codes:
  0  nothing has to change
  1  there is a plan
  2  wrong usage, files that can't be read, a folder that holds none of the switches, or a switch that no wave may hold";

/// What is used again for the next switch.
#[derive(Default)]
struct Desk {
    own: Own,
    before: Before,
    common: Common,
}

/// What is known and made of one switch.
struct Planned {
    switch: usize,
    /// Whether nothing is done.
    idle: bool,
    doc: SwitchDoc,
    out: Out,
    /// Links whose ends must agree.
    links: Links,
    /// Whether traffic is led away from it now.
    drained: bool,
    /// Why it can't be changed at all.
    why: Vec<String>,
    /// Whether it is another box, or runs another release, than its files are for.
    unlike: bool,
    files: Hash,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let mut analysis = args.source.analyze_for(args.templates.is_some(), screen)?;
    let fabric = analysis.fabric.take().filter(|_| !analysis.findings.has_errors());
    let mut late = Findings::default();
    let bundle = match &fabric {
        Some(fabric) => {
            let templates = args.templates.as_deref();
            files::with_templates(fabric, templates, &mut analysis.sources, screen.host, &mut late)
        }
        None => None,
    };
    let unsound = late.has_errors();
    analysis.findings.extend(late);
    let (Some(fabric), Some(bundle)) = (&fabric, bundle.filter(|_| !unsound)) else {
        analysis.findings.retain(|f| f.severity == Severity::Error);
        args.source.report(&analysis.sources, analysis.findings, screen);
        return Ok(Exit::Failed);
    };
    let wanted = chosen(fabric, &args.only)?;
    let folder = Folder::open(&args.deployed, screen.host).map_err(Failure::new)?;
    let model = model(bundle.release());
    let release = bundle.release();
    let deployed = folder.switches(screen.host);
    let failed = folder.failed(screen.host).map_err(Failure::new)?;
    let made = Made::new(fabric, bundle);
    let limits = Limits::of(fabric);
    let alone = Alone::of(&limits);
    let read = |switch: usize| -> Result<Option<(usize, Observed)>, String> {
        let name = &fabric.switches[switch].name;
        Ok(folder.switch(name, screen.host)?.map(|observed| (switch, observed)))
    };
    let failure = |switch: usize| failed.get(&fabric.switches[switch].name);
    let mut errors = Vec::new();
    let mut all: Vec<Planned> = Vec::new();
    let (mut missing, mut found, mut held) = (Vec::new(), 0, Vec::new());
    // What isn't asked for is taken to run as declared, and to change when it pleases.
    let mut begin = Begin::as_declared(fabric);
    begin.known.clear();
    let ask = match (args.secrets, folder.is_build()) {
        (true, _) => Ask::All,
        (false, true) => Ask::None,
        (false, false) => Ask::Missing,
    };
    let results: Vec<Result<Option<Planned>, (usize, String)>> = wanted
        .par_iter()
        .map_init(Desk::default, |desk, &switch| {
            let fail = |error: String| (switch, format!("{}: {error}", fabric.switches[switch].name));
            let Some((_, observed)) = read(switch).map_err(|error| (switch, error))? else { return Ok(None) };
            one(fabric, (&made, ask), (&limits, &alone), switch, &observed, desk, &model)
                .map(Some)
                .map_err(fail)
        })
        .collect();
    for (result, &switch) in results.into_iter().zip(&wanted) {
        match result {
            Ok(Some(mut planned)) => {
                found += 1;
                planned.begins(&mut begin);
                planned.why.extend(failure(switch).map(|failed| failed.told(true)));
                match planned.idle {
                    false => all.push(planned),
                    // Nothing differs, but who knows.
                    true if planned.unlike || failure(switch).is_some() => {
                        held.push(Blocked { switch, why: planned.why.join("; ") });
                    }
                    true => {}
                }
            }
            Ok(None) => {
                // One that could not be read may be gone.
                begin.missing.insert(switch);
                match failure(switch) {
                    Some(failed) => held.push(Blocked { switch, why: failed.told(false) }),
                    None => missing.push(fabric.switches[switch].name.clone()),
                }
            }
            Err((_, error)) => errors.push(error),
        }
    }
    if found == 0 && held.is_empty() && errors.is_empty() && !wanted.is_empty() {
        return Err(Failure::new(folder.holds_none(screen.host)));
    }
    if !errors.is_empty() {
        return Err(Failure::new(errors.join("\n")));
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for planned in &mut all {
        let model = fabric.tier_of(&fabric.switches[planned.switch]).platform;
        let next = kinds.len() + 1;
        planned.doc.kind = *kinds.entry(format!("{model} {}", planned.doc.course())).or_insert(next);
    }
    let item = |p: &Planned| Item {
        switch: p.switch,
        kind: p.doc.kind,
        out: p.out.clone(),
        paired: p.links.all(),
        ms: p.doc.seconds * 1000,
    };
    let items: Vec<Item> = all.iter().filter(|p| p.why.is_empty()).map(item).collect();
    let (waves, mut blocked) = limits.waves(&items, &begin);
    blocked.extend(held);
    blocked.extend(
        all.iter().filter(|p| !p.why.is_empty()).map(|p| Blocked { switch: p.switch, why: p.why.join("; ") }),
    );
    let name = |switch: &usize| fabric.switches[*switch].name.clone();
    let soak = |canary: bool, items: u64, ms: u64| if canary { seconds(ms.saturating_sub(items)) } else { 0 };
    let by_switch: BTreeMap<usize, u64> = items.iter().map(|item| (item.switch, item.ms)).collect();
    let waves: Vec<WaveDoc> = waves
        .iter()
        .map(|wave| {
            let work = wave.switches.iter().filter_map(|s| by_switch.get(s)).max().copied().unwrap_or(0);
            let ratios = wave.ratios.iter();
            WaveDoc {
                switches: wave.switches.iter().map(name).collect(),
                canary: wave.canary,
                soak: soak(wave.canary, work, wave.ms),
                interrupts: wave.interrupts,
                oversubscription: ratios
                    .map(|(tier, ratio)| {
                        (fabric.tiers[*tier].label.clone(), format!("{}/{}", ratio.num, ratio.den))
                    })
                    .collect(),
                seconds: seconds(wave.ms),
            }
        })
        .collect();
    let known: BTreeSet<&str> =
        fabric.switches.iter().filter(|s| !s.absent).map(|s| s.name.as_str()).collect();
    let node = &fabric.intent.fabric;
    let document = Plan {
        schema_version: SCHEMA_VERSION,
        fabric: node.name.v.clone(),
        nos: node.nos.v.name().to_owned(),
        release: release.name.to_owned(),
        build: Hash::of(
            all.iter().map(|p| format!("{} {}\n", name(&p.switch), p.files)).collect::<String>().as_bytes(),
        ),
        seconds: waves.iter().map(|wave| wave.seconds).sum(),
        costs: model,
        waves,
        blocked: blocked.iter().map(|b| BlockedDoc { switch: name(&b.switch), why: b.why.clone() }).collect(),
        not_deployed: missing,
        not_planned: deployed.into_iter().filter(|name| !known.contains(name.as_str())).collect(),
        switches: all.into_iter().map(|p| (Name(name(&p.switch)), p.doc)).collect(),
    };
    if let Some(out) = &args.out {
        write(out, &document)?;
    }
    let text = match args.source.wanted.format {
        Format::Json => String::from_utf8(document.to_bytes()).unwrap_or_default(),
        _ => page::page(&document, args.full, screen.columns()),
    };
    screen.data(&text)?;
    Ok(match (document.blocked.is_empty(), document.switches.is_empty()) {
        (false, _) => Exit::Failed,
        (true, false) => Exit::Findings,
        (true, true) => Exit::Clean,
    })
}

/// Writes the plan beside its place first, so that no half plan ever stands there.
fn write(path: &std::path::Path, plan: &Plan) -> Result<(), Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.new"));
    let written = || {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&beside)?);
        plan.write(&mut file)?;
        file.into_inner()?;
        std::fs::rename(&beside, path)
    };
    written().map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
}

/// Switches that are asked for, all without a choice.
fn chosen(fabric: &Fabric, only: &[String]) -> Result<Vec<usize>, Failure> {
    let there: BTreeMap<&str, usize> = fabric
        .switches
        .iter()
        .enumerate()
        .filter(|(_, s)| !s.absent)
        .map(|(i, s)| (s.name.as_str(), i))
        .collect();
    let mut unknown = Vec::new();
    for name in only.iter().filter(|name| !there.contains_key(name.as_str())) {
        let help = nearest(name, there.keys().copied());
        unknown.push(match help {
            Some(near) => format!("there is no switch `{name}`; did you mean `{near}`?"),
            None => format!("there is no switch `{name}`"),
        });
    }
    if !unknown.is_empty() {
        return Err(Failure::new(unknown.join("\n")));
    }
    let all = fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent);
    Ok(all.filter(|(_, s)| only.is_empty() || only.contains(&s.name)).map(|(i, _)| i).collect())
}

fn text<'a>(bytes: &'a [u8], file: &str) -> Result<&'a str, String> {
    std::str::from_utf8(bytes).map_err(|_| format!("{file} is not UTF-8"))
}

fn one(
    fabric: &Fabric,
    (made, ask): (&Made<'_>, Ask),
    (limits, alone): (&Limits<'_>, &Alone<'_>),
    switch: usize,
    observed: &Observed,
    desk: &mut Desk,
    model: &Model,
) -> Result<Planned, String> {
    let name = &fabric.switches[switch].name;
    let Desk { own, before, common } = desk;
    own.clear();
    made.fill(name, own)?;
    let running = text(&observed.config_db, &observed.path.display().to_string())?;
    let (config_db, frr) = (text(&own.config_db, CONFIG_DB)?, text(&own.frr, FRR)?);
    let running_frr = observed
        .frr
        .as_deref()
        .map(|bytes| text(bytes, &observed.path.with_file_name(FRR).display().to_string()));
    let running_frr = running_frr.transpose()?;
    let state = observed.state.as_ref();
    let given = Given {
        release: made.bundle().release(),
        observed: running,
        observed_frr: running_frr,
        config_db,
        frr,
        models: state.and_then(|state| state.models.as_deref()),
        apply_patch: state.map(|state| state.apply_patch),
    };
    let wires = wires(fabric, switch);
    // It is asked only where something is interrupted.
    let drains =
        LazyCell::new(|| can_drain(fabric, switch, running_frr) && limits.bears(alone, switch, Out::Whole));
    let bears = |ports: &BTreeSet<String>| {
        ports.is_empty() || *drains || limits.bears(alone, switch, links(&wires, ports))
    };
    let mut plan = plan_with(before, &given, model, &bears)?;
    plan.secrets = secrets(made, switch, ask, &plan.wanted);
    if !own.cli.is_empty() && !plan.is_empty() {
        plan.reasons.push("sonic-cli.txt is typed by hand, and no part of this plan".to_owned());
    }
    let drain = (plan.interrupts && *drains).then(drain);
    if drain.is_some() && plan.way == Way::Reload && plan.frr.is_none() {
        // bgp starts anew in it, and is to stay drained until all is verified.
        plan.frr =
            plan.frr_texts.clone().map(|(before, after)| FrrChange { effects: Vec::new(), before, after });
    }
    let linked = Links::of(&plan, &wires);
    let out = match (plan.interrupts, plan.way) {
        (false, _) if linked.moved.is_empty() => Out::Nothing,
        (false, _) => Out::Links(vec![linked.moved.clone()]),
        (true, Way::Reload) => Out::Whole,
        _ if drain.is_some() || !plan.restarts.is_empty() || whole(&plan) => Out::Whole,
        // One part after another.
        _ => {
            let parts = plan.stages.iter().flat_map(|stage| {
                let alone = stage.flaps.iter().map(|port| BTreeSet::from([port.clone()]));
                alone.chain([stage.downs()])
            });
            let parts: BTreeSet<BTreeSet<String>> = parts.filter(|part| !part.is_empty()).collect();
            let outs: Vec<Out> = parts.iter().map(|part| links(&wires, part)).collect();
            match outs.contains(&Out::Whole) {
                true => Out::Whole,
                false => Out::Links(
                    outs.into_iter()
                        .flat_map(|out| match out {
                            Out::Links(links) => links,
                            _ => Vec::new(),
                        })
                        .collect(),
                ),
            }
        }
    };
    let release = made.bundle().release();
    let sonic = release.names(fabric.platform_of(fabric.tier_of(&fabric.switches[switch])));
    let unlike = unlike(release, sonic, state, &plan.observed.metadata());
    let why: Vec<String> = plan.obstacles.iter().chain(&unlike).cloned().collect();
    let verify = verify(made.bundle(), switch, common);
    let tier = &fabric.tier_of(&fabric.switches[switch]).label;
    let place = (tier.as_str(), fabric.switches[switch].mgmt);
    let mut doc = SwitchDoc::of(&plan, place, drain, verify, model, common);
    doc.moves(&linked.ports);
    doc.platform = sonic.map(|sonic| sonic.platform.clone()).filter(|platform| !platform.is_empty());
    let files = Hash::of(&[own.config_db.as_slice(), own.frr.as_slice()].concat());
    let drained = running_frr.map_or(fabric.switches[switch].maintenance, is_drained);
    let (idle, unlike) = (plan.is_empty(), !unlike.is_empty());
    Ok(Planned { switch, idle, doc, out, links: linked, drained, why, unlike, files })
}

/// Which secrets a plan writes.
#[derive(Debug, Clone, Copy)]
enum Ask {
    /// All that the fabric names.
    All,
    /// All of a switch that lacks one.
    Missing,
    /// None: a former build says nothing of them.
    None,
}

fn secrets(made: &Made<'_>, switch: usize, ask: Ask, becomes: &Db) -> Vec<SecretRow> {
    let device = made.bundle().device(switch).filter(|_| !matches!(ask, Ask::None));
    let rows = device.map(|device| SecretRow::all_of(&device));
    let asked = |rows: &Vec<SecretRow>| matches!(ask, Ask::All) || is_missing(becomes, rows);
    rows.filter(asked).unwrap_or_default()
}

/// The route map that leads traffic away, as fabc writes it.
const MAP: &str = "route-map GRACEFUL_SHUTDOWN permit 10";

/// Whether what only passes can be led away, and isn't yet: a leaf's servers have no other way.
fn can_drain(fabric: &Fabric, switch: usize, running: Option<&str>) -> bool {
    let passes = fabric.tier_of(&fabric.switches[switch]).level != Level::Bottom;
    let running = running.unwrap_or_default();
    passes && running.lines().any(|line| line.trim() == MAP) && !is_drained(running)
}

/// Whether a frr.conf leads traffic away.
fn is_drained(running: &str) -> bool {
    running.lines().any(|line| line.trim().starts_with("set community graceful-shutdown"))
}

fn drain() -> Drain {
    let line = |text: &str| text.to_owned();
    Drain {
        on: vec![line(MAP), line("set community graceful-shutdown additive")],
        off: vec![line(MAP), line("no set community")],
    }
}

/// Whether something is interrupted that is of no port.
fn whole(plan: &SwitchPlan) -> bool {
    let sessions =
        plan.frr.iter().flat_map(|frr| &frr.effects).any(|effect| effect.effect.level.interrupts());
    let effects = plan.stages.iter().flat_map(|stage| &stage.effects);
    sessions || effects.clone().any(|c| c.interrupts && !matches!(&c.on, crate::diff::device::On::Ports(_)))
}

/// The link of each port.
fn wires(fabric: &Fabric, switch: usize) -> BTreeMap<&str, u32> {
    let tier = fabric.tier_of(&fabric.switches[switch]);
    let wires = fabric.switch_wires(switch).iter();
    wires.filter_map(|wire| Some((tier.spec(wire.port)?.name.as_str(), wire.link))).collect()
}

/// The links of some ports; all of the switch where one of them is no port of the fabric as it becomes.
fn links(wires: &BTreeMap<&str, u32>, ports: &BTreeSet<String>) -> Out {
    if ports.iter().any(|port| !wires.contains_key(port.as_str())) {
        return Out::Whole;
    }
    Out::Links(vec![ports.iter().filter_map(|port| wires.get(port.as_str())).copied().collect()])
}

/// Links of which both ends must agree on what changes.
#[derive(Default)]
struct Links {
    /// Speed, lanes and FEC, and addresses of one net.
    paired: BTreeSet<u32>,
    /// They come: neither end had them.
    fresh: BTreeSet<u32>,
    /// Their cable is another one.
    moved: BTreeSet<u32>,
    /// At these ports.
    ports: BTreeSet<String>,
}

impl Links {
    fn of(plan: &SwitchPlan, wires: &BTreeMap<&str, u32>) -> Links {
        let mut found = Links::default();
        // Ports come where others go, of the same lanes: a link that is there becomes another.
        let breaks_out = plan.changes.iter().any(|c| c.table.as_str() == "PORT" && c.op == Op::Removed);
        for change in &plan.changes {
            let of = |names: &[&str]| change.fields.iter().any(|field| names.contains(&field.name.as_str()));
            let comes_up = || {
                let mut fields = change.fields.iter().filter(|field| field.name.as_str() == "admin_status");
                fields.any(|field| matches!(&field.new, Some(Value::Text(text)) if text == "up"))
            };
            let port = change.key.split('|').next().unwrap_or_default();
            let links = match (change.table.as_str(), change.op) {
                ("PORT", Op::Added) if breaks_out => &mut found.paired,
                ("PORT", Op::Added) => &mut found.fresh,
                ("PORT", Op::Changed) if comes_up() => &mut found.fresh,
                ("PORT", Op::Changed) if of(&["autoneg", "fec", "lanes", "speed"]) => &mut found.paired,
                ("INTERFACE", Op::Added | Op::Removed) if change.key.contains('|') => &mut found.paired,
                ("DEVICE_NEIGHBOR", Op::Changed) if of(&["name", "port"]) => {
                    found.ports.insert(port.to_owned());
                    &mut found.moved
                }
                _ => continue,
            };
            links.extend(wires.get(port));
        }
        found
    }

    fn all(&self) -> BTreeSet<u32> {
        [&self.paired, &self.fresh, &self.moved].into_iter().flatten().copied().collect()
    }
}

impl Planned {
    /// What is so of it before the first wave.
    fn begins(&self, begin: &mut Begin) {
        begin.known.insert(self.switch);
        match self.drained {
            true => _ = begin.drained.insert(self.switch),
            false => _ = begin.drained.remove(&self.switch),
        }
        for link in self.links.all() {
            begin.paired.entry(link).or_default().insert(self.switch);
        }
        begin.fresh.extend(&self.links.fresh);
        begin.moved.extend(&self.links.moved);
    }
}

/// What is to be seen when the switch is done.
fn verify(bundle: &Bundle<'_>, switch: usize, common: &mut Common) -> Verify {
    let Some(device) = bundle.device(switch) else { return Verify::default() };
    let up = || device.ports.iter().filter(|port| port.is_up());
    let wired = || up().filter_map(|port| Some((port, port.wired()?)));
    let sessions: Vec<(String, &str)> = wired()
        .filter(|(_, wired)| wired.peer_switch.is_some())
        .map(|(port, wired)| {
            let session = wired.addresses.map_or_else(|| port.name().to_owned(), |(_, far)| far.to_string());
            (session, wired.peer)
        })
        .collect();
    Verify {
        ports: common.list(up().map(|port| port.name().to_owned()).collect()),
        sessions: common.list(sessions.iter().map(|(session, _)| session.clone()).collect()),
        neighbours: wired()
            .map(|(port, wired)| (port.name().into(), [wired.peer.to_owned(), wired.peer_port.to_owned()]))
            .collect(),
        peers: sessions
            .iter()
            .map(|(session, far)| (Name::from(session.as_str()), (*far).to_owned()))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
