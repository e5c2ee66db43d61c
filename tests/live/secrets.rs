//! Secrets are written by `fabc apply` from its environment, and stand nowhere else: in no argument, log, plan or journal.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::device::case::{Case, MTU, code, said};
use super::device::{self, Device};

const ENV: &[(&str, &str)] = &[("FABC_SNMP", "open.sesame"), ("FABC_TACACS", "hush\"hush'$(x)")];
const NEXT: &[(&str, &str)] = &[("FABC_SNMP", "open.barley"), ("FABC_TACACS", "hush-once-more")];

/// A switch that has none of them yet.
fn bare(given: &mut Value) {
    for part in ["config", "saved"] {
        let config = given[part].as_object_mut().unwrap();
        config.remove("AAA");
        config.remove("SNMP_COMMUNITY");
        for (table, row) in [("TACPLUS", "global"), ("TACPLUS_SERVER", "10.200.0.6")] {
            config[table][row].as_object_mut().unwrap().remove("passkey");
        }
    }
}

/// What ConfigDB says where secrets stand.
fn secrets(case: &Case, name: &str) -> Value {
    let config = case.lab.config(name);
    json!([
        config["SNMP_COMMUNITY"],
        config["TACPLUS_SERVER"]["10.200.0.6"]["passkey"],
        config["TACPLUS"]["global"]["passkey"],
        config["AAA"]["authentication"]["login"]
    ])
}

fn written(env: &[(&str, &str)], others: &[&str]) -> Value {
    let mut communities = json!({ env[0].1: { "TYPE": "RO" } });
    others.iter().for_each(|other| communities[other] = json!({ "TYPE": "RO" }));
    json!([communities, env[1].1, env[1].1, "tacacs+,local"])
}

/// No file below it holds one of them, but for those of these names.
fn holds_none(folder: &Path, but: &[&str]) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            holds_none(&path, but);
        } else if !but.iter().any(|name| path.ends_with(name)) {
            let bytes = fs::read(&path).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            for (_, secret) in ENV.iter().chain(NEXT) {
                assert!(!text.contains(secret), "{} holds {secret}", path.display());
            }
        }
    }
}

/// Neither what lies around nor what a switch logged has a secret: programs and their arguments, patches that GCU took.
fn told_nowhere(case: &Case) {
    for entry in fs::read_dir(case.lab.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("devices") {
            holds_none(&path, &[]);
        } else if path.is_file() {
            let text = fs::read_to_string(&path).unwrap_or_default();
            assert!(ENV.iter().chain(NEXT).all(|(_, secret)| !text.contains(secret)), "{}", path.display());
        }
    }
    for device in case.lab.switches.values() {
        holds_none(&device.path("/var/switch"), &[]);
        holds_none(&device.path("/etc/sonic"), &["config_db.json"]);
        holds_none(&device.path("/tmp"), &[]);
    }
}

