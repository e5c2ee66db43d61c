//! Proof on SONiC's own YANG models: what fabc makes is taken by each release, and what is wrong is refused where it is
//! wrong.
//!
//! Needs the models beside the project. Where they are missing the tests say that they were skipped; under `FABC_CI` that
//! is a failure.
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
use std::path::{Path, PathBuf};

use fabc::host::MemoryHost;
use fabc::pipeline::{Options, analyze};
use fabc::validate::fabric::{Head, one_of_each, validate};
use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;
use fabc_targets::Bundle;
use fabc_targets::sonic::{ConfigDb, Release, Value};
use fabc_yang::{Models, Verdict};

/// The shared folder, or that of this name in it; none, with a word on it, where it is missing.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = common::project().join("../shared").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("FABC_CI").is_none(), "skipped where nothing may be: {name} is not there");
    eprintln!("skipped: {name} is not beside the project");
    None
}

fn models(folder: &Path, release: &str) -> Models {
    Models::load(&folder.join(release)).unwrap_or_else(|error| panic!("{release}: {error:?}"))
}

/// The files of the language beside a fabric, with another release in them.
fn released(fabric: &Path, release: &str) -> MemoryHost {
    let (mut host, mut folders) = (MemoryHost::default(), vec![fabric.parent().unwrap().to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for path in common::entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "kdl") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = match text.split_once("release=\"") {
                    Some((before, rest)) => {
                        let (_, after) = rest.split_once('"').unwrap();
                        format!("{before}release=\"{release}\"{after}")
                    }
                    None => text,
                };
                host = host.file(&path, text);
            }
        }
    }
    host
}

/// Examples and cases, and the wish files where they are.
fn fabrics() -> Vec<PathBuf> {
    let folders = ["examples", "tests/cases"].map(|folder| common::entries(&common::project().join(folder)));
    let examples = folders.concat().into_iter().map(|p| p.join("fabric.kdl")).filter(|path| path.is_file());
    let wishes = shared("intents").map(|folder| common::entries(&folder)).unwrap_or_default();
    let wishes = wishes.into_iter().filter(|path| path.extension().is_some_and(|e| e == "kdl"));
    examples.chain(wishes).collect()
}

/// Switches that stand for all others, once they are known: they are the same under every release.
type Heads = Option<Vec<Head>>;

/// What the models refuse of the switches of a fabric; none where the fabric has errors. With it how many rows and
/// switches were judged.
fn refused(
    models: &Models,
    host: &MemoryHost,
    path: &Path,
    heads: &mut Heads,
) -> Option<(Vec<String>, [usize; 2])> {
    let mut analysis = analyze(path, host, &Options::default());
    analysis.levels.apply(&mut analysis.findings, analysis.fabric.is_some());
    let fabric = analysis.fabric.filter(|_| !analysis.findings.has_errors())?;
    let bundle = Bundle::new(&fabric, "0", BTreeMap::new()).ok()?;
    let heads = heads.get_or_insert_with(|| one_of_each(&fabric, &bundle));
    let mut findings = Findings::default();
    let judged = validate(models, &fabric, &bundle, heads, &mut findings);
    let release = &fabric.intent.fabric.release.v;
    let said = findings.iter().map(|d| format!("{} {release}: {} {}", path.display(), d.code(), d.message));
    let rows = judged.iter().map(|one| one.verdict.rows).sum();
    Some((said.collect(), [rows, judged.iter().map(|one| one.alike).sum()]))
}

/// Whether a fabric has rows of its own in a table.
fn asks_for(fabric: &Path, table: &str) -> bool {
    std::fs::read_to_string(fabric).unwrap().contains(&format!("config-db \"{table}\""))
}

/// Releases of community SONiC that can be asked for and whose models are there.
fn releases(folder: &Path) -> Vec<&'static str> {
    let names = Release::all().iter().filter(|release| release.nos == Nos::Sonic).map(|release| release.name);
    let (there, missing): (Vec<_>, Vec<_>) = names.partition(|name| folder.join(name).is_dir());
    assert!(missing.is_empty(), "no models of {missing:?}");
    there
}

