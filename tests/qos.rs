//! QoS and buffer rows: what they refer to is there, classes go one way from DSCP to buffer, and a switch leaves them as
//! they are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::built;
use fabc::host::MemoryHost;
use fabc::pipeline::{Analysis, Options, analyze};
use fabc_lang::platform::Platform;
use fabc_targets::Bundle;
use fabc_targets::sonic::{self, ConfigDb, Release, Value};

type Table = BTreeMap<String, BTreeMap<String, String>>;

fn analysis(text: &str) -> Analysis {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let mut analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    analysis.levels.apply(&mut analysis.findings, analysis.fabric.is_some());
    assert!(analysis.fabric.is_some() && !analysis.findings.has_errors(), "{text}");
    analysis
}

/// Calls `see` with every switch's rows, or with those of the first of each name up to the number.
fn each(text: &str, mut see: impl FnMut(&str, &Platform, &ConfigDb)) {
    let analysis = analysis(text);
    let fabric = analysis.fabric.as_ref().unwrap();
    let Ok(bundle) = Bundle::new(fabric, "0", BTreeMap::new()) else { return };
    let mut tiers = BTreeMap::new();
    for index in 0..fabric.switches.len() {
        // Switches of one tier differ in little.
        let seen: &mut u32 = tiers.entry(fabric.switches[index].tier).or_default();
        *seen += 1;
        if *seen <= 3 {
            let device = bundle.device(index).unwrap();
            see(&device.switch.name, device.platform, &sonic::config_db(&device));
        }
    }
}

fn table(db: &ConfigDb, name: &str) -> Table {
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::List(list) => list.join(","),
    };
    let rows = db.tables.iter().filter(|t| t.name == name).flat_map(|t| &t.rows);
    rows.map(|r| (r.key.clone(), r.fields.iter().map(|(n, v)| (n.clone(), text(v))).collect())).collect()
}

/// Leaf and spine with links of four lengths; two lossless classes where `two`.
fn lengths(platform: &str, release: &str, two: bool) -> String {
    let nic = if platform == "dell-z9664f" { 400 } else { 800 };
    // 202305 can't be told what to hash on: `nos/no-hash`.
    let balancing = if release > "202305" { "load-balancing { hash; }" } else { "" };
    let second =
        if two { "class \"r2\" dscp=27 priority=4 lossless=#true { schedule weight=10; }" } else { "" };
    format!(
        r#"
fabric "f" {{ nos "sonic" release="{release}"; }}
hosts "gpu" count=4 {{ nic count=2 speed="{nic}G"; }}
tier "leaf" count=2 switch="{platform}"
tier "spine" count=2 switch="{platform}"
link "gpu" "leaf" by="rail" {{ length "5m"; }}
link "leaf" "spine" speed="400G" per-pair=2 {{ length "300m"; }}
switch "leaf-01" {{ cable 1 length="17m"; cable 2 length="40m"; cable 3 length="2.5m"; }}
switch "leaf-02" {{ cable 1 length="17m"; }}
class "r1" dscp=26 priority=3 lossless=#true {{
    schedule weight=70
    ecn min="1MiB" max="4MiB" probability=10
    ecn min="512KiB" max="2MiB" speed="400G"
}}
{second}
class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
class "bulk" default=#true priority=0 {{ schedule weight=20; }}
watchdog detect="200ms" restore="400ms"
buffers {{ margin "5%"; }}
{balancing}
routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
"#
    )
}

const PLATFORMS: &[&str] = &["dell-z9864f", "dell-z9664f", "micas-m2-w6940-64oc", "nokia-ixr7220-h5-64o"];

fn releases() -> impl Iterator<Item = &'static str> {
    Release::all().iter().filter(|r| r.nos == fabc_lang::intent::Nos::Sonic).map(|r| r.name)
}

/// What SONiC's buffermgrd does in the traditional model: it copies nothing back but profile and priority groups of
/// ports whose cable has a length.
struct Buffermgr<'a> {
    lookup: BTreeMap<(String, String), BTreeMap<String, String>>,
    config: &'a mut BTreeMap<&'static str, Table>,
    cable: BTreeMap<String, String>,
    speed: BTreeMap<String, String>,
    status: BTreeSet<String>,
    pfc: BTreeMap<String, String>,
    errors: Vec<String>,
}

