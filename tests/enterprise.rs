//! Enterprise SONiC: its own names, every word of the language to some effect, nothing that nobody knows, and what is only
//! likely never silently.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::built;
use fabc::host::MemoryHost;
use fabc::pipeline::{Options, analyze};
use fabc_lang::diagnostic::Severity;
use fabc_targets::{WhyError, sonic, why};
use serde_json::{Map, Value};

type Db = Map<String, Value>;

const NOS: &str = r#"nos "enterprise-sonic" release="4.5""#;
const CUT: &str = r#"switching "cut-through""#;
const LOSSLESS: &str = "lossless=#true";
const WEIGHT: &str = "schedule weight=70";
const ECN: &str = r#"ecn min="1MiB" max="4MiB" probability=10"#;
const WATCHDOG: &str = r#"watchdog detect="200ms" restore="400ms""#;
const QPN: &str = "hash qpn=#true";
const ADAPTIVE: &str = "adaptive";

fn text() -> String {
    format!(
        r#"
fabric "f" {{ {NOS}; {CUT}; }}
hosts "gpu" count=4 {{ nic count=2 speed="400G"; }}
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" {{ length "3m"; }}
link "leaf" "spine" speed="800G" per-pair=1 {{ length "30m"; }}
class "rdma" dscp=26 priority=3 {LOSSLESS} {{
    {WEIGHT}
    {ECN}
}}
class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
class "bulk" default=#true priority=0 {{ schedule weight=30; }}
{WATCHDOG}
load-balancing {{ {QPN}; {ADAPTIVE}; }}
routing {{
    asn leaf=4210000000 spine=4200000000
    loopbacks "10.255.0.0/24"
    host-subnets "10.64.0.0/16"
}}
"#
    )
}

fn leaf(text: &str) -> (Db, String) {
    let files = built::files(text);
    let read = |name: &str| files.get(&format!("switches/leaf-01/{name}")).cloned().unwrap_or_default();
    let db = serde_json::from_slice(&read("config_db.json")).unwrap();
    (db, String::from_utf8(read("sonic-cli.txt")).unwrap())
}

/// The same fabric under community SONiC, without what that has no word for.
fn community() -> String {
    let system = text().replace(NOS, r#"nos "sonic" release="202505""#).replace(&format!("{CUT}; "), "");
    system.replace(&format!("load-balancing {{ {QPN}; {ADAPTIVE}; }}\n"), "")
}

fn leaf_db(text: &str) -> Db {
    serde_json::from_slice(&built::files(text)["switches/leaf-01/config_db.json"]).unwrap()
}

fn rows<'a>(db: &'a Db, table: &str) -> BTreeMap<&'a str, BTreeMap<&'a str, &'a str>> {
    let fields = |row: &'a Value| {
        let fields = row.as_object().unwrap().iter();
        fields.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect()
    };
    let table = db.get(table).and_then(Value::as_object).into_iter().flatten();
    table.map(|(key, row)| (key.as_str(), fields(row))).collect()
}

fn field<'a>(db: &'a Db, table: &str, key: &str, field: &str) -> Option<&'a str> {
    rows(db, table).get(key)?.get(field).copied()
}