#[test]
fn they_come_from_the_environment() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, given| bare(given));
    let row = &case.plan["switches"]["leaf-01"]["secrets"][0];
    assert_eq!(
        *row,
        json!({ "table": "SNMP_COMMUNITY", "key": { "env": "FABC_SNMP" }, "fields": { "TYPE": "RO" } })
    );
    let here = |args: &[&str]| super::common::fabc(case.lab.folder.path(), args);
    let diff = here(&["diff", "new.kdl", "--deployed", "deployed"]);
    code(&diff, 1);
    assert!(said(&diff).contains("secrets are missing (FABC_SNMP, FABC_TACACS)"), "{}", said(&diff));
    let document = here(&["diff", "new.kdl", "--deployed", "deployed", "--format", "json"]);
    let document: Value = serde_json::from_slice(&document.stdout).unwrap();
    assert_eq!(super::common::schema::wrong(&document, "diff"), Vec::<String>::new());
    assert_eq!(super::common::schema::wrong(&case.plan, "plan"), Vec::<String>::new());
    // A former build has none, and says nothing of them.
    code(&here(&["build", "new.kdl", "--out", "new"]), 0);
    code(&here(&["plan", "new.kdl", "--deployed", "new"]), 0);
    code(&here(&["diff", "new.kdl", "--deployed", "new"]), 0);
    let none = case.apply(&[]);
    code(&none, 2);
    for name in ["`FABC_SNMP` is not set", "`FABC_TACACS` is not set", " and 2 more"] {
        assert!(said(&none).contains(name), "{}", said(&none));
    }
    let unfit = case.apply_with(&[("FABC_SNMP", "a b c d"), ENV[1]], &["--dry-run"]);
    code(&unfit, 2);
    assert!(
        said(&unfit).contains("SONiC takes 4 to 32") && !said(&unfit).contains("a b c d"),
        "{}",
        said(&unfit)
    );
    code(&case.apply_with(ENV, &["--dry-run"]), 0);
    case.all_untouched();

    let done = case.apply_with(ENV, &[]);
    code(&done, 0);
    for (name, device) in &case.lab.switches {
        assert_eq!(secrets(&case, name), written(ENV, &[]), "{name}");
        case.is_tidy(name);
        let restarts: Vec<_> = device.did("restart").iter().map(|entry| entry["what"].clone()).collect();
        assert_eq!(restarts, ["snmp.service"], "{name}");
        assert!(device.did("syslog").len() == 1, "what GCU logs is looked at");
    }
    told_nowhere(&case);
    let again = case.apply_with(ENV, &[]);
    code(&again, 0);
    assert!(said(&again).contains("it was so already"), "{}", said(&again));
    let other = case.apply_with(NEXT, &[]);
    code(&other, 2);
    assert!(
        said(&other).contains("but for its secrets: `fabc pull` and `fabc plan --secrets`"),
        "{}",
        said(&other)
    );
    // The way back needs none of them. What wasn't there goes again, but for the community, whose old ones nobody knows.
    let back = case.apply(&["--rollback"]);
    code(&back, 0);
    assert!(said(&back).contains("secrets that were there before stay"), "{}", said(&back));
    assert_eq!(secrets(&case, "leaf-01"), json!([{ ENV[0].1: { "TYPE": "RO" } }, null, null, null]));
    assert_eq!(case.lab.config("leaf-01")["AAA"], Value::Null);
}

#[test]
fn they_are_written_anew_and_nothing_else() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    let plan = |more: &[&str]| {
        let args = [&["plan", "--deployed", "deployed", "-o", "plan.json"], more].concat();
        let fabric = super::common::project().join("tests/device/fabric.kdl").display().to_string();
        super::common::fabc(case.lab.folder.path(), &[&args[..], &[&fabric]].concat())
    };
    // Whether masked ones are the right ones, nobody can tell.
    code(&plan(&[]), 0);
    let planned = plan(&["--secrets"]);
    assert!(
        said(&planned).contains("takes FABC_SNMP, FABC_TACACS from its environment"),
        "{}",
        said(&planned)
    );
    let done = case.apply_with(NEXT, &["--only", "leaf-01,leaf-02"]);
    code(&done, 0);
    assert!(said(&done).contains("other SNMP communities that stay, and are answered: 1"), "{}", said(&done));
    for name in ["leaf-01", "leaf-02"] {
        assert_eq!(secrets(&case, name), written(NEXT, &["hidden-community"]));
        case.is_tidy(name);
        assert!(case.device(name).did("syslog").is_empty() && case.device(name).did("flap").is_empty());
    }
    told_nowhere(&case);
    // Nothing differs, so nothing is done.
    case.lab.switches.values().for_each(Device::forget);
    let again = case.apply_with(NEXT, &["--only", "leaf-01,leaf-02"]);
    code(&again, 0);
    assert!(said(&again).contains("it was so already"), "{}", said(&again));
    assert!(case.device("leaf-01").did("restart").is_empty());
    // A ConfigDB that breaks off is not shown.
    for nth in [0, 2] {
        let text = "{\"TACPLUS\": {\"global\": {\n\"passkey\": \"hush-once-more\"";
        case.device("leaf-01")
            .fault(json!([{ "at": "sonic-cfggen", "nth": nth, "do": "print", "text": text, "code": 1 }]));
        let done = case.apply_with(NEXT, &["--dry-run", "--only", "leaf-01"]);
        code(&done, 2);
        assert!(said(&done).contains("exit code 1") && !said(&done).contains("hush"), "{}", said(&done));
    }
    // The same plan with others: what is there now is what comes back. Who else changes something is left alone.
    let noc = json!(["SNMP_COMMUNITY", "of-the-noc", { "TYPE": "RO" }]);
    case.device("leaf-01").fault(json!([
        { "at": "config save", "do": "change", "rows": [noc] }, { "at": "config save", "do": "full" }
    ]));
    let failed = case.apply_with(ENV, &["--only", "leaf-01"]);
    code(&failed, 1);
    assert_eq!(
        secrets(&case, "leaf-01"),
        written(NEXT, &["hidden-community", "of-the-noc"]),
        "{}",
        said(&failed)
    );
    case.device("leaf-01").fault(json!([]));
    code(&case.apply_with(ENV, &["--only", "leaf-01"]), 0);
    case.is_tidy("leaf-01");
    told_nowhere(&case);
}

