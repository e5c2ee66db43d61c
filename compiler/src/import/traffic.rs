//! Classes, watchdog, hashing and trimming, as the first switch that has them says.

use std::collections::{BTreeMap, BTreeSet};

use super::guess::most;
use super::model::{Class, Ecn, Model};
use super::read::{Reading, text};

/// Reads what is done with each class.
pub(super) fn classes(readings: &[Reading], model: &mut Model) {
    let Some(first) = readings.iter().find(|r| !r.rows("DSCP_TO_TC_MAP").is_empty()) else { return };
    let mut dscps: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    for (dscp, class) in first.rows("DSCP_TO_TC_MAP").iter().take(1).flat_map(|row| &row.fields) {
        let fabc_targets::sonic::Value::Text(class) = class else { continue };
        if let (Ok(dscp), Ok(class)) = (dscp.parse(), class.parse()) {
            dscps.entry(class).or_default().push(dscp);
        }
    }
    let default = dscps.iter().max_by_key(|(_, list)| list.len()).map(|(class, _)| *class);
    let mut lossless = BTreeSet::new();
    for word in readings.iter().flat_map(|r| r.rows("PORT_QOS_MAP")).filter_map(|row| text(row, "pfc_enable"))
    {
        lossless.extend(word.split(',').filter_map(|n| n.trim().parse::<u8>().ok()));
    }
    let mut schedulers: BTreeMap<u8, String> = BTreeMap::new();
    // By queue and speed: the profile.
    let mut marks: BTreeMap<u8, BTreeMap<u32, (String, Ecn)>> = BTreeMap::new();
    for reading in readings {
        for row in reading.rows("QUEUE") {
            let Some((port, queue)) = row.key.split_once('|') else { continue };
            let Ok(queue) = queue.parse::<u8>() else { continue };
            let plain = |field| text(row, field).map(|t| bare(t).to_owned());
            if let Some(scheduler) = plain("scheduler") {
                schedulers.entry(queue).or_insert(scheduler);
            }
            let Some(name) = plain("wred_profile") else { continue };
            let speed =
                reading.ports.get(&crate::deployed::canonical::Name::from(port)).map_or(0, |port| port.speed);
            let of = marks.entry(queue).or_default();
            if let (false, Some(ecn)) = (of.contains_key(&speed), ecn(reading, &name)) {
                of.insert(speed, (name, ecn));
            }
        }
    }
    let queues: BTreeSet<u8> = dscps
        .keys()
        .chain(schedulers.keys())
        .chain(marks.keys())
        .copied()
        .chain(lossless.iter().copied())
        .collect();
    for priority in queues {
        let is_default = default == Some(priority);
        let weight = schedulers.get(&priority).and_then(|name| {
            let row = readings.iter().find_map(|r| r.db.row("SCHEDULER", name))?;
            match text(row, "type") {
                Some("STRICT") => Some(None),
                _ => text(row, "weight").and_then(|w| w.parse().ok()).map(Some),
            }
        });
        let what = if lossless.contains(&priority) {
            "lossless"
        } else if is_default {
            "default"
        } else if weight == Some(None) {
            "strict"
        } else {
            "class"
        };
        model.classes.push(Class {
            name: format!("{what}-{priority}"),
            priority,
            dscps: if is_default { Vec::new() } else { dscps.get(&priority).cloned().unwrap_or_default() },
            lossless: lossless.contains(&priority),
            default: is_default,
            weight,
            ecn: marks.remove(&priority).map_or(Vec::new(), thresholds),
        });
    }
    watchdog(readings, model);
    trimming(readings, model);
}

/// How traffic is spread.
pub(super) fn balancing(readings: &[Reading], model: &mut Model) {
    let qpn = |r: &Reading| {
        r.db.row("ECMP_LOADSHARE_TABLE_ROCE", "hash").and_then(|row| text(row, "qpn")) == Some("true")
    };
    model.qpn = readings.iter().any(qpn);
    let adaptive = readings.iter().find_map(|r| r.rows("ARS_PROFILE").first());
    model.adaptive = adaptive.map(|_| "flowlet");
    model.hash = readings.iter().any(|r| r.db.row("SWITCH_HASH", "GLOBAL").is_some());
    model.wcmp = readings.iter().flat_map(Reading::lines).any(|line| line.contains("extcommunity bandwidth"));
}