#[test]
fn every_word_has_its_effect() {
    let (db, cli) = leaf(&text());
    let without = |word: &str, with: &str| leaf(&text().replace(word, with));
    // PFC: the pause and its buffers, and the mode in which the box sets them up.
    let (lossy, _) = without(LOSSLESS, "");
    assert_eq!(field(&db, "PORT_QOS_MAP", "Ethernet0", "pfc_enable"), Some("3"));
    assert_eq!(field(&lossy, "PORT_QOS_MAP", "Ethernet0", "pfc_enable"), None);
    assert_eq!(field(&db, "SWITCH", "switch", "roce_enable"), Some("true"));
    assert_eq!(field(&lossy, "SWITCH", "switch", "roce_enable"), None);
    assert!(db.contains_key("BUFFER_POOL") && !lossy.contains_key("BUFFER_POOL"));
    // ETS.
    let (equal, _) = without(WEIGHT, "");
    assert_eq!(field(&db, "SCHEDULER", "ROCE@3", "weight"), Some("70"));
    assert_eq!(field(&equal, "SCHEDULER", "ROCE@3", "weight"), None);
    // ECN, by which DCQCN slows its senders; CNP has a queue before all others.
    let (unmarked, _) = without(ECN, "congestion-control \"none\"");
    assert_eq!(field(&db, "WRED_PROFILE", "ROCE", "ecn"), Some("ecn_green"));
    assert_eq!(field(&db, "WRED_PROFILE", "ROCE", "green_max_threshold"), Some("4194304"));
    assert_eq!(field(&db, "QUEUE", "Ethernet0|3", "wred_profile"), Some("ROCE"));
    assert!(!unmarked.contains_key("WRED_PROFILE"));
    assert_eq!(field(&db, "DSCP_TO_TC_MAP", "ROCE", "48"), Some("6"));
    assert_eq!(field(&db, "SCHEDULER", "ROCE@6", "type"), Some("STRICT"));
    // The watchdog, in both places.
    let (unwatched, _) = without(WATCHDOG, "");
    assert_eq!(field(&db, "PFC_WD", "Ethernet0", "detection_time"), Some("200"));
    assert!(!unwatched.contains_key("PFC_WD"));
    assert!(cli.contains("priority-flow-control watchdog on detect-time 200\n"));
    assert!(!without(WATCHDOG, "").1.contains("detect-time"));
    // The RoCEv2 hash, dynamic load balancing, cut-through.
    assert_eq!(field(&db, "ECMP_LOADSHARE_TABLE_ROCE", "hash", "qpn"), Some("true"));
    assert!(!without(QPN, "hash").0.contains_key("ECMP_LOADSHARE_TABLE_ROCE"));
    let (still, quiet) = without(&format!("; {ADAPTIVE}"), "");
    assert!(db.keys().any(|t| t.starts_with("ARS_")) && !still.keys().any(|t| t.starts_with("ARS_")));
    assert!(cli.contains(" set ars-object FABRIC\n") && !quiet.contains("ars-object"));
    assert_eq!(field(&db, "SWITCH", "switch", "switching_mode"), Some("CUT_THROUGH"));
    let (stored, _) = without(CUT, "switching \"store-and-forward\"");
    assert_eq!(field(&stored, "SWITCH", "switch", "switching_mode"), None);
}

#[test]
fn what_rows_refer_to_is_there() {
    let (db, _) = leaf(&text());
    let refers = [
        ("PORT_QOS_MAP", "dscp_to_tc_map", "DSCP_TO_TC_MAP"),
        ("PORT_QOS_MAP", "tc_to_queue_map", "TC_TO_QUEUE_MAP"),
        ("PORT_QOS_MAP", "tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP"),
        ("PORT_QOS_MAP", "pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE"),
        ("PORT_QOS_MAP", "pfc_to_pg_map", "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"),
        ("QUEUE", "scheduler", "SCHEDULER"),
        ("QUEUE", "wred_profile", "WRED_PROFILE"),
        ("BUFFER_PG", "profile", "BUFFER_PROFILE"),
        ("BUFFER_QUEUE", "profile", "BUFFER_PROFILE"),
        ("BUFFER_PROFILE", "pool", "BUFFER_POOL"),
        ("ARS_PORT_BIND", "profile", "ARS_PORT_PROFILE"),
        ("ARS_SWITCH_BIND", "profile", "ARS_PROFILE"),
    ];
    for (table, name, to) in refers {
        let meant: Vec<_> = rows(&db, table).into_values().filter_map(|row| row.get(name).copied()).collect();
        let there = rows(&db, to);
        assert!(!meant.is_empty() && meant.iter().all(|m| there.contains_key(m)), "{table} {name}");
    }
    // Every port with a profile of ours keeps the box from making its own.
    for port in rows(&db, "BUFFER_PG").into_keys().map(|key| key.split('|').next().unwrap()) {
        assert_eq!(field(&db, "PORT", port, "default_lossless_buffer_profile"), Some("false"), "{port}");
    }
}

