//! Other ways to say it, as long as less differs; pins; and rows for what no word says.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower, Tier};

use super::boxes;
use super::compare::{Trial, trial};
use super::guess::{Who, most};
use super::model::{Low, Model};
use super::read::{Reading, text};
use super::{rows, write};

/// Builds that may be tried: each takes as long as `fabc check`.
const PATIENCE: usize = 120;

/// Tries out what else may be meant.
struct Search<'a> {
    readings: &'a [Reading],
    who: &'a Who,
    model: Model,
    trial: Trial,
    left: usize,
}

/// The best that was found, and how it differs.
pub(super) fn improve(
    model: Model,
    who: &Who,
    readings: &[Reading],
    releases: &[(String, String)],
) -> (Model, Trial) {
    let first = trial(&write::file(&model, ""), readings);
    let mut search = Search { readings, who, model, trial: first, left: PATIENCE };
    for round in 0..4 {
        let before = search.trial.score();
        search.pin();
        if round == 0 {
            for (nos, release) in releases.iter().skip(1) {
                let mut other = search.model.clone();
                (other.nos, other.release) = (nos.clone(), release.clone());
                search.take(other, false);
            }
            search.pin();
        }
        while search.trial.score() > 0 && search.left > 0 && search.vary() {}
        search.pin();
        if search.trial.score() == 0 || search.trial.score() == before {
            break;
        }
    }
    search.simplify();
    search.rows();
    (search.model, search.trial)
}

/// What the file says at its head.
pub(super) fn head(model: &Model, readings: &[Reading]) -> String {
    let lldp = readings.iter().filter(|r| r.state.as_ref().is_some_and(|s| !s.lldp.is_empty())).count();
    let links = if lldp == readings.len() {
        "Links are as LLDP shows them"
    } else if lldp == 0 {
        "Links are as DEVICE_NEIGHBOR and descriptions say: nobody asked LLDP"
    } else {
        "Links are as LLDP shows them, where it was asked, else as DEVICE_NEIGHBOR and descriptions say"
    };
    let who = if readings.len() == 1 {
        "one switch runs".to_owned()
    } else {
        format!("{} switches run", readings.len())
    };
    let mut head = format!("From what {who}, by `fabc import`. {links}.");
    if !model.classes.is_empty() || model.links.iter().any(|l| l.length.is_some()) {
        head.push_str("\nWhat no file says is left out or marked: media, places, GPUs per server, room to grow (`max=`).");
    }
    head
}

impl Search<'_> {
    /// Takes a model if less differs; also if as much does, where `even` says so. Gives whether it was taken.
    fn take(&mut self, model: Model, even: bool) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let other = trial(&write::file(&model, ""), self.readings);
        let (old, new) = (self.trial.score(), other.score());
        let errors = (self.trial.errors.len(), other.errors.len());
        let better = new < old || (new == old && (errors.1 < errors.0 || (even && errors.1 <= errors.0)));
        if better {
            (self.model, self.trial) = (model, other);
        }
        better
    }

    /// One change that makes it better.
    fn vary(&mut self) -> bool {
        variants(&self.model).into_iter().any(|other| self.take(other, false))
    }

    /// Words that make no difference go.
    fn simplify(&mut self) {
        for at in 0..self.model.links.len() {
            let words = [
                |link: &mut super::model::Link| link.servers_per_leaf.take().is_some(),
                |link: &mut super::model::Link| link.leaves.take().is_some(),
                |link: &mut super::model::Link| std::mem::take(&mut link.order) != 0,
            ];
            for word in words {
                let mut other = self.model.clone();
                if word(&mut other.links[at]) {
                    self.left += 1;
                    self.take(other, true);
                }
            }
        }
    }

    /// What a formula gets wrong, as far as a word can say it.
    fn pin(&mut self) {
        for _ in 0..3 {
            let Some(fabric) = &self.trial.fabric else { return };
            let mut model = self.model.clone();
            numbers(fabric, self.readings, &mut model);
            tiers(fabric, self.readings, self.who, &mut model);
            lanes(fabric, self.readings, self.who, &mut model);
            buffers(&self.trial, self.readings, &mut model);
            if format!("{model:?}") == format!("{:?}", self.model) {
                return;
            }
            self.left += 1;
            if !self.take(model, false) {
                return;
            }
        }
    }

    /// Rows for what no word says.
    fn rows(&mut self) {
        for _ in 0..2 {
            if self.trial.fabric.is_none() || self.trial.score() == 0 {
                return;
            }
            let wanted = rows::wanted(&self.trial, self.readings, self.who, self.model.tiers.len());
            if wanted.is_empty() {
                return;
            }
            let mut all = self.model.clone();
            rows::lay(&wanted, &mut all, |_| true);
            let tried = trial(&write::file(&all, ""), self.readings);
            if tried.errors.len() <= self.trial.errors.len() && tried.score() < self.trial.score() {
                (self.model, self.trial) = (all, tried);
                continue;
            }
            // Some row is refused: table by table then.
            let tables: BTreeSet<&str> = wanted.iter().map(|(_, row)| row.table.as_str()).collect();
            let mut any = false;
            for table in tables {
                let mut other = self.model.clone();
                rows::lay(&wanted, &mut other, |row| row.table == table);
                let tried = trial(&write::file(&other, ""), self.readings);
                if tried.errors.len() <= self.trial.errors.len() && tried.score() < self.trial.score() {
                    (self.model, self.trial) = (other, tried);
                    any = true;
                }
            }
            if !any {
                return;
            }
        }
    }
}

