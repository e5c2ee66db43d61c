//! What growth promises: whole files of devices that are not wired to the change stay as they are, and no port, cable,
//! address, ASN or name of any device moves.

use std::collections::{BTreeMap, BTreeSet};

use fabc::Exit;
use fabc::host::{MemoryHost, Stream};
use serde_json::Value as Json;

use crate::common::built::{self, Census, Files};

/// What every fabric of this file ends with.
const REST: &str = r#"
fabric "f" { nos "sonic" release="202505"; }
class "bulk" default=#true priority=0
management { subnet "10.9.0.0/20" gateway="10.9.0.1"; }
routing {
    asn leaf=4210000000 spine=4200000000
    loopbacks "10.255.0.0/18" "fd00:255::/112"
    host-subnets "10.64.0.0/10"
}
"#;

const RAIL: &str = r#"
hosts "gpu" count=12 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" { length "3m"; }
link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
"#;

const UNITS: &str = r#"
hosts "gpu" count=12 { nic count=2 speed="400G"; }
hosts "store" count=4 gpus=0 { nic count=2 speed="200G"; }
tier "leaf" count=4 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" servers-per-leaf=8 { length "3m"; }
link "store" "leaf" by="spread" leaves=2 { length "3m"; }
link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
"#;

const RACK: &str = r#"
hosts "gpu" count=4 { nic count=4 speed="400G"; }
tier "leaf" count=4 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rack" servers-per-leaf=2 { length "3m"; }
link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
"#;

const PODS: &str = r#"
pod "su" count=2 {
    hosts "gpu" count=8 { nic count=2 speed="400G"; }
    tier "leaf" count=2 switch="dell-z9864f"
    link "gpu" "leaf" by="rail" { length "3m"; }
}
tier "spine" count=4 switch="dell-z9864f"
link "leaf" "spine" speed="800G" uplinks=4 { length "30m"; }
"#;

const PLANES: &str = r#"
hosts "gpu" count=8 { nic count=2 ports=2 speed="200G"; }
plane "a" "b" {
    tier "leaf" count=2 switch="dell-z9864f"
    tier "spine" count=2 switch="dell-z9864f"
    link "gpu" "leaf" by="rail" { length "3m"; }
    link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
}
"#;

const PODS_IN_PLANES: &str = r#"
plane "a" "b" {
    pod "su" count=2 max=4 {
        tier "leaf" count=2 max=3 switch="dell-z9864f"
    }
    tier "spine" count=2 max=4 switch="dell-z9864f"
    link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
}
"#;

const WITHIN_MAX: &str = r#"
pod "a" count=2 max=3 {
    hosts "gpu" count=8 max=16 { nic count=2 speed="400G"; }
    hosts "more" count=2 max=4 gpus=0 { nic count=2 speed="400G"; }
    tier "leaf" count=2 max=4 switch="dell-z9864f"
    link "gpu" "leaf" by="rail" servers-per-leaf=16 { length "3m"; }
    link "more" "leaf" by="rail" servers-per-leaf=4 { length "3m"; }
}
pod "b" count=1 max=2 {
    hosts "gpu" count=8 { nic count=2 speed="400G"; }
    tier "leaf" count=2 switch="dell-z9864f"
    link "gpu" "leaf" by="rail" { length "3m"; }
}
tier "spine" count=2 max=4 switch="dell-z9864f"
link "leaf" "spine" speed="800G" per-pair=1 { length "30m"; }
"#;

/// The same with numbered links.
fn numbered(text: &str) -> String {
    text.replace("    host-subnets", "    numbered \"10.128.0.0/10\" \"fd00:128::/64\"\n    host-subnets")
}