#[test]
fn only_the_lossless_classes_that_there_are_take_headroom() {
    let groups = |db: &Db| -> Vec<String> {
        let ports = rows(db, "BUFFER_PG").into_keys().filter_map(|key| key.strip_prefix("Ethernet0|"));
        ports.map(str::to_owned).collect()
    };
    let class = |priority: u8| {
        format!(
            "class \"r{priority}\" dscp={priority} priority={priority} lossless=#true {{ schedule weight=5; }}\n"
        )
    };
    let (one, _) = leaf(&text());
    assert_eq!(groups(&one), ["3", "7"]);
    let (two, _) = leaf(&(text() + &class(4)));
    assert_eq!(groups(&two), ["3-4", "7"]);
    // 3 and 4 are the default; another pair is named.
    assert_eq!(field(&two, "SWITCH", "switch", "roce_pfc_priority"), None);
    let (other, _) = leaf(&(text() + &class(5)));
    assert_eq!(groups(&other), ["3", "5", "7"]);
    assert_eq!(field(&other, "SWITCH", "switch", "roce_pfc_priority"), Some("3,5"));
    let lossy = |db: &Db| field(db, "TC_TO_PRIORITY_GROUP_MAP", "ROCE", "0").map(str::to_owned);
    assert_eq!(lossy(&one).as_deref(), Some("7"));
    let (last, _) = leaf(&(text().replace("priority=3", "priority=7") + &class(5)));
    assert_eq!(
        (lossy(&last).as_deref(), groups(&last)),
        (Some("6"), ["5", "6", "7"].map(str::to_owned).into())
    );
}

/// Tables that Enterprise SONiC has of its own or writes in its own way, with all fields that some public text has.
const KNOWN: &[(&str, &[&str])] = &[
    ("ARS_OBJECT", &["idle-time", "max-flows"]),
    ("ARS_PORT_BIND", &["profile"]),
    ("ARS_PORT_PROFILE", &["enable", "load-future-weight", "load-past-weight"]),
    ("ARS_PROFILE", &["random-seed", "sampling-interval"]),
    ("ARS_SWITCH_BIND", &["profile"]),
    ("BREAKOUT_PORTS", &["master"]),
    ("BUFFER_PG", &["profile"]),
    ("BUFFER_POOL", &["mode", "size", "type", "xoff"]),
    ("BUFFER_PROFILE", &["dynamic_th", "pool", "size", "static_th", "type", "xoff", "xon", "xon_offset"]),
    ("BUFFER_QUEUE", &["profile"]),
    ("ECMP_LOADSHARE_TABLE_ROCE", &["qpn"]),
    (
        "PORT_QOS_MAP",
        &[
            "dot1p_to_tc_map",
            "dscp_to_tc_map",
            "pfc_enable",
            "pfc_to_pg_map",
            "pfc_to_queue_map",
            "tc_to_pg_map",
            "tc_to_queue_map",
        ],
    ),
    ("PFC_WD", &["POLL_INTERVAL", "action", "detection_time", "restoration_time"]),
    ("QUEUE", &["scheduler", "wred_profile"]),
    ("SCHEDULER", &["type", "weight"]),
    ("SWITCH", &["roce_enable", "roce_pfc_priority", "switching_mode"]),
    (
        "WRED_PROFILE",
        &["ecn", "green_drop_probability", "green_max_threshold", "green_min_threshold", "wred_green_enable"],
    ),
];

#[test]
fn no_word_is_written_that_nobody_knows() {
    let (db, _) = leaf(&text().replace(ADAPTIVE, "adaptive mode=\"packet\""));
    for (table, fields) in KNOWN {
        let own = rows(&db, table);
        assert!(!own.is_empty(), "{table}");
        for (key, row) in own {
            let unknown: Vec<_> = row.keys().filter(|field| !fields.contains(field)).collect();
            assert!(unknown.is_empty(), "{table}|{key}: {unknown:?}");
        }
    }
    for community in ["CABLE_LENGTH", "FLEX_COUNTER_TABLE", "SWITCH_HASH"] {
        assert!(!db.contains_key(community), "{community}");
    }
    assert!(!rows(&db, "PORT_QOS_MAP").contains_key("global"));
    let text = serde_json::to_string(&db).unwrap();
    assert!(!text.contains("AZURE") && !text.contains("packet"));
}