/// Models that differ in one word.
fn variants(model: &Model) -> Vec<Model> {
    let mut list = Vec::new();
    let mut with = |change: &dyn Fn(&mut Model)| {
        let mut other = model.clone();
        change(&mut other);
        list.push(other);
    };
    for (at, group) in model.hosts.iter().enumerate() {
        // Room that was kept moves what comes after.
        let steps = [8, 16, 32, 64].map(|n| group.count.next_multiple_of(n));
        let mut rooms = BTreeSet::from(steps);
        rooms.insert(group.count.next_power_of_two());
        rooms.insert(group.count * 2);
        for max in rooms.into_iter().filter(|max| *max != group.max && *max > group.count) {
            with(&|m| m.hosts[at].max = max);
        }
    }
    for (at, link) in model.links.iter().enumerate() {
        let Low::Tier(low) = link.low else {
            for by in ["rail", "rack", "spread"].into_iter().filter(|by| *by != link.by) {
                with(&|m| {
                    let link = &mut m.links[at];
                    (link.by, link.servers_per_leaf) = (by, None);
                });
            }
            if link.order != 0 {
                with(&|m| m.links.iter_mut().for_each(|l| l.order = 0));
            } else if model.links.iter().any(|other| other.up == link.up && other.low != link.low) {
                with(&|m| m.links[at].order = 1);
                with(&|m| m.links[at].order = -1);
            }
            if link.leaves.is_some() {
                with(&|m| m.links[at].leaves = None);
            }
            continue;
        };
        let upper = model.tiers[link.up].count;
        match (link.per_pair, link.uplinks) {
            (Some(p), _) => with(&|m| {
                let link = &mut m.links[at];
                (link.per_pair, link.uplinks) = (None, Some(p * upper));
            }),
            (None, Some(n)) if upper > 0 && n.is_multiple_of(upper) => with(&|m| {
                let link = &mut m.links[at];
                (link.per_pair, link.uplinks) = (Some(n / upper), None);
            }),
            _ => {}
        }
        with(&|m| m.links[at].order = 1);
        with(&|m| m.links[at].order = -1);
        for tier in [low, link.up] {
            let count = model.tiers[tier].count;
            for max in BTreeSet::from([count.next_power_of_two(), count * 2]) {
                if max > count && max != model.tiers[tier].max {
                    with(&|m| m.tiers[tier].max = max);
                }
            }
        }
    }
    if model.adaptive == Some("flowlet") {
        with(&|m| m.adaptive = Some("packet"));
    }
    if model.planes.len() > 1 {
        with(&|m| m.planes.reverse());
    }
    for what in &model.routing.guessed {
        for shorter in 1..=4 {
            with(&|m| {
                let pool = match *what {
                    "loopbacks" => &mut m.routing.loopbacks,
                    "host-subnets" => &mut m.routing.hosts,
                    _ => &mut m.routing.numbered,
                };
                let wider = pool.and_then(|net| {
                    ipnet::Ipv4Net::new(net.network(), net.prefix_len().checked_sub(shorter)?).ok()
                });
                *pool = wider.map(|net| net.trunc()).or(*pool);
            });
        }
    }
    list
}

/// ASNs and addresses that are not as a formula has them.
fn numbers(fabric: &Fabric, readings: &[Reading], model: &mut Model) {
    for reading in readings {
        let Some(built) = fabric.switches.iter().find(|s| s.name == reading.name) else { continue };
        let mgmt = reading.mgmt.map(|net| net.addr());
        let own = model.switch(&reading.name);
        if reading.asn.is_some() && built.asn != reading.asn {
            own.asn = reading.asn;
        }
        if reading.loopback.is_some() && built.loopback != reading.loopback {
            own.loopback = reading.loopback;
        }
        if mgmt.is_some() && built.mgmt != mgmt {
            own.mgmt = mgmt;
        }
    }
}

/// The place of the cage that holds an index.
fn cage_at(tier: &Tier, index: u32) -> Option<u16> {
    let holds = |c: &&fabc_lang::fabric::CagePlan| c.default.ports.first().is_some_and(|p| p.index == index);
    tier.cages.iter().find(holds).map(|cage| cage.number)
}

