//! What comes out of one fabric that says everything: the two ways to a config_db.json, parts and wholes, reasons.
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

use fabc::host::{MemoryHost, RealHost};
use fabc::pipeline::{Analysis, analyze};
use fabc_targets::sonic::{self, ConfigDb};
use fabc_targets::{Bundle, File, WhyError, why};

fn everything() -> Analysis {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/targets/everything.kdl");
    analyze(&path, &RealHost, &Default::default())
}

fn file(bundle: &Bundle<'_>, path: &str) -> String {
    let i = (0..bundle.len()).find(|&i| bundle.path(i) == path).unwrap();
    let mut out = Vec::new();
    bundle.render(i, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn both_ways_to_a_config_db_give_the_same_bytes() {
    let analysis = everything();
    let fabric = analysis.fabric.as_ref().unwrap();
    let bundle = Bundle::new(fabric, "0", BTreeMap::new()).unwrap();
    for index in 0..fabric.switches.len() {
        let device = bundle.device(index).unwrap();
        let (mut fast, mut collected) = (Vec::new(), Vec::new());
        let mut sink = sonic::JsonSink::new(&mut fast);
        sonic::tables::emit(&device, &mut sink);
        sink.finish();
        let db = sonic::emitted(&device);
        db.render(&mut collected);
        assert_eq!(fast, collected);
        assert_eq!(ConfigDb::read(&String::from_utf8(collected).unwrap()).unwrap(), db);
    }
}

/// Rows that switches have in common are copied from one to the next (`sonic::alike`), whichever comes first.
fn copies_are_what_would_be_made(name: &str, analysis: &Analysis) {
    let Some(fabric) = &analysis.fabric else { panic!("{name}: no fabric") };
    let Ok(bundle) = Bundle::new(fabric, "0", BTreeMap::new()) else { panic!("{name}: no bundle") };
    let Ok(backwards) = Bundle::new(fabric, "0", BTreeMap::new()) else { panic!("{name}: no bundle") };
    let files: Vec<(usize, usize)> = (0..bundle.len())
        .filter_map(|i| match bundle.file(i) {
            Some(File::ConfigDb(index)) => Some((i, index)),
            _ => None,
        })
        .collect();
    assert!(!files.is_empty(), "{name}");
    // Of many switches of a tier a few of each are enough: the first ones, and the last.
    let few: Vec<_> = files.iter().take(24).chain(files.iter().rev().take(24)).copied().collect();
    for (bundle, files) in [(&bundle, few.clone()), (&backwards, few.into_iter().rev().collect())] {
        for (i, index) in files {
            let (mut copied, mut made) = (Vec::new(), Vec::new());
            bundle.render(i, &mut copied);
            sonic::config_db(&bundle.device(index).unwrap()).render(&mut made);
            assert!(copied == made, "{name}: {}", bundle.path(i));
        }
    }
}

#[test]
fn what_switches_have_in_common_is_right_on_each() {
    let project = common::project();
    for folder in ["examples", "tests/cases"] {
        for case in common::entries(&project.join(folder)) {
            let path = case.join("fabric.kdl");
            if path.exists() {
                copies_are_what_would_be_made(
                    &case.to_string_lossy(),
                    &analyze(&path, &RealHost, &Default::default()),
                );
            }
        }
    }
}

#[test]
fn a_wire_to_nobody_is_no_wire_that_is_not_there() {
    let head = "fabric \"f\" { nos \"sonic\" release=\"202505\"; }\n";
    let tail = r#"
class "rdma" dscp=26 priority=3 lossless=#true { schedule weight=70; ecn min="1MiB" max="4MiB"; }
class "cnp" dscp=48 priority=6 { schedule strict=#true; }
class "bulk" default=#true priority=0 { schedule weight=30; }
watchdog detect="200ms" restore="400ms"
routing { asn leaf=4210000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
"#;
    // The second leaf's second cage has no wire; the first one's is broken out for a server that is absent.
    let spread = r#"
hosts "gpu" count=3 { nic speed="400G"; absent 3; }
tier "leaf" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="spread" breakout="1x400G(8)" { length "5m"; }
"#;
    // As many ports before the first wire that is there, but other ones.
    let shifted = r#"
hosts "ga" count=2 { nic speed="400G"; absent 1; }
hosts "gb" count=1 { nic speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
link "ga" "leaf" by="rack" { length "5m"; }
link "gb" "leaf" by="rack" { length "5m"; }
hall "h" { row "R" racks=2; }
place "ga" row="R" per-rack=2 unit=10
place "gb" row="R" from-rack=2 unit=10
place "leaf" row="R" unit=40
"#;
    for fabric in [spread, shifted] {
        let host = MemoryHost::default().file("fabric.kdl", format!("{head}{fabric}{tail}"));
        let analysis = analyze(Path::new("fabric.kdl"), &host, &Default::default());
        copies_are_what_would_be_made(fabric, &analysis);
    }
}

#[test]
fn overrides_are_laid_over_last() {
    let analysis = everything();
    let bundle = Bundle::new(analysis.fabric.as_ref().unwrap(), "0", BTreeMap::new()).unwrap();
    let text = file(&bundle, "switches/leaf-02/config_db.json");
    let db = ConfigDb::read(&text).unwrap();
    let mtu = |port: &str| db.row("PORT", port).unwrap().get("mtu").cloned();
    assert_eq!(mtu("Ethernet8"), Some(sonic::Value::Text("9000".into())));
    assert_eq!(mtu("Ethernet16"), Some(sonic::Value::Text("9100".into())));
    assert!(db.row("SNMP_COMMUNITY", "public").is_some());
    assert!(!text.contains("passkey"));
}

#[test]
fn every_file_is_as_it_was() {
    let analysis = everything();
    let bundle = Bundle::new(analysis.fabric.as_ref().unwrap(), "0", BTreeMap::new()).unwrap();
    let paths: Vec<_> = (0..bundle.len()).map(|i| bundle.path(i).into_owned()).collect();
    insta::assert_snapshot!("paths", paths.join("\n"));
    insta::assert_snapshot!("frr_leaf", file(&bundle, "switches/leaf-02/frr.conf"));
    insta::assert_snapshot!("frr_spine", file(&bundle, "switches/spine-01/frr.conf"));
    insta::assert_snapshot!("hosts", file(&bundle, "hosts.csv"));
    insta::assert_snapshot!("cables", file(&bundle, "cabling/cables.csv"));
    insta::assert_snapshot!("topology", file(&bundle, "cabling/topology.dot"));
    insta::assert_snapshot!("fabric", file(&bundle, "fabric.json"));
    // Of the ports, one of each kind.
    let mut db = ConfigDb::read(&file(&bundle, "switches/leaf-02/config_db.json")).unwrap();
    for table in &mut db.tables {
        let kept = [
            "Ethernet0",
            "Ethernet8",
            "Ethernet12",
            "Ethernet32",
            "Ethernet480",
            "Ethernet496",
            "Ethernet512",
        ];
        table.rows.retain(|row| {
            let port = row.key.split('|').next().unwrap_or_default();
            !port.starts_with("Ethernet") || kept.contains(&port)
        });
    }
    let mut out = Vec::new();
    db.render(&mut out);
    insta::assert_snapshot!("config_db", String::from_utf8(out).unwrap());
}

#[test]
fn every_value_says_why() {
    let analysis = everything();
    let fabric = analysis.fabric.as_ref().unwrap();
    let told = |path: &str, what: &str| -> String {
        let reasons = why(fabric, path, what).unwrap();
        let line = |reason: &fabc_targets::Reason| {
            let at: Vec<_> = reason
                .at
                .iter()
                .map(|&span| analysis.sources.text(span).lines().next())
                .map(|line| line.unwrap_or_default())
                .collect();
            format!("{} = {}\n  {}\n  {}\n", reason.place, reason.value, reason.rule, at.join(" | "))
        };
        reasons.iter().map(line).collect()
    };
    insta::assert_snapshot!("why_port", told("build/switches/leaf-02/config_db.json", "PORT|Ethernet8"));
    insta::assert_snapshot!(
        "why_pointer",
        told("switches/leaf-01/config_db.json", "/INTERFACE/Ethernet0|10.20.0.0~131")
    );
    insta::assert_snapshot!("why_profile", told("switches/leaf-02/config_db.json", "BUFFER_PG|Ethernet12|3"));
    insta::assert_snapshot!(
        "why_cable_length",
        told("switches/leaf-02/config_db.json", "CABLE_LENGTH|AZURE Ethernet12")
    );
    insta::assert_snapshot!("why_frr", told("switches/leaf-02/frr.conf", "neighbor Ethernet480"));
    insta::assert_snapshot!("why_drain", told("switches/leaf-02/frr.conf", "graceful-shutdown"));
    insta::assert_snapshot!("why_host", told("hosts.csv", "gpu-01 nic2"));
    insta::assert_snapshot!("why_cable", told("cabling/cables.csv", "spine-01:1.2"));
    assert_eq!(why(fabric, "switches/leaf-09/frr.conf", "bgp"), Err(WhyError::File));
    assert_eq!(why(fabric, "switches/leaf-01/frr.conf", "ospf"), Err(WhyError::Nothing));
}

/// What collectors read is YAML, and has every switch that is there, once.
#[test]
fn the_list_for_collectors_reads_as_yaml() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/telemetry/fabric.kdl");
    let analysis = analyze(&path, &RealHost, &Default::default());
    let fabric = analysis.fabric.as_ref().unwrap();
    let bundle = Bundle::new(fabric, "0", BTreeMap::new()).unwrap();
    let list: serde_yaml::Value = serde_yaml::from_str(&file(&bundle, "telemetry/gnmic.yaml")).unwrap();
    let targets = list["targets"].as_mapping().unwrap();
    let named: Vec<&str> = targets.values().map(|target| target["name"].as_str().unwrap()).collect();
    let there: Vec<&str> = fabric.switches.iter().filter(|s| !s.absent).map(|s| s.name.as_str()).collect();
    assert_eq!(named, there);
    for (place, switch) in targets.keys().zip(fabric.switches.iter().filter(|s| !s.absent)) {
        let (address, port) = place.as_str().unwrap().rsplit_once(':').unwrap();
        assert_eq!(Some(address.parse().unwrap()), switch.mgmt);
        assert!(port.parse::<u16>().is_ok_and(|port| port > 0));
    }
    let subscriptions = list["subscriptions"].as_mapping().unwrap();
    assert!(!subscriptions.is_empty());
    for asked in subscriptions.values() {
        assert!(asked["paths"].as_sequence().unwrap().iter().all(|path| path.as_str().is_some()));
        assert_eq!(asked["mode"], "stream");
    }
}