#[test]
fn ports_have_names_of_one_kind() {
    let typed = |naming: &str| -> Vec<String> {
        let named = format!("{NOS} interface-naming=\"{naming}\"");
        let (_, cli) = leaf(&text().replace(NOS, &named));
        cli.lines().filter(|l| l.starts_with("interface E")).map(str::to_owned).collect()
    };
    let native = typed("native");
    assert!(native.contains(&"interface Ethernet0".to_owned()) && native.iter().all(|l| !l.contains('/')));
    for naming in ["standard", "standard-extended"] {
        let standard = typed(naming);
        // A child of a broken-out cage, and a cage as a whole.
        for name in ["interface Eth1/1/1", "interface Eth1/64"] {
            assert!(standard.iter().any(|l| l == name), "{name}: {standard:?}");
        }
        assert!(standard.iter().all(|l| !l.contains("Ethernet")));
        assert_eq!(standard.len(), native.len());
    }
}

#[test]
fn ports_are_called_the_same_everywhere() {
    for naming in ["", " interface-naming=\"native\"", " interface-naming=\"standard\""] {
        let files = built::files(&text().replace(NOS, &format!("{NOS}{naming}")));
        let (db, cli) = leaf(&text().replace(NOS, &format!("{NOS}{naming}")));
        let file = |name: &str| String::from_utf8(files[name].clone()).unwrap();
        // A child of a broken-out cage, a cage as a whole, and a port that is no cage.
        let alias = |key: &str| field(&db, "PORT", key, "alias").unwrap();
        assert_eq!((alias("Ethernet0"), alias("Ethernet4")), ("Eth1/1/1", "Eth1/1/2"));
        assert_eq!((alias("Ethernet504"), alias("Ethernet512")), ("Eth1/64", "Eth1/65"));
        let aliases: Vec<_> = rows(&db, "PORT").into_values().map(|row| row["alias"]).collect();
        if naming.ends_with("\"standard\"") {
            let typed: Vec<_> = cli.lines().filter_map(|l| l.strip_prefix("interface E")).collect();
            assert!(!typed.is_empty() && typed.iter().all(|t| aliases.iter().any(|a| a[1..] == **t)));
        }
        // What a neighbour is said to be called is what it is called.
        let spine: Db = serde_json::from_slice(&files["switches/spine-01/config_db.json"]).unwrap();
        let there: Vec<_> = rows(&spine, "PORT").into_values().map(|row| row["alias"]).collect();
        let up = rows(&db, "DEVICE_NEIGHBOR");
        let (key, up) = up.iter().find(|(_, row)| row["name"] == "spine-01").unwrap();
        assert!(there.contains(&up["port"]), "{up:?}");
        let described = field(&db, "PORT", key, "description").unwrap();
        assert_eq!(described, format!("spine-01:{}", up["port"]));
        for name in ["cabling/cables.csv", "cabling/topology.dot"] {
            assert!(file(name).contains(up["port"]), "{name}");
        }
        for (name, bytes) in &files {
            assert!(!String::from_utf8_lossy(bytes).contains("etp"), "{name}");
        }
    }
    // Community SONiC keeps the names of its own files.
    let community = leaf_db(&community());
    assert_eq!(field(&community, "PORT", "Ethernet0", "alias"), Some("etp1a"));
}