#[test]
fn a_failure_puts_them_back() {
    if device::is_missing() {
        return;
    }
    let plain = Case::new(&[MTU], |_, _| {});
    let bare = Case::new(&[MTU], |_, given| bare(given));
    for fault in [
        json!([{ "at": "step TACPLUS_SERVER", "do": "fail", "text": "open.sesame" }]),
        json!([{ "at": "step AAA", "do": "cut" }]),
        json!([{ "at": "systemctl restart snmp", "do": "fail" }]),
        json!([{ "at": "config save", "do": "full" }]),
        // Nor do they come to GCU's log where patches are no way back.
        json!([{ "at": "config save", "do": "full" }, { "at": "config apply-patch", "nth": 2, "do": "refuse" }]),
    ] {
        bare.lab.switches.values().for_each(Device::forget);
        bare.device("leaf-01").fault(fault.clone());
        let done = bare.apply_with(ENV, &["--only", "leaf-01"]);
        code(&done, 1);
        assert!(
            said(&done).contains("taken back") && !said(&done).contains(ENV[0].1),
            "{fault}: {}",
            said(&done)
        );
        assert_eq!(bare.device("leaf-01").did("fault").len(), fault.as_array().unwrap().len(), "{fault}");
        bare.all("old");
        // snmpd answers as before, too: it starts anew as often as its communities change.
        if fault[0]["at"] == "config save" {
            assert_eq!(bare.device("leaf-01").did("restart").len(), 2, "{fault}");
        }
        bare.device("leaf-01").fault(json!([]));
        told_nowhere(&bare);
    }
    // What was there before is what comes back.
    let args = ["plan", "new.kdl", "--secrets", "--deployed", "deployed", "-o", "plan.json"];
    code(&super::common::fabc(plain.lab.folder.path(), &args), 1);
    plain.device("leaf-01").fault(json!([{ "at": "config save", "do": "full" }]));
    code(&plain.apply_with(ENV, &["--only", "leaf-01"]), 1);
    plain.all("old");
    told_nowhere(&plain);
}

#[test]
fn killed_while_they_are_written() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, given| bare(given));
    for way in ["--rollback", "--resume"] {
        case.lab.switches.values().for_each(Device::forget);
        case.device("leaf-01").fault(json!([{ "at": "step TACPLUS_SERVER", "do": "slow", "seconds": 2 }]));
        let child = case.spawn_with(ENV, &["--only", "leaf-01"]);
        super::apply::killed(&case, child, "leaf-01", "fault", "TACPLUS_SERVER");
        if way == "--rollback" {
            code(&case.apply(&[way]), 0);
            case.all("old");
        } else {
            code(&case.apply(&[way]), 2);
            code(&case.apply_with(ENV, &[way, "--only", "leaf-01"]), 0);
            assert_eq!(secrets(&case, "leaf-01"), written(ENV, &[]));
            case.is_tidy("leaf-01");
        }
        told_nowhere(&case);
    }
}

