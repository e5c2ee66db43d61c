//! Presets: each builds, is what its page says, and gives way to the file.
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

use common::built::{Files, build, files};
use fabc::host::MemoryHost;
use fabc::pipeline::{Options, analyze};
use fabc_lang::platform::{preset_text, presets};
use serde_json::Value;

/// Leaves with ports of two line rates, with these nodes.
fn fabric(nodes: &str) -> String {
    format!(
        r#"
fabric "f" {{ nos "sonic" release="202505"; }}
{nodes}
hosts "gpu" count=4 {{ nic count=2 speed="400G"; }}
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=1 switch="dell-z9864f"
link "gpu" "leaf" by="rail" {{ length "5m"; }}
link "leaf" "spine" speed="800G" per-pair=2 {{ length "40m"; }}
routing {{ asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
"#
    )
}

/// A table of the first leaf.
fn table(files: &Files, name: &str) -> Value {
    let json: Value = serde_json::from_slice(&files["switches/leaf-01/config_db.json"]).unwrap();
    json[name].clone()
}

/// What a page prints: the preset's own nodes.
fn nodes(name: &str) -> String {
    let output = common::fabc(Path::new("."), &["presets", name]);
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_is_in_a_fabric_what_its_page_says() {
    for name in presets() {
        let by_name = files(&fabric(&format!("preset \"{name}\"")));
        assert_eq!(by_name, files(&fabric(&nodes(name))), "{name}");
        assert!(table(&by_name, "PORT_QOS_MAP")["Ethernet0"]["pfc_enable"].is_string(), "{name}");
    }
}

#[test]
fn every_figure_has_its_source() {
    let words = ["class ", "dscp ", "schedule ", "ecn ", "congestion-control ", "watchdog "];
    for name in presets() {
        let text = preset_text(name).unwrap();
        let stated = text.lines().filter(|l| words.iter().any(|w| l.trim_start().starts_with(w)));
        assert!(stated.clone().count() > 3 && stated.clone().all(|l| l.contains(" source=\"")), "{name}");
    }
}

#[test]
fn the_file_wins_by_name_and_adds() {
    let own = r#"
preset "nvidia-roce"
class "roce" dscp=24 priority=4 lossless=#true { ecn min="1MiB" max="4MiB"; }
class "storage" dscp=10 priority=2 { schedule weight=20; }
"#;
    let files = files(&fabric(own));
    let dscp = table(&files, "DSCP_TO_TC_MAP")["AZURE"].clone();
    // 26 was the preset's; 48 still is.
    assert_eq!([&dscp["24"], &dscp["26"], &dscp["10"], &dscp["48"]], ["4", "0", "2", "6"]);
    let wred = table(&files, "WRED_PROFILE");
    let names: Vec<&String> = wred.as_object().unwrap().keys().collect();
    assert_eq!(names, ["ECN_4"]);
    assert_eq!(wred["ECN_4"]["green_min_threshold"], "1048576");
    assert!(table(&files, "PFC_WD").is_null());
    let watched = files_with_watchdog();
    assert_eq!(table(&watched, "PFC_WD")["Ethernet0"]["detection_time"], "300");
}

fn files_with_watchdog() -> Files {
    files(&fabric("preset \"dell-roce\"\nwatchdog detect=\"300ms\" restore=\"600ms\""))
}

#[test]
fn thresholds_are_scaled_to_the_byte() {
    let scaled = |nodes: &str| -> BTreeMap<String, [String; 2]> {
        let wred = table(&files(&fabric(nodes)), "WRED_PROFILE");
        let ends = |row: &Value| {
            ["green_min_threshold", "red_max_threshold"].map(|f| row[f].as_str().unwrap().to_owned())
        };
        wred.as_object().unwrap().iter().map(|(name, row)| (name.clone(), ends(row))).collect()
    };
    let both = |low: [&str; 2], high: [&str; 2]| {
        let own = |pair: [&str; 2]| pair.map(str::to_owned);
        BTreeMap::from([("ECN_3_400G".to_owned(), own(low)), ("ECN_3_800G".to_owned(), own(high))])
    };
    // 400 and 1,600 KB at 100G.
    assert_eq!(scaled("preset \"dcqcn-scaled\""), both(["1600000", "6400000"], ["3200000", "12800000"]));
    let from = scaled("preset \"nvidia-roce\" scale-from=\"400G\"");
    assert_eq!(from, both(["150000", "1500000"], ["300000", "3000000"]));
    // 1,000,001 x 4 / 3 and x 8 / 3, rounded down.
    let thirds = r#"class "r" dscp=26 priority=3 lossless=#true { ecn min="1000001B" max="3000000B" scale-from="300G"; }
class "bulk" default=#true priority=0"#;
    assert_eq!(scaled(thirds), both(["1333334", "4000000"], ["2666669", "8000000"]));
    // A rate of its own wins over what is scaled.
    let mixed = r#"class "r" dscp=26 priority=3 lossless=#true {
    ecn min="1MB" max="2MB" scale-from="400G"
    ecn min="700KB" max="900KB" speed="800G"
}
class "bulk" default=#true priority=0"#;
    assert_eq!(scaled(mixed), both(["1000000", "2000000"], ["700000", "900000"]));
}

#[test]
fn what_is_wrong_in_a_preset_is_shown_there_and_where_it_was_asked_for() {
    let text = fabric("preset \"sonic-azure\"\nclass \"mine\" dscp=3 priority=3");
    let host = MemoryHost::default().file("fabric.kdl", text.as_str());
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let found = analysis.findings.iter().find(|f| f.code() == "classes/duplicate-priority").unwrap();
    let places: Vec<String> = found.labels.iter().map(|l| analysis.sources.place(l.span)).collect();
    assert!(places.iter().any(|p| p.starts_with("platforms/preset/sonic-azure.kdl:")), "{places:?}");
    assert!(places.iter().any(|p| p == "fabric.kdl:3:1"), "{places:?}");
    assert!(!build(&text, None).errors.is_empty());
}

#[test]
fn why_leads_to_the_preset_and_to_who_took_it_in() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fabric.kdl"), fabric("preset \"sonic-azure\"")).unwrap();
    let args = ["why", "switches/leaf-01/config_db.json", "WRED_PROFILE|ECN_3 green_min_threshold"];
    let output = common::fabc(folder.path(), &args);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("= 1048576"), "{text}");
    let (theirs, asked) = ("platforms/preset/sonic-azure.kdl:5:", "fabric.kdl:3:1: preset \"sonic-azure\"");
    assert!(text.contains(theirs) && text.contains(asked), "{text}");
}