#[test]
fn ports_of_broken_out_cages_name_the_first_of_their_cage() {
    let (db, cli) = leaf(&text());
    let master = |key: &str| field(&db, "BREAKOUT_PORTS", key, "master");
    assert_eq!((master("Ethernet0"), master("Ethernet4")), (Some("Ethernet0"), Some("Ethernet0")));
    assert_eq!(master("Ethernet504"), None);
    // What is typed and what is loaded agree: on this box, which ships with no cage broken out.
    let typed = cli.lines().filter(|l| l.starts_with("interface breakout")).count();
    let rows = rows(&db, "BREAKOUT_PORTS");
    let mut masters: Vec<_> = rows.values().map(|row| row["master"]).collect();
    masters.sort_unstable();
    masters.dedup();
    assert_eq!((masters.len(), rows.len()), (typed, 2 * typed));
    for master in masters {
        assert_eq!(field(&db, "BREAKOUT_CFG", master, "brkout_mode"), Some("2x400G"));
    }
    let community = leaf_db(&community());
    assert!(!community.contains_key("BREAKOUT_PORTS"));
}

#[test]
fn what_came_with_a_later_release_is_weighed() {
    let found = |release: &str, text: &str| -> Vec<(String, Severity, String)> {
        let text = text.replace("release=\"4.5\"", &format!("release=\"{release}\""));
        let host = MemoryHost::default().file("fabric.kdl", text);
        let findings = analyze(Path::new("fabric.kdl"), &host, &Options::default()).findings.into_sorted();
        let told = ["nos/no-lossless", "nos/uncertain-feature", "classes/lossless-priority"];
        let own = findings.into_iter().filter(|f| told.contains(&f.code()));
        own.map(|f| {
            (f.code().to_owned(), f.severity, format!("{}: {}", f.message, f.help.unwrap_or_default()))
        })
        .collect()
    };
    let has = |release: &str, text: &str, code: &str, part: &str| {
        found(release, text).iter().any(|(c, _, told)| c == code && told.contains(part))
    };
    let (lossless, uncertain, priority) =
        ("nos/no-lossless", "nos/uncertain-feature", "classes/lossless-priority");
    assert!(has("4.0", &text(), lossless, "`release=\"4.1\"` has them"));
    assert!(has("4.0.3", &text(), lossless, ""));
    for later in ["4.1", "4.10", "4.x"] {
        assert!(!has(later, &text(), lossless, ""), "{later}");
    }
    for noun in ["a hash on the queue pair", "adaptive load balancing"] {
        let part = format!("has {noun} is not known: `release=\"4.4\"` likely is the first");
        for (release, is_old) in [("4.3", true), ("4.4", false), ("4.10", false), ("4.x", false)] {
            assert_eq!(has(release, &text(), uncertain, &part), is_old, "{release} {noun}");
        }
    }
    // A pair other than 3 and 4 came later than lossless classes; one alone never did.
    let five = "class \"five\" dscp=5 priority=5 lossless=#true { schedule weight=5; }";
    let pair = text() + five;
    assert!(has("4.1", &pair, priority, "3 and 4 only") && !has("4.2", &pair, priority, ""));
    let alone = text().replace("priority=3", "priority=5");
    assert!(has("4.5", &alone, priority, "a single one") && has("4.5", &alone, priority, "`priority=3`"));
    let refused = |told: &[(String, Severity, String)]| told.iter().any(|(_, s, _)| *s == Severity::Error);
    assert!(
        refused(&found("4.5", &alone)) && refused(&found("4.0", &text())) && !refused(&found("4.3", &text()))
    );
}

#[test]
fn what_a_box_leaves_open_is_likely() {
    let doubts = |text: &str| -> Vec<String> {
        let host = MemoryHost::default().file("fabric.kdl", text);
        let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
        let doubts = sonic::doubts(analysis.fabric.as_ref().unwrap());
        doubts.into_iter().map(|d| format!("{} {} {}", d.file, d.what, d.fields.join(" "))).collect()
    };
    let features = ["ARS_PROFILE ", "ARS_PORT_BIND ", "ECMP_LOADSHARE_TABLE_ROCE ", "SWITCH switching_mode"];
    let all =
        |said: &[String], whats: &[&str]| whats.iter().all(|w| said.contains(&format!("config_db.json {w}")));
    let none = |said: &[String], whats: &[&str]| {
        whats.iter().all(|w| !said.contains(&format!("config_db.json {w}")))
    };
    let open = doubts(&text());
    assert!(all(&open, &features), "{open:?}");
    // A box that was asked, and a release that is late enough.
    let own = r#"platform "sure" like="dell-z9864f" {
        feature "adaptive" source="a box"; feature "qpn-hash" source="a box"; feature "cut-through" source="a box";
    }"#;
    let sure = text().replace("switch=\"dell-z9864f\"", "switch=\"sure\"") + own;
    let said = doubts(&sure);
    assert!(none(&said, &features), "{said:?}");
    let said = doubts(&sure.replace("release=\"4.5\"", "release=\"4.3\""));
    assert!(all(&said, &features[..3]) && none(&said, &features[3..]), "{said:?}");
    // Names of ports where no public file has them.
    let names = ["PORT index lanes"];
    assert!(none(&open, &names));
    let unnamed = r#"