impl<'a> Buffermgr<'a> {
    /// With the table of the box.
    fn new(platform: &Platform, config: &'a mut BTreeMap<&'static str, Table>) -> Self {
        let rows = platform.headroom.iter().map(|fact| {
            let row = &fact.v;
            let number = |size: fabc_lang::units::Size| size.0.to_string();
            let mut values = BTreeMap::from([
                ("size".to_owned(), number(row.size)),
                ("xon".to_owned(), number(row.xon)),
                ("xoff".to_owned(), number(row.xoff)),
                ("threshold".to_owned(), row.dynamic_th.to_string()),
            ]);
            values.extend(row.xon_offset.map(|offset| ("xon_offset".to_owned(), number(offset))));
            ((row.speed.0.to_string(), format!("{}m", row.length.0 / 1000)), values)
        });
        Buffermgr {
            lookup: rows.collect(),
            config,
            cable: BTreeMap::new(),
            speed: BTreeMap::new(),
            status: BTreeSet::new(),
            pfc: BTreeMap::new(),
            errors: Vec::new(),
        }
    }

    /// A row of CABLE_LENGTH was set.
    fn cable(&mut self, lengths: &BTreeMap<String, String>) {
        for (port, length) in lengths {
            self.cable.insert(port.clone(), length.clone());
            self.update(port);
        }
    }

    /// A row of PORT was set: speed, or admin state.
    fn port(&mut self, port: &str, fields: &BTreeMap<String, String>) {
        self.speed.insert(port.to_owned(), fields["speed"].clone());
        self.status.insert(port.to_owned());
        self.update(port);
    }

    /// A row of PORT_QOS_MAP was set.
    fn qos(&mut self, port: &str, fields: &BTreeMap<String, String>) {
        if let Some(pfc) = fields.get("pfc_enable")
            && self.pfc.insert(port.to_owned(), pfc.clone()).as_ref() != Some(pfc)
        {
            self.update(port);
        }
    }

    /// doSpeedUpdateTask.
    fn update(&mut self, port: &str) {
        let Some(cable) = self.cable.get(port) else { return };
        if cable == "0m" || !self.status.contains(port) {
            return;
        }
        let Some(pfc) = self.pfc.get(port) else { return };
        let speed = &self.speed[port];
        let Some(row) = self.lookup.get(&(speed.clone(), cable.clone())) else {
            self.errors.push(format!("{port}: no PG profile configured for speed {speed} and cable {cable}"));
            return;
        };
        let name = format!("pg_lossless_{speed}_{cable}_profile");
        let mode = self.config["BUFFER_POOL"]["ingress_lossless_pool"]["mode"].clone();
        let profiles = self.config.get_mut("BUFFER_PROFILE").unwrap();
        let profile = profiles.entry(name.clone()).or_default();
        if profile.is_empty() {
            profile.extend(row.iter().map(|(field, value)| {
                let field = if field == "threshold" { format!("{mode}_th") } else { field.clone() };
                (field, value.clone())
            }));
            profile.insert("pool".to_owned(), "ingress_lossless_pool".to_owned());
        }
        let groups = self.config.get_mut("BUFFER_PG").unwrap();
        for range in ranges(pfc) {
            groups.entry(format!("{port}|{range}")).or_default().insert("profile".to_owned(), name.clone());
        }
    }
}

/// generateIdListFromMap: `3,4,6` as `3-4` and `6`.
fn ranges(list: &str) -> Vec<String> {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    for id in list.split(',').map(|id| id.parse().unwrap()) {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == id => *end = id,
            _ => ranges.push((id, id)),
        }
    }
    let text =
        |(start, end): &(u8, u8)| if start == end { start.to_string() } else { format!("{start}-{end}") };
    ranges.iter().map(text).collect()
}

/// What of the configuration buffermgrd reads and writes.
fn buffers(db: &ConfigDb) -> BTreeMap<&'static str, Table> {
    ["BUFFER_POOL", "BUFFER_PROFILE", "BUFFER_PG"].map(|name| (name, table(db, name))).into()
}

/// Boots with the tables in each order, then lets every port flap, and sets every row again.
fn run(platform: &Platform, db: &ConfigDb) -> (BTreeMap<&'static str, Table>, Vec<String>) {
    let (cables, ports, maps) = (table(db, "CABLE_LENGTH"), table(db, "PORT"), table(db, "PORT_QOS_MAP"));
    let (mut config, mut errors) = (buffers(db), Vec::new());
    for order in ["cpq", "cqp", "pcq", "pqc", "qcp", "qpc"] {
        let mut daemon = Buffermgr::new(platform, &mut config);
        for event in order.chars().chain("pcqpp".chars()) {
            match event {
                'c' => cables.values().for_each(|lengths| daemon.cable(lengths)),
                'p' => ports.iter().for_each(|(port, fields)| daemon.port(port, fields)),
                _ => maps.iter().for_each(|(port, fields)| daemon.qos(port, fields)),
            }
        }
        errors.append(&mut daemon.errors);
    }
    (config, errors)
}

