//! `plan.json`: all that `apply` needs, and all that a reviewer asks. `targets/schemas/plan.schema.json` is its schema.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use super::common::Common;
use super::cost::Model;
pub use super::owned::{Counted, ours, owned_digest, owned_hash};
use super::patch::PatchOp;
use super::secrets::SecretRow;
use super::switch::{Stage, SwitchPlan};
use crate::deployed::canonical::Name;
use crate::diff::device::{Consequence, On};
use crate::output::Hash;

/// The form that is written.
pub const SCHEMA_VERSION: u32 = 1;

/// What `way` may be.
const WAYS: [&str; 3] = ["none", "patch", "reload"];
/// What the `back` of a stage may be.
const BACK: [&str; 2] = ["patch", "reload"];

/// A whole plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The fabric's name.
    pub fabric: String,
    /// `sonic` or `enterprise-sonic`.
    pub nos: String,
    /// The release that the files are written for.
    pub release: String,
    /// Hash of the files that the switches of the plan are to have.
    pub build: Hash,
    /// Seconds that everything takes, waves one after another.
    pub seconds: u64,
    /// What the times rest on, ms.
    pub costs: Model,
    /// Which switches at the same time, in this order.
    pub waves: Vec<WaveDoc>,
    /// Switches that no wave may hold.
    pub blocked: Vec<BlockedDoc>,
    /// Switches of the fabric of which nothing is known: they are provisioned by ZTP or `config reload`.
    pub not_deployed: Vec<String>,
    /// Switches that are deployed and that the fabric lacks: nothing is done to them.
    pub not_planned: Vec<String>,
    /// What is done to each switch that changes.
    pub switches: BTreeMap<Name, SwitchDoc>,
}

/// A wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaveDoc {
    /// Names of switches.
    pub switches: Vec<String>,
    /// Whether it is watched before the next one begins.
    pub canary: bool,
    /// Seconds that it is watched.
    pub soak: u64,
    /// Whether anything is interrupted.
    pub interrupts: bool,
    /// By tier: the worst ratio of bandwidth below to above on switches in service, exact, where it isn't what it always is.
    pub oversubscription: BTreeMap<String, String>,
    /// Seconds that it takes, with the watching.
    pub seconds: u64,
}

/// A switch that no wave may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedDoc {
    /// Its name.
    pub switch: String,
    /// Why, with both numbers.
    pub why: String,
}

/// What is done to one switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwitchDoc {
    /// Its tier.
    pub tier: String,
    /// Switches of the same number go through the same on boxes of one model, from 1 on: a canary of it stands for all.
    #[serde(default)]
    pub kind: usize,
    /// Its management address; none where the fabric gives it none, and in plans of an older fabc.
    #[serde(default)]
    pub address: Option<Ipv4Addr>,
    /// The box that its files are for, as SONiC calls it: `x86_64-dell_z9864f-r0`; none in plans of an older fabc.
    #[serde(default)]
    pub platform: Option<String>,
    /// `none`, `patch` or `reload`: how ConfigDB gets there.
    pub way: String,
    /// Why it must be a reload.
    pub reasons: Vec<String>,
    /// Whether something that carries traffic is interrupted, or nobody knows that it isn't.
    pub interrupts: bool,
    /// Ports that carry traffic and are interrupted, or of which nobody knows that they aren't.
    pub ports: Arc<[String]>,
    /// Ports whose cable is another one: nothing crosses it before both ends have changed.
    #[serde(default)]
    pub cables: Vec<String>,
    /// Rows that nobody asked for and that go.
    pub foreign_rows: usize,
    /// How traffic is led away first; none where nothing is interrupted, or there is no other way for it.
    pub drain: Option<Drain>,
    /// Patches one after another, shared by switches that go through the same to the letter; where the way is a reload one, that makes the file to load out of what runs.
    pub stages: Arc<Vec<StageDoc>>,
    /// frr.conf: loaded after the last patch, in place before a reload.
    pub frr: Option<FrrDoc>,
    /// Rows that hold secrets, written after all else; what stands for a secret is the environment variable that holds it when
    /// the plan is applied. None where they are there, and in plans of an older fabc.
    #[serde(default)]
    pub secrets: Vec<SecretRow>,
    /// Containers that start anew.
    pub restarts: BTreeSet<String>,
    /// Hashes of what is there: [`owned_hash`] of ConfigDB, and of frr.conf.
    pub observed: Hashes,
    /// Hashes of what is to be there.
    pub wanted: Hashes,
    /// What is looked at afterwards.
    pub verify: Verify,
    /// Seconds that it takes.
    pub seconds: u64,
}

