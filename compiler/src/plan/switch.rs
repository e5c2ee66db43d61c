//! What is done to one switch: patches, or a reload, and its frr.conf.

use std::collections::BTreeSet;
use std::sync::Arc;

use fabc_lang::intent::Nos;
use fabc_targets::sonic::effects::{self, Effect, Level, Op, port_of};
use fabc_targets::sonic::gcu::{Gcu, WRAPPED};
use fabc_targets::sonic::{Release, Value};

use super::cost::Model;
use super::db::{Db, Row};
use super::obstacles::obstacles;
use super::patch::{PatchOp, patch_of};
use super::secrets::SecretRow;
pub use super::staged::Before;
use super::staged::{Asked, Bears, Staged};
use super::stages::{Hold, Step, steps};
use crate::deployed::canonical::Name;
use crate::deployed::owned::{Owned, owned};
use crate::diff::device::{self, Consequence, Target};
use crate::diff::rows::RowChange;
use crate::diff::running::Build;
use crate::diff::statements;
use crate::lint;

/// How ConfigDB gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It is there.
    None,
    /// Patches, one after another.
    Patch,
    /// The whole file, and all services anew.
    Reload,
}

impl Way {
    /// `none`, `patch`, `reload`
    pub fn name(self) -> &'static str {
        match self {
            Way::None => "none",
            Way::Patch => "patch",
            Way::Reload => "reload",
        }
    }
}

/// One patch and its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What it does: `prepare, ports down`.
    pub title: String,
    /// RFC 6902.
    pub patch: Vec<PatchOp>,
    /// The patch that takes it back.
    pub inverse: Vec<PatchOp>,
    /// Why GCU would refuse the way back: then it is a reload of the saved file.
    pub no_way_back: Option<String>,
    /// What it does to the switch.
    pub effects: Vec<Consequence>,
    /// Ports that carry traffic and go down in it.
    pub cuts: BTreeSet<String>,
    /// Of these, ports that GCU puts down and up by itself, one after another.
    pub flaps: BTreeSet<String>,
    /// About how long it takes, ms.
    pub ms: u64,
}

/// What is done to frr.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrrChange {
    /// What goes and comes, and what that does.
    pub effects: Vec<statements::StatementEffect>,
    /// The file as it is, and as it becomes.
    pub before: String,
    /// The new one.
    pub after: String,
}

/// What is done to one switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchPlan {
    /// How ConfigDB gets there.
    pub way: Way,
    /// Why it must be a reload; what may interest besides.
    pub reasons: Vec<String>,
    /// Patches in their order; one that leads all the way where the way is a reload, for a person to read. Shared by
    /// switches that go through the same.
    pub stages: Arc<Vec<Stage>>,
    /// frr.conf, where it changes; loaded after the last patch, and put in place before a reload.
    pub frr: Option<FrrChange>,
    /// Containers that must start anew for what was patched to take effect.
    pub restarts: BTreeSet<String>,
    /// What the switch becomes: whole, with what isn't fabc's.
    pub wanted: Db,
    /// What it holds now.
    pub observed: Db,
    /// What differs between the two.
    pub changes: Vec<RowChange>,
    /// Rows that nobody asked for and that go.
    pub foreign: usize,
    /// Rows that stay and can't stand beside what comes or goes: `VLAN_MEMBER|Vlan10|Ethernet4 names PORT Ethernet4, which goes`.
    pub obstacles: Vec<String>,
    /// frr.conf as it is and as it becomes, where it is known.
    pub frr_texts: Option<(String, String)>,
    /// Ports that carry traffic and go down; all of them in a reload.
    pub cuts: BTreeSet<String>,
    /// Whether something that carries traffic is interrupted, or nobody knows that it isn't.
    pub interrupts: bool,
    /// Rows with secrets, which are written last; none where they are there, right or not.
    pub secrets: Vec<SecretRow>,
    /// About how long it takes without waiting for others, ms.
    pub ms: u64,
}