#[test]
fn a_switch_leaves_buffers_as_they_are() {
    let mut ways = BTreeSet::new();
    for (platform, release) in PLATFORMS.iter().flat_map(|p| releases().map(move |r| (p, r))) {
        for two in [false, true] {
            each(&lengths(platform, release, two), |switch, platform, db| {
                let (after, errors) = run(platform, db);
                let name = format!("{switch} of {} on {release}", platform.name);
                assert!(errors.is_empty(), "{name}: {errors:#?}");
                assert_eq!(after, buffers(db), "{name}");
                let cables = table(db, "CABLE_LENGTH");
                assert_eq!(cables["AZURE"].len(), table(db, "PORT").len(), "{name}");
                ways.extend(cables["AZURE"].values().cloned());
            });
        }
    }
    let ways: Vec<_> = ways.iter().map(String::as_str).collect();
    assert_eq!(ways, ["0m", "300m", "40m", "5m"]);
}

#[test]
fn rounded_and_measured_lengths_go_one_of_the_two_ways() {
    let text = lengths("dell-z9864f", "202505", true);
    let with = |said: &str| {
        let mut found = BTreeMap::new();
        each(&text.replace("margin \"5%\"", said), |switch, platform, db| {
            let (after, errors) = run(platform, db);
            assert_eq!((after, errors), (buffers(db), vec![]));
            if switch == "leaf-01" {
                let (mut cables, groups) = (table(db, "CABLE_LENGTH"), table(db, "BUFFER_PG"));
                let cables = cables.remove("AZURE").unwrap();
                for (port, length) in cables {
                    let Some(group) = groups.get(&format!("{port}|3-4")) else { continue };
                    found.insert(port, format!("{length} {}", group["profile"]));
                }
            }
        });
        ["Ethernet0", "Ethernet8", "Ethernet16"].map(|port| found[port].clone())
    };
    let listed = |length: u32| format!("{length}m pg_lossless_800000_{length}m_profile");
    assert_eq!(with("headroom round-up=#true"), [listed(40), listed(40), listed(5)]);
    let measured = with("measured speed=\"800G\" length=\"40m\" xoff=\"900000B\"");
    assert_eq!(measured[1], "0m pg_lossless_800000_40m_900000_profile");
}

#[test]
fn the_model_of_buffermgrd_does_what_it_should() {
    let text = lengths("dell-z9864f", "202505", false);
    each(&text, |switch, platform, db| {
        if switch != "leaf-01" {
            return;
        }
        let mut listed = db.clone();
        listed.row_mut("CABLE_LENGTH", "AZURE").set("Ethernet0", Value::Text("40m".into()));
        let (after, errors) = run(platform, &listed);
        assert!(errors.is_empty());
        assert_eq!(after["BUFFER_PG"]["Ethernet0|3"]["profile"], "pg_lossless_800000_40m_profile");
        let made = &after["BUFFER_PROFILE"]["pg_lossless_800000_40m_profile"];
        assert_eq!((made["xoff"].as_str(), made["dynamic_th"].as_str()), ("835406", "0"));
        let mut strange = db.clone();
        strange.row_mut("CABLE_LENGTH", "AZURE").set("Ethernet0", Value::Text("17m".into()));
        assert!(run(platform, &strange).1[0].starts_with("Ethernet0: no PG profile"));
        // Without our rows it makes the same ones, so that ours are to the letter.
        let mut bare = db.clone();
        for table in bare.tables.iter_mut().filter(|t| ["BUFFER_PG", "BUFFER_PROFILE"].contains(&&*t.name)) {
            table.rows.retain(|row| {
                !row.fields.iter().any(|(_, value)| match value {
                    Value::Text(text) => text == "pg_lossless_800000_5m_profile",
                    Value::List(_) => false,
                }) && row.key != "pg_lossless_800000_5m_profile"
            });
        }
        let (after, _) = run(platform, &bare);
        assert_ne!(buffers(&bare), buffers(db));
        assert_eq!(after, buffers(db));
    });
}