/// Leading traffic away, in vtysh's configuration mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drain {
    /// Lines that do it.
    pub on: Vec<String>,
    /// Lines that undo it.
    pub off: Vec<String>,
}

/// One patch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageDoc {
    /// What it does.
    pub title: String,
    /// RFC 6902.
    pub patch: Vec<Json>,
    /// The patch that takes it back.
    pub inverse: Vec<Json>,
    /// `patch`, or `reload` of the saved file where GCU would refuse the inverse.
    pub back: String,
    /// Why it would.
    pub back_reason: Option<String>,
    /// What it does to the switch.
    pub effects: Vec<EffectDoc>,
    /// Ports that carry traffic and are interrupted by it, or of which nobody knows that they aren't.
    pub ports: Vec<String>,
    /// Seconds that it takes.
    pub seconds: u64,
}

/// What a change does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectDoc {
    /// `PORT mtu`
    pub what: String,
    /// How many rows or fields.
    pub count: usize,
    /// `live`, `port flap`, …
    pub level: String,
    /// Whether that is likely only.
    pub likely: bool,
    /// Whether something that carries traffic is interrupted.
    pub interrupts: bool,
    /// More on it.
    pub note: String,
    /// Who says so.
    pub source: String,
}

/// frr.conf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrrDoc {
    /// `reload`: frr-reload.py; `restart` of the bgp container.
    pub how: String,
    /// Statements that go and come: `- router bgp: neighbor …`.
    pub statements: Vec<String>,
    /// What that does.
    pub effects: Vec<EffectDoc>,
    /// The file as it is, without secrets.
    pub before: Arc<String>,
    /// The file as it becomes.
    pub after: Arc<String>,
    /// The same with traffic led away; none where it isn't. It is loaded first, so that traffic comes back when all is
    /// verified and not before.
    pub drained: Option<String>,
}

/// Hashes of a switch's two files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// Of ConfigDB, as [`owned_hash`] counts it.
    pub config_db: Hash,
    /// The same rows as [`owned_digest`] counts them; none in plans of an older fabc.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// Of frr.conf; none where it isn't known.
    pub frr: Option<Hash>,
}

/// What is looked at when a switch is done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verify {
    /// Ports that are to be up, if they were before or their far end is there.
    pub ports: Arc<[String]>,
    /// Neighbours that are to have a session, as frr.conf calls them.
    pub sessions: Arc<[String]>,
    /// What LLDP is to see: by port the neighbour and its port.
    pub neighbours: BTreeMap<Name, [String; 2]>,
    /// The switch at the other end of each session; nothing in plans of an older fabc.
    #[serde(default)]
    pub peers: BTreeMap<Name, String>,
}

/// Whole seconds, rounded up.
pub fn seconds(ms: u64) -> u64 {
    ms.div_ceil(1000)
}

impl EffectDoc {
    /// Of a change of rows.
    fn of(found: &Consequence) -> EffectDoc {
        EffectDoc {
            what: found.what.clone(),
            count: match &found.on {
                On::Ports(ports) if !ports.is_empty() => ports.len(),
                _ => found.count,
            },
            level: found.effect.level.name().to_owned(),
            likely: found.effect.likely,
            interrupts: found.interrupts,
            note: found.effect.note.to_owned(),
            source: found.effect.source.to_owned(),
        }
    }
}

fn json(ops: &[PatchOp]) -> Vec<Json> {
    ops.iter().map(PatchOp::to_json).collect()
}

/// Names in natural order.
pub(super) fn natural(names: &BTreeSet<String>) -> Vec<String> {
    let names: BTreeSet<Name> = names.iter().map(|name| Name(name.clone())).collect();
    names.into_iter().map(|name| name.0).collect()
}