#[test]
fn every_release_takes_what_is_made_for_it() {
    let Some(folder) = shared("yang") else { return };
    let community = |path: &PathBuf| !std::fs::read_to_string(path).unwrap().contains("enterprise-sonic");
    let fabrics: Vec<PathBuf> = fabrics().into_iter().filter(community).collect();
    let releases = releases(&folder);
    let (mut wrong, mut judged) = (Vec::new(), 0);
    let models = releases.iter().map(|release| (release, models(&folder, release)));
    let models: Vec<_> = models.collect();
    for path in &fabrics {
        let mut heads = None;
        for (release, models) in &models {
            match refused(models, &released(path, release), path, &mut heads) {
                Some((said, [rows, switches])) => {
                    assert!(rows > 50 && switches > 1, "{}: {rows} rows", path.display());
                    // A table that the file itself asks for may be younger than the release.
                    let asked = |line: &String| {
                        let table = line.split('`').nth(1).unwrap_or_default();
                        line.contains(" yang/no-model ") && asks_for(path, table)
                    };
                    wrong.extend(said.into_iter().filter(|line| !asked(line)));
                    judged += 1;
                }
                None => println!("{} can't run {release}", path.display()),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // An example may need what an old release hasn't; most need nothing of the kind.
    assert!(
        judged * 10 > fabrics.len() * releases.len() * 8,
        "{judged} of {}",
        fabrics.len() * releases.len()
    );
}

#[test]
fn tables_that_enterprise_sonic_shares_are_taken() {
    let Some(folder) = shared("yang") else { return };
    let enterprise = |path: &PathBuf| std::fs::read_to_string(path).unwrap().contains("enterprise-sonic");
    let fabrics: Vec<PathBuf> = fabrics().into_iter().filter(enterprise).collect();
    assert!(!fabrics.is_empty());
    for release in releases(&folder) {
        let models = models(&folder, release);
        for path in &fabrics {
            let (mut said, [rows, ..]) = refused(&models, &released(path, "4.5"), path, &mut None).unwrap();
            // What only Enterprise SONiC has is named, and not refused.
            said.retain(|line| !line.contains(" yang/apart "));
            assert!(said.is_empty(), "models of {release}: {}", said.join("\n"));
            assert!(rows > 100, "{}: {rows} rows", path.display());
        }
    }
}

#[test]
fn every_release_takes_every_box() {
    let Some(folder) = shared("yang") else { return };
    let boxes = common::entries(&common::project().join("lang/platforms/switch"));
    assert!(boxes.len() > 30, "{}", boxes.len());
    let mut wrong = Vec::new();
    for release in releases(&folder) {
        let models = models(&folder, release);
        for path in &boxes {
            let platform = path.file_stem().unwrap().to_string_lossy();
            let host = |speed| common::of_one_model(&platform, release, speed);
            // Some have no port of 400G, and no break-out to it.
            let speeds = ["400G", "200G", "800G"].into_iter();
            let judged =
                speeds.map(host).find_map(|host| refused(&models, &host, Path::new("fabric.kdl"), &mut None));
            match judged {
                Some((said, [rows, ..])) if rows > 100 => wrong.extend(said),
                other => wrong.push(format!("{platform} {release}: not judged: {other:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn sample(name: &str) -> Option<ConfigDb> {
    let path = shared("facts/sonic-samples")?.join(name);
    Some(ConfigDb::read(&std::fs::read_to_string(path).unwrap()).unwrap())
}

/// `TABLE|key field: Kind`
fn told(verdict: &Verdict) -> Vec<String> {
    let one = |v: &fabc_yang::Violation| {
        let key = v.key.as_ref().map_or_else(String::new, |key| format!("|{key}"));
        let field = v.field.as_ref().map_or_else(String::new, |field| format!(" {field}"));
        format!("{}{key}{field}: {:?}", v.table, v.kind)
    };
    verdict.violations.iter().map(one).collect()
}

#[test]
fn a_sound_leaf_passes_and_a_vendor_template_does_not() {
    let (Some(folder), Some(leaf), Some(vendor)) =
        (shared("yang"), sample("ai-leaf.json"), sample("z9864f-leaf-full.json"))
    else {
        return;
    };
    for release in ["202411", "202505", "202511", "202605", "master"] {
        let verdict = models(&folder, release).judge(&leaf);
        assert_eq!((told(&verdict), verdict.unmodelled), (vec![], vec![]), "{release}");
        assert!(verdict.rows > 1000);
    }
    // The vendor's templates still refer to pools as `[BUFFER_POOL|name]`.
    for release in releases(&folder) {
        let verdict = models(&folder, release).judge(&vendor);
        let profiles = [
            "egress_lossless_profile",
            "egress_lossy_cpu_profile",
            "egress_lossy_profile",
            "ingress_lossy_profile",
        ];
        let expected: Vec<String> =
            profiles.iter().map(|name| format!("BUFFER_PROFILE|{name} pool: Reference")).collect();
        assert_eq!(told(&verdict), expected, "{release}");
        let why = &verdict.violations[3].reason;
        assert_eq!(why, "`[BUFFER_POOL|ingress_lossless_pool]` is not in BUFFER_POOL", "{release}");
    }
    // What came later is refused by what was there before.
    let old = models(&folder, "202305").judge(&leaf);
    assert_eq!(
        told(&old),
        ["BGP_DEVICE_GLOBAL|STATE wcmp_enabled: Field", "SWITCH_HASH|GLOBAL ecmp_hash_algorithm: Field"]
    );
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn set(db: &mut ConfigDb, table: &str, key: &str, field: &str, value: &str) {
    db.row_mut(table, key).set(field, text(value));
}

fn drop_row(db: &mut ConfigDb, table: &str, key: &str) {
    db.table_mut(table).rows.retain(|row| row.key != key);
}

type Mistake = (&'static str, fn(&mut ConfigDb));

/// One mistake each, and what is said of it: that and nothing else.
const MISTAKES: &[Mistake] = &[
    ("PORT|Ethernet0 fec: Value", |db| set(db, "PORT", "Ethernet0", "fec", "rs544")),
    ("PORT|Ethernet0 mtu: Value", |db| set(db, "PORT", "Ethernet0", "mtu", "9300")),
    ("PORT|Ethernet0 mtu: Value", |db| set(db, "PORT", "Ethernet0", "mtu", "9k")),
    ("PORT|Ethernet0 sped: Field", |db| set(db, "PORT", "Ethernet0", "sped", "400000")),
    ("PORT|Ethernet0 NULL: Field", |db| set(db, "PORT", "Ethernet0", "NULL", "NULL")),
    ("PORT|Ethernet0 speed: Missing", |db| {
        db.row_mut("PORT", "Ethernet0").fields.retain(|(name, _)| name != "speed");
    }),
    ("PORT|Ethernet0 alias: Form", |db| {
        db.row_mut("PORT", "Ethernet0").set("alias", Value::List(vec!["etp1".into()]));
    }),
    ("PORT|Ethernet0|1: Key", |db| set(db, "PORT", "Ethernet0|1", "speed", "400000")),
    ("MGMT_INTERFACE|eth0|192.0.2.11/24 forced_mgmt_routes: Form", |db| {
        set(db, "MGMT_INTERFACE", "eth0|192.0.2.11/24", "forced_mgmt_routes", "10.1.0.0/24");
    }),
    ("INTERFACE|Ethernet0|10.9.0.1/33: Key", |db| {
        db.row_mut("INTERFACE", "Ethernet0|10.9.0.1/33");
    }),
    ("LOOPBACK_INTERFACE|Loopback7|10.9.0.1/32: Reference", |db| {
        db.row_mut("LOOPBACK_INTERFACE", "Loopback7|10.9.0.1/32");
    }),
    ("DEVICE_METADATA|localhost type: Value", |db| set(db, "DEVICE_METADATA", "localhost", "type", "Spine")),
    ("BUFFER_PG|Ethernet0|5 profile: Reference", |db| {
        set(db, "BUFFER_PG", "Ethernet0|5", "profile", "no_such_profile");
    }),
    ("BUFFER_PG|Ethernet0: Key", |db| set(db, "BUFFER_PG", "Ethernet0", "profile", "egress_lossy_profile")),
    ("BUFFER_PG|Ethernet999|5: Reference", |db| {
        set(db, "BUFFER_PG", "Ethernet999|5", "profile", "ingress_lossy_profile");
    }),
    ("BUFFER_PORT_EGRESS_PROFILE_LIST|Ethernet0 profile_list: Reference", |db| {
        set(db, "BUFFER_PORT_EGRESS_PROFILE_LIST", "Ethernet0", "profile_list", "egress_lossy_profile,none");
    }),
    ("DSCP_TO_TC_MAP|AZURE 64: Value", |db| set(db, "DSCP_TO_TC_MAP", "AZURE", "64", "3")),
    ("DSCP_TO_TC_MAP|AZURE 5: Value", |db| set(db, "DSCP_TO_TC_MAP", "AZURE", "5", "16")),
    ("CABLE_LENGTH|AZURE Ethernet0: Value", |db| set(db, "CABLE_LENGTH", "AZURE", "Ethernet0", "40")),
    ("SCHEDULER|scheduler.0 weight: Value", |db| set(db, "SCHEDULER", "scheduler.0", "weight", "101")),
    ("WRED_PROFILE|W green_max_threshold: Condition", |db| {
        set(db, "WRED_PROFILE", "W", "green_min_threshold", "2000");
        set(db, "WRED_PROFILE", "W", "green_max_threshold", "1000");
    }),
    ("PFC_WD|GLOBAL POLL_INTERVAL: Value", |db| set(db, "PFC_WD", "GLOBAL", "POLL_INTERVAL", "9000")),
    ("PFC_WD|GLOBAL BIG_RED_SWITCH: Field", |db| set(db, "PFC_WD", "GLOBAL", "BIG_RED_SWITCH", "enable")),
    ("PORT_QOS_MAP|Ethernet0 dscp_to_tc_map: Reference", |db| {
        set(db, "PORT_QOS_MAP", "Ethernet0", "dscp_to_tc_map", "NO_MAP");
    }),
    ("INTERFACE|Ethernet0: Reference", |db| drop_row(db, "PORT", "Ethernet0")),
];

#[test]
fn a_mistake_is_refused_where_it_is() {
    let (Some(folder), Some(leaf)) = (shared("yang"), sample("ai-leaf.json")) else { return };
    let models = models(&folder, "202505");
    let mut wrong = Vec::new();
    for (expected, mistake) in MISTAKES {
        let mut db = leaf.clone();
        mistake(&mut db);
        assert_ne!(db, leaf, "{expected}: no mistake");
        let told = told(&models.judge(&db));
        // All that hangs on a port falls with it.
        let sound = if expected.starts_with("INTERFACE|Ethernet0:") {
            told.iter().any(|t| t == expected) && told.len() > 5
        } else {
            told == [*expected]
        };
        if !sound {
            wrong.push(format!("{expected}, but: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type Seen = (&'static str, bool, fn(&mut ConfigDb));

/// Changes to a sound leaf that SONiC's own checker was seen to take, or to refuse, by release.
const SEEN: &[Seen] = &[
    ("202505", true, |db| set(db, "CABLE_LENGTH", "AZURE", "Ethernet0", "30m")),
    ("202505", true, |db| set(db, "DEVICE_NEIGHBOR", "Ethernet999", "name", "nobody")),
    ("202505", true, |db| set(db, "BUFFER_PG", "Ethernet0|6-5", "profile", "ingress_lossy_profile")),
    ("202505", true, |db| set(db, "BUFFER_POOL", "ingress_lossless_pool", "size", "1000000000000")),
    ("202505", true, |db| {
        db.row_mut("DEVICE_METADATA", "localhost").fields.retain(|(name, _)| name != "hwsku")
    }),
    ("202505", true, |db| db.row_mut("PORT", "Ethernet0").fields.retain(|(name, _)| name != "alias")),
    ("202505", true, |db| set(db, "SCHEDULER", "strict", "type", "STRICT")),
    ("202505", true, |db| set(db, "PORT_QOS_MAP", "Ethernet0", "pfc_enable", "")),
    ("202411", false, |db| set(db, "PORT_QOS_MAP", "Ethernet0", "pfc_enable", "")),
    ("202405", false, |db| set(db, "TC_TO_QUEUE_MAP", "AZURE", "7", "9")),
    ("202411", true, |db| set(db, "TC_TO_QUEUE_MAP", "AZURE", "7", "9")),
    ("202505", false, |db| set(db, "PFC_WD", "Ethernet0", "detection_time", "150")),
    ("202505", false, |db| set(db, "DEVICE_METADATA", "localhost", "bgp_asn", "65000.1")),
    ("202505", false, |db| set(db, "BGP_NEIGHBOR", "Ethernet0", "asn", "65000")),
    ("202505", false, |db| set(db, "PORT", "Ethernet0", "speed", "1600000")),
    ("202511", true, |db| set(db, "PORT", "Ethernet0", "speed", "1600000")),
    ("202505", true, |db| set(db, "PFC_WD", "GLOBAL", "POLL_INTERVAL", "200")),
    ("202511", false, |db| set(db, "PFC_WD", "GLOBAL", "POLL_INTERVAL", "2000")),
    ("202505", true, |db| {
        db.row_mut("INTERFACE", "Ethernet0|10.9.0.0/31");
    }),
    ("202505", false, |db| {
        drop_row(db, "INTERFACE", "Ethernet0");
        db.row_mut("INTERFACE", "Ethernet0|10.9.0.0/31");
    }),
];

#[test]
fn what_was_seen_of_sonic_is_said_here_too() {
    let (Some(folder), Some(leaf)) = (shared("yang"), sample("ai-leaf.json")) else { return };
    let mut wrong = Vec::new();
    for (at, (release, taken, change)) in SEEN.iter().enumerate() {
        let mut db = leaf.clone();
        change(&mut db);
        let told = told(&models(&folder, release).judge(&db));
        if told.is_empty() != *taken {
            wrong.push(format!("number {at}, {release}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const FABRIC: &str = r#"
fabric "f" { nos "sonic" release="202505"; }
hosts "gpu" count=4 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" { length "3m"; }
link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
"#;

/// Writes a file in a folder of its own and judges it by the program: its exit code, what it says, and its data.
fn program(name: &str, text: &str, args: &[&str]) -> Option<(i32, String, String)> {
    let models = shared("yang")?.join("202505");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    let models = models.to_string_lossy();
    let all = [&["validate", "--yang", &*models, name, "--format", "short"], args].concat();
    let output = common::fabc(folder.path(), &all);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some((output.status.code().unwrap(), text(output.stderr), text(output.stdout)))
}

#[test]
fn a_refusal_leads_to_the_line_that_asked() {
    let wrong = FABRIC.to_owned()
        + "switch \"leaf-02\" { config-db \"PORT\" \"Ethernet0\" fec=\"rs544\"; config-db \"PROT\" \"x\" a=\"1\"; }\n";
    // What fabc itself says of these rows comes first, and ends it where it is an error.
    let own = ["nos/mac-left-to-ztp", "lint/wrong-form", "lint/fec-not-offered", "lint/unknown-table"];
    let allow: Vec<&str> = own.iter().flat_map(|code| ["--allow", code]).collect();
    let Some((code, said, data)) = program("fabric.kdl", &wrong, &allow) else { return };
    assert_eq!((code, data.as_str()), (1, ""));
    assert_eq!(
        said,
        "fabric.kdl:9:53: error[yang/value]: `PORT|Ethernet0 fec` of `leaf-02`: `rs544` does not match \
         `rs|fc|none|auto`\n\
         fabric.kdl:9:62: warning[yang/no-model]: `PROT` of `leaf-02` has no YANG model: its rows may hold anything\n"
    );
    // Without the override both leaves are of one kind, and so are both spines.
    let (code, said, data) = program("fabric.kdl", FABRIC, &[]).unwrap();
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(data.starts_with("valid: ") && data.ends_with(" of 2 switches, which stand for 4\n"), "{data}");
    let (_, _, data) = program("fabric.kdl", FABRIC, &["--all"]).unwrap();
    assert!(data.ends_with(" of 4 switches\n"), "{data}");
}

#[test]
fn a_refusal_leads_to_the_place_in_the_file() {
    let wrong = "{\"PORT\": {\"Ethernet0\": {\"lanes\": \"1\", \"speed\": \"0\"}},\n \"PROT\": {\"x\": {}}}";
    let Some((code, said, data)) = program("config_db.json", wrong, &[]) else { return };
    assert_eq!((code, data.as_str()), (1, ""));
    assert_eq!(
        said,
        "config_db.json:1:48: error[yang/value]: `PORT|Ethernet0 speed`: `0` is out of range: 1..800000\n\
         config_db.json:2:2: warning[yang/no-model]: `PROT` has no YANG model: its 1 row may hold anything\n"
    );
    let (code, said, _) = program("config_db.json", "{", &[]).unwrap();
    assert!(code == 1 && said.contains("config-db/syntax"), "{said}");
    let (code, said, data) =
        program("config_db.json", "{\"PORT\": {}}", &["--format", "json"]).unwrap_or_default();
    assert!(code == 2 && data.is_empty(), "an option twice is wrong usage: {said}");
    let (code, said, _) = program("config_db.json", "{}", &["none.json"]).unwrap();
    assert!(code == 2 && said.contains("cannot read none.json"), "{said}");
}

/// Each patch of a plan leaves what the models take, and so does each way back (which leads over the same states).
#[test]
fn every_stage_of_a_plan_is_taken() {
    let Some(folder) = shared("yang") else { return };
    let (mut judged, mut wrong) = (0, Vec::new());
    let models: BTreeMap<&str, Models> =
        ["202405", "202505", "202511", "202605"].map(|name| (name, models(&folder, name))).into();
    for (at, example) in ["nokia-128", "day2", "rack-tor", "rail-512"].into_iter().enumerate() {
        let text = common::built::whole(&common::project().join("examples").join(example).join("fabric.kdl"));
        let text = common::changes::plain(&text);
        for (turn, (name, models)) in models.iter().enumerate() {
            let release = Release::find(Nos::Sonic, name).unwrap();
            let written = text.split("release=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let text = text.replace(&format!("release=\"{written}\""), &format!("release=\"{name}\""));
            let Some(old) = common::changes::some_switches(&text) else { continue };
            let some = common::changes::CHANGES.iter().enumerate().filter(|(n, _)| (n + at) % 4 == turn);
            for (_, change) in some {
                let new = common::changes::edited(&text, change);
                let Some(new) = new.and_then(|text| common::changes::some_switches(&text)) else { continue };
                for (switch, from) in &old {
                    let Some(to) = new.get(switch) else { continue };
                    let given = fabc::plan::switch::Given {
                        release,
                        observed: &from.0,
                        observed_frr: None,
                        config_db: &to.0,
                        frr: &to.1,
                        models: None,
                        apply_patch: None,
                    };
                    let model = fabc::plan::cost::model(release);
                    let plan = fabc::plan::switch::plan(&given, &model, &|ports| ports.len() <= 40).unwrap();
                    let mut at: serde_json::Value = serde_json::from_str(&from.0).unwrap();
                    for stage in plan.stages.iter() {
                        let ops: Vec<_> = stage.patch.iter().map(|op| op.to_json()).collect();
                        let patch: json_patch::Patch = serde_json::from_value(ops.into()).unwrap();
                        json_patch::patch(&mut at, &patch).unwrap();
                        let verdict = models.judge(&ConfigDb::read(&at.to_string()).unwrap());
                        judged += 1;
                        let said = told(&verdict);
                        if !said.is_empty() {
                            let few = said.len().min(3);
                            wrong.push(format!(
                                "{example} {name}, {}, {switch}, `{}`: {}",
                                change.0,
                                stage.title,
                                said[..few].join(", ")
                            ));
                        }
                    }
                }
            }
        }
    }
    println!("{judged} states judged");
    assert!(wrong.is_empty(), "{} wrong, as\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(judged > 150, "{judged}");
}