/// What is known of a switch and its box.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Its release.
    pub release: &'static Release,
    /// The running ConfigDB.
    pub observed: &'a str,
    /// frr.conf, where it is known.
    pub observed_frr: Option<&'a str>,
    /// The file that fabc makes.
    pub config_db: &'a str,
    /// frr.conf as fabc makes it.
    pub frr: &'a str,
    /// Tables that the switch has YANG models of; none where that isn't known.
    pub models: Option<&'a [String]>,
    /// Whether the box has `config apply-patch`, where that is known.
    pub apply_patch: Option<bool>,
}

/// Works out what is done. Ports that must go down do so in the fewest parts that `bears` says yes to; it is asked for the
/// ports of one part. The error says what can't be read.
pub fn plan(
    given: &Given<'_>,
    model: &Model,
    bears: &dyn Fn(&BTreeSet<String>) -> bool,
) -> Result<SwitchPlan, String> {
    plan_with(&mut Before::default(), given, model, bears)
}

/// [`plan`] of one switch after another: what they have in common is read and worked out once.
pub fn plan_with(
    before: &mut Before,
    given: &Given<'_>,
    model: &Model,
    bears: &dyn Fn(&BTreeSet<String>) -> bool,
) -> Result<SwitchPlan, String> {
    let reader = &mut before.reader;
    let observed =
        reader.read(given.observed).map_err(|error| format!("the observed config_db.json: {error}"))?;
    let own = reader.read(given.config_db)?;
    let Owned { ours, foreign, kept, masked } = owned(observed.changes(&own));
    let wanted = wanted(&observed, &own, &ours, [&kept, &masked]);
    let nos = given.release.nos;
    let hwsku = hwsku(&observed, &own);
    let gcu = Gcu::new(given.release, &hwsku);
    let target = Target { nos, gcu: &gcu, lossless: is_lossless(&own) };
    let up = ports_up(&observed);
    let (frr, masked) = frr(given);
    let mut plan = SwitchPlan {
        way: if ours.is_empty() { Way::None } else { Way::Patch },
        reasons: Vec::new(),
        stages: Arc::default(),
        frr,
        restarts: BTreeSet::new(),
        foreign: foreign.len(),
        obstacles: obstacles(&observed, &wanted),
        frr_texts: given.observed_frr.map(|before| (before.to_owned(), given.frr.to_owned())),
        cuts: BTreeSet::new(),
        interrupts: false,
        secrets: Vec::new(),
        ms: 0,
        changes: observed.changes(&wanted),
        wanted,
        observed,
    };
    if masked > 0 {
        plan.obstacles
            .push(format!("its frr.conf holds {masked} secrets, which loading another file would remove"));
    }
    if plan.way == Way::Patch {
        let mut reasons = unpatchable(given, &plan);
        reasons.extend(boots(&target, &plan));
        let asked = Asked {
            release: given.release,
            model,
            hwsku: &hwsku,
            lossless: target.lossless,
            observed: &plan.observed,
            wanted: &plan.wanted,
            changes: &plan.changes,
            reload: !reasons.is_empty(),
        };
        let staged = before.staged(&asked, bears, |bears| staged(&asked, &target, bears));
        plan.stages = staged.stages;
        plan.restarts = staged.restarts;
        reasons.extend(staged.reasons);
        if !reasons.is_empty() {
            plan.way = Way::Reload;
            plan.reasons = reasons.into_iter().chain(staged.by_hand).collect();
        } else if nos == Nos::EnterpriseSonic {
            plan.reasons.push(PATCHED.to_owned());
        }
    }
    plan.settle(&up, model);
    Ok(plan)
}

/// What is observed with all changes that are fabc's. Where nothing else differs in a table, it is the file's own.
fn wanted(observed: &Db, own: &Db, ours: &[RowChange], others: [&[RowChange]; 2]) -> Db {
    let mixed: BTreeSet<&str> = others.into_iter().flatten().map(|change| change.table.as_str()).collect();
    let mut wanted = observed.clone();
    let mut last = "";
    for change in ours {
        let table = change.table.as_str();
        if mixed.contains(table) {
            wanted.apply(change);
        } else if std::mem::replace(&mut last, table) != table {
            match own.0.get(table) {
                Some(rows) => _ = wanted.0.insert(table.to_owned(), Arc::clone(rows)),
                None => _ = wanted.0.remove(table),
            }
        }
    }
    wanted
}

