//! `fabc lint`: of what fabc writes itself nothing is said, of what others wrote all that is wrong; nothing makes it
//! stumble.
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

use fabc::host::{Host, MemoryHost, RealHost};
use fabc::lint::{Desk, over_sound};
use fabc::pipeline::{Options, analyze};
use fabc::report::{Format, Paper, render};
use fabc_lang::diagnostic::{Diagnostic, Severity};
use fabc_lang::platform::built_in;
use fabc_lang::source::Sources;
use fabc_targets::{Bundle, File};
use proptest::prelude::*;

/// What is said of fabc's own files, and why it is.
const KNOWN: &[(&str, &str)] =
    &[("lint/no-mac", "left to ZTP where the fabric gives none: `nos/mac-left-to-ztp` says so at the build")];

/// What is said besides where the fabric isn't there.
const ALONE: &[(&str, &str)] = &[
    ("lint/platform-unknown", "a box of the fabric's own is in no catalogue"),
    (
        "frr/needs-module",
        "of SONiC, whose zebra has the module, in a file that doesn't say it is of that; a note",
    ),
    ("lint/no-bfdd", "of Enterprise SONiC, in a file that doesn't say it is of that; a note"),
    ("lint/unknown-breakout", "a mode of Enterprise SONiC, in a file that doesn't say it is of that; a note"),
];

/// What is wrong with a box's own public files; the build says so by `ports/lanes-shared`.
const AS_SHIPPED: &[(&str, &str, &str)] = &[
    (
        "tencent-tcs9400",
        "lint/duplicate-lane",
        "its port_config.ini gives each port four lanes, of which two are the next one's",
    ),
    ("tencent-tcs9400", "lint/lanes-of-no-cage", "the same: a lane is looked for in one cage"),
    ("tencent-tcs9400", "lint/wrong-index", "the same: that cage has another index"),
];

/// What lint says of fabc's own files.
#[derive(Default)]
struct Told {
    /// What nothing allows.
    said: BTreeSet<String>,
    /// Codes that are allowed, and were said.
    allowed: BTreeSet<&'static str>,
}

/// Lints the files of some switches of each tier, as they are and with the fabric beside them.
fn findings_of(path: &Path, host: &dyn Host) -> Told {
    let analysis = analyze(path, host, &Options::default());
    let fabric = analysis.fabric.expect("a fabric");
    let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).expect("a bundle");
    let mut told = Told::default();
    let mut tiers: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for i in 0..bundle.len() {
        let (index, kind) = match bundle.file(i) {
            Some(File::ConfigDb(index)) => (index, "config_db.json"),
            Some(File::FrrConf(index)) => (index, "frr.conf"),
            _ => continue,
        };
        let device = bundle.device(index).unwrap();
        // Switches of one tier differ in little; one that has a node of its own in more.
        let seen = tiers.entry((kind, device.switch.tier)).or_default();
        *seen += 1;
        if *seen > 2 && device.own.is_none() {
            continue;
        }
        let mut out = Vec::new();
        bundle.render(i, &mut out);
        let file = String::from_utf8(out).unwrap();
        for beside in [None, Some(&fabric)] {
            let desk = Desk::new(beside, analysis.sources.clone());
            let name = format!("switches/{}/{kind}", device.switch.name);
            let looked = desk.look(&name, file.clone());
            let (_, findings) = desk.report([looked], |_| None);
            for found in findings.iter() {
                let alone = ALONE.iter().filter(|_| beside.is_none());
                match KNOWN.iter().chain(alone).find(|(code, _)| *code == found.code()) {
                    Some((code, _)) => _ = told.allowed.insert(code),
                    None => {
                        told.said.insert(format!("{name}: {}: {}", found.code(), found.message));
                    }
                }
            }
        }
    }
    let there: BTreeSet<usize> = fabric.switches.iter().filter(|s| !s.absent).map(|s| s.tier).collect();
    let seen: BTreeSet<usize> =
        tiers.keys().filter(|(kind, _)| *kind == "config_db.json").map(|(_, tier)| *tier).collect();
    assert!(!there.is_empty() && seen == there, "{}: {seen:?} of {there:?}", path.display());
    told
}

