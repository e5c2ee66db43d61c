//! What ports do with each class once every `config-db` row is laid over: DSCP → TC → queue → priority group → PFC. Under
//! Enterprise SONiC a port may have a map of its own from PFC priority to priority group.
//!
//! Without such rows all switches do the same by construction. With them one switch of each kind is made in full: those of a
//! tier are alike, but for switches that have rows of their own.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, PortId};
use fabc_lang::intent::ConfigDb as Override;
use fabc_lang::source::Span;
use fabc_targets::sonic::{ConfigDb, Release, Value, config_db};
use fabc_targets::{Device, Names};

/// Tables that the chain is made of.
const MAPS: &[&str] = &[
    "DSCP_TO_TC_MAP",
    "TC_TO_QUEUE_MAP",
    "TC_TO_PRIORITY_GROUP_MAP",
    "MAP_PFC_PRIORITY_TO_QUEUE",
    "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
    "PORT_QOS_MAP",
];
/// Tables that say what is lossless, and watched.
const BUFFERS: &[&str] = &["BUFFER_PG", "BUFFER_PROFILE", "PFC_WD"];

/// What one port does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    /// Traffic class of each DSCP.
    tc: [Option<u8>; 64],
    /// Queue of each traffic class.
    queue: [Option<u8>; 8],
    /// Priority group of each traffic class.
    group: [Option<u8>; 8],
    /// Queue of each PFC priority.
    paused_queue: [Option<u8>; 8],
    /// Priority group that each PFC priority speaks for: the same number where no map is named.
    paused_group: [Option<u8>; 8],
    /// Priorities that are paused, a bit for each.
    pub(super) paused: u8,
    /// Priorities that the watchdog looks at: those that are paused, where the system has no list of its own.
    pub(super) watched: u8,
    /// Priority groups with lossless buffers.
    pub(super) lossless: u8,
    /// What its watchdog does; none without a row.
    pub(super) action: Option<String>,
}

/// Switches that do the same.
#[derive(Debug)]
pub(super) struct Kind {
    /// The first of them.
    pub(super) switch: usize,
    /// What a port does of which no row is laid over.
    usual: Chain,
    /// What ports do that differ from it.
    ports: BTreeMap<String, Chain>,
}

/// All kinds, and the kind of each switch; none for absent ones.
#[derive(Debug)]
pub(super) struct Chains {
    pub(super) kinds: Vec<Kind>,
    pub(super) of: Vec<Option<usize>>,
}

/// Whether a row is of one of these tables.
fn is_of(row: &Override, tables: &[&str]) -> bool {
    tables.contains(&row.table.v.as_str())
}

fn is_relevant(row: &Override) -> bool {
    is_of(row, MAPS) || is_of(row, BUFFERS)
}

/// The rows that hold for a switch: fabric, tier, its own.
pub(super) fn rows(fabric: &Fabric, switch: usize) -> impl Iterator<Item = &Override> {
    let switch = &fabric.switches[switch];
    let own = switch.own.map_or(&[][..], |own| &fabric.intent.switches[own].config_db);
    let tier = &fabric.tier_of(switch).node.config_db;
    fabric.intent.fabric.config_db.iter().chain(tier).chain(own).filter(|row| is_relevant(row))
}

/// The row that is to be looked at: the switch's own before the tier's and the fabric's, one of these tables before others.
pub(super) fn culprit(fabric: &Fabric, switch: usize, tables: &[&str]) -> Option<Span> {
    let all: Vec<&Override> = rows(fabric, switch).collect();
    all.iter().rev().find(|row| is_of(row, tables)).or(all.last()).map(|row| row.at)
}

impl Chains {
    /// None where no row has a say.
    pub(super) fn of(fabric: &Fabric) -> Option<Self> {
        let node = &fabric.intent.fabric;
        let release = Release::find(node.nos.v, &node.release.v)?;
        if fabric.intent.classes.is_empty() || !super::facts::rows(fabric).any(is_relevant) {
            return None;
        }
        let names = Names::new(fabric);
        let mut known = BTreeMap::new();
        let mut kinds = Vec::new();
        let mut of = Vec::with_capacity(fabric.switches.len());
        for (index, switch) in fabric.switches.iter().enumerate() {
            if switch.absent {
                of.push(None);
                continue;
            }
            let own = |&own: &usize| fabric.intent.switches[own].config_db.iter().any(is_relevant);
            let kind = *known.entry((switch.tier, switch.own.filter(own))).or_insert_with(|| {
                let device = Device::new(fabric, &names, release, index);
                device.and_then(|d| Kind::of(&d, &config_db(&d))).map(|kind| {
                    kinds.push(kind);
                    kinds.len() - 1
                })
            });
            of.push(kind);
        }
        Some(Chains { kinds, of })
    }