/// What comes of a change: patches, or a reload where they don't do.
fn staged(asked: &Asked<'_>, target: &Target<'_>, bears: Bears<'_>) -> Staged {
    let (mut reasons, restarts) = idle(target.nos, asked.changes);
    let stages = best(asked, target, bears);
    let others = asked.reload || !reasons.is_empty();
    let by_hand = if others { None } else { by_hand(&stages, target.gcu) };
    if target.gcu.is_known() {
        reasons.extend(refusals(&stages, target.gcu));
    }
    if !asked.reload && reasons.is_empty() {
        return Staged { reasons, restarts, by_hand: None, stages: Arc::new(stages) };
    }
    let whole = Step { phases: Vec::new(), before: asked.observed.clone(), after: asked.wanted.clone() };
    let stages = Arc::new(vec![stage(&whole, target, asked.model)]);
    Staged { reasons, restarts: BTreeSet::new(), by_hand, stages }
}

const RELOADED: &str = "Enterprise SONiC: which patches it takes isn't public, and the switch shows no `config apply-patch` with YANG models; a reload of the file is likely to be right";
const PATCHED: &str = "Enterprise SONiC: likely, as the switch has `config apply-patch` and models of these tables; which patches it takes isn't public";

/// Whether a file has lossless classes: ports that pause, or RoCE switched on.
fn is_lossless(own: &Db) -> bool {
    let pauses = |row: &Row| {
        let value = row.get(&Name::from("pfc_enable"));
        matches!(value, Some(Value::Text(text)) if !text.is_empty())
    };
    let on = |row: &Row| row.contains_key(&Name::from("roce_enable"));
    let any = |table: &str, is: &dyn Fn(&Row) -> bool| {
        own.0.get(table).is_some_and(|rows| rows.values().any(|row| is(row)))
    };
    any("PORT_QOS_MAP", &pauses) || any("SWITCH", &on)
}

/// What a reload doesn't do on this box, but a boot after it.
fn boots(target: &Target<'_>, plan: &SwitchPlan) -> BTreeSet<String> {
    if target.nos != Nos::EnterpriseSonic {
        return BTreeSet::new();
    }
    let tables: BTreeSet<&str> = plan.changes.iter().map(|change| change.table.as_str()).collect();
    let frozen = |table: &&str| effects::frozen(target.nos, table).filter(|_| target.lossless);
    let frozen = tables.iter().filter_map(|table| Some((*table, frozen(table)?)));
    frozen
        .map(|(table, effect)| {
            let likely = if effect.likely { "likely, " } else { "" };
            format!(
                "{table}: {likely}{}: boot the switch when it is reloaded ({})",
                effect.note, effect.source
            )
        })
        .collect()
}

/// Why a change can't be patched whatever its order.
fn unpatchable(given: &Given<'_>, plan: &SwitchPlan) -> BTreeSet<String> {
    let mut reasons = BTreeSet::new();
    let shown = given.apply_patch == Some(true) && given.models.is_some();
    if given.release.nos == Nos::EnterpriseSonic && !shown {
        return BTreeSet::from([RELOADED.to_owned()]);
    }
    if given.apply_patch == Some(false) {
        reasons.insert("the switch has no `config apply-patch`".to_owned());
    }
    let mut last = "";
    for RowChange { table, .. } in &plan.changes {
        if std::mem::replace(&mut last, table) == table {
            continue;
        }
        let known = match given.models {
            Some(models) => models.contains(table),
            None => lint::has_model(table),
        };
        if !known {
            reasons.insert(match given.models {
                Some(_) => {
                    format!("{table}: the switch has no YANG model of it, and GCU refuses such tables")
                }
                None => format!("{table}: SONiC has no YANG model of it, and GCU refuses such tables"),
            });
        }
    }
    reasons
}