#[test]
fn nothing_is_said_of_what_fabc_writes() {
    let project = common::project();
    let (mut wrong, mut allowed) = (Vec::new(), BTreeSet::new());
    for folder in ["examples", "tests/cases"] {
        for case in common::entries(&project.join(folder)) {
            let path = case.join("fabric.kdl");
            if path.exists() {
                let told = findings_of(&path, &RealHost);
                wrong.extend(told.said.into_iter().map(|told| format!("{}: {told}", case.display())));
                allowed.extend(told.allowed);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unused: Vec<_> = KNOWN.iter().chain(ALONE).filter(|(code, _)| !allowed.contains(code)).collect();
    assert!(unused.is_empty(), "allowed, and never said: {unused:?}");
}

#[test]
fn nor_of_a_lossless_switch_of_any_platform() {
    let path = Path::new("fabric.kdl");
    let builds = |host: &MemoryHost| {
        let mut analysis = analyze(path, host, &Options::default());
        analysis.levels.apply(&mut analysis.findings, analysis.fabric.is_some());
        analysis.fabric.is_some() && !analysis.findings.has_errors()
    };
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for platform in built_in() {
        for release in ["202305", "202605"] {
            // Some have no port of 400G, and no break-out to it.
            let speeds = ["400G", "200G", "800G"].into_iter();
            let host = speeds.map(|speed| common::of_one_model(platform, release, speed)).find(builds);
            let Some(host) = host else {
                wrong.push(format!("{platform} {release}: nothing of it builds"));
                continue;
            };
            for told in findings_of(path, &host).said {
                let is_of = |(of, code, _): &&(&str, &str, &str)| {
                    *of == platform && told.contains(&format!(": {code}: "))
                };
                match AS_SHIPPED.iter().find(is_of) {
                    Some(shipped) => _ = used.insert(shipped),
                    None => wrong.push(format!("{platform} {release}: {told}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unused: Vec<_> = AS_SHIPPED.iter().filter(|shipped| !used.contains(shipped)).collect();
    assert!(unused.is_empty(), "allowed, and never said: {unused:?}");
}

#[test]
fn nor_of_frr_conf_of_any_release() {
    for release in fabc_targets::sonic::Release::all() {
        for links in ["", "numbered \"10.254.0.0/16\"", "numbered \"10.254.0.0/16\" \"fd00:254::/64\""] {
            let text = format!(
                r#"
fabric "f" {{ nos "{}" release="{}"; }}
hosts "gpu" count=4 {{ nic count=2 speed="400G"; }}
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" {{ length "5m"; }}
link "leaf" "spine" per-pair=2 {{ length "40m"; }}
routing {{
    asn leaf=4210000000 spine=4200000000
    loopbacks "10.255.0.0/20" "fd00::/64"
    host-subnets "10.64.0.0/12"
    bfd
    {links}
}}
switch "spine-01" {{ maintenance; }}
"#,
                release.nos.name(),
                release.name
            );
            let host = MemoryHost::default().file("fabric.kdl", text);
            let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
            assert!(!analysis.findings.has_errors(), "{:?}", analysis.findings.iter().next());
            let fabric = analysis.fabric.unwrap();
            let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).unwrap();
            let mut files = 0;
            for i in (0..bundle.len()).filter(|&i| matches!(bundle.file(i), Some(File::FrrConf(_)))) {
                let mut out = Vec::new();
                bundle.render(i, &mut out);
                let desk = Desk::new(Some(&fabric), Sources::default());
                let looked = desk.look(&bundle.path(i), String::from_utf8(out).unwrap());
                let (sources, findings) = desk.report([looked], |_| None);
                let paper = Paper { color: false, width: 100 };
                let told = render(Format::Short, &sources, &findings.into_sorted(), paper);
                assert_eq!(told, "", "{} {links}", release.name);
                files += 1;
            }
            assert_eq!(files, 4);
        }
    }
}

#[test]
fn an_frr_conf_is_looked_at_beside_its_config_db() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("leaf-01/frr")).unwrap();
    std::fs::create_dir_all(at("leaf-02")).unwrap();
    let bfd = "router bgp 1\n no bgp ebgp-requires-policy\n neighbor 10.0.0.1 remote-as external\n neighbor \
               10.0.0.1 bfd\n";
    let config = |on: &str| {
        format!(
            r#"{{"DEVICE_METADATA": {{"localhost": {{"docker_routing_config_mode": "split-unified", "frr_mgmt_framework_config": "{on}"}}}}}}"#
        )
    };
    std::fs::write(at("leaf-01/config_db.json"), config("false")).unwrap();
    std::fs::write(at("leaf-01/frr/frr.conf"), bfd).unwrap();
    std::fs::write(at("leaf-02/config_db.json"), config("true")).unwrap();
    std::fs::write(at("leaf-02/frr.conf"), bfd).unwrap();
    let told = |args: &[&str]| {
        let output = common::fabc(folder.path(), &[&["lint", "--format", "short"], args].concat());
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let (code, text) = told(&["leaf-01", "leaf-02"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("leaf-01/frr/frr.conf:4:2: error[frr/no-bfdd]"), "{text}");
    assert!(!text.contains("leaf-02/frr.conf"), "{text}");
    // What the FRR of a release doesn't know, and a release that there isn't.
    std::fs::write(at("bgpd.conf"), bfd.replace("bfd", "capability link-local")).unwrap();
    assert_eq!(told(&["bgpd.conf"]).0, Some(0));
    assert_eq!(told(&["bgpd.conf", "--release", "202511"]).0, Some(0));
    let (code, text) = told(&["bgpd.conf", "--release", "202505"]);
    assert!(code == Some(1) && text.contains("frr/not-in-release"), "{text}");
    let (code, text) = told(&["bgpd.conf", "--release", "202013"]);
    assert!(code == Some(2) && text.contains("202505"), "{text}");
}

#[test]
fn what_a_template_makes_is_looked_at_before_it_is_written() {
    let project = common::project();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let built_in = std::fs::read_to_string(project.join("targets/src/frr/frr.conf.j2")).unwrap();
    let fabric = project.join("examples/rail-512/fabric.kdl").to_string_lossy().into_owned();
    let build = |template: &str| {
        std::fs::write(at("frr.conf.j2"), template).unwrap();
        let args = ["build", &fabric, "--templates", &at(""), "--out", &at("out"), "--format", "short"];
        let output = common::fabc(folder.path(), &args);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, text) =
        build(&built_in.replace("route-map {{ group.export }} out", "route-map {{ group.export }}S out"));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("frr.conf:") && text.contains("error[frr/unknown-route-map]"), "{text}");
    assert!(!Path::new(&at("out")).exists());
    let (code, text) = build(&built_in);
    assert!(code == Some(0) && !text.contains("frr/"), "{text}");
}

/// What files hold that somebody else wrote: words of FRR in any order.
fn words_of_frr() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "router",
        "bgp",
        "neighbor",
        "10.0.0.1",
        "10.0.0.0/8",
        "peer-group",
        "interface",
        "remote-as",
        "external",
        "65001",
        "no",
        "route-map",
        "M",
        "permit",
        "10",
        "in",
        "match",
        "ip",
        "ipv6",
        "prefix-list",
        "address",
        "seq",
        "5",
        "ge",
        "le",
        "exit",
        "address-family",
        "ipv4",
        "unicast",
        "activate",
        "bfd",
        "profile",
        "peer",
        "timers",
        "call",
        "description",
        "frr",
        "version",
        "8.4",
        "maximum-paths",
        "set",
        "community",
        "as-path",
        "access-list",
        "\n",
        "\n",
        "\n ",
        "\n  ",
        "!",
        "é",
        "\t",
        "vrf",
        "default",
        "ipv4-unicast",
        "99999999999999999999",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_words_of_frr_can_be_looked_at(text in words_of_frr()) {
        let mut desk = Desk::new(None, Sources::default());
        desk.set_release("202305").unwrap();
        let looked = desk.look_at_frr("frr.conf", text.clone(), Some("{}".to_owned()));
        let (sources, findings) = desk.report([looked], |_| None);
        for finding in findings.iter() {
            for label in &finding.labels {
                let source = sources.get(label.span.file).unwrap();
                prop_assert!(source.text().get(label.span.start as usize..label.span.end as usize).is_some());
            }
        }
        render(Format::Human, &sources, &findings.into_sorted(), Paper { color: false, width: 80 });
    }
}

#[test]
fn nor_of_cables_with_a_part_of_a_metre() {
    for length in ["0.1m", "4.2m", "10.1m", "10.9m", "39.5m"] {
        let text = OVERRIDDEN
            .split("switch \"leaf-01\"")
            .next()
            .unwrap()
            .replace("\"5m\"", &format!("\"{length}\""));
        let host = MemoryHost::default().file("fabric.kdl", text);
        let said = findings_of(Path::new("fabric.kdl"), &host).said;
        assert!(said.is_empty(), "{length}: {said:?}");
    }
}

/// What is said of a text.
fn said(text: &str) -> String {
    let desk = Desk::new(None, Sources::default());
    let looked = desk.look("config_db.json", text.to_owned());
    let (sources, findings) = desk.report([looked], |_| None);
    render(Format::Short, &sources, &findings.into_sorted(), Paper { color: false, width: 100 })
}

#[test]
fn real_files_have_their_real_mistakes() {
    let samples = common::project().join("../shared/facts/sonic-samples");
    if !samples.is_dir() {
        assert!(std::env::var_os("FABC_CI").is_none(), "{} is missing", samples.display());
        println!("skipped: {} is missing", samples.display());
        return;
    }
    let codes = |name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(samples.join(name)).unwrap();
        let said = said(&text);
        said.lines().filter_map(|line| Some(line.split('[').nth(1)?.split(']').next()?.to_owned())).collect()
    };
    // Checked by hand: a whole leaf that SONiC's models take, then what a vendor's templates make.
    assert_eq!(codes("ai-leaf.json"), ["lint/no-bfdd", "lint/version-stated"]);
    assert_eq!(
        codes("z9864f-leaf-full.json"),
        [
            "lint/bracketed-reference",
            "lint/group-without-profile",
            "lint/nic-default-lossy",
            "lint/pfc-unwatched"
        ]
    );
    assert_eq!(
        codes("z9864f-preset-t1.json"),
        [
            "lint/metadata-missing",
            "lint/no-mac",
            "lint/routing-mode",
            "lint/not-a-string",
            "lint/not-a-string",
            "lint/empty-table"
        ]
    );
}

/// Codes of all but notes.
fn codes(said: &str) -> Vec<&str> {
    let told = said.lines().filter(|line| !line.contains(": note["));
    told.filter_map(|line| line.split('[').nth(1)?.split(']').next()).collect()
}

#[test]
fn files_of_enterprise_sonic_are_judged_by_its_own_ways() {
    // As `roce enable` makes it: objects called ROCE, schedulers of a policy by queue, lossy classes in group 7.
    let file = r#"{
    "SWITCH": { "switch": { "roce_enable": "true", "roce_pfc_priority": "3" } },
    "DSCP_TO_TC_MAP": { "ROCE": { %DSCP% } },
    "TC_TO_QUEUE_MAP": { "ROCE": { "0": "0", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "6": "6", "7": "7" } },
    "TC_TO_PRIORITY_GROUP_MAP": { "ROCE": { "0": "7", "1": "7", "2": "7", "3": "3", "4": "7", "5": "7", "6": "7", "7": "7" } },
    "MAP_PFC_PRIORITY_TO_QUEUE": { "ROCE": { "3": "3" } },
    "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP": { "ROCE": { "3": "3" } },
    "PORT_QOS_MAP": {
        "Ethernet0": {
            "dscp_to_tc_map": "ROCE", "pfc_enable": "3", "pfc_to_pg_map": "ROCE", "pfc_to_queue_map": "ROCE",
            "scheduler": "ROCE", "tc_to_pg_map": "ROCE", "tc_to_queue_map": "ROCE"
        }
    },
    "SCHEDULER": {
        "ROCE@0": { "type": "DWRR", "weight": "50" },
        "ROCE@3": { "type": "DWRR", "weight": "50" },
        "ROCE@6": { "type": "STRICT" }
    },
    "QUEUE": { "Ethernet0|3": { "scheduler": "ROCE@3", "wred_profile": "ECN_3" } },
    "BUFFER_PG": {
        "Ethernet0|3": { "profile": "pg_lossless_800000_40m_profile" },
        "Ethernet0|7": { "profile": "ingress_lossy_profile" }
    },
    "ECMP_LOADSHARE_TABLE_ROCE": { "hash": { "qpn": "true" } }
}"#;
    let dscp = |n: u8| match n {
        26 => 3,
        48 => 6,
        _ => 0,
    };
    let dscp: Vec<String> = (0..64).map(|n| format!("\"{n}\": \"{}\"", dscp(n))).collect();
    let file = file.replace("%DSCP%", &dscp.join(", "));
    let told = said(&over_sound(&file));
    assert!(codes(&told).is_empty(), "{told}");
    // The same rows in a file of the community.
    let community =
        file.replace("\"SWITCH\"", "\"NTP_SERVER\"").replace("ECMP_LOADSHARE_TABLE_ROCE", "NTP_KEY");
    let community = community.replace("ROCE@", "ROCE.");
    let told = said(&over_sound(&community));
    for code in ["lint/pfc-to-pg-map", "lint/watchdog-mask", "lint/dangling-reference"] {
        assert!(codes(&told).contains(&code), "{code}: {told}");
    }
}

#[test]
fn what_drops_in_a_lossless_class_is_found_by_its_row() {
    let laid = |text: &str| said(&over_sound(text));
    for (text, code, part) in [
        // A row that holds no profile, where buffermgrd makes none.
        (
            r#"{ "BUFFER_PG": { "Ethernet0|0": { "profile": "ingress_lossy_profile" }, "Ethernet0|3": {} },
                 "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } } }"#,
            "lint/lossless-without-group",
            "BUFFER_PG names no profile for its group 3",
        ),
        (
            r#"{ "WRED_PROFILE": { "ECN_3": { "green_max_threshold": "4194304", "green_min_threshold": "1048576",
                 "green_drop_probability": "10", "wred_green_enable": "true" } } }"#,
            "lint/wred-drops-lossless",
            "drops green packets in it: it has no `ecn`",
        ),
        (
            r#"{ "WRED_PROFILE": { "ECN_3": { "ecn": "ecn_green", "green_max_threshold": "4194304",
                 "green_min_threshold": "1048576", "green_drop_probability": "10", "wred_green_enable": "true",
                 "yellow_max_threshold": "4194304", "yellow_min_threshold": "1048576", "yellow_drop_probability": "10",
                 "wred_yellow_enable": "true" } } }"#,
            "lint/wred-drops-lossless",
            "drops yellow packets in it: it has `ecn_green`",
        ),
    ] {
        let told = laid(text);
        assert_eq!(codes(&told), [code], "{told}");
        assert!(told.contains(part), "{told}");
    }
    // Thresholds beyond the pool, with and without headroom of its own.
    let profile = |fields: &str, pool: &str| {
        format!(
            r#"{{ "BUFFER_POOL": {{
                "egress_lossless_pool": {{ "mode": "static", "size": "162539680", "type": "egress" }},
                "ingress_lossless_pool": {{ "mode": "dynamic", "size": "162539680", "type": "ingress"{pool} }} }},
              "BUFFER_PROFILE": {{
                "egress_lossless_profile": {{ "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" }},
                "egress_lossy_profile": {{ "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" }},
                "ingress_lossy_profile": {{ "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" }},
                "pg_lossless_800000_40m_profile": {{ "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", {fields} }} }} }}"#
        )
    };
    let own = ", \"xoff\": \"33374584\"";
    for (fields, pool, part) in [
        (r#""xoff": "835406", "xon": "200000000", "xon_offset": "3556""#, own, "`xon` of profile"),
        (r#""xoff": "835406", "xon": "0", "xon_offset": "200000000""#, own, "`xon_offset` of profile"),
        (r#""xoff": "200000000", "xon": "0", "xon_offset": "3556""#, "", "`xoff` of profile"),
    ] {
        let told = laid(&profile(fields, pool));
        assert!(codes(&told).contains(&"lint/profile-too-large") && told.contains(part), "{told}");
    }
    // A second port, which no map is for: neither its own nor the switch's.
    let row = r#""Ethernet0": { "dscp_to_tc_map": "AZURE", "pfc_enable": "3", "pfc_to_queue_map": "AZURE",
        "pfcwd_sw_enable": "3", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE" }"#;
    let ports = r#""PORT": {
        "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "subport": "0" },
        "Ethernet8": { "admin_status": "up", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000", "subport": "0" } },
        "INTERFACE": { "Ethernet0": {}, "Ethernet0|10.0.0.1/31": {}, "Ethernet8": {}, "Ethernet8|10.0.0.3/31": {} }"#;
    let told = laid(&format!("{{ {ports}, \"PORT_QOS_MAP\": {{ {row} }} }}"));
    assert_eq!(codes(&told), ["lint/port-without-pfc"], "{told}");
    assert!(told.contains("Ethernet8 is routed, up and without PFC, and no `dscp_to_tc_map`"), "{told}");
}

#[test]
fn a_table_of_the_other_system_is_no_slip_of_the_pen() {
    let told = said(&over_sound(r#"{ "ARS_OBJECT": { "a": { "mode": "flowlet" } } }"#));
    assert_eq!(codes(&told), ["lint/unknown-table"]);
    assert!(told.contains("Enterprise SONiC is known to") && !told.contains("did you mean"), "{told}");
}

#[test]
fn ecn_is_told_a_value_that_it_was_not_refused_for() {
    // A pool of which a single port may fill 64 KB: 1 MiB would be refused again.
    let file = r#"{
    "BUFFER_POOL": {
        "egress_lossless_pool": { "mode": "static", "size": "162539680", "type": "egress" },
        "ingress_lossless_pool": { "mode": "dynamic", "size": "4000000", "type": "ingress", "xoff": "1700000" }
    }
}"#;
    let help = |text: &str| {
        let (_, rest) = text.split_once("lint/ecn-above-pause").unwrap_or_else(|| panic!("{text}"));
        let (_, rest) = rest.split_once("\"green_min_threshold\": \"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let value = help(&said(&over_sound(file)));
    assert!(value.parse::<u64>().unwrap() < 1 << 20, "{value}");
    let mended = over_sound(file).replace("\"1048576\"", &format!("\"{value}\""));
    assert!(!said(&mended).contains("ecn-above-pause"));
}

#[test]
fn a_box_that_is_not_known_is_said_and_may_be_named() {
    let file = over_sound(
        r#"{
    "DEVICE_METADATA": {
        "localhost": {
            "docker_routing_config_mode": "split-unified", "frr_mgmt_framework_config": "true",
            "hostname": "leaf-01", "hwsku": "Unheard-Of", "mac": "02:00:00:00:00:01",
            "platform": "x86_64-unheard_of-r0", "type": "LeafRouter"
        }
    },
    "CABLE_LENGTH": { "AZURE": { "Ethernet0": "30m" } }
}"#,
    );
    let told = said(&file);
    assert!(told.contains("lint/platform-unknown") && !told.contains("lint/cable-not-listed"), "{told}");
    let mut desk = Desk::new(None, Sources::default());
    desk.set_platform("dell-z9864f").unwrap();
    let looked = desk.look("config_db.json", file);
    let (_, findings) = desk.report([looked], |_| None);
    let codes: Vec<&str> = findings.iter().map(Diagnostic::code).collect();
    assert_eq!(codes, ["lint/cable-not-listed"]);
}

#[test]
fn files_folders_and_what_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(place("build/switches/leaf-01")).unwrap();
    std::fs::create_dir_all(place("empty")).unwrap();
    std::fs::write(place("build/switches/leaf-01/config_db.json"), over_sound("{}")).unwrap();
    let wrong = over_sound("{\n    \"SYSLOG_SERVER\": {}\n}").replace("\"leaf-01\"", "\"leaf-02\"");
    let wrong = wrong.replace("10.0.0.1/31", "10.0.0.0/31").replace("10.1.0.1/32", "10.1.0.2/32");
    std::fs::write(place("wrong.json"), wrong).unwrap();
    std::fs::write(place("broken.json"), "{\n    \"PORT\": {\n").unwrap();
    std::fs::write(place("bytes.json"), [0xff, 0xfe, 0]).unwrap();
    let run = |args: &[&str]| {
        let output = common::fabc(folder.path(), &[&["lint", "--format", "short"], args].concat());
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run(&["build"]), (0, String::new()));
    let warned =
        "wrong.json:2:5: warning[lint/empty-table]: table SYSLOG_SERVER has no rows (help: remove it)\n";
    assert_eq!(run(&["build", "wrong.json"]), (0, warned.to_owned()));
    assert_eq!(run(&["wrong.json", "--deny", "lint/empty-table"]), (1, warned.replace("warning", "error")));
    assert_eq!(run(&["wrong.json", "--allow", "lint/empty-table"]), (0, String::new()));
    let broken = run(&["broken.json"]);
    assert!(broken.0 == 1 && broken.1.starts_with("broken.json:2:14: error[config-db/syntax]"), "{broken:?}");
    let bytes = run(&["bytes.json"]);
    let told = "error[syntax/not-utf8]: bytes.json:1:1: the byte 0xFF is not UTF-8";
    assert!(bytes.0 == 1 && bytes.1.starts_with(told), "{bytes:?}");
    for (args, part) in [
        (["empty", "--quiet"].as_slice(), "empty holds no config_db.json"),
        (&["none.json"], "cannot read none.json"),
        (&["build", "--platform", "dell-z9864"], "did you mean `dell-z9864f`?"),
        (&["build", "--fabric", "none.kdl"], "cannot read none.kdl"),
        (&["build", "--deny", "lint/nothing"], "there is no rule"),
        (&[], "<FILE>"),
    ] {
        let (code, told) = run(args);
        assert!(code == 2 && told.contains(part), "{args:?}: {code} {told}");
    }
}

#[test]
fn files_of_one_run_share_neither_names_nor_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, host: &str, port: &str, loopback: &str| {
        let text = over_sound("{}").replace("\"leaf-01\"", &format!("\"{host}\""));
        let text = text.replace("10.0.0.1/31", port).replace("10.1.0.1/32", loopback);
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    write("a.json", "leaf-01", "10.0.0.1/31", "10.1.0.1/32");
    write("b.json", "leaf-02", "10.0.0.0/31", "10.1.0.2/32");
    write("c.json", "leaf-03", "10.0.0.1/31", "10.1.0.1/32");
    write("d.json", "leaf-01", "10.0.0.1/31", "10.1.0.1/32");
    let run = |args: &[&str]| {
        let output = common::fabc(folder.path(), &[&["lint", "--format", "short"], args].concat());
        String::from_utf8(output.stderr).unwrap()
    };
    // The two ends of a link, and a file that is given twice.
    assert_eq!(run(&["a.json", "b.json", "a.json"]), "");
    let told = run(&["b.json", "a.json", "c.json"]);
    let lines: Vec<&str> = told.lines().collect();
    let [line] = lines.as_slice() else { panic!("{told}") };
    assert!(line.starts_with("c.json:") && line.contains("lint/shared-address"), "{told}");
    assert!(line.contains("10.0.0.1 is also in a.json"), "{told}");
    // The same switch twice: its name says it.
    let told = run(&["a.json", "d.json"]);
    let lines: Vec<&str> = told.lines().collect();
    let [line] = lines.as_slice() else { panic!("{told}") };
    assert!(line.starts_with("d.json:") && line.contains("lint/shared-hostname"), "{told}");
}

#[test]
fn many_files_that_share_all_take_no_time_in_the_square_of_them() {
    let text = |host: usize| over_sound("{}").replace("\"leaf-01\"", &format!("\"leaf-{host}\""));
    let many = 3000;
    let start = std::time::Instant::now();
    let desk = Desk::new(None, Sources::default());
    let looked: Vec<_> = (0..many).map(|i| desk.look(&i.to_string(), text(i))).collect();
    let (_, findings) = desk.report(looked, |name| Some(text(name.parse().unwrap())));
    assert_eq!(findings.len(), many - 1);
    assert!(start.elapsed() < std::time::Duration::from_secs(120), "{:?}", start.elapsed());
}

#[test]
fn what_the_fabric_declares_of_buffers_is_the_measure() {
    let text = OVERRIDDEN.split("switch \"leaf-01\"").next().unwrap();
    let declared = |what: &str| {
        let host = MemoryHost::default().file("fabric.kdl", format!("{text}\nbuffers {{ {what}; }}\n"));
        let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
        let fabric = analysis.fabric.expect("a fabric");
        let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).expect("a bundle");
        let index = (0..bundle.len()).find(|&i| matches!(bundle.file(i), Some(File::ConfigDb(_)))).unwrap();
        let mut out = Vec::new();
        bundle.render(index, &mut out);
        let file = String::from_utf8(out).unwrap();
        [None, Some(&fabric)].map(|beside| {
            let desk = Desk::new(beside, Sources::default());
            let (_, findings) = {
                let looked = desk.look("config_db.json", file.clone());
                desk.report([looked], |_| None)
            };
            findings.iter().map(Diagnostic::code).filter(|code| *code != "lint/no-mac").collect::<Vec<_>>()
        })
    };
    // 5 m at 400G: the box's table has more.
    let [alone, beside] = declared("measured speed=\"400G\" length=\"5m\" xoff=\"300000B\"");
    assert!(alone.contains(&"lint/headroom-too-small"), "{alone:?}");
    assert!(beside.is_empty(), "{beside:?}");
    let [alone, beside] = declared("headroom oversubscription=100; pool xoff=\"500000B\"");
    assert!(alone.contains(&"lint/over-budget"), "{alone:?}");
    assert!(beside.is_empty(), "{beside:?}");
}

/// A leaf whose overrides are wrong in many ways.
const OVERRIDDEN: &str = r#"
fabric "f" { nos "sonic" release="202505"; }
hosts "gpu" count=4 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" { length "5m"; }
class "rdma" dscp=26 priority=3 lossless=#true { schedule weight=70; ecn min="1MiB" max="4MiB"; }
class "cnp" dscp=48 priority=6 { schedule strict=#true; }
class "bulk" default=#true priority=0 { schedule weight=30; }
watchdog detect="200ms" restore="400ms"
routing {
    asn leaf=4210000000
    loopbacks "10.255.0.0/20"
    host-subnets "10.64.0.0/12"
}
switch "leaf-01" {
    config-db "PORT" "Ethernet8" lanes="1,2,3,4"
    config-db "BREAKOUT_CFG" "Ethernet0" brkout_mode="4x200G"
    config-db "INTERFACE" "Ethernet8|10.255.0.1/32"
    config-db "BUFFER_POOL" "ingress_lossless_pool" size=900000000
    config-db "CABLE_LENGTH" "AZURE" Ethernet0="30m"
    config-db "DEVICE_METADATA" "localhost" hostname="leaf_01"
    config-db "PORTS" "Ethernet0" speed=100000
    config-db "SNMP_COMMUNITY" "public" TYPE="RO"
}
"#;

#[test]
fn overrides_are_looked_at_on_the_result() {
    let host = MemoryHost::default().file("fabric.kdl", OVERRIDDEN);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let mut found = analysis.findings;
    found.retain(|d| d.code().starts_with("lint/"));
    let found = found.into_sorted();
    insta::assert_snapshot!(render(
        Format::Short,
        &analysis.sources,
        &found,
        Paper { color: false, width: 100 }
    ));
}

#[test]
fn what_a_tier_lays_over_all_its_switches_is_said_once() {
    let tier = "tier \"leaf\" count=2 switch=\"dell-z9864f\"";
    let laid = format!("{tier} {{ config-db \"PORT\" \"Ethernet0\" mtu=\"9500\"; }}");
    let (head, _) = OVERRIDDEN.split_once("switch \"leaf-01\"").unwrap();
    let host = MemoryHost::default().file("fabric.kdl", head.replace(tier, &laid));
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let found: Vec<_> = analysis.findings.iter().filter(|d| d.code().starts_with("lint/")).collect();
    let codes: Vec<&str> = found.iter().map(|found| found.code()).collect();
    assert_eq!(codes, ["lint/mtu-too-long", "lint/wrong-form"]);
    assert!(found.iter().all(|f| analysis.sources.text(f.span().unwrap()) == "\"9500\""), "{found:?}");
}

#[test]
fn findings_on_our_own_files_name_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = OVERRIDDEN.split("switch \"leaf-01\"").next().unwrap();
    std::fs::write(folder.path().join("fabric.kdl"), text).unwrap();
    let built = common::fabc(folder.path(), &["build", "--quiet"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let file = "build/switches/leaf-02/config_db.json";
    let json = std::fs::read_to_string(folder.path().join(file)).unwrap();
    std::fs::write(folder.path().join(file), json.replacen("\"mtu\": \"9100\"", "\"mtu\": \"9500\"", 1))
        .unwrap();
    let output =
        common::fabc(folder.path(), &["lint", "build", "--fabric", "fabric.kdl", "--allow", "lint/no-mac"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap());
}

#[test]
fn a_file_full_of_mistakes_takes_no_time_in_the_square_of_it() {
    let many = 20_000;
    let rows = |row: &dyn Fn(usize) -> String| (0..many).map(row).collect::<Vec<_>>().join(",\n");
    let text = [
        rows(&|i| format!("\"TABLE_{i}\": {{}}")),
        format!(
            "\"PORT\": {{ {} }}",
            rows(&|i| format!(
                "\"Ethernet{i}\": {{ \"lanes\": \"{}\", \"speed\": \"1\", \"alias\": \"e\" }}",
                i % 600
            ))
        ),
        format!("\"BUFFER_PG\": {{ {} }}", rows(&|i| format!("\"Eth{i}|3\": {{ \"profile\": \"p{i}\" }}"))),
        format!("\"CABLE_LENGTH\": {{ \"AZURE\": {{ {} }} }}", rows(&|i| format!("\"Et{i}\": \"{i}m\""))),
        format!(
            "\"PORT_QOS_MAP\": {{ {} }}",
            rows(&|i| format!("\"Ethernet{i}\": {{ \"pfc_enable\": \"{}\" }}", i % 8))
        ),
        format!("\"INTERFACE\": {{ {} }}", rows(&|i| format!("\"Ethernet{i}|10.0.0.{}/31\": {{}}", i % 250))),
    ];
    let text = over_sound(&format!("{{\n{}\n}}", text.join(",\n")));
    let start = std::time::Instant::now();
    let desk = Desk::new(None, Sources::default());
    let looked = desk.look("config_db.json", text);
    let (_, findings) = desk.report([looked], |_| None);
    let took = start.elapsed();
    assert!(findings.len() > many, "{}", findings.len());
    // Twenty thousand times twenty thousand comparisons would take minutes.
    assert!(took < std::time::Duration::from_secs(120), "{took:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    /// Values, keys and whole pieces of a sound file are replaced: no mistake makes a lint stumble.
    #[test]
    fn no_file_makes_it_stumble(cuts in prop::collection::vec((0usize..9000, 0usize..40, "[0-9a-z|,\\[\\]\\-{}\": ]{0,6}"), 1..6)) {
        let mut text = over_sound("{}");
        for (at, length, new) in cuts {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.replace_range(at..end, &new);
        }
        said(&text);
    }

    /// The same, of files that stay JSON.
    #[test]
    fn nor_does_a_value(place in 0usize..400, new in "[0-9]{0,12}|[0-9],[0-9]|[0-9]-[0-9]|\\PC{0,5}") {
        let text = over_sound("{}");
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut fields: Vec<&mut serde_json::Value> = Vec::new();
        for rows in json.as_object_mut().unwrap().values_mut() {
            for row in rows.as_object_mut().unwrap().values_mut() {
                fields.extend(row.as_object_mut().unwrap().values_mut());
            }
        }
        let count = fields.len();
        *fields[place % count] = new.into();
        said(&json.to_string());
    }
}

/// Fields that take any text, so that no word can be wrong.
const FREE: &[(&str, &str, &str)] = &[
    ("DEVICE_METADATA", "hostname", "any host name; that it is another device's is not a matter of form"),
    ("DEVICE_METADATA", "hwsku", "named by the vendor or the house"),
    ("DEVICE_METADATA", "platform", "named by the vendor"),
    ("DEVICE_METADATA", "timezone", "zones are those of the image's tzdata"),
    ("DEVICE_NEIGHBOR", "name", "the peer's name"),
    ("DEVICE_NEIGHBOR", "port", "the peer's port, as the peer names it"),
    ("DEVICE_NEIGHBOR_METADATA", "hwsku", "named by the peer's vendor"),
    ("DEVICE_NEIGHBOR_METADATA", "type", "any text in the models: the peer may be no SONiC"),
    ("HIGH_FREQUENCY_TELEMETRY_GROUP", "object_counters", "counters are the image's SAI's"),
    ("HIGH_FREQUENCY_TELEMETRY_PROFILE", "otel_endpoint", "any host, with or without a port"),
    ("MGMT_PORT", "alias", "any text"),
    ("NTP_SERVER", "resolve_as", "an address or any host name"),
    ("PORT", "alias", "named by the vendor or the house"),
    ("PORT", "description", "any text"),
    ("SNMP", "Contact", "any text"),
    ("SNMP", "Location", "any text"),
];

#[test]
fn nonsense_in_any_field_is_found() {
    let project = common::project();
    let (mut passed, mut used, mut tried) = (BTreeSet::new(), BTreeSet::new(), 0);
    for example in
        ["examples/arista-256/fabric.kdl", "examples/telemetry/fabric.kdl", "tests/targets/everything.kdl"]
    {
        let path = project.join(example);
        let analysis = analyze(&path, &RealHost, &Options::default());
        let fabric = analysis.fabric.expect("a fabric");
        let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).expect("a bundle");
        let first = (0..bundle.len()).find(|&i| matches!(bundle.file(i), Some(File::ConfigDb(_)))).unwrap();
        let mut out = Vec::new();
        bundle.render(first, &mut out);
        let db: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let desk = Desk::new(None, Sources::default());
        let mut seen = BTreeSet::new();
        let mut looked = Vec::new();
        for (table, rows) in db.as_object().unwrap() {
            for (key, row) in rows.as_object().unwrap() {
                for field in row.as_object().unwrap().keys() {
                    // Fields that are ports or priorities are alike; the first few will do.
                    if !seen.insert((table, field)) || seen.iter().filter(|(t, _)| *t == table).count() > 16 {
                        continue;
                    }
                    let mut other = db.clone();
                    other[table][key][field] = "sideways".into();
                    looked.push((
                        table,
                        field,
                        desk.look(&format!("{table} {key} {field}"), other.to_string()),
                    ));
                }
            }
        }
        for (table, field, looked) in looked {
            tried += 1;
            let (_, findings) = Desk::new(None, Sources::default()).report([looked], |_| None);
            let found = findings
                .iter()
                .any(|d| d.severity > Severity::Note && !KNOWN.iter().any(|(code, _)| *code == d.code()));
            if found {
                continue;
            }
            match FREE.iter().find(|(t, f, _)| t == table && f == field) {
                Some(free) => _ = used.insert(free),
                None => _ = passed.insert(format!("{table} {field}")),
            }
        }
    }
    assert!(tried > 120, "{tried}");
    assert!(passed.is_empty(), "nothing is said of {passed:#?}");
    let unused: Vec<_> = FREE.iter().filter(|free| !used.contains(free)).collect();
    assert!(unused.is_empty(), "free, and yet something is said: {unused:?}");
}