fabric "f" { nos "enterprise-sonic" release="4.5"; }
hosts "gpu" count=4 { nic speed="400G"; }
tier "leaf" count=1 switch="dell-z9664f"
link "gpu" "leaf" by="rail"
routing {
    asn leaf=4210000000
    loopbacks "10.0.0.0/20"
    host-subnets "10.64.0.0/12"
}
"#;
    assert!(all(&doubts(unnamed), &names));
    // frr.conf, and BFD where it is asked for.
    let frr = |said: &[String], what: &str| said.contains(&format!("frr.conf {what} "));
    assert!(frr(&open, "frr.conf") && !frr(&open, "bfd"));
    let bfd = text().replace("    asn leaf", "    bfd\n    asn leaf");
    assert!(frr(&doubts(&bfd), "bfd"));
    assert_eq!(doubts(&text().replace(NOS, "nos \"sonic\" release=\"202505\"")), [""; 0]);
}

#[test]
fn lines_come_in_the_order_in_which_they_are_typed() {
    let (_, cli) = leaf(&text());
    let at = |what: &str| cli.find(what).unwrap_or_else(|| panic!("{what} is missing"));
    let order = [
        at("interface breakout port 1/1 mode 2x400G"),
        at("reboot: the switch sets up lossless buffers"),
        at("priority-flow-control watchdog polling-interval 200"),
        at("route-map RM_SET_SRC permit 10"),
    ];
    assert!(order.is_sorted(), "{order:?}");
    // frr.conf applies the map that the line is added to; where it has none, the command line does.
    let files = built::files(&text());
    let frr = String::from_utf8(files["switches/leaf-01/frr.conf"].clone()).unwrap();
    assert!(frr.contains("ip protocol bgp route-map RM_SET_SRC\n"));
    // All that is typed is typed into a session that was begun, and saved.
    let mut open = false;
    for line in cli.lines().filter(|l| !l.starts_with('!')) {
        match line {
            "configure terminal" => assert!(!std::mem::replace(&mut open, true)),
            "end" => assert!(std::mem::replace(&mut open, false)),
            "write memory" | "exit" => assert!(!open),
            _ => assert!(open, "{line}"),
        }
    }
    assert!(!open);
}

