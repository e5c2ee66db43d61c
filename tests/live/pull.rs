//! `fabc pull` against switches with a real sshd: what is kept, what fails, and that secrets stay there.
//!
//! Needs root, and Debian's openssh-server, redis-server, python3 and sudo. Where they are missing the tests say that they
//! were skipped; under `FABC_CI` that is a failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use super::device::{Lab, SECRETS};
use super::{common, device};

/// All files below a folder.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut rest) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(path) = rest.pop() {
        if path.is_dir() {
            rest.extend(common::entries(&path));
        } else {
            files.insert(path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap());
        }
    }
    files
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// No secret of any switch is in a folder, or was told.
fn holds_no_secret(folder: &Path, output: &Output) {
    for secret in SECRETS {
        assert!(!said(output).contains(secret), "{secret}: {}", said(output));
        for (path, bytes) in tree(folder) {
            assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{secret} is in {}", path.display());
        }
    }
}

#[test]
fn all_is_kept_and_a_second_pull_changes_nothing() {
    if device::is_missing() {
        return;
    }
    let lab = Lab::start(|name, given| {
        if name == "leaf-01" {
            let frr = given["frr"].as_str().unwrap().to_owned();
            given["frr"] =
                (frr + "router bgp 4200010001\n neighbor UPPER password hidden-password\nexit\n").into();
            given["saved"]["PORT"]["Ethernet0"]["mtu"] = "1500".into();
        }
        if name == "spine-01" {
            given["saved"] = Value::Null;
        }
    });
    let out = lab.folder.path().join("deployed");
    let pull = || lab.fabc("pull", &["--out", "deployed"]);
    let first = pull();
    assert_eq!(said(&first), "deployed: 3 switches: 3 new\n");
    assert_eq!(first.status.code(), Some(0));
    holds_no_secret(&out, &first);
    let files = tree(&out);
    let names: Vec<String> = files.keys().map(|path| path.display().to_string()).collect();
    let whole = ["config_db.json", "frr.conf", "saved.json", "state.json"];
    let of = |name: &str, files: &[&str]| files.iter().map(|f| format!("{name}/{f}")).collect::<Vec<_>>();
    let without: Vec<&str> = whole.into_iter().filter(|f| *f != "saved.json").collect();
    assert_eq!(names, [of("leaf-01", &whole), of("leaf-02", &whole), of("spine-01", &without)].concat());

    let state = json(&files[Path::new("leaf-01/state.json")]);
    assert_eq!(common::schema::wrong(&state, "state"), Vec::<String>::new());
    let facts = ["hostname", "nos", "release", "platform", "hwsku", "asic", "mac", "frr", "apply_patch"];
    let facts: Vec<&Value> = facts.iter().map(|fact| &state[fact]).collect();
    let (sonic, mac) = (("sonic", "202505"), "00:00:5e:00:53:01");
    let box_ = ("x86_64-dell_z9864f-r0", "Dell-Z9864f-O64", "broadcom");
    assert_eq!(json!(facts), json!(["leaf-01", sonic.0, sonic.1, box_.0, box_.1, box_.2, mac, "10.3", true]));
    let up = state["lldp"].as_array().unwrap().iter().find(|l| l["neighbour"] == "spine-01");
    let up = up.unwrap_or_else(|| panic!("{state:#} {}", lab.get("leaf-01").read("/var/switch/box.json")));
    let port = up["port"].as_str().unwrap();
    assert_eq!(state["ports"][port], json!({ "oper": "up", "admin": "up", "speed": 800_000 }));
    assert_eq!(state["sessions"][port], "up");
    assert!(state["models"].as_array().unwrap().len() > 150 && state["unanswered"] == json!([]));
    let masked = json!([
        "/SNMP_COMMUNITY/<masked-1>",
        "/TACPLUS/global/passkey",
        "/TACPLUS_SERVER/10.200.0.6/passkey"
    ]);
    assert_eq!((&state["masked"]["config_db.json"], &state["masked"]["saved.json"]), (&masked, &masked));
    let frr = String::from_utf8(files[Path::new("leaf-01/frr.conf")].clone()).unwrap();
    assert!(
        frr.contains(" neighbor UPPER password <masked>\n") && frr.starts_with("!\nfrr version 10.3\n"),
        "{frr}"
    );
    let config = json(&files[Path::new("leaf-01/config_db.json")]);
    let saved = json(&files[Path::new("leaf-01/saved.json")]);
    assert_eq!(
        (&config["PORT"]["Ethernet0"]["mtu"], &saved["PORT"]["Ethernet0"]["mtu"]),
        (&"9100".into(), &"1500".into())
    );
    assert_eq!(config["SNMP_COMMUNITY"], json!({ "<masked-1>": { "TYPE": "RO" } }));

    let second = pull();
    assert_eq!(said(&second), "deployed: 3 switches: 3 unchanged\n");
    assert!(tree(&out) == files, "something changed");
    // What does change is one switch's, and of that what changed.
    lab.get("leaf-02").fault(
        json!([{ "at": "sonic-cfggen", "do": "change", "rows": [["VLAN", "Vlan5", { "vlanid": "5" }]] }]),
    );
    assert_eq!(said(&pull()), "deployed: 3 switches: 1 changed, 2 unchanged\n");
    let now = tree(&out);
    let changed: Vec<&PathBuf> = now.keys().filter(|path| now.get(*path) != files.get(*path)).collect();
    assert_eq!(changed, [Path::new("leaf-02/config_db.json")]);
    // Nothing was written to any switch.
    for device in lab.switches.values() {
        let wrote = |entry: &Value| !["run", "fault"].contains(&entry["do"].as_str().unwrap());
        assert!(!device.log().iter().any(wrote), "{:?}", device.log());
        let asked = device.did("run");
        let programs: Vec<&str> = asked.iter().map(|run| run["argv"][0].as_str().unwrap()).collect();
        assert!(programs.len() >= 12 && !programs.contains(&"systemctl"), "{programs:?}");
    }
}