    /// What a switch's port does.
    pub(super) fn at(&self, fabric: &Fabric, switch: u32, port: PortId) -> Option<&Chain> {
        let switch = switch as usize;
        let kind = self.kinds.get((*self.of.get(switch)?)?)?;
        if kind.ports.is_empty() {
            return Some(&kind.usual);
        }
        let spec = fabric.tier_of(&fabric.switches[switch]).spec(port)?;
        Some(kind.ports.get(&spec.name).unwrap_or(&kind.usual))
    }
}

impl Kind {
    /// Reads what the ports of a switch do; none where it has no port.
    fn of(device: &Device<'_>, db: &ConfigDb) -> Option<Self> {
        let (fabric, switch) = (device.fabric, device.index);
        let has_mask = device.release.dialect.watchdog_mask;
        let named = |port: &str| {
            let mut keys = rows(fabric, switch).map(|row| row.key.v.split('|').next());
            keys.any(|key| key == Some(port))
        };
        let map = db.tables.iter().find(|t| t.name == "PORT_QOS_MAP")?;
        let ports: Vec<(&str, Chain)> = map
            .rows
            .iter()
            .filter(|row| row.key != "global")
            .map(|row| (row.key.as_str(), Chain::of(db, &row.key, has_mask)))
            .collect();
        let usual = ports.iter().find(|(port, _)| !named(port)).or(ports.first())?.1.clone();
        let differ = ports.into_iter().filter(|(_, chain)| *chain != usual);
        let ports = differ.map(|(port, chain)| (port.to_owned(), chain)).collect();
        Some(Kind { switch, usual, ports })
    }

    /// What its ports do, each thing once: the first port that does it, none for the usual.
    pub(super) fn chains(&self) -> impl Iterator<Item = (Option<&str>, &Chain)> {
        let own = self.ports.iter().map(|(port, chain)| (Some(port.as_str()), chain));
        std::iter::once((None, &self.usual)).chain(own)
    }
}

fn text<'a>(db: &'a ConfigDb, table: &str, key: &str, field: &str) -> Option<&'a str> {
    match db.row(table, key)?.get(field)? {
        Value::Text(text) => Some(text),
        Value::List(_) => None,
    }
}

/// A name out of `[TABLE|name]`, as older systems write what they refer to.
fn plain(name: &str) -> &str {
    let inner = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.and_then(|inner| inner.split_once('|')).map_or(name, |(_, name)| name)
}

/// The bits of `3,4` or `3-4`.
fn bits(list: &str) -> u8 {
    list.split(',').fold(0, |mask, part| {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        match (low.trim().parse::<u8>(), high.trim().parse::<u8>()) {
            (Ok(low), Ok(high)) if high < 8 => (low..=high).fold(mask, |mask, bit| mask | 1 << bit),
            _ => mask,
        }
    })
}

/// `3,4`, or `none`.
pub(super) fn listed(mask: u8) -> String {
    let set = (0..8u8).filter(|bit| mask & 1 << bit != 0).map(|bit| bit.to_string());
    let list = set.collect::<Vec<_>>().join(",");
    if list.is_empty() { "none".to_owned() } else { list }
}

impl Chain {
    /// What a port does; `has_mask` tells whether the system lists what the watchdog looks at.
    fn of(db: &ConfigDb, port: &str, has_mask: bool) -> Self {
        fn map<const N: usize>(db: &ConfigDb, port: &str, field: &str, table: &str) -> [Option<u8>; N] {
            let row = text(db, "PORT_QOS_MAP", port, field).and_then(|name| db.row(table, plain(name)));
            std::array::from_fn(|from| match row?.get(&from.to_string())? {
                Value::Text(to) => to.parse().ok(),
                Value::List(_) => None,
            })
        }
        let mask = |field| text(db, "PORT_QOS_MAP", port, field).map_or(0, bits);
        let groups = db.tables.iter().filter(|t| t.name == "BUFFER_PG").flat_map(|t| &t.rows);
        let lossless = groups.filter_map(|row| {
            let (of, groups) = row.key.split_once('|')?;
            let profile = text(db, "BUFFER_PG", &row.key, "profile").filter(|_| of == port)?;
            text(db, "BUFFER_PROFILE", plain(profile), "xoff").map(|_| bits(groups))
        });
        let paused = mask("pfc_enable");
        let itself = std::array::from_fn(|priority| u8::try_from(priority).ok());
        let has_group = text(db, "PORT_QOS_MAP", port, "pfc_to_pg_map").is_some();
        let paused_group = if has_group {
            map(db, port, "pfc_to_pg_map", "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP")
        } else {
            itself
        };
        Chain {
            tc: map(db, port, "dscp_to_tc_map", "DSCP_TO_TC_MAP"),
            queue: map(db, port, "tc_to_queue_map", "TC_TO_QUEUE_MAP"),
            group: map(db, port, "tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP"),
            paused_queue: map(db, port, "pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE"),
            paused_group,
            paused,
            watched: if has_mask { mask("pfcwd_sw_enable") } else { paused },
            lossless: lossless.fold(0, |all, bits| all | bits),
            action: text(db, "PFC_WD", port, "action").map(str::to_owned),
        }
    }