#[test]
fn killed_while_snmp_starts_anew() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, given| bare(given));
    let restart = "systemctl restart snmp";
    case.device("leaf-01").fault(json!([
        { "at": restart, "do": "slow", "seconds": 2 }, { "at": restart, "do": "fail" }
    ]));
    let child = case.spawn_with(ENV, &["--only", "leaf-01"]);
    super::apply::killed(&case, child, "leaf-01", "fault", restart);
    code(&case.apply_with(ENV, &["--resume", "--only", "leaf-01"]), 0);
    assert_eq!(case.device("leaf-01").did("restart").len(), 1, "the rows alone are not all");
    assert_eq!(secrets(&case, "leaf-01"), written(ENV, &[]));
    case.is_tidy("leaf-01");
}

#[test]
fn without_the_lock_nothing_is_promised() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, given| bare(given));
    case.device("leaf-01").fault(json!([
        { "at": "config save", "do": "slow", "seconds": 3 }, { "at": "config save", "do": "full" },
        { "at": "config apply-patch", "nth": 2, "do": "refuse" }
    ]));
    let child = case.spawn_with(ENV, &["--only", "leaf-01"]);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(120);
    while case.device("leaf-01").did("fault").is_empty() && std::time::Instant::now() < end {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    fs::remove_dir_all(case.device("leaf-01").path("/etc/sonic/fabc.lock")).unwrap();
    let done = child.wait_with_output().unwrap();
    code(&done, 2);
    assert!(said(&done).contains("between"), "{}", said(&done));
    // GCU's rollback would have logged them.
    told_nowhere(&case);
}

#[test]
fn a_reload_has_them_too() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[super::device::case::WATCHDOG], |_, given| bare(given));
    code(&case.apply_with(ENV, &["--only", "leaf-01"]), 0);
    assert_eq!(secrets(&case, "leaf-01"), written(ENV, &[]));
    case.is_tidy("leaf-01");
    told_nowhere(&case);
}

#[test]
fn ansible_has_them_of_its_environment_too() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, given| bare(given));
    if !super::ansible::written(&case, &["--no-soak"]) {
        return;
    }
    let run = |env: &[(&str, &str)], arguments: &[&str]| {
        super::ansible::playbook(&case, arguments).unwrap().envs(env.iter().copied()).output().unwrap()
    };
    let none = run(&ENV[..1], &["apply.yml"]);
    code(&none, 2);
    assert!(said(&none).contains("FABC_TACACS is not set in the environment"), "{}", said(&none));
    case.all_untouched();
    case.device("leaf-01").fault(json!([{ "at": "step AAA", "do": "fail", "text": "open.sesame" }]));
    let failed = run(ENV, &["apply.yml", "-vvv", "--limit", "leaf-01"]);
    code(&failed, 2);
    assert!(said(&failed).contains("leaf-01 is old: secrets: secrets: Refused"), "{}", said(&failed));
    case.device("leaf-01").fault(json!([]));
    case.all("old");
    let done = run(ENV, &["apply.yml", "-vvv"]);
    code(&done, 0);
    for output in [&none, &failed, &done] {
        assert!(ENV.iter().all(|(_, secret)| !said(output).contains(secret)), "{}", said(output));
    }
    for name in case.lab.switches.keys() {
        assert_eq!(secrets(&case, name), written(ENV, &[]), "{name}");
        case.is_tidy(name);
    }
    told_nowhere(&case);
    case.lab.switches.values().for_each(Device::forget);
    code(&run(ENV, &["apply.yml"]), 0);
    case.all_untouched();
}