/// Fields whose value is the key of a row in another table.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("BUFFER_PROFILE", "pool", "BUFFER_POOL"),
    ("BUFFER_PG", "profile", "BUFFER_PROFILE"),
    ("BUFFER_QUEUE", "profile", "BUFFER_PROFILE"),
    ("QUEUE", "scheduler", "SCHEDULER"),
    ("QUEUE", "wred_profile", "WRED_PROFILE"),
    ("PORT_QOS_MAP", "dscp_to_tc_map", "DSCP_TO_TC_MAP"),
    ("PORT_QOS_MAP", "tc_to_queue_map", "TC_TO_QUEUE_MAP"),
    ("PORT_QOS_MAP", "tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP"),
    ("PORT_QOS_MAP", "pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE"),
    ("PORT_QOS_MAP", "pfc_to_pg_map", "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"),
];

/// What each priority group or queue of a port has, ranges taken apart.
fn numbers(rows: &Table, port: &str) -> BTreeMap<u8, String> {
    let mut found = BTreeMap::new();
    for (key, fields) in rows {
        let Some((_, range)) = key.split_once('|').filter(|(p, _)| *p == port) else { continue };
        let (start, end) = range.split_once('-').unwrap_or((range, range));
        for number in start.parse().unwrap()..=end.parse::<u8>().unwrap() {
            assert!(found.insert(number, fields["profile"].clone()).is_none(), "{key} overlaps");
        }
    }
    found
}

fn whole(name: &str, db: &ConfigDb) {
    for (from, field, to) in REFERENCES {
        let there = table(db, to);
        for (key, fields) in table(db, from) {
            let wanted = fields.get(*field);
            assert!(wanted.is_none_or(|w| there.contains_key(w)), "{name}: {from}|{key} {field}");
        }
    }
    let ports = table(db, "PORT");
    for rows in ["BUFFER_PG", "BUFFER_QUEUE", "QUEUE", "PORT_QOS_MAP", "PFC_WD"] {
        for key in table(db, rows).keys().filter(|k| !["global", "GLOBAL"].contains(&k.as_str())) {
            let port = key.split('|').next().unwrap();
            assert!(ports.contains_key(port), "{name}: {rows}|{key}");
            assert!(!ports[port]["description"].starts_with("unused"), "{name}: {rows}|{key}");
        }
    }
    let enterprise = table(db, "DSCP_TO_TC_MAP").contains_key("ROCE");
    let name_of_maps = if enterprise { "ROCE" } else { "AZURE" };
    let map = |table_name: &str| table(db, table_name).remove(name_of_maps).unwrap_or_default();
    let (tcs, groups, queues) =
        (map("DSCP_TO_TC_MAP"), map("TC_TO_PRIORITY_GROUP_MAP"), map("TC_TO_QUEUE_MAP"));
    let (pgs, buffer_queues) = (table(db, "BUFFER_PG"), table(db, "BUFFER_QUEUE"));
    let (profiles, watched) = (table(db, "BUFFER_PROFILE"), table(db, "PFC_WD"));
    for (port, fields) in table(db, "PORT_QOS_MAP").iter().filter(|(port, _)| *port != "global") {
        assert_eq!(tcs.len(), 64);
        let mask = fields.get("pfc_enable").filter(|_| !enterprise);
        assert_eq!(mask, fields.get("pfcwd_sw_enable"), "{name}: {port}");
        let pfc: Vec<&str> = fields.get("pfc_enable").map_or(vec![], |list| list.split(',').collect());
        assert_eq!(watched.contains_key(port), !pfc.is_empty() && !watched.is_empty(), "{name}: {port}");
        let (at_ingress, at_egress) = (numbers(&pgs, port), numbers(&buffer_queues, port));
        for (tc, group) in &groups {
            // Without known buffers there are none at all, and nothing is lossless.
            if pgs.is_empty() {
                let lossy = if enterprise { "7" } else { "0" };
                assert!(pfc.is_empty() && group == lossy, "{name}: {port}");
                continue;
            }
            let (group, queue): (u8, u8) = (group.parse().unwrap(), queues[tc].parse().unwrap());
            let (lossless, profile) = (pfc.contains(&tc.as_str()), &at_ingress[&group]);
            assert_eq!(profiles[profile].contains_key("xoff"), lossless, "{name}: {port} TC {tc}");
            assert_eq!(at_egress[&queue] == "egress_lossless_profile", lossless, "{name}: {port} TC {tc}");
        }
    }
    let number = |row: &BTreeMap<String, String>, field: &str| row[field].parse::<u32>().unwrap();
    for (port, row) in watched.iter().filter(|(port, _)| *port != "GLOBAL") {
        let poll = number(&watched["GLOBAL"], "POLL_INTERVAL");
        assert!((100..=1000).contains(&poll), "{name}");
        assert!(
            number(row, "detection_time") >= poll && number(row, "restoration_time") >= poll,
            "{name}: {port}"
        );
    }
}