    /// Priority groups that the paused priorities speak for.
    pub(super) fn paused_groups(&self) -> u8 {
        let groups = self.paused_group.iter().enumerate().filter(|(at, _)| self.paused & 1 << at != 0);
        groups.filter_map(|(_, group)| group.filter(|&g| g < 8)).fold(0, |mask, group| mask | 1 << group)
    }

    /// Whether a DSCP ends in a group with lossless buffers.
    pub(super) fn is_lossless(&self, dscp: u8) -> bool {
        let tc = self.tc.get(usize::from(dscp)).copied().flatten();
        let group = tc.and_then(|tc| self.group.get(usize::from(tc)).copied().flatten());
        group.is_some_and(|group| group < 8 && self.lossless & 1 << group != 0)
    }

    /// The first thing in which the far end differs; `pause` tells whether pauses are compared too.
    pub(super) fn differs(&self, far: &Chain, pause: bool) -> Option<Difference> {
        let both = self.paused & far.paused;
        let maps = [
            Map::new(&self.tc, &far.tc, "DSCP", "TC", &["DSCP_TO_TC_MAP", "PORT_QOS_MAP"]),
            Map::new(&self.queue, &far.queue, "TC", "queue", &["TC_TO_QUEUE_MAP", "PORT_QOS_MAP"]),
            Map::new(
                &self.group,
                &far.group,
                "TC",
                "priority group",
                &["TC_TO_PRIORITY_GROUP_MAP", "PORT_QOS_MAP"],
            )
            .only(both),
            Map::new(
                &self.paused_queue,
                &far.paused_queue,
                "PFC priority",
                "queue",
                &["MAP_PFC_PRIORITY_TO_QUEUE", "PORT_QOS_MAP"],
            )
            .only(both),
            Map::new(
                &self.paused_group,
                &far.paused_group,
                "PFC priority",
                "priority group",
                &["PFC_PRIORITY_TO_PRIORITY_GROUP_MAP", "PORT_QOS_MAP"],
            )
            .only(both),
        ];
        maps.iter().find_map(Map::differs).or_else(|| {
            (pause && self.paused != far.paused).then(|| Difference {
                what: "PFC is on for".to_owned(),
                here: listed(self.paused),
                there: listed(far.paused),
                tables: &["PORT_QOS_MAP"],
            })
        })
    }
}

/// In what two ports differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    /// `DSCP 26 goes to TC`
    pub(super) what: String,
    pub(super) here: String,
    pub(super) there: String,
    /// Tables whose rows may say so.
    pub(super) tables: &'static [&'static str],
}

/// One map at two ports.
struct Map<'a> {
    here: &'a [Option<u8>],
    there: &'a [Option<u8>],
    /// Entries that matter, a bit for each.
    mask: u64,
    from: &'static str,
    to: &'static str,
    tables: &'static [&'static str],
}

