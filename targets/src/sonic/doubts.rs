//! What of a build is only likely: told by its system's dialect, for tables and fields that some switch really has.

use std::collections::BTreeSet;

use fabc_lang::fabric::Fabric;
use fabc_lang::platform::Platform;

use super::cli::Script;
use super::{First, Likely, Open, Origin, Part, Release, Sink, tables};
use crate::device::Device;
use crate::frr::Config;
use crate::names::Names;

const FRR: &str = "the version of its FRR is not published: the lines are those that the FRR of community SONiC takes, on zebra and \
                   FPM those that its bgp container would add";
const BFD: &str = "that bfdd runs is not known: community SONiC starts it by `frr_mgmt_framework_config`, which isn't there";

/// Something in a build that is likely, not certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Which file of a switch: `config_db.json`, `sonic-cli.txt` or `frr.conf`.
    pub file: &'static str,
    /// The table, the line, `bfd` for all lines on it, or the file where all of it is meant.
    pub what: String,
    /// Fields of the table, where not all of it is meant.
    pub fields: Vec<&'static str>,
    /// What is certain, and what isn't.
    pub why: &'static str,
}

/// What is likely in the files of a fabric, in the order of tables. Asked of the switch with the most links of each tier.
pub fn doubts(fabric: &Fabric) -> Vec<Doubt> {
    let node = &fabric.intent.fabric;
    let Some(release) = Release::find(node.nos.v, &node.release.v) else { return Vec::new() };
    let likely = likely(fabric, release);
    if likely.is_empty() {
        return Vec::new();
    }
    let names = Names::new(fabric);
    let mut sink = DoubtSink { likely: &likely, table: "", seen: BTreeSet::new() };
    let (mut lines, mut bfd): (Vec<Doubt>, bool) = (Vec::new(), false);
    for index in fullest(fabric) {
        let Some(device) = Device::new(fabric, &names, release, index) else { continue };
        tables::emit(&device, &mut sink);
        bfd |= Config::new(&device).bfd.is_some();
        for (what, why) in Script::new(&device).doubts() {
            if !lines.iter().any(|known| known.what == what) {
                lines.push(Doubt { file: "sonic-cli.txt", what, fields: Vec::new(), why });
            }
        }
    }
    let seen = sink.seen;
    let tables = likely.iter().enumerate().filter_map(|(i, likely)| {
        let has = |field: &str| seen.contains(&(i, field));
        let fields: Vec<_> = likely.fields.iter().copied().filter(|field| has(field)).collect();
        let is_there = if likely.fields.is_empty() { has("") } else { !fields.is_empty() };
        let what = likely.table.to_owned();
        is_there.then_some(Doubt { file: "config_db.json", what, fields, why: likely.why })
    });
    let frr = [("frr.conf", FRR, release.frr.is_none()), ("bfd", BFD, release.frr.is_none() && bfd)];
    let frr = frr.into_iter().filter(|(_, _, is_there)| *is_there).map(|(what, why, _)| Doubt {
        file: "frr.conf",
        what: what.to_owned(),
        fields: Vec::new(),
        why,
    });
    tables.chain(lines).chain(frr).collect()
}

/// What is likely wherever it is written: on every box, or on one of this fabric. In the order of tables.
pub(crate) fn likely(fabric: &Fabric, release: &Release) -> Vec<&'static Likely> {
    let node = &fabric.intent.fabric;
    let is_open = |open: Open| match open {
        Open::Names => fabric.platforms.iter().any(|p| p.unlisted().is_some()),
        Open::Feature(feature) => {
            let unsure = |p: &Platform| {
                p.ability(feature).is_none_or(|ability| ability.can && ability.confidence.is_likely())
            };
            fabric.platforms.iter().any(|p| unsure(p)) || First::after(node, Part::Feature(feature)).is_some()
        }
    };
    let on = release.dialect.likely_on.iter().filter(|(open, _)| is_open(*open)).map(|(_, likely)| likely);
    let mut all: Vec<_> = release.dialect.likely.iter().chain(on).collect();
    all.sort_by_key(|likely| likely.table);
    all
}

/// Of each tier the switch with the most links.
fn fullest(fabric: &Fabric) -> Vec<usize> {
    let mut best: Vec<Option<(usize, usize)>> = vec![None; fabric.tiers.len()];
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, switch)| !switch.absent) {
        let wires = fabric.switch_wires(index).iter().filter_map(|w| fabric.links.get(w.link as usize));
        let links = wires.filter(|link| fabric.is_present(link)).count();
        if let Some(best) = best.get_mut(switch.tier)
            && best.is_none_or(|(most, _)| links > most)
        {
            *best = Some((links, index));
        }
    }
    best.into_iter().flatten().map(|(_, index)| index).collect()
}

/// Keeps which likely fields there are.
struct DoubtSink<'a> {
    likely: &'a [&'static Likely],
    table: &'static str,
    seen: BTreeSet<(usize, &'static str)>,
}

impl Sink for DoubtSink<'_> {
    fn table(&mut self, name: &'static str) {
        self.table = name;
    }

    fn row(&mut self, _: &str, _: Origin) {
        let whole =
            self.likely.iter().enumerate().filter(|(_, l)| l.table == self.table && l.fields.is_empty());
        self.seen.extend(whole.map(|(i, _)| (i, "")));
    }

    fn field(&mut self, name: &'static str, _: &str, origin: Origin) {
        if origin.stated {
            return;
        }
        let own =
            self.likely.iter().enumerate().filter(|(_, l)| l.table == self.table && l.fields.contains(&name));
        self.seen.extend(own.map(|(i, _)| (i, name)));
    }

    fn list(&mut self, name: &'static str, _: &[&str], origin: Origin) {
        self.field(name, "", origin);
    }

    fn entry(&mut self, _: &str, _: &str, _: Origin) {}
}
