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

use common::built::copies_are_what_would_be_made;
use fabc::host::{MemoryHost, RealHost};
use fabc::pipeline::{Analysis, analyze};
use fabc_lang::diagnostic::Severity;
use fabc_targets::sonic::{self, ConfigDb};
use fabc_targets::{Bundle, Lab, WhyError, why};

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

/// A cage that is kept for a line, and has no wire on this switch, is as the box ships: also where that is what the line
/// would make of it.
#[test]
fn a_cage_without_a_wire_is_not_broken_out_for_its_line() {
    for nos in ["\"sonic\" release=\"202505\"", "\"enterprise-sonic\" release=\"4.x\""] {
        let text = format!(
            r#"
fabric "f" {{ nos {nos}; }}
hosts "gpu" count=4 max=16 {{ nic speed="400G"; absent 4; }}
tier "leaf" count=1 switch="arista-7060x6-16pe-384c"
link "gpu" "leaf" by="rail" {{ length "3m"; }}
routing {{ asn leaf=4210000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
"#
        );
        let host = MemoryHost::default().file("fabric.kdl", text);
        let analysis = analyze(Path::new("fabric.kdl"), &host, &Default::default());
        let fabric = analysis.fabric.as_ref().unwrap();
        let rules = |what: &str| {
            let reasons = why(fabric, "switches/leaf-01/config_db.json", what).unwrap();
            reasons.iter().map(|reason| reason.rule.split(';').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        // Four servers, the last of them absent, fill two cages of two ports.
        for (port, wired) in [("Ethernet0", true), ("Ethernet8", true), ("Ethernet16", false)] {
            let rules = rules(&format!("BREAKOUT_CFG|{port} brkout_mode"));
            assert_eq!(rules.len(), 1, "{nos} {port}");
            assert_eq!(!rules[0].starts_with("nothing is wired here"), wired, "{nos} {port}: {rules:?}");
        }
        if nos.contains("enterprise") {
            for (port, wired) in [("Ethernet12", true), ("Ethernet20", false)] {
                let rules = rules(&format!("BREAKOUT_PORTS|{port} master"));
                assert_eq!(!rules[0].starts_with("nothing is wired here"), wired, "{port}: {rules:?}");
            }
        }
    }
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

/// Two tiers with addresses on every link and a switch that isn't there.
const LABELLED: &str = r#"
fabric "f-1" { nos "sonic" release="202505"; }
hosts "gpu" count=4 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=3 switch="dell-z9864f" { absent 2; }
link "gpu" "leaf" by="rail" { length "3m"; }
link "leaf" "spine" per-pair=2 { length "30m"; }
class "bulk" default=#true priority=0
routing {
    asn leaf=4210000000 spine=4200000000
    loopbacks "10.255.0.0/24" "fd00:1::/64"
    host-subnets "10.64.0.0/16"
    numbered "10.254.0.0/16" "fd00:254::/64"
    bfd
}
management { subnet "10.11.0.0/24" gateway="10.11.0.1"; }
switch "leaf-01" { port 64 { admin "down"; }; }
"#;

/// The lab's files of a fabric, by path.
fn lab_of(text: &str, lab: Lab) -> BTreeMap<String, String> {
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Default::default());
    let errors: Vec<_> = analysis.findings.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let fabric = analysis.fabric.unwrap();
    let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).unwrap().with_lab(lab);
    let render = |i| {
        let mut out = Vec::new();
        bundle.render(i, &mut out);
        (bundle.path(i).into_owned(), String::from_utf8(out).unwrap())
    };
    (0..bundle.len()).map(render).collect()
}

#[test]
fn the_lab_is_as_it_was() {
    for lab in [Lab::Frr, Lab::SonicVs] {
        insta::assert_snapshot!(
            format!("lab-{}", lab.name()),
            lab_of(LABELLED, lab)["lab/topology.clab.yml"]
        );
    }
}

#[test]
fn the_lab_reads_as_yaml_and_holds_together() {
    let unmanaged = LABELLED.split("management {").next().unwrap();
    let alone = unmanaged.replace("link \"leaf\" \"spine\" per-pair=2 { length \"30m\"; }", "");
    let alone = alone.replace("tier \"spine\" count=3 switch=\"dell-z9864f\" { absent 2; }", "");
    let alone = alone.replace("spine=4200000000", "").replace("numbered", "// numbered")
        + "findings { allow \"topology/parts-apart\"; }";
    for (text, lab) in
        [(LABELLED, Lab::Frr), (LABELLED, Lab::SonicVs), (unmanaged, Lab::Frr), (&alone, Lab::Frr)]
    {
        let files = lab_of(text, lab);
        let topology: serde_yaml::Value = serde_yaml::from_str(&files["lab/topology.clab.yml"]).unwrap();
        assert_eq!(topology["name"], "f-1");
        let nodes = topology["topology"]["nodes"].as_mapping().unwrap();
        let names: Vec<&str> = nodes.keys().map(|name| name.as_str().unwrap()).collect();
        let switches =
            files.keys().filter_map(|path| path.strip_prefix("switches/")?.strip_suffix("/frr.conf"));
        assert_eq!(names, switches.collect::<Vec<_>>());
        for (name, node) in nodes {
            for bind in node["binds"].as_sequence().unwrap() {
                let own = bind.as_str().unwrap().split(':').next().unwrap();
                let path = own.strip_prefix("../").map_or(format!("lab/{own}"), str::to_owned);
                assert!(files.contains_key(&path), "{path}");
                assert!(path == "lab/daemons" || path.contains(name.as_str().unwrap()), "{path}");
            }
            // Fixed addresses are for all, or for none.
            assert_eq!(node["mgmt-ipv4"].is_string(), topology["mgmt"].is_mapping());
            for line in node["exec"].as_sequence().into_iter().flatten() {
                let words: Vec<&str> = line.as_str().unwrap().split(' ').collect();
                let ["ip", "address", "add", address, "dev", _] = words.as_slice() else { continue };
                assert!(address.parse::<ipnet::IpNet>().is_ok(), "{address}");
            }
        }
        let mut ends = Vec::new();
        for link in topology["topology"]["links"].as_sequence().into_iter().flatten() {
            let of = |end: &serde_yaml::Value| end.as_str().unwrap().to_owned();
            ends.extend(link["endpoints"].as_sequence().unwrap().iter().map(of));
        }
        // One of eight is down on purpose, where the file says so.
        let links = if text == alone { 0 } else { 8 - usize::from(text.contains("port 64")) };
        assert_eq!(ends.len(), 2 * links);
        let count = ends.len();
        for end in &ends {
            let (node, interface) = end.split_once(':').unwrap();
            assert!(names.contains(&node) && interface.len() <= 15 && !interface.is_empty(), "{end}");
        }
        ends.sort();
        ends.dedup();
        assert_eq!(ends.len(), count, "an end is used twice");
    }
}

#[test]
fn a_snapshot_for_batfish_has_the_same_files_and_every_link() {
    let files = lab_of(LABELLED, Lab::Frr);
    let mut copies = 0;
    for (path, text) in &files {
        let Some(own) = path.strip_prefix("lab/batfish/sonic_configs/") else { continue };
        assert_eq!(text, &files[&format!("switches/{own}")]);
        copies += 1;
    }
    assert_eq!(copies, 8);
    let layer1: serde_json::Value =
        serde_json::from_str(&files["lab/batfish/batfish/layer1_topology.json"]).unwrap();
    let edges = layer1["edges"].as_array().unwrap();
    let end = |node: &serde_json::Value| {
        format!("{}:{}", node["hostname"].as_str().unwrap(), node["interfaceName"].as_str().unwrap())
    };
    let mut ends: Vec<String> = edges.iter().flat_map(|e| [end(&e["node1"]), end(&e["node2"])]).collect();
    assert_eq!(ends.len(), 16);
    // Each interface is one of the switch's own.
    for end in &ends {
        let (name, interface) = end.split_once(':').unwrap();
        assert!(
            files[&format!("switches/{name}/config_db.json")].contains(&format!("\"{interface}\": {{")),
            "{end}"
        );
    }
    ends.sort();
    ends.dedup();
    assert_eq!(ends.len(), 16);
}

#[test]
fn a_lab_is_there_while_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fabric.kdl"), LABELLED).unwrap();
    let run = |args: &[&str]| common::fabc(folder.path(), &[&["build"], args].concat()).status.code();
    let lab = folder.path().join("build/lab");
    assert_eq!(run(&[]), Some(0));
    assert!(!lab.exists());
    assert_eq!(run(&["--check", "--lab"]), Some(1));
    assert_eq!(run(&["--lab"]), Some(0));
    assert!(lab.join("topology.clab.yml").exists() && lab.join("daemons").exists());
    let manifest = std::fs::read_to_string(folder.path().join("build/manifest.json")).unwrap();
    assert!(manifest.contains("lab/batfish/sonic_configs/leaf-01/frr.conf") && manifest.contains("--lab"));
    assert_eq!(run(&["--check", "--lab"]), Some(0));
    assert_eq!(run(&["--lab=sonic-vs"]), Some(0));
    assert!(lab.join("topology.clab.yml").exists() && !lab.join("daemons").exists());
    assert_eq!(run(&[]), Some(0));
    assert!(!lab.exists());
}

#[test]
fn ztp_finds_every_file_that_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = LABELLED
        .replace(r#"switch "leaf-01" {"#, r#"switch "leaf-01" { serial "AB,1"; mac "00:11:22:33:44:55";"#);
    std::fs::write(folder.path().join("fabric.kdl"), text).unwrap();
    let run = |args: &[&str]| common::fabc(folder.path(), &[&["build"], args].concat());
    let build = folder.path().join("build");
    let base = "http://10.11.0.2:8000/fabc";
    assert_eq!(run(&["--ztp", &format!("{base}/")]).status.code(), Some(0));
    let read = |path: &str| std::fs::read_to_string(build.join(path)).unwrap();
    let manifest = read("manifest.json");
    assert!(manifest.contains("switches/leaf-01/ztp.json") && manifest.contains("--ztp"));
    let switches = common::entries(&build.join("switches"));
    assert!(switches.len() > 2);
    for switch in &switches {
        let name = common::name(switch);
        let ztp: serde_json::Value =
            serde_json::from_str(&read(&format!("switches/{name}/ztp.json"))).unwrap();
        assert_eq!(common::schema::wrong(&ztp, "ztp"), Vec::<String>::new());
        let sections = &ztp["ztp"];
        let asked = [
            &sections["01-download"]["files"][0]["url"]["source"],
            &sections["02-place-frr"]["plugin"]["url"]["source"],
            &sections["03-configdb-json"]["url"]["source"],
        ];
        for url in asked.map(|url| url.as_str().unwrap()) {
            assert!(build.join(url.strip_prefix(base).unwrap().trim_start_matches('/')).is_file(), "{url}");
        }
        let own: Vec<&str> =
            asked.into_iter().filter_map(|url| url.as_str()).filter(|u| u.contains(&name)).collect();
        assert_eq!(own.len(), 2, "{own:?}");
        let config: serde_json::Value =
            serde_json::from_str(&read(&format!("switches/{name}/config_db.json"))).unwrap();
        let (key, row) = config["MGMT_INTERFACE"].as_object().unwrap().iter().next().unwrap();
        assert!(key.starts_with("eth0|10.11.0.") && row["gwaddr"] == "10.11.0.1", "{key}");
        assert_eq!(config["MGMT_PORT"]["eth0"]["admin_status"], "up");
        let address = key.trim_start_matches("eth0|").split('/').next().unwrap();
        let line = format!(",{address},{base}/switches/{name}/ztp.json\n");
        assert!(read("ztp/switches.csv").contains(&line), "{line}");
    }
    assert!(read("ztp/switches.csv").contains("leaf-01,\"AB,1\",00:11:22:33:44:55,"));
    // The same once more, and gone when nobody asks.
    assert_eq!(run(&["--check", "--ztp", base]).status.code(), Some(0));
    assert_eq!(run(&["--check", "--ztp", "http://10.0.0.9"]).status.code(), Some(1));
    assert_eq!(run(&[]).status.code(), Some(0));
    assert!(!build.join("ztp").exists() && !build.join("switches/leaf-01/ztp.json").exists());
    for url in [
        "10.0.0.1",
        "http://",
        "http://a b/",
        "http://x/$(id)",
        "http://user:secret@x/",
        "http://x/\"",
        "gopher://x",
    ] {
        assert_eq!(run(&["--ztp", url]).status.code(), Some(2), "{url}");
    }
}

#[test]
fn ztp_says_what_it_can_not_do() {
    let folder = tempfile::tempdir().unwrap();
    let told = |text: &str| {
        std::fs::write(folder.path().join("fabric.kdl"), text).unwrap();
        let done = common::fabc(
            folder.path(),
            &["build", "--ztp", "http://x", "--format", "short", "--out", "other"],
        );
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let unmanaged = LABELLED.split("management {").next().unwrap();
    let (code, said) = told(unmanaged);
    assert!(code == Some(0) && said.contains("ztp/no-address") && said.contains("first `leaf-01`"), "{said}");
    let enterprise =
        LABELLED.replace(r#"nos "sonic" release="202505""#, r#"nos "enterprise-sonic" release="4.5""#);
    assert_ne!(enterprise, LABELLED);
    let (code, said) = told(&enterprise);
    assert!(code == Some(1) && said.contains("ztp/not-known"), "{code:?} {said}");
}

/// The script, in a folder of its own, with the owner that the test has.
#[cfg(unix)]
#[test]
fn frr_conf_is_placed_as_a_whole() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = tempfile::tempdir().unwrap();
    let meta = folder.path().metadata().unwrap();
    let script = std::fs::read_to_string(common::project().join("targets/src/ztp/place-frr.sh")).unwrap();
    assert!(script.contains("/etc/sonic/frr/") && script.contains("300:300"));
    let here = format!("{}/", folder.path().display());
    let script = script
        .replace("/etc/sonic/frr/", &here)
        .replace("300:300", &format!("{}:{}", meta.uid(), meta.gid()));
    let run = || std::process::Command::new("sh").args(["-c", &script]).status().unwrap().success();
    let (conf, fetched) = (folder.path().join("frr.conf"), folder.path().join("frr.conf.ztp"));
    std::fs::write(&conf, "generated\n").unwrap();
    assert!(!run(), "nothing was fetched");
    std::fs::write(&fetched, "").unwrap();
    assert!(!run(), "an empty file was fetched");
    assert_eq!(std::fs::read_to_string(&conf).unwrap(), "generated\n");
    std::fs::write(&fetched, "router bgp 1\n").unwrap();
    assert!(run() && !fetched.exists());
    assert_eq!(std::fs::read_to_string(&conf).unwrap(), "router bgp 1\n");
    assert_eq!(conf.metadata().unwrap().permissions().mode() & 0o777, 0o640);
}