impl<'a> Map<'a> {
    fn new(
        here: &'a [Option<u8>],
        there: &'a [Option<u8>],
        from: &'static str,
        to: &'static str,
        tables: &'static [&'static str],
    ) -> Self {
        Map { here, there, mask: u64::MAX, from, to, tables }
    }

    fn only(self, mask: u8) -> Self {
        Map { mask: u64::from(mask), ..self }
    }

    fn differs(&self) -> Option<Difference> {
        let shown = |to: &Option<u8>| to.map_or_else(|| "nowhere".to_owned(), |to| to.to_string());
        let mut entries = self.here.iter().zip(self.there).enumerate();
        let (at, (here, there)) = entries.find(|(at, (a, b))| self.mask & 1 << at != 0 && a != b)?;
        Some(Difference {
            what: format!("{} {at} goes to {}", self.from, self.to),
            here: shown(here),
            there: shown(there),
            tables: self.tables,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    /// Codes of what is said of two leaves and two spines with rows laid over, but of notes.
    fn said(fabric: &str, spine: &str, leaf: &str) -> Vec<&'static str> {
        let text = format!(
            r#"
                fabric "f" {{ nos "sonic" release="202505"
 {fabric}
 }}
                hosts "gpu" count=4 {{ nic speed="400G"; }}
                tier "leaf" count=2 switch="dell-z9864f"
                tier "spine" count=2 switch="dell-z9864f" {{
 {spine}
 }}
                link "gpu" "leaf" by="rack" {{ length "3m"; }}
                link "leaf" "spine" speed="400G" per-pair=1 {{ length "30m"; }}
                class "rdma" dscp=26 priority=3 lossless=#true {{ schedule weight=70; ecn min="1MiB" max="4MiB"; }}
                class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
                class "bulk" default=#true priority=0 {{ schedule weight=30; }}
                watchdog detect="200ms" restore="400ms"
                routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
                switch "leaf-02" {{ serial "L2"
 {leaf}
 }}
            "#
        );
        let host = MemoryHost::default().file("fabric.kdl", text);
        let found = analyze(Path::new("fabric.kdl"), &host, &Options::default()).findings;
        let serious = found.into_sorted().into_iter();
        serious.filter(|f| f.severity > fabc_lang::diagnostic::Severity::Note).map(|f| f.code()).collect()
    }

    #[test]
    fn rows_of_tier_switch_and_port_are_seen_at_both_ends() {
        let none: [&str; 0] = [];
        let tc = |dscp: u8| format!("config-db \"DSCP_TO_TC_MAP\" \"AZURE\" \"{dscp}\"=\"3\"");
        assert_eq!(said("", "", ""), none);
        assert_eq!(said(&tc(30), "", ""), none);
        assert_eq!(said("", &tc(30), ""), ["overrides/chain-differs"]);
        assert_eq!(said("", &tc(30), &tc(30)), ["overrides/chain-differs"], "leaf-01 lacks it");
        assert_eq!(said("", "", &tc(48)), ["overrides/chain-differs", "overrides/class-undone"]);
        // The port to spine-02 alone.
        let port = "config-db \"PORT_QOS_MAP\" \"Ethernet508\" pfc_enable=\"4\" pfcwd_sw_enable=\"4\"";
        let found = said("", "", port);
        assert_eq!(found, ["overrides/chain-differs", "overrides/pause-without-buffer"]);
        // Another queue for the same priority.
        assert_eq!(
            said("", "config-db \"TC_TO_QUEUE_MAP\" \"AZURE\" \"3\"=\"4\"", ""),
            ["overrides/chain-differs"]
        );
        // Not of the chain.
        assert_eq!(said("", "", "config-db \"CRM\" \"Config\" polling_interval=\"600\""), none);
    }

    #[test]
    fn enterprise_sonic_is_read_with_its_own_map_of_priorities() {
        let enterprise = |row: &str| {
            let host = MemoryHost::default().file(
                "fabric.kdl",
                format!(
                    r#"
                        fabric "f" {{ nos "enterprise-sonic" release="4.x"; {row}; }}
                        hosts "gpu" count=4 {{ nic speed="400G"; }}
                        tier "leaf" count=1 switch="dell-z9864f"
                        link "gpu" "leaf" by="rail" {{ length "3m"; }}
                        class "rdma" dscp=26 priority=3 lossless=#true {{ schedule weight=70; ecn min="1MiB" max="4MiB"; }}
                        class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
                        class "bulk" default=#true priority=0 {{ schedule weight=30; }}
                        watchdog detect="200ms" restore="400ms"
                        routing {{ asn leaf=4210000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
                    "#
                ),
            );
            let found = analyze(Path::new("fabric.kdl"), &host, &Options::default()).findings;
            let said = found.into_sorted().into_iter().filter(|f| f.code().starts_with("overrides/"));
            said.map(|f| f.message).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        assert_eq!(enterprise("config-db \"DSCP_TO_TC_MAP\" \"ROCE\" \"30\"=\"3\""), none);
        assert_eq!(
            enterprise("config-db \"DSCP_TO_TC_MAP\" \"ROCE\" \"26\"=\"1\""),
            ["DSCP 26 of lossless class `rdma` is lossy on `leaf-01`"]
        );
        assert_eq!(
            enterprise("config-db \"DSCP_TO_TC_MAP\" \"ROCE\" \"48\"=\"3\""),
            ["DSCP 48, congestion notifications, is lossless on `leaf-01`"]
        );
        // As older releases write it.
        let bracketed = "config-db \"PORT_QOS_MAP\" \"Ethernet0\" dscp_to_tc_map=\"[DSCP_TO_TC_MAP|ROCE]\"";
        assert_eq!(enterprise(bracketed), none);
        assert_eq!(
            enterprise("config-db \"PFC_PRIORITY_TO_PRIORITY_GROUP_MAP\" \"ROCE\" \"3\"=\"4\""),
            ["`leaf-01` pauses priorities 3, of priority groups 4, lossless buffers are on 3"]
        );
    }

    #[test]
    fn lists_and_ranges_are_bits() {
        assert_eq!([bits("3,4"), bits("3-4"), bits("0"), bits(""), bits("9")], [0b1_1000, 0b1_1000, 1, 0, 0]);
        assert_eq!([listed(0b1_1000), listed(0)], ["3,4", "none"]);
    }
}