/// Fields that a patch sets and that take effect with a reload only, in words; and containers that must start anew.
fn idle(nos: Nos, changes: &[RowChange]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut reasons, mut restarts) = (BTreeSet::new(), BTreeSet::new());
    // Of profiles GCU judges.
    for change in changes.iter().filter(|c| c.table != "BUFFER_PROFILE") {
        for field in &change.fields {
            // A row that comes brings all its fields.
            let said = effects::effect(nos, &change.table, &change.key, Op::Changed, Some(&field.name));
            let what = format!("{} {}", change.table, field.name);
            match said.level {
                Level::ConfigReload | Level::Reboot => {
                    reasons
                        .insert(format!("{what}: a patch is taken and has no effect; {}", said.level.name()));
                }
                Level::ContainerRestart if said.note == "bgp" => {
                    restarts.insert("bgp".to_owned());
                }
                Level::ContainerRestart if change.table != "FEATURE" => {
                    reasons.insert(format!(
                        "{what}: takes effect when {} starts anew, and with it all else",
                        said.note
                    ));
                }
                _ => {}
            }
        }
    }
    (reasons, restarts)
}

/// Into how many parts the ports of a switch are put at most.
const PARTS: usize = 16;

/// The fastest way to change what is bound to ports that are up, of those that the fabric bears; one that it doesn't bear
/// where there is no other.
fn best(asked: &Asked<'_>, target: &Target<'_>, bears: Bears<'_>) -> Vec<Stage> {
    let gcu = target.gcu;
    let made = |hold: Hold| -> Vec<Stage> {
        let steps = steps(asked.observed, asked.wanted, gcu, hold);
        steps.iter().map(|step| stage(step, target, asked.model)).collect()
    };
    // GCU itself puts one port down at a time.
    let alone = |stages: &[Stage]| {
        stages.iter().flat_map(|stage| &stage.flaps).all(|port| bears(&BTreeSet::from([port.clone()])))
    };
    let together = |stages: &[Stage]| stages.iter().all(|stage| bears(&stage.downs()));
    let rank = |stages: &[Stage]| {
        let refused = !refusals(stages, gcu).is_empty();
        let borne = together(stages) && alone(stages);
        (refused, !borne, stages.iter().map(|stage| stage.ms).sum::<u64>(), stages.len())
    };
    let mut found = made(Hold::Gcu);
    let mut parts = 1;
    loop {
        let held = made(Hold::Batches(parts));
        let (more, borne) = (held.len(), together(&held));
        if rank(&held) <= rank(&found) {
            found = held;
        }
        // More parts than ports are no more parts.
        if borne || more < 3 * parts || parts >= PARTS {
            return found;
        }
        parts *= 2;
    }
}

fn stage(step: &Step, target: &Target<'_>, model: &Model) -> Stage {
    let gcu = target.gcu;
    let changes = step.before.changes(&step.after);
    let forth = patch_of(&changes, &step.before, &step.after);
    let inverse: Vec<RowChange> = changes.iter().map(RowChange::inverse).collect();
    let back = patch_of(&inverse, &step.after, &step.before);
    let up = ports_up(&step.before);
    let wrapped = changes.iter().filter(|c| WRAPPED.contains(&c.table.as_str()));
    let flaps: BTreeSet<&str> =
        wrapped.filter_map(|c| port_of(&c.table, &c.key, None)).filter(|p| up.contains(*p)).collect();
    let effects = device::of_rows(target, &changes, &up);
    let cuts = effects.iter().filter(|c| c.interrupts).filter_map(|c| match &c.on {
        device::On::Ports(ports) => Some(ports.clone()),
        _ => None,
    });
    let tables: BTreeSet<&str> = forth.iter().map(PatchOp::table).collect();
    let no_way_back = back.iter().find_map(|op| {
        op.judged(|of| gcu.refuses(of)).map(|refusal| format!("{}: {}", op.table(), refusal.why))
    });
    Stage {
        title: step.phases.iter().map(|phase| phase.name()).collect::<Vec<_>>().join(", "),
        ms: model.patch(forth.len() as u64, tables.len() as u64, flaps.len() as u64),
        cuts: cuts.flatten().collect(),
        flaps: flaps.into_iter().map(str::to_owned).collect(),
        patch: forth,
        inverse: back,
        no_way_back,
        effects,
    }
}