impl From<&Stage> for StageDoc {
    fn from(stage: &Stage) -> Self {
        StageDoc {
            title: stage.title.clone(),
            patch: json(&stage.patch),
            inverse: json(&stage.inverse),
            back: if stage.no_way_back.is_some() { "reload" } else { "patch" }.to_owned(),
            back_reason: stage.no_way_back.clone(),
            effects: stage.effects.iter().map(EffectDoc::of).collect(),
            ports: natural(&stage.cuts),
            seconds: seconds(stage.ms),
        }
    }
}

impl SwitchDoc {
    /// At these ports the cable is another one: somebody interrupts what crosses the old one.
    pub fn moves(&mut self, ports: &BTreeSet<String>) {
        if ports.is_empty() {
            return;
        }
        self.cables = natural(ports);
        self.interrupts = true;
        self.ports = natural(&self.ports.iter().chain(ports).cloned().collect()).into();
    }

    /// What is written of a switch's plan.
    pub fn of(
        plan: &SwitchPlan,
        (tier, address): (&str, Option<Ipv4Addr>),
        drain: Option<Drain>,
        verify: Verify,
        model: &Model,
        common: &mut Common,
    ) -> SwitchDoc {
        let frr_hash = |text: &str| Hash::of(text.as_bytes());
        let frr = plan.frr.as_ref();
        let texts = plan.frr_texts.as_ref();
        let drained_text = drain.as_ref().and_then(|drain| {
            let (map, set) = (drain.on.first()?, drain.on.get(1)?);
            let after = &texts?.1;
            let line = format!("{map}\n");
            let at = after.find(&line)? + line.len();
            let (head, tail) = after.split_at_checked(at)?;
            Some(format!("{head} {set}\n{tail}"))
        });
        let settle = if plan.is_empty() { 0 } else { model.settle };
        let drained = if drain.is_some() { 2 * model.settle } else { 0 };
        let hashes = |(config_db, rows)| Hashes { config_db, rows: Some(rows), frr: None };
        let [observed, wanted] = [&plan.observed, &plan.wanted].map(|db| hashes(common.counted.count(db)));
        SwitchDoc {
            tier: tier.to_owned(),
            kind: 0,
            address,
            platform: None,
            way: plan.way.name().to_owned(),
            reasons: plan.reasons.clone(),
            interrupts: plan.interrupts,
            ports: common.sorted(&plan.cuts),
            cables: Vec::new(),
            foreign_rows: plan.foreign,
            drain,
            stages: common.stages(plan, model),
            frr: frr.map(|frr| (frr, Arc::new(frr.before.clone()))).map(|(frr, before)| FrrDoc {
                how: "reload".to_owned(),
                statements: frr
                    .effects
                    .iter()
                    .flat_map(|effect| &effect.changes)
                    .map(|s| {
                        let block = if s.block.is_empty() { String::new() } else { format!("{}: ", s.block) };
                        format!("{} {block}{}", if s.added { "+" } else { "-" }, s.text)
                    })
                    .collect(),
                effects: frr
                    .effects
                    .iter()
                    .map(|e| EffectDoc {
                        what: e.what.clone(),
                        count: e.sessions.len().max(1),
                        level: e.effect.level.name().to_owned(),
                        likely: e.effect.likely,
                        interrupts: e.effect.level.interrupts(),
                        note: e.effect.note.to_owned(),
                        source: e.effect.source.to_owned(),
                    })
                    .collect(),
                before: Arc::clone(&before),
                after: if frr.after == frr.before { before } else { Arc::new(frr.after.clone()) },
                drained: drained_text.clone(),
            }),
            secrets: plan.secrets.clone(),
            restarts: plan.restarts.clone(),
            observed: Hashes { frr: frr.map(|frr| frr_hash(&frr.before)), ..observed },
            wanted: Hashes { frr: frr.map(|frr| frr_hash(&frr.after)), ..wanted },
            verify,
            seconds: seconds(plan.ms + settle + drained),
        }
    }
}