/// A reference by plain name; older releases have `[SCHEDULER|scheduler.0]`.
fn bare(name: &str) -> &str {
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.rsplit_once('|').map_or(name, |(_, name)| name)
}

fn ecn(reading: &Reading, profile: &str) -> Option<Ecn> {
    let row = reading.db.row("WRED_PROFILE", profile)?;
    let number = |field| text(row, field).and_then(|v| v.parse::<u64>().ok());
    Some(Ecn {
        min: number("green_min_threshold")?,
        max: number("green_max_threshold")?,
        probability: number("green_drop_probability").and_then(|p| p.try_into().ok()).unwrap_or(100),
        speed: None,
        scale: false,
    })
}

/// One profile for all, one that grows with the speed, or one for each speed and one for all others.
fn thresholds(of: BTreeMap<u32, (String, Ecn)>) -> Vec<Ecn> {
    let named: BTreeSet<&String> = of.values().map(|(name, _)| name).collect();
    let by_speed = |name: &str| {
        let last = name.rsplit_once('_').and_then(|(_, last)| last.strip_suffix(['G', 'T']));
        last.is_some_and(|digits| digits.parse::<u32>().is_ok())
    };
    let plain: BTreeSet<&String> = named.iter().copied().filter(|name| !by_speed(name)).collect();
    let Some((least, (_, first))) = of.first_key_value() else { return Vec::new() };
    if named.len() == 1 && plain.len() == 1 {
        return vec![first.clone()];
    }
    let scaled = |speed: u32, bytes: u64| u128::from(bytes) * u128::from(speed) / u128::from((*least).max(1));
    let grows = of.iter().all(|(speed, (_, ecn))| {
        scaled(*speed, first.min) == u128::from(ecn.min)
            && scaled(*speed, first.max) == u128::from(ecn.max)
            && ecn.probability == first.probability
    });
    if grows && plain.is_empty() {
        return vec![Ecn { speed: Some(*least), scale: true, ..first.clone() }];
    }
    let mut list: Vec<Ecn> = Vec::new();
    for (speed, (name, ecn)) in &of {
        let all_others = plain.len() == 1 && plain.contains(name);
        let ecn = Ecn { speed: Some(*speed).filter(|_| !all_others), ..ecn.clone() };
        if !list.contains(&ecn) {
            list.push(ecn);
        }
    }
    list
}

fn watchdog(readings: &[Reading], model: &mut Model) {
    let rows = readings.iter().flat_map(|r| r.rows("PFC_WD")).filter(|row| row.key.starts_with("Ethernet"));
    let of = rows.filter_map(|row| {
        let number = |field| text(row, field).and_then(|v| v.parse::<u64>().ok());
        let action = text(row, "action").unwrap_or("drop").to_owned();
        Some((number("detection_time")?, number("restoration_time")?, action))
    });
    model.watchdog = most(of);
}

fn trimming(readings: &[Reading], model: &mut Model) {
    let Some(reading) = readings.iter().find(|r| r.db.row("SWITCH_TRIMMING", "GLOBAL").is_some()) else {
        return;
    };
    let Some(row) = reading.db.row("SWITCH_TRIMMING", "GLOBAL") else { return };
    let number = |field| text(row, field).and_then(|v| v.parse::<u32>().ok());
    let (Some(dscp), Some(queue), Some(size)) = (number("dscp_value"), number("queue_index"), number("size"))
    else {
        return;
    };
    let mut cut: BTreeSet<u32> = BTreeSet::new();
    for row in reading.rows("BUFFER_QUEUE") {
        let trims = text(row, "profile").map(bare).and_then(|name| reading.db.row("BUFFER_PROFILE", name));
        if trims.and_then(|row| text(row, "packet_discard_action")) != Some("trim") {
            continue;
        }
        let Some((_, queues)) = row.key.split_once('|') else { continue };
        let (first, last) = queues.split_once('-').unwrap_or((queues, queues));
        if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
            cut.extend(first..=last.min(7));
        }
    }
    let named =
        |wanted: u32| model.classes.iter().find(|c| u32::from(c.priority) == wanted).map(|c| c.name.clone());
    let classes: Vec<String> = cut.into_iter().filter_map(named).collect();
    if let (Some(to), false) = (named(queue), classes.is_empty()) {
        model.trimming = Some((classes, to, dscp, u64::from(size)));
    }
}