/// A promise: its name, a fabric, and what is replaced by what.
type Promise = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PROMISES: &[Promise] = &[
    ("servers by rail, a leaf to each rail", RAIL, &[("\"gpu\" count=12", "\"gpu\" count=40")]),
    ("servers by rail, servers-per-leaf", UNITS, &[("\"gpu\" count=12", "\"gpu\" count=16")]),
    ("servers by rack, servers-per-leaf", RACK, &[("count=4 { nic", "count=7 { nic")]),
    ("servers by spread with leaves=", UNITS, &[("\"store\" count=4", "\"store\" count=9")]),
    (
        "a host group laid last",
        UNITS,
        &[(
            "tier \"leaf\"",
            "hosts \"zoo\" count=2 gpus=0 { nic speed=\"100G\"; }\nlink \"zoo\" \"leaf\" by=\"spread\" leaves=1 { length \"3m\"; }\ntier \"leaf\"",
        )],
    ),
    (
        "a host group laid last by rail",
        RAIL,
        &[(
            "tier \"leaf\"",
            "hosts \"x\" count=2 gpus=0 { nic count=2 speed=\"200G\"; }\nlink \"x\" \"leaf\" by=\"rail\" { length \"3m\"; }\ntier \"leaf\"",
        )],
    ),
    ("pods", PODS, &[("count=2 {\n    hosts", "count=5 {\n    hosts")]),
    ("pods in planes, within max", PODS_IN_PLANES, &[("\"su\" count=2", "\"su\" count=4")]),
    ("leaves in pods in planes, within max", PODS_IN_PLANES, &[("\"leaf\" count=2", "\"leaf\" count=3")]),
    ("spines in planes, within max", PODS_IN_PLANES, &[("\"spine\" count=2", "\"spine\" count=3")]),
    ("leaves by rail, whole leaves to each rail", UNITS, &[("\"leaf\" count=4", "\"leaf\" count=6")]),
    (
        "leaves and servers by rail",
        RACK,
        &[("\"leaf\" count=4", "\"leaf\" count=6"), ("count=4 { nic", "count=12 { nic")],
    ),
    ("a plane named last", PLANES, &[("\"a\" \"b\"", "\"a\" \"b\" \"c\""), ("ports=2", "ports=3")]),
    ("a server absent", RAIL, &[("nic count=2 speed=\"400G\";", "nic count=2 speed=\"400G\"; absent 3;")]),
    (
        "a leaf absent",
        UNITS,
        &[(
            "\"leaf\" count=4 switch=\"dell-z9864f\"",
            "\"leaf\" count=4 switch=\"dell-z9864f\" { absent 4; }",
        )],
    ),
    (
        "a spine absent",
        RAIL,
        &[(
            "\"spine\" count=2 switch=\"dell-z9864f\"",
            "\"spine\" count=2 switch=\"dell-z9864f\" { absent 1; }",
        )],
    ),
    ("a pod absent", PODS, &[("count=2 {\n    hosts", "count=2 {\n    absent 1\n    hosts")]),
    (
        "hosts that others follow, within max",
        WITHIN_MAX,
        &[("\"gpu\" count=8 max=16", "\"gpu\" count=13 max=16")],
    ),
    ("hosts laid last, within max", WITHIN_MAX, &[("\"more\" count=2", "\"more\" count=4")]),
    ("leaves in pods, within max", WITHIN_MAX, &[("\"leaf\" count=2 max=4", "\"leaf\" count=4 max=4")]),
    ("pods that others follow, within max", WITHIN_MAX, &[("\"a\" count=2", "\"a\" count=3")]),
    ("the last pods, within max", WITHIN_MAX, &[("\"b\" count=1", "\"b\" count=2")]),
    ("spines under per-pair, within max", WITHIN_MAX, &[("\"spine\" count=2", "\"spine\" count=4")]),
    (
        "all at once, within max",
        WITHIN_MAX,
        &[
            ("\"a\" count=2", "\"a\" count=3"),
            ("\"gpu\" count=8 max=16", "\"gpu\" count=16 max=16"),
            ("\"more\" count=2", "\"more\" count=3"),
            ("\"b\" count=1", "\"b\" count=2"),
        ],
    ),
];

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned() + REST, |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in {text}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn growth_moves_nothing() {
    let mut broken = Vec::new();
    for (name, text, edits) in PROMISES {
        let (before, after) = (edited(text, &[]), edited(text, edits));
        let (before6, after6) = (numbered(&before), numbered(&after));
        for (way, old, new) in [
            ("forth", &before, &after),
            ("back", &after, &before),
            ("forth, numbered", &before6, &after6),
            ("back, numbered", &after6, &before6),
        ] {
            if let Err(error) = kept(old, new) {
                broken.push(format!("{name} ({way}): {error}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Whether everything that both fabrics have is the same in both.
fn kept(old: &str, new: &str) -> Result<(), String> {
    let before = built::files(old);
    let built = built::build(new, before.get("fabric.json").map(Vec::as_slice));
    let (was, is) = (Census::of(&before), Census::of(&built.files));
    let gone = |a: &Census, b: &Census| -> BTreeSet<String> {
        a.devices.keys().filter(|k| !b.devices.contains_key(*k)).cloned().collect()
    };
    let removed = gone(&was, &is);
    let changed: BTreeSet<String> = gone(&is, &was).union(&removed).cloned().collect();
    if changed.is_empty() {
        return Err("nothing grew".into());
    }
    if removed.is_empty() && !built.errors.is_empty() {
        return Err(built.errors.join("; "));
    }
    let wired: BTreeSet<String> = was.wired_to(&changed).union(&is.wired_to(&changed)).cloned().collect();
    let mut untouched = 0;
    for name in was.devices.keys().filter(|n| !changed.contains(*n)) {
        if !wired.contains(name) {
            untouched += same_files(name, &before, &built.files)?;
        }
        let (mut a, mut b) = (was.devices[name].clone(), is.devices[name].clone());
        for row in [&mut a, &mut b] {
            // A server that gets a further NIC port keeps those that it has.
            row.as_object_mut().map(|o| o.remove("nics"));
        }
        if a != b {
            return Err(format!("{name} was {a} and is {b}"));
        }
    }
    for link in was
        .links
        .iter()
        .filter(|l| [&l["a"], &l["b"]].iter().all(|e| !changed.contains(e.as_str().unwrap_or_default())))
    {
        if !is.links.contains(link) {
            return Err(format!("a link is gone: {link}"));
        }
    }
    if untouched == 0 { Err("no device is untouched".into()) } else { Ok(()) }
}

/// Compares all files of a switch; gives their number.
fn same_files(name: &str, before: &Files, after: &Files) -> Result<usize, String> {
    let folder = format!("switches/{name}/");
    let mine: Vec<_> = before.iter().filter(|(path, _)| path.starts_with(&folder)).collect();
    for (path, bytes) in &mine {
        if after.get(*path) != Some(bytes) {
            let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
            let (old, new) = (text(bytes), after.get(*path).map_or_else(String::new, |b| text(b)));
            let diff = similar::TextDiff::from_lines(&old, &new).unified_diff().context_radius(0).to_string();
            return Err(format!("{path} changes: {}", diff.lines().take(8).collect::<Vec<_>>().join("\n")));
        }
    }
    Ok(mine.len())
}

/// What `fabc grow` says: how it ends, and the verdict on each switch.
fn grown(old: &str, new: &str) -> (Exit, BTreeMap<String, String>) {
    let host = MemoryHost::default().file("old/fabric.kdl", old).file("new/fabric.kdl", new);
    let exit = fabc::run(["fabc", "grow", "old", "new", "--format", "json"], &host);
    let page: Json = serde_json::from_str(&host.written(Stream::Out))
        .unwrap_or_else(|error| panic!("{error}: {}\n{new}", host.written(Stream::Err)));
    let switches = page["switches"].as_array().unwrap().iter();
    let verdict = |s: &Json| ["name", "verdict"].map(|word| s[word].as_str().unwrap().to_owned());
    (exit, switches.map(verdict).map(|[name, verdict]| (name, verdict)).collect())
}

#[test]
fn growth_interrupts_nothing_and_grow_says_so() {
    let mut broken = Vec::new();
    for (name, text, edits) in PROMISES {
        let (before, after) = (edited(text, &[]), edited(text, edits));
        for (way, old, new) in [
            ("forth", &before, &after),
            ("back", &after, &before),
            ("numbered", &numbered(&before), &numbered(&after)),
        ] {
            let (was, is) = (Census::of(&built::files(old)), Census::of(&built::files(new)));
            let gone = |a: &Census, b: &Census| -> BTreeSet<String> {
                a.devices.keys().filter(|k| !b.devices.contains_key(*k)).cloned().collect()
            };
            let (removed, added) = (gone(&was, &is), gone(&is, &was));
            let (loses, gains) = (was.wired_to(&removed), is.wired_to(&added));
            let (exit, verdicts) = grown(old, new);
            for (switch, verdict) in verdicts {
                let promised = match () {
                    () if removed.contains(&switch) => "gone",
                    () if added.contains(&switch) => "new",
                    () if loses.contains(&switch) => "cut",
                    () if gains.contains(&switch) => "live",
                    () => "none",
                };
                if verdict != promised {
                    broken.push(format!("{name} ({way}): {switch} is {verdict}, not {promised}"));
                }
            }
            if (exit == Exit::Clean) != removed.is_empty() {
                broken.push(format!("{name} ({way}): {exit:?}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn what_moves_is_cut_and_grow_says_so() {
    for (name, text, edits, _) in MISTAKES {
        let (exit, verdicts) = grown(&edited(text, &[]), &edited(text, edits));
        assert_eq!(exit, Exit::Findings, "{name}");
        // How a switch is reached carries no traffic of the fabric's.
        let promised = if *name == "another management net" { "live" } else { "cut" };
        assert!(verdicts.values().any(|v| v == promised), "{name}: {verdicts:?}");
    }
}

/// An edit: what help says of it, and what is replaced by what.
type Named = (&'static str, &'static str, &'static str);

/// A change that moves what stands: its name, a fabric, what is replaced by what, and the edits with which nothing moves; none
/// where nothing that can be written helps.
type Mistake = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static [Named]);

#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    ("more parallel links", RAIL, &[("per-pair=2", "per-pair=3")],
        &[("write `per-pair=2` on `link \"leaf\" \"spine\"`", "per-pair=3", "per-pair=2")]),
    ("another break-out", RAIL, &[("speed=\"400G\"", "speed=\"200G\"")],
        &[("write `speed=\"400G\"` on `hosts \"gpu\"`", "speed=\"200G\"", "speed=\"400G\"")]),
    ("fewer uplinks", PODS, &[("uplinks=4", "uplinks=2")],
        &[("write `uplinks=4` on `link \"leaf\" \"spine\"`", "uplinks=2", "uplinks=4")]),
    ("a max stated late", PODS, &[("\"leaf\" count=2", "\"leaf\" count=2 max=3")],
        &[("write `max=2` on `tier \"leaf\"`", "count=2 max=3", "count=2 max=2")]),
    ("another max of pods", PODS_IN_PLANES, &[("\"su\" count=2 max=4", "\"su\" count=2 max=8")],
        &[("write `max=4` on `pod \"su\"`", "max=8", "max=4")]),
    ("another share", RAIL, &[("\"spine\" count=2", "\"spine\" count=2 share=3")],
        &[("write `share=1` on `tier \"spine\"`", "share=3", "share=1")]),
    ("a name template", RAIL, &[("tier \"spine\" count=2 switch=\"dell-z9864f\"", "tier \"spine\" count=2 switch=\"dell-z9864f\" { name \"sp{index}\"; }")],
        &[("leave `name` of `tier \"spine\"` out", "{ name \"sp{index}\"; }", "")]),
    ("a reserve over used cages", RAIL, &[("tier \"leaf\" count=2 switch=\"dell-z9864f\"", "tier \"leaf\" count=2 switch=\"dell-z9864f\" { reserve ports=2; }")],
        &[("leave `reserve` of `tier \"leaf\"` out", "{ reserve ports=2; }", "")]),
    ("a host group that others follow", UNITS,
        &[("tier \"leaf\"", "hosts \"aa\" count=2 gpus=0 { nic speed=\"200G\"; }\nlink \"aa\" \"leaf\" by=\"spread\" leaves=1 { length \"3m\"; }\ntier \"leaf\"")],
        &[("write `order=1` on `link \"aa\" \"leaf\"`", "leaves=1", "leaves=1 order=1")]),
    ("servers-per-leaf", UNITS, &[("servers-per-leaf=8", "servers-per-leaf=10")],
        &[("write `servers-per-leaf=8` on `link \"gpu\" \"leaf\"`", "servers-per-leaf=10", "servers-per-leaf=8")]),
    ("leaves of a spread line", UNITS, &[("leaves=2", "leaves=4")],
        &[("write `leaves=2` on `link \"store\" \"leaf\"`", "leaves=4", "leaves=2")]),
    ("another base", RAIL, &[("leaf=4210000000", "leaf=4220000000")],
        &[("write `leaf=4210000000`", "leaf=4220000000", "leaf=4210000000")]),
    ("another pool of loopbacks", RAIL, &[("10.255.0.0/18", "10.254.0.0/18")],
        &[("write `loopbacks \"10.255.0.0/18\"`", "10.254.0.0/18", "10.255.0.0/18")]),
    ("a smaller pool of loopbacks", RAIL, &[("10.255.0.0/18", "10.255.0.0/20")],
        &[("write `loopbacks \"10.255.0.0/18\"`", "10.255.0.0/20", "10.255.0.0/18")]),
    ("another pool of servers", RAIL, &[("10.64.0.0/10", "10.128.0.0/10")],
        &[("write `host-subnets \"10.64.0.0/10\"`", "10.128.0.0/10", "10.64.0.0/10")]),
    ("another management net", RAIL, &[("10.9.0.0/20\" gateway=\"10.9.0.1", "10.8.0.0/20\" gateway=\"10.8.0.1")],
        &[("write `subnet \"10.9.0.0/20\"`", "10.8.0.0/20\" gateway=\"10.8.0.1", "10.9.0.0/20\" gateway=\"10.9.0.1")]),
    ("a host group renamed", RAIL, &[("hosts \"gpu\"", "hosts \"node\""), ("link \"gpu\"", "link \"node\"")],
        &[("call `hosts \"node\"` \"gpu\"", "\"node\"", "\"gpu\"")]),
    ("a tier renamed", RAIL, &[("tier \"leaf\"", "tier \"tor\""), ("\"gpu\" \"leaf\"", "\"gpu\" \"tor\""), ("link \"leaf\"", "link \"tor\""), ("asn leaf=", "asn tor=")],
        &[("call `tier \"tor\"` \"leaf\"", "tor", "leaf")]),
    ("a tier in the middle", RAIL,
        &[("tier \"spine\" count=2", "tier \"mid\" count=2 switch=\"dell-z9864f\"\nlink \"leaf\" \"mid\" speed=\"800G\" per-pair=2 { length \"30m\"; }\nlink \"mid\" \"spine\" speed=\"800G\" per-pair=2 { length \"30m\"; }\ntier \"spine\" count=2"), ("asn leaf", "asn mid=4201000000 leaf")],
        &[
            ("write `order=1` on `link \"leaf\" \"mid\"`", "\"mid\" speed", "\"mid\" order=1 speed"),
            ("write `share=2` on `tier \"mid\"`", "\"mid\" count=2", "\"mid\" count=2 share=2"),
            ("write `share=1` on `tier \"spine\"`", "\"spine\" count=2", "\"spine\" count=2 share=1"),
        ]),
    ("a pod node that comes first", PODS,
        &[("pod \"su\"", "pod \"aa\" count=1 {\n    hosts \"gpu\" count=8 { nic count=2 speed=\"400G\"; }\n    tier \"leaf\" count=2 switch=\"dell-z9864f\"\n    link \"gpu\" \"leaf\" by=\"rail\" { length \"3m\"; }\n}\npod \"su\"")], &[]),
    ("spines under a fixed number of uplinks", PODS, &[("\"spine\" count=4", "\"spine\" count=8")], &[]),
    ("a plane named first", PLANES, &[("\"a\" \"b\"", "\"0\" \"a\" \"b\""), ("ports=2", "ports=3")], &[]),
];

#[test]
fn what_moves_is_refused_and_the_edits_that_are_named_are_right() {
    let mut wrong = Vec::new();
    for (name, text, edits, named) in MISTAKES {
        let old = built::files(&edited(text, &[]));
        let json = old.get("fabric.json").map(Vec::as_slice);
        let moving = edited(text, edits);
        let after = built::build(&moving, json);
        let Some(error) = after.errors.iter().find(|e| e.contains("growth/moves")) else {
            wrong.push(format!("{name}: it passes: {:?}", after.errors));
            continue;
        };
        let helps = named.iter().all(|(help, ..)| error.contains(help));
        let count = error.matches("write `").count()
            + error.matches("leave `").count()
            + error.matches("call `").count();
        if !helps || count != named.len() || named.is_empty() != error.contains("no edit was found") {
            wrong.push(format!("{name}: {error}"));
        }
        let mended = named.iter().fold(moving, |text, (_, from, to)| {
            assert!(text.contains(from), "{name}: {from} is not in {text}");
            text.replace(from, to)
        });
        let mended = built::build(&mended, json);
        if !named.is_empty() && !mended.errors.is_empty() {
            wrong.push(format!("{name}: with the edits, {:?}", mended.errors));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_server_that_dies_changes_no_file_but_of_its_leaves() {
    for (name, text) in built::fabrics() {
        let Some(line) = text.lines().find(|l| l.trim_start().starts_with("hosts ") && l.ends_with('{'))
        else {
            continue;
        };
        let after = text.replacen(line, &format!("{line}\n        absent 2"), 1);
        let (before, after) = (built::build(&text, None).files, built::build(&after, None).files);
        let files: Vec<&String> = before
            .keys()
            .filter(|k| {
                k.starts_with("switches/") && before[*k] != after.get(*k).cloned().unwrap_or_default()
            })
            .collect();
        let leaves: BTreeSet<&str> = files.iter().filter_map(|f| f.split('/').nth(1)).collect();
        let nics = 8 * 16 * 2; // of as many pods as there are, in as many planes
        assert!(!leaves.is_empty() && leaves.len() <= nics, "{name}: {leaves:?}");
        assert!(leaves.iter().all(|l| !l.contains("sp") && !l.contains("core")), "{name}: {leaves:?}");
    }
}