#[test]
fn what_rows_refer_to_is_there() {
    for (path, text) in built::fabrics() {
        each(&text, |switch, _, db| whole(&format!("{path} {switch}"), db));
    }
    for (platform, release) in PLATFORMS.iter().flat_map(|p| releases().map(move |r| (p, r))) {
        for two in [false, true] {
            each(&lengths(platform, release, two), |switch, _, db| {
                whole(&format!("{switch} of {platform} on {release}"), db);
                assert!(!table(db, "PFC_WD").is_empty());
            });
        }
    }
}

#[test]
fn a_box_without_figures_gets_no_pfc() {
    let mut seen = 0;
    for platform in ["nexthop-4010", "arista-7060x6-64de", "nokia-ixr7220-h5-64o"] {
        let text = lengths(platform, "202505", false) + "findings { warn \"buffers/no-figures\"; }\n";
        each(&text, |switch, _, db| {
            whole(switch, db);
            let pfc = table(db, "PORT_QOS_MAP").values().any(|row| row.contains_key("pfc_enable"));
            assert_eq!(pfc, platform.starts_with("nokia"), "{platform}");
            assert_eq!(table(db, "BUFFER_PG").is_empty(), !pfc, "{platform}");
            assert_eq!(table(db, "PFC_WD").is_empty(), !pfc, "{platform}");
            assert!(!table(db, "QUEUE").is_empty());
            seen += 1;
        });
    }
    assert!(seen > 6);
}

#[test]
fn rows_of_one_switch() {
    let mut out = String::new();
    each(&lengths("dell-z9864f", "202605", true), |switch, _, db| {
        if switch != "leaf-01" {
            return;
        }
        for name in sonic::tables::TABLES.iter().map(|t| t.name) {
            let qos = [
                "BUFFER_",
                "CABLE_",
                "MAP_PFC",
                "PFC_WD",
                "PORT_QOS",
                "QUEUE",
                "SCHED",
                "SWITCH_HASH",
                "TC_",
                "WRED",
            ];
            if !qos.iter().any(|part| name.starts_with(part)) {
                continue;
            }
            for (key, mut fields) in table(db, name) {
                // Of the ports, one of each length, and one without a wire.
                let shown = |port: &str| {
                    let port = port.split('|').next().unwrap();
                    !port.starts_with("Ethernet")
                        || ["Ethernet0", "Ethernet8", "Ethernet16", "Ethernet24", "Ethernet256"]
                            .contains(&port)
                };
                fields.retain(|field, _| shown(field));
                if shown(&key) {
                    out += &format!("{name}|{key} {fields:?}\n");
                }
            }
        }
    });
    insta::assert_snapshot!(out);
}

#[test]
fn a_queue_that_is_lossy_for_want_of_figures_has_no_wred() {
    let text = |class: &str| {
        format!(
            r#"
            fabric "f" {{ nos "sonic" release="202505"; }}
            hosts "gpu" count=4 {{ nic speed="400G"; }}
            tier "leaf" count=1 switch="accton-as9817-64d"
            link "gpu" "leaf" by="rail" {{ length "3m"; }}
            class "rdma" dscp=26 priority=3 {class} {{ schedule weight=70; ecn min="1MiB" max="4MiB"; }}
            class "bulk" default=#true priority=0 {{ schedule weight=30; }}
            routing {{ asn leaf=4210000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
            findings {{ warn "buffers/no-figures"; }}
            "#
        )
    };
    let mut seen = Vec::new();
    for class in ["lossless=#true", ""] {
        each(&text(class), |_, _, db| {
            let queue = table(db, "QUEUE").remove("Ethernet0|3").unwrap();
            seen.push((table(db, "WRED_PROFILE").len(), queue.contains_key("wred_profile")));
            assert!(queue.contains_key("scheduler") && table(db, "PFC_WD").is_empty());
        });
    }
    // A class that is lossy by the file's own words marks as it says.
    assert_eq!(seen, [(0, false), (1, true)]);
}