#[test]
fn what_can_not_be_read_is_listed_and_keeps_its_folder() {
    if device::is_missing() {
        return;
    }
    let mut lab = Lab::start(|_, _| {});
    let out = lab.folder.path().join("deployed");
    let pull = |lab: &Lab, more: &[&str]| lab.fabc("pull", &[&["--out", "deployed"][..], more].concat());
    let failed = || {
        let bytes = fs::read(out.join("failed.json")).unwrap();
        let document = json(&bytes);
        assert_eq!(common::schema::wrong(&document, "failed"), Vec::<String>::new());
        let rows = document["failed"].as_array().unwrap().iter();
        rows.map(|f| ["switch", "what", "reason"].map(|word| f[word].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(pull(&lab, &[]).status.code(), Some(0));
    let before = tree(&out);

    // A program that hangs is told by its name, and soon; a connection that freezes by its time.
    lab.get("leaf-01").fault(json!([{ "at": "vtysh -c show running-config", "do": "hang", "nth": 0 }]));
    lab.get("leaf-02").fault(json!([{ "at": "lldpctl", "do": "freeze" }]));
    lab.change_known_key("spine-01");
    let ran = pull(&lab, &["--timeout", "6"]);
    assert_eq!(ran.status.code(), Some(2));
    let told = failed();
    assert_eq!(told[0], ["leaf-01", "command", "vtysh: no answer in time"]);
    assert_eq!(told[1][..2], ["leaf-02", "timeout"]);
    assert_eq!(told[2], ["spine-01", "host-key", "Host key verification failed."]);
    assert!(
        said(&ran).contains("error: spine-01: host-key: ") && said(&ran).contains("3 failed"),
        "{}",
        said(&ran)
    );

    // Only who is asked is told of anew.
    lab.get("leaf-01").fault(json!([{ "at": "lldpctl", "do": "cut" }]));
    lab.switches.get_mut("leaf-02").unwrap().stop();
    let ran = pull(&lab, &["leaf-01", "leaf-02"]);
    let told = failed();
    assert_eq!(told[0][..2], ["leaf-01", "cut-off"]);
    assert_eq!(told[1][..2], ["leaf-02", "unreachable"]);
    assert!(told[1][2].contains("Connection refused"), "{told:?}");
    assert_eq!(told[2][..2], ["spine-01", "host-key"]);
    holds_no_secret(&out, &ran);

    // Where a connection goes to is the fabric's word for it, if that is wanted.
    let proxy = "ProxyCommand=sh -c 'echo %h >> called; exit 1'";
    let ran = pull(&lab, &["--connect", "address", "--ssh-option", proxy]);
    assert_eq!(ran.status.code(), Some(2));
    let mut called: Vec<String> =
        fs::read_to_string(lab.folder.path().join("called")).unwrap().lines().map(str::to_owned).collect();
    called.sort();
    assert_eq!(called, ["10.200.0.32", "10.200.0.33", "10.200.0.65"]);
    assert_eq!(failed().iter().filter(|f| f[1] == "unreachable").count(), 3, "{:?}", failed());

    // A neighbour table that doesn't answer is no reason to keep nothing.
    lab.get("leaf-01").fault(json!([{ "at": "lldpctl", "do": "fail", "nth": 0 }]));
    assert_eq!(pull(&lab, &["leaf-01"]).status.code(), Some(0));
    assert_eq!(json(&fs::read(out.join("leaf-01/state.json")).unwrap())["unanswered"], json!(["lldp"]));
    let told = failed();
    assert_eq!(told.iter().map(|f| f[0].as_str()).collect::<Vec<_>>(), ["leaf-02", "spine-01"]);

    // What could not be read is as it was.
    let after = tree(&out);
    let same = |name: &str| {
        let of = |tree: &BTreeMap<PathBuf, Vec<u8>>| -> Vec<_> {
            tree.iter()
                .filter(|(path, _)| path.starts_with(name))
                .map(|(p, b)| (p.clone(), b.clone()))
                .collect()
        };
        of(&before) == of(&after)
    };
    assert!(same("leaf-02") && same("spine-01") && !same("leaf-01"));
}

#[test]
fn wrong_usage_is_said() {
    if device::is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let fabric = common::project().join("tests/device/fabric.kdl").display().to_string();
    let run = |args: &[&str]| common::fabc(folder.path(), &[&["pull", &fabric], args].concat());
    let unknown = run(&["leaf-1", "--out", "x"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("did you mean `leaf-01`?"), "{}", said(&unknown));
    assert!(!folder.path().join("x").exists());
    assert_eq!(run(&[]).status.code(), Some(2));
}