/// Types, and cages that are kept free at the end.
fn tiers(fabric: &Fabric, readings: &[Reading], who: &Who, model: &mut Model) {
    for at in 0..model.tiers.len() {
        let mine = || readings.iter().filter(|r| who.switches.get(&r.name).is_some_and(|s| s.node == at));
        let built = mine().find_map(|r| fabric.switches.iter().find(|s| s.name == r.name));
        let Some(built) = built.map(|switch| &fabric.tiers[switch.tier]) else { continue };
        let kind = most(mine().filter_map(|r| r.metadata("type")));
        let known = ["ToRRouter", "LeafRouter", "SpineRouter", "BackEndToRRouter", "BackEndLeafRouter"];
        if let Some(kind) = kind.filter(|kind| *kind != built.kind && known.contains(kind)) {
            model.tiers[at].kind = Some(kind.to_owned());
        }
        let distance = model.tiers[at].distance;
        let above =
            |peer: &str| who.switches.get(peer).is_some_and(|s| model.tiers[s.node].distance > distance);
        let ups =
            mine().flat_map(|r| r.ports.values()).filter(|p| p.end.as_ref().is_some_and(|e| above(&e.peer)));
        let read = ups.filter_map(|port| cage_at(built, port.index)).max();
        let sides = built.up.iter().filter_map(|line| fabric.lines[*line].lower_side.as_ref());
        let last = sides.filter_map(|side| side.cages.last()).max().copied();
        if let (Some(read), Some(last)) = (read, last) {
            let reserve = u32::from(last) + model.tiers[at].reserve;
            model.tiers[at].reserve = reserve.saturating_sub(u32::from(read));
        }
    }
}

/// Lanes of NICs, where another break-out was chosen.
fn lanes(fabric: &Fabric, readings: &[Reading], who: &Who, model: &mut Model) {
    for line in &fabric.lines {
        let tier = &fabric.tiers[line.upper];
        let first = line.upper_side.cages.first().and_then(|cage| tier.cage(*cage));
        let layout = first.map(|cage| cage.broken.as_ref().unwrap_or(&cage.default));
        let Some(built) = layout.and_then(|l| l.ports.first()).map(|p| usize::from(p.lane_count)) else {
            continue;
        };
        let Lower::Hosts { group, nic, first } = line.lower else { continue };
        let (group, Some(node)) =
            (&fabric.groups[group].node.name.v, fabric.groups[group].node.nics.get(nic))
        else {
            continue;
        };
        let Some(at) = model.hosts.iter().position(|h| h.name == *group) else { continue };
        let rails = first..first + node.count.v;
        let mine = readings.iter().flat_map(|r| r.ports.values()).filter(|port| {
            port.end.as_ref().is_some_and(|end| {
                who.hosts.get(&end.peer).is_some_and(|seat| seat.node == at)
                    && who.interfaces[at].of.get(&end.port).is_some_and(|(nic, _)| rails.contains(nic))
            })
        });
        let read = most(mine.map(|port| port.lanes));
        if let (Some(read), Some(nic)) =
            (read.filter(|read| *read != built && *read <= 8), model.hosts[at].nics.get_mut(nic))
        {
            nic.lanes = Some(read);
        }
    }
}

/// Pools and headroom that are not the platform's.
fn buffers(trial: &Trial, readings: &[Reading], model: &mut Model) {
    let mut pools: BTreeMap<(String, &str), Vec<u64>> = BTreeMap::new();
    let mut measured: BTreeMap<(u32, u32), Vec<u64>> = BTreeMap::new();
    for (reading, sorted) in readings.iter().zip(&trial.rows) {
        for change in &sorted.ours {
            for field in &change.fields {
                let Some(fabc_targets::sonic::Value::Text(old)) = &field.old else { continue };
                match (change.table.as_str(), field.name.as_str()) {
                    ("BUFFER_POOL", "size" | "xoff") => {
                        let word = if field.name == "size" { "size" } else { "xoff" };
                        if let Ok(bytes) = old.parse() {
                            pools.entry((change.key.clone(), word)).or_default().push(bytes);
                        }
                    }
                    ("BUFFER_PG", "profile") => {
                        let Some((speed, length, xoff)) = boxes::profile(old) else { continue };
                        let row = reading.db.row("BUFFER_PROFILE", old);
                        let xoff = xoff.or_else(|| row.and_then(|row| text(row, "xoff")?.parse().ok()));
                        if let Some(xoff) = xoff {
                            measured.entry((speed, length)).or_default().push(xoff);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    for ((name, word), list) in pools {
        let pool = model.pools.entry(name).or_default();
        let slot = if word == "size" { &mut pool.0 } else { &mut pool.1 };
        *slot = most(list.into_iter());
    }
    for (at, list) in measured {
        if let Some(xoff) = most(list.into_iter()) {
            model.measured.insert(at, xoff);
        }
    }
}