impl SwitchDoc {
    /// What it goes through, in the same words for switches that go through the same, whatever their numbers: its tier, its
    /// way, what each stage does, and what happens to frr.conf.
    pub fn course(&self) -> String {
        fn told(effects: &[EffectDoc]) -> BTreeSet<[&str; 2]> {
            effects.iter().map(|effect| [effect.what.as_str(), effect.level.as_str()]).collect()
        }
        let drained = if self.drain.is_some() { "drained" } else { "" };
        let mut out = format!("{} {} {drained} {:?} {:?}", self.tier, self.way, self.reasons, self.restarts);
        for stage in self.stages.iter() {
            out += &format!(" {} {} {:?}", stage.title, stage.back, told(&stage.effects));
        }
        if !self.secrets.is_empty() {
            out += " secrets";
        }
        if let Some(frr) = &self.frr {
            out += &format!(" frr.conf {:?}", told(&frr.effects));
        }
        out
    }
}

impl Plan {
    /// Kinds of change that are seen by no canary: some switches of them go with others of their kind first.
    pub fn kinds_without_canary(&self) -> BTreeSet<usize> {
        let kind = |name: &String| self.switches.get(&Name(name.clone())).map(|switch| switch.kind);
        let mut seen = BTreeSet::new();
        let mut missed = BTreeSet::new();
        for wave in &self.waves {
            let kinds: Vec<usize> = wave.switches.iter().filter_map(kind).collect();
            if wave.canary {
                seen.extend(kinds);
            } else if wave.switches.len() > 1 {
                // Alone it is a canary by itself.
                missed.extend(kinds);
            }
        }
        missed.difference(&seen).copied().collect()
    }

    /// Reads what [`Plan::to_bytes`] wrote. The error says why it is no plan.
    pub fn read(bytes: &[u8]) -> Result<Plan, String> {
        let plan: Plan = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if plan.schema_version != SCHEMA_VERSION {
            return Err(format!("it has form {}, and this fabc reads {SCHEMA_VERSION}", plan.schema_version));
        }
        match plan.wrong() {
            Some(why) => Err(why),
            None => Ok(plan),
        }
    }

    /// What contradicts itself: a plan is a file, and files are edited.
    fn wrong(&self) -> Option<String> {
        let mut held: BTreeSet<&str> = BTreeSet::new();
        for name in self.waves.iter().flat_map(|wave| &wave.switches) {
            if !self.switches.contains_key(&name.as_str().into()) {
                return Some(format!("a wave holds `{name}`, and nothing says what is done to it"));
            }
            if !held.insert(name) {
                return Some(format!("`{name}` is in two waves"));
            }
        }
        let blocked: BTreeSet<&str> = self.blocked.iter().map(|blocked| blocked.switch.as_str()).collect();
        if let Some(name) = blocked.intersection(&held).next() {
            return Some(format!("`{name}` is in a wave, and no wave may hold it"));
        }
        self.switches.iter().find_map(|(name, switch)| {
            if !held.contains(name.0.as_str()) && !blocked.contains(name.0.as_str()) {
                return Some(format!("`{}` changes, and no wave holds it", name.0));
            }
            if let Some(why) = switch.secrets.iter().find_map(SecretRow::wrong) {
                return Some(format!("`{}`: {why}", name.0));
            }
            let way = (!WAYS.contains(&switch.way.as_str())).then_some(&switch.way);
            let back = switch.stages.iter().map(|stage| &stage.back);
            let word = way.or_else(|| back.into_iter().find(|back| !BACK.contains(&back.as_str())))?;
            Some(format!("`{}`: there is no way `{word}`", name.0))
        })
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Strings, numbers and maps with string keys, to memory: this can't fail.
        let _ = self.write(&mut bytes);
        bytes
    }

    /// Writes the file, bit by bit: that of a large fabric is hundreds of megabytes.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut to, self)?;
        to.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::db::Db;

    #[test]
    fn others_can_count_the_rows() {
        let text = r#"{"VLAN": {"Vlan1": {"x": "1"}}, "PORT": {"Ethernet16": {"mtu": 9100, "alias": "\u00e9\n"}, "Ethernet8": {"NULL": "NULL"}},
            "BUFFER_PROFILE": {"pg_lossless_400000_5m_profile": {"size": "1"}}}"#;
        // printf '%s' '{"PORT":{"Ethernet16":{"alias":"é\n","mtu":"9100"},"Ethernet8":{}}}' | sha256sum
        let wanted = "sha256:f7fc7907c7c1f67b5aa8b2d7ddfb00ae5b1e9eb24fd9f77f838b455e09663909";
        assert_eq!(owned_digest(&Db::read(text).unwrap()), wanted);
    }
}
