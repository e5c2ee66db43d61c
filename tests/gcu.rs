//! The switches that tests are run against judge patches as SONiC does, and as fabc says that it does.
//!
//! `tests/device/gcu.json` was extracted from sonic-utilities, `targets/src/sonic/gcu` was written from the same sources by
//! reading: here the two are compared. The rest shows what plans must reckon with: flaps, half a patch, checkpoints that
//! can't be gone back to, reloads that are refused.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;
mod device;

use std::fs;
use std::process::Output;

use device::{Device, Lab};
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;
use fabc_targets::sonic::gcu::{Gcu, Operation, Verb};
use serde_json::{Value, json};

/// Runs `config WORDS` on leaf-01, `PATCH` being a file with this patch.
fn config(lab: &Lab, words: &str, patch: &Value) -> (Option<i32>, String) {
    let device = lab.get("leaf-01");
    fs::write(device.path("/tmp/PATCH"), patch.to_string()).unwrap();
    told(&lab.ssh("leaf-01", &format!("sudo -n config {}", words.replace("PATCH", "/tmp/PATCH"))))
}

fn told(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn running(lab: &Lab) -> Value {
    serde_json::from_slice(&lab.ssh("leaf-01", "sonic-cfggen -d --print-data").stdout).unwrap()
}

/// Names of what a device did, with what is told of it.
fn did(device: &Device) -> Vec<String> {
    let word = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let entries = device.log().into_iter().filter(|entry| entry["do"] != "run" && entry["do"] != "syslog");
    let line = |e: Value| ["do", "port", "table", "key", "op", "what"].map(|name| word(&e, name)).join(" ");
    entries.map(|e| line(e).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn patches_are_judged_as_fabc_says() {
    if device::is_missing() {
        return;
    }
    let lab = Lab::start(|_, given| {
        given["config"]["WRED_PROFILE"]["AZURE_LOSSLESS"] = json!({ "green_min_threshold": "1000" });
        given["config"]["BUFFER_PROFILE"]["mine"] =
            json!({ "pool": "ingress_lossless_pool", "size": "0", "dynamic_th": "0", "xoff": "5" });
        given["config"]["PFC_WD"]["Ethernet4"] = json!({ "action": "drop" });
    });
    let device = lab.get("leaf-01");
    let now = running(&lab);
    let profile = now["BUFFER_PROFILE"]["mine"].clone();
    let patches = [
        json!([{ "op": "replace", "path": "/BUFFER_POOL/ingress_lossless_pool/size", "value": "1" }]),
        json!([{ "op": "add", "path": "/BUFFER_POOL/another", "value": { "size": "1", "mode": "dynamic", "type": "ingress" } }]),
        json!([{ "op": "add", "path": "/BUFFER_PROFILE/another", "value": profile }]),
        json!([{ "op": "remove", "path": "/BUFFER_PROFILE/mine" }]),
        json!([{ "op": "replace", "path": "/BUFFER_PROFILE/mine/xoff", "value": "6" }]),
        json!([{ "op": "replace", "path": "/BUFFER_PROFILE/mine/size", "value": "6" }]),
        json!([{ "op": "add", "path": "/BUFFER_PROFILE/mine/packet_discard_action", "value": "trim" }]),
        json!([{ "op": "replace", "path": "/WRED_PROFILE/AZURE_LOSSLESS/green_min_threshold", "value": "2" }]),
        json!([{ "op": "add", "path": "/WRED_PROFILE/AZURE_LOSSLESS/ecn", "value": "ecn_all" }]),
        json!([{ "op": "add", "path": "/WRED_PROFILE/another", "value": { "green_min_threshold": "1" } }]),
        json!([{ "op": "replace", "path": "/PFC_WD/Ethernet4/action", "value": "forward" }]),
        json!([{ "op": "remove", "path": "/PFC_WD/Ethernet4" }]),
        json!([{ "op": "add", "path": "/PFC_WD/Ethernet12", "value": { "action": "drop", "pfc_stat_history": "enable" } }]),
        json!([{ "op": "remove", "path": "/PFC_WD/GLOBAL" }]),
        json!([{ "op": "replace", "path": "/PFC_WD/GLOBAL/POLL_INTERVAL", "value": "100" }]),
        json!([{ "op": "remove", "path": "/LOOPBACK_INTERFACE/Loopback0" }]),
        json!([{ "op": "add", "path": "/CABLE_LENGTH/AZURE/Ethernet4", "value": "300m" }]),
    ];
    let mut line = String::new();
    for (number, patch) in patches.iter().enumerate() {
        fs::write(device.path(&format!("/tmp/{number}")), patch.to_string()).unwrap();
        line += &format!(
            "sudo -n config apply-patch -d /tmp/{number} >/tmp/said 2>&1; echo $?; grep -c illegal /tmp/said; "
        );
    }
    let mut refused = 0;
    for release in Release::all().iter().filter(|release| release.nos == Nos::Sonic) {
        for hwsku in ["Dell-Z9864f-O64", "Arista-7060X6-64PE-C256S2", "Nokia-IXR7220-H4-64D"] {
            device.alter(|b| (b["release"], b["hwsku"]) = (release.name.into(), hwsku.into()));
            let said = told(&lab.ssh("leaf-01", &line)).1;
            let said: Vec<&str> = said.lines().collect();
            assert_eq!(said.len(), patches.len() * 2, "{said:?}");
            for (patch, answer) in patches.iter().zip(said.chunks(2)) {
                let op = &patch[0];
                let parts: Vec<&str> = op["path"].as_str().unwrap().split('/').skip(1).collect();
                let names: Vec<&str> =
                    op["value"].as_object().into_iter().flat_map(|v| v.keys().map(String::as_str)).collect();
                let verb = match op["op"].as_str().unwrap() {
                    "add" => Verb::Add,
                    "remove" => Verb::Remove,
                    _ => Verb::Replace,
                };
                let operation = Operation {
                    verb,
                    table: parts[0],
                    key: parts.get(1).copied(),
                    field: parts.get(2).copied(),
                    names: &names,
                };
                let ours = Gcu::new(release, hwsku).refuses(&operation);
                let theirs = answer == ["2", "2"];
                assert!(theirs || answer == ["0", "0"], "{} {hwsku} {patch}: {answer:?}", release.name);
                assert_eq!(ours.is_some(), theirs, "{} {hwsku} {patch}: {ours:?}", release.name);
                refused += usize::from(theirs);
            }
        }
    }
    assert!((100..300).contains(&refused), "{refused}");
    assert!(did(device).iter().all(|entry| entry.starts_with("refused")), "a dry run wrote");
}

#[test]
fn rows_of_a_port_flap_it_once_and_a_step_that_fails_leaves_half() {
    if device::is_missing() {
        return;
    }
    let lab = Lab::start(|_, _| {});
    let device = lab.get("leaf-01");
    let was = running(&lab);
    let port =
        was["BUFFER_PG"].as_object().unwrap().keys().next().unwrap().split('|').next().unwrap().to_owned();
    assert_eq!(was["PORT"][&port]["admin_status"], "up");
    let patch = json!([
        { "op": "remove", "path": format!("/QUEUE/{port}|3") },
        { "op": "replace", "path": format!("/PORT_QOS_MAP/{port}/pfc_enable"), "value": "" },
        { "op": "add", "path": format!("/PORT/{port}/description"), "value": "x" },
        { "op": "replace", "path": "/PORT/Ethernet4/mtu", "value": "9000" },
    ]);
    device.forget();
    assert_eq!(config(&lab, "apply-patch PATCH", &patch), (Some(0), "Patch applied successfully.\n".into()));
    let steps = [
        format!("step PORT {port} change"),
        "step PORT Ethernet4 change".to_owned(),
        "flap Ethernet4".to_owned(),
        format!("flap {port}"),
        format!("step QUEUE {port}|3 remove"),
        format!("step PORT_QOS_MAP {port} change"),
    ];
    let mut found = did(device);
    found.sort();
    let mut wanted = steps.to_vec();
    wanted.sort();
    assert_eq!(found, wanted);
    assert_eq!(running(&lab)["PORT"][&port]["admin_status"], "up");
    // What runs is not what is saved.
    let saved = |lab: &Lab| {
        serde_json::from_str::<Value>(&lab.get("leaf-01").read("/etc/sonic/config_db.json")).unwrap()
    };
    assert_eq!(
        (&running(&lab)["PORT"]["Ethernet4"]["mtu"], &saved(&lab)["PORT"]["Ethernet4"]["mtu"]),
        (&"9000".into(), &"9100".into())
    );
    assert_eq!(config(&lab, "save -y", &json!([])).0, Some(0));
    assert_eq!(saved(&lab), running(&lab));

    // A step that fails: what was written before it stays, and the next one is never made.
    let before = running(&lab);
    device.fault(json!([{ "at": "step PORT|Ethernet16", "do": "fail", "text": "redis is gone" }]));
    let patch = json!([
        { "op": "replace", "path": "/PORT/Ethernet4/mtu", "value": "9001" },
        { "op": "replace", "path": "/PORT/Ethernet16/mtu", "value": "9001" },
        { "op": "replace", "path": "/PORT/Ethernet24/mtu", "value": "9001" },
    ]);
    assert_eq!(config(&lab, "apply-patch PATCH", &patch).0, Some(2));
    let after = running(&lab);
    let mtu = |config: &Value| {
        ["Ethernet4", "Ethernet16", "Ethernet24"]
            .map(|p| config["PORT"][p]["mtu"].as_str().unwrap().to_owned())
    };
    assert_eq!(
        (mtu(&before), mtu(&after)),
        (["9000", "9100", "9100"].map(Into::into), ["9001", "9100", "9100"].map(Into::into))
    );
    // Somebody else's change in the middle is seen by GCU at the end only.
    device.fault(json!([{ "at": "step PORT|Ethernet24", "do": "change", "rows": [["VLAN", "Vlan7", { "vlanid": "7" }]] }]));
    let (code, text) = config(&lab, "apply-patch PATCH", &patch);
    assert!(code == Some(2) && text.contains("still some parts not updated"), "{text}");
}

#[test]
fn checkpoints_and_reloads_have_their_limits() {
    if device::is_missing() {
        return;
    }
    let lab = Lab::start(|_, _| {});
    let device = lab.get("leaf-01");
    let none = json!([]);
    assert_eq!(
        told(&lab.ssh("leaf-01", "config save -y")),
        (Some(1), "Root privileges are required for this operation\n".into())
    );
    assert_eq!(config(&lab, "checkpoint before", &none).0, Some(0));
    assert_eq!(config(&lab, "list-checkpoints", &none).1, "[\n    \"before\"\n]\n");
    let mtu = json!([{ "op": "replace", "path": "/PORT/Ethernet4/mtu", "value": "9000" }]);
    assert_eq!(config(&lab, "apply-patch PATCH", &mtu).0, Some(0));
    assert_eq!(config(&lab, "rollback before", &none).0, Some(0));
    assert_eq!(running(&lab)["PORT"]["Ethernet4"]["mtu"], "9100");
    // Going back is a patch too, and what no patch may do can't be gone back from.
    let pool = json!([["BUFFER_POOL", "ingress_lossless_pool", { "size": "1", "type": "ingress", "mode": "dynamic" }]]);
    device.fault(json!([{ "at": "config list-checkpoints", "do": "change", "rows": pool }]));
    config(&lab, "list-checkpoints", &none);
    let (code, text) = config(&lab, "rollback before", &none);
    assert!(code == Some(2) && text.contains("Modification of BUFFER_POOL table is illegal"), "{text}");
    assert_eq!(config(&lab, "rollback never", &none).0, Some(2));
    device.fault(json!([{ "at": "config checkpoint", "do": "full" }]));
    let (code, text) = config(&lab, "checkpoint full", &none);
    assert!(code == Some(2) && text.contains("No space left on device"), "{text}");
    let empty = json!([{ "op": "replace", "path": "/CABLE_LENGTH", "value": {} }]);
    assert!(config(&lab, "apply-patch PATCH", &empty).1.contains("empty tables"));
    let unknown = json!([{ "op": "add", "path": "/ARS_PROFILE", "value": { "a": { "b": "c" } } }]);
    assert!(config(&lab, "apply-patch PATCH", &unknown).1.contains("tables without YANG models"));
    let dangling = json!([{ "op": "replace", "path": "/QUEUE/Ethernet0|3/wred_profile", "value": "NONE" }]);
    assert!(config(&lab, "apply-patch PATCH", &dangling).1.contains("will produce invalid config"));

    // A reload brings back what is saved; its file must have a model for every table from 202505 on.
    let file = |change: &dyn Fn(&mut Value)| {
        let mut config: Value = serde_json::from_str(&device.read("/etc/sonic/config_db.json")).unwrap();
        change(&mut config);
        fs::write(device.path("/tmp/config.json"), config.to_string()).unwrap();
    };
    file(&|config| config["ARS_PROFILE"] = json!({ "a": { "b": "c" } }));
    device.forget();
    let (code, text) = config(&lab, "reload -y -f /tmp/config.json", &none);
    assert!(code == Some(1) && text.contains("missing yang models") && did(device).is_empty(), "{text}");
    device.alter(|b| b["release"] = "202405".into());
    assert_eq!(config(&lab, "reload -y -f /tmp/config.json", &none).0, Some(0));
    assert_eq!(running(&lab)["ARS_PROFILE"]["a"]["b"], "c");
    assert_eq!(did(device), ["reload", "restart bgp"]);
    // Right after one, swss isn't ready for the next.
    device.alter(|b| b["settle"] = 100.into());
    assert!(config(&lab, "reload -y", &none).1.contains("SwSS container is not ready"));
    assert_eq!(config(&lab, "reload -y -f", &none).0, Some(0));
    assert!(running(&lab).get("ARS_PROFILE").is_none());
    // In another routing mode the bgp container writes a frr.conf of its own over ours.
    file(&|config| config["DEVICE_METADATA"]["localhost"]["docker_routing_config_mode"] = "separated".into());
    assert_eq!(config(&lab, "reload -y -f /tmp/config.json", &none).0, Some(0));
    assert!(!device.read("/etc/sonic/frr/frr.conf").contains("router bgp"));
}

#[test]
fn frr_is_reloaded_line_by_line_and_a_cut_leaves_its_work_done() {
    if device::is_missing() {
        return;
    }
    let lab = Lab::start(|_, _| {});
    let device = lab.get("leaf-01");
    let text = device.read("/etc/sonic/frr/frr.conf") + "ip prefix-list NEW seq 5 permit 10.0.0.0/8\n";
    fs::write(device.path("/etc/sonic/frr/frr.conf"), &text).unwrap();
    let reload =
        |way: &str| format!("sudo -n docker exec bgp /usr/lib/frr/frr-reload.py {way} /etc/frr/frr.conf");
    let tried = told(&lab.ssh("leaf-01", &reload("--test")));
    assert_eq!(tried, (Some(0), "+ ip prefix-list NEW seq 5 permit 10.0.0.0/8\n".into()));
    let shown = || told(&lab.ssh("leaf-01", "vtysh -c 'show running-config'")).1;
    assert!(!shown().contains("NEW"));
    // The connection ends when all is done: who asked can't know.
    device.fault(json!([{ "at": "frr-reload.py --reload", "do": "cut after" }]));
    assert_eq!(lab.ssh("leaf-01", &reload("--reload")).status.code(), Some(255));
    assert!(shown().contains("NEW"));
    device.fault(json!([{ "at": "config save", "do": "cut" }]));
    fs::remove_file(device.path("/etc/sonic/config_db.json")).unwrap();
    assert_eq!(lab.ssh("leaf-01", "sudo -n config save -y").status.code(), Some(255));
    assert!(!device.path("/etc/sonic/config_db.json").exists());
    device.fault(json!([{ "at": "config save", "do": "cut", "then": "go on" }]));
    assert_eq!(lab.ssh("leaf-01", "sudo -n config save -y").status.code(), Some(255));
    let there = || device.path("/etc/sonic/config_db.json").exists();
    for _ in 0..100 {
        if there() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(there(), "{:#?}", device.log());
}