/// Why GCU refuses any of it, each reason once.
fn refusals(stages: &[Stage], gcu: &Gcu) -> BTreeSet<String> {
    let ops = stages.iter().flat_map(|stage| &stage.patch);
    ops.filter_map(|op| {
        op.judged(|of| gcu.refuses(of)).map(|refusal| format!("{}: {}", op.table(), refusal.why))
    })
    .collect()
}

/// Commands that spare the reload, where there is one for each operation that GCU refuses.
fn by_hand(stages: &[Stage], gcu: &Gcu) -> Option<String> {
    let ops = stages.iter().flat_map(|stage| &stage.patch);
    let refused = ops.filter(|op| op.judged(|of| gcu.refuses(of)).is_some());
    let commands = refused.map(|op| op.judged(|of| effects::by_hand(gcu, of)));
    let commands = commands.collect::<Option<BTreeSet<&str>>>().filter(|all| !all.is_empty())?;
    let commands: Vec<&str> = commands.into_iter().collect();
    Some(format!("by hand without a reload, to be planned again afterwards: {}", commands.join("; ")))
}

fn ports_up(db: &Db) -> BTreeSet<String> {
    let ports = db.0.get("PORT").into_iter().flat_map(|rows| rows.iter());
    let up = ports.filter(|(_, row)| {
        let status = row.iter().find(|(name, _)| name.0 == "admin_status").map(|(_, value)| value);
        matches!(status, Some(Value::Text(text)) if text == "up")
    });
    up.map(|(name, _)| name.0.clone()).collect()
}

/// The box's, else the file's.
fn hwsku(observed: &Db, own: &Db) -> String {
    observed.metadata().hwsku.or_else(|| own.metadata().hwsku).unwrap_or_default()
}

/// What changes in frr.conf, FRR's own way of telling it set aside; and how many lines are masked.
fn frr(given: &Given<'_>) -> (Option<FrrChange>, usize) {
    let Some(before) = given.observed_frr.filter(|before| *before != given.frr) else { return (None, 0) };
    let build = Build { paths: given.release.maximum_paths };
    let (effects, masked) = statements::running(before, given.frr, build);
    if effects.is_empty() {
        return (None, 0);
    }
    (Some(FrrChange { effects, before: before.to_owned(), after: given.frr.to_owned() }), masked)
}

impl Stage {
    /// Ports that are down at the same time by it.
    pub fn downs(&self) -> BTreeSet<String> {
        self.cuts.difference(&self.flaps).cloned().collect()
    }
}

impl SwitchPlan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.way == Way::None && self.frr.is_none() && self.secrets.is_empty()
    }

    fn settle(&mut self, up: &BTreeSet<String>, model: &Model) {
        self.cuts = match self.way {
            Way::Reload => up.clone(),
            _ => self.stages.iter().flat_map(|stage| stage.cuts.clone()).collect(),
        };
        let of_rows = self.stages.iter().flat_map(|stage| &stage.effects).any(|c| c.interrupts);
        let interrupts = |effect: &Effect| effect.level.interrupts();
        let of_frr = self.frr.iter().flat_map(|frr| &frr.effects).any(|e| interrupts(&e.effect));
        self.interrupts = self.way == Way::Reload || of_rows || of_frr || !self.restarts.is_empty();
        let patches = self.stages.iter().map(|stage| stage.ms).sum::<u64>();
        self.ms = match self.way {
            Way::None => 0,
            Way::Patch => patches,
            Way::Reload => model.reload,
        };
        self.ms += if self.frr.is_some() && self.way != Way::Reload { model.frr_reload } else { 0 };
        self.ms += if self.restarts.is_empty() { 0 } else { model.restart };
    }
}

#[cfg(test)]
mod tests;