#[test]
fn what_is_likely_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fabric.kdl"), text()).unwrap();
    let output = common::fabc(folder.path(), &["build", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("build/manifest.json")).unwrap()).unwrap();
    let likely = manifest["likely"].as_array().unwrap();
    let is = |what: &str, field: &str| {
        let fields =
            |l: &Value| field.is_empty() || l["fields"].as_array().into_iter().flatten().any(|f| f == field);
        likely.iter().any(|l| l["what"] == what && fields(l))
    };
    assert!(is("PFC_WD", "") && is("BUFFER_POOL", "xoff") && is("QUEUE", "scheduler"));
    assert!(
        is("route-map RM_SET_SRC", "")
            && is("SWITCH", "switching_mode")
            && !is("SWITCH", "roce_enable")
            && !is("SCHEDULER", "")
            && !is("NTP", "")
    );
    let denied = common::fabc(folder.path(), &["check", "--deny", "nos/likely-row", "--format", "short"]);
    assert_eq!(denied.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&denied.stderr).contains("error[nos/likely-row]"));
    // What the file states is no longer likely; nor is anything of community SONiC.
    let stated =
        text().replace(WATCHDOG, &format!("{WATCHDOG}\nbuffers {{ pool xoff=\"30MiB\" size=\"150MiB\"; }}"));
    let pool = |text: &str| -> Vec<&str> {
        let host = MemoryHost::default().file("fabric.kdl", text);
        let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
        let doubts = sonic::doubts(analysis.fabric.as_ref().unwrap());
        doubts.into_iter().filter(|d| d.what == "BUFFER_POOL").flat_map(|d| d.fields).collect()
    };
    assert_eq!((pool(&text()), pool(&stated)), (vec!["mode", "size", "xoff"], vec!["mode", "size"]));
    let xoff = |text: &str| {
        let host = MemoryHost::default().file("fabric.kdl", text);
        let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
        let doubts = sonic::doubts(analysis.fabric.as_ref().unwrap());
        doubts.iter().any(|d| d.what == "BUFFER_PROFILE" && d.fields.contains(&"xoff"))
    };
    let measured = text().replace(
        WATCHDOG,
        &format!(
            "{WATCHDOG}\nbuffers {{ measured speed=\"400G\" length=\"3m\" xoff=\"400KB\"; measured speed=\"800G\" length=\"30m\" xoff=\"800KB\"; }}"
        ),
    );
    assert!(xoff(&text()) && !xoff(&measured));
    let community = text().replace(NOS, "nos \"sonic\" release=\"202505\"");
    assert_eq!(pool(&community), [""; 0]);
}

#[test]
fn what_a_box_is_known_not_to_do_is_refused_and_those_that_can_are_named() {
    let own = r#"platform "old" like="dell-z9864f" { feature "qpn-hash" can=#false source="a box that was asked"; }"#;
    let text = text().replace("switch=\"dell-z9864f\"", "switch=\"old\"") + own;
    let host = MemoryHost::default().file("fabric.kdl", text.as_str());
    let found = analyze(Path::new("fabric.kdl"), &host, &Options::default()).findings;
    let errors: Vec<_> = found.iter().filter(|f| f.severity == Severity::Error).collect();
    assert_eq!(errors.iter().map(|f| f.code()).collect::<Vec<_>>(), ["nos/no-qpn-hash"]);
    assert_eq!(errors[0].message, "`old` can't hash on the queue pair");
    let help = errors[0].help.as_deref().unwrap();
    assert!(help.starts_with("dell-z9664f, dell-z9864f can, or likely can; "), "{help}");
    // Of cut-through nothing is known: a warning.
    let code = |code: &str| found.iter().filter(|f| f.code() == code).count();
    assert_eq!((code("nos/no-cut-through"), code("nos/uncertain-feature")), (0, 2));
}

#[test]
fn lines_and_rows_say_why() {
    let text = text();
    let host = MemoryHost::default().file("fabric.kdl", text.as_str());
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let fabric = analysis.fabric.as_ref().unwrap();
    let told = |file: &str, what: &str| why(fabric, &format!("build/switches/leaf-01/{file}"), what);
    let line = told("sonic-cli.txt", "set ars-object").unwrap();
    assert_eq!((line.len(), line[0].value.as_str()), (1, "set ars-object FABRIC"));
    assert_eq!(analysis.sources.text(line[0].at[0]), "adaptive");
    let row = told("config_db.json", "PFC_WD|Ethernet0 action").unwrap();
    assert!(row[0].rule.contains("likely, not certain: the command line is certain"), "{}", row[0].rule);
    let row = told("config_db.json", "PORT|Ethernet0 alias").unwrap();
    assert!(row[0].rule.starts_with("the standard name") && row[0].rule.contains("likely, not certain"));
    let row = told("config_db.json", "ECMP_LOADSHARE_TABLE_ROCE|hash qpn").unwrap();
    assert!(row[0].rule.contains("likely, not certain: the table is certain"), "{}", row[0].rule);
    let row = told("config_db.json", "SWITCH|switch roce_enable").unwrap();
    assert!(!row[0].rule.contains("likely"), "{}", row[0].rule);
    assert_eq!(told("sonic-cli.txt", "no such line"), Err(WhyError::Nothing));
}
