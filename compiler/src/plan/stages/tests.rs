use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;

use super::*;

const OLD: &str = r#"{
    "PORT": {
        "Ethernet0": {"admin_status": "up", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "mtu": "9100"},
        "Ethernet8": {"admin_status": "up", "lanes": "9,10,11,12,13,14,15,16", "speed": "800000", "mtu": "9100"},
        "Ethernet16": {"admin_status": "down", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000", "mtu": "9100"}
    },
    "BREAKOUT_CFG": {"Ethernet0": {"brkout_mode": "1x800G"}, "Ethernet8": {"brkout_mode": "1x800G"}},
    "INTERFACE": {"Ethernet0": {"ipv6_use_link_local_only": "enable"}, "Ethernet8": {}, "Ethernet8|10.0.0.0/31": {}},
    "CABLE_LENGTH": {"AZURE": {"Ethernet0": "0m", "Ethernet8": "0m", "Ethernet16": "0m"}},
    "BUFFER_PROFILE": {"far": {"pool": "p", "size": "1", "xoff": "10"}, "egress": {"pool": "q", "size": "0"}},
    "BUFFER_PG": {"Ethernet0|3": {"profile": "far"}, "Ethernet8|3": {"profile": "far"}},
    "BUFFER_QUEUE": {"Ethernet0|3": {"profile": "egress"}},
    "QUEUE": {"Ethernet0|3": {"scheduler": "s"}, "Ethernet8|3": {"scheduler": "s"}},
    "SCHEDULER": {"s": {"type": "DWRR"}},
    "NTP_SERVER": {"10.0.0.1": {}}
}"#;

const ONE: Hold = Hold::Batches(1);

fn gcu(release: &str) -> Gcu {
    Gcu::new(Release::find(Nos::Sonic, release).unwrap(), "Dell-Z9864f-O64")
}

/// Each step as its phases and the tables that it touches; all steps lead to `new`, and each back.
fn told(new: &Db, release: &str, hold: Hold) -> Vec<String> {
    let old = Db::read(OLD).unwrap();
    let all = steps(&old, new, &gcu(release), hold);
    let mut at = old.to_json();
    let touched: BTreeSet<String> =
        all.iter().flat_map(|step| step.before.0.keys().chain(step.after.0.keys())).cloned().collect();
    for step in &all {
        let ops = |a: &Db, b: &Db| -> json_patch::Patch {
            let ops: Vec<_> = super::super::patch::patch(a, b).iter().map(|op| op.to_json()).collect();
            serde_json::from_value(ops.into()).unwrap()
        };
        let before = at.clone();
        json_patch::patch(&mut at, &ops(&step.before, &step.after)).unwrap();
        let mut back = at.clone();
        json_patch::patch(&mut back, &ops(&step.after, &step.before)).unwrap();
        assert_eq!(back, before);
        let mut whole = old.clone();
        whole.0.retain(|table, _| !touched.contains(table));
        whole.0.extend(step.after.0.clone());
        sound(&whole);
    }
    assert_eq!(at, new.to_json());
    let tables = |step: &Step| {
        let tables: BTreeSet<String> =
            step.before.changes(&step.after).into_iter().map(|c| c.table).collect();
        tables.into_iter().collect::<Vec<_>>().join(" ")
    };
    let phases = |step: &Step| step.phases.iter().map(|p| p.name()).collect::<Vec<_>>().join(", ");
    all.iter().map(|step| format!("{}: {}", phases(step), tables(step))).collect()
}

/// Whatever a row needs is there.
fn sound(db: &Db) {
    for (table, rows) in &db.0 {
        assert!(!rows.is_empty(), "{table} is empty");
        for (key, row) in rows.iter() {
            for (target, wanted) in needs(table, &key.0, row) {
                let pool = target == "BUFFER_POOL";
                assert!(
                    pool || db.row(target, &wanted).is_some(),
                    "{table}|{} needs {target}|{wanted}",
                    key.0
                );
            }
        }
    }
}

fn changed(edits: &[(&str, &str)]) -> Db {
    let mut text = OLD.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    Db::read(&text).unwrap()
}

#[test]
fn a_field_is_one_patch() {
    assert_eq!(told(&changed(&[("9100", "9216")]), "202605", ONE), ["prepare: PORT"]);
    assert_eq!(told(&changed(&[("DWRR", "STRICT")]), "202605", ONE), ["prepare: SCHEDULER"]);
    assert_eq!(told(&changed(&[("10.0.0.1", "10.0.0.2")]), "202605", ONE), ["prepare, clean up: NTP_SERVER"]);
    assert!(told(&changed(&[]), "202605", ONE).is_empty());
}

#[test]
fn queues_change_while_their_ports_are_down() {
    let new = changed(&[
        (r#""SCHEDULER": {"#, r#""SCHEDULER": {"t": {"type": "DWRR"}, "#),
        (r#"{"scheduler": "s"}"#, r#"{"scheduler": "t"}"#),
    ]);
    let held = told(&new, "202605", ONE);
    assert_eq!(held, ["prepare, ports down: PORT SCHEDULER", "bind: QUEUE", "ports up: PORT"]);
    assert_eq!(told(&new, "202605", Hold::Gcu), ["prepare: SCHEDULER", "bind: QUEUE"]);
}

#[test]
fn a_longer_cable_is_a_new_profile() {
    let new = changed(&[
        (r#""far": {"#, r#""farther": {"pool": "p", "size": "1", "xoff": "20"}, "far": {"#),
        (r#""Ethernet8|3": {"profile": "far"}"#, r#""Ethernet8|3": {"profile": "farther"}"#),
    ]);
    assert_eq!(
        told(&new, "202605", ONE),
        ["prepare, ports down: BUFFER_PROFILE PORT", "bind: BUFFER_PG", "ports up: PORT"]
    );
    let gone = changed(&[
        (
            r#""far": {"pool": "p", "size": "1", "xoff": "10"}"#,
            r#""other": {"pool": "p", "size": "1", "xoff": "20"}"#,
        ),
        (r#"{"profile": "far"}"#, r#"{"profile": "other"}"#),
    ]);
    assert_eq!(
        told(&gone, "202605", ONE),
        [
            "prepare, ports down: BUFFER_PROFILE PORT",
            "bind: BUFFER_PG",
            "ports up, clean up: BUFFER_PROFILE PORT"
        ]
    );
}

#[test]
fn a_foreign_map_that_goes_flaps_no_port() {
    let old = changed(&[(r#""CABLE_LENGTH": {"#, r#""CABLE_LENGTH": {"OTHER": {"Ethernet0": "5m"}, "#)]);
    let new = Db::read(OLD).unwrap();
    for hold in [Hold::Gcu, ONE] {
        let all = steps(&old, &new, &gcu("202605"), hold);
        let phases: Vec<&Phase> = all.iter().flat_map(|step| &step.phases).collect();
        assert_eq!(phases, [&Phase::Clean]);
        assert_eq!(all[0].after.row("CABLE_LENGTH", "OTHER"), None);
    }
}

#[test]
fn a_profile_that_cannot_be_changed_is_made_anew() {
    let new = changed(&[(r#""xoff": "10""#, r#""xoff": "20""#)]);
    assert_eq!(
        told(&new, "202605", ONE),
        [
            "ports down: PORT",
            "unbind: BUFFER_PG",
            "remove: BUFFER_PROFILE",
            "create: BUFFER_PROFILE",
            "bind: BUFFER_PG",
            "ports up: PORT"
        ]
    );
    // Where profiles neither come nor go, there is no such way.
    assert_eq!(told(&new, "202505", ONE), ["prepare: BUFFER_PROFILE"]);
}

#[test]
fn a_break_out_is_a_handful_of_stages() {
    let child = |name: &str, lanes: &str| {
        format!(r#""{name}": {{"admin_status": "up", "lanes": "{lanes}", "speed": "400000", "mtu": "9100"}}"#)
    };
    let children = format!("{}, {}", child("Ethernet0", "1,2,3,4"), child("Ethernet4", "5,6,7,8"));
    let new = changed(&[
        (
            r#""Ethernet0": {"admin_status": "up", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "mtu": "9100"}"#,
            &children,
        ),
        (r#""Ethernet0": {"brkout_mode": "1x800G"}"#, r#""Ethernet0": {"brkout_mode": "2x400G"}"#),
        (r#""Ethernet0": "0m""#, r#""Ethernet0": "0m", "Ethernet4": "0m""#),
        (r#""BUFFER_PG": {"#, r#""BUFFER_PG": {"Ethernet4|3": {"profile": "far"}, "#),
        (r#""BUFFER_QUEUE": {"#, r#""BUFFER_QUEUE": {"Ethernet4|3": {"profile": "egress"}, "#),
    ]);
    assert_eq!(
        told(&new, "202605", ONE),
        [
            "ports down: PORT",
            "unbind: BUFFER_PG BUFFER_QUEUE CABLE_LENGTH INTERFACE QUEUE",
            "remove: PORT",
            "create: BREAKOUT_CFG PORT",
            "bind: BUFFER_PG BUFFER_QUEUE CABLE_LENGTH INTERFACE QUEUE",
            "ports up: PORT"
        ]
    );
}

#[test]
fn addresses_go_before_others_come() {
    let new = changed(&[("10.0.0.0/31", "10.0.0.2/31")]);
    assert_eq!(told(&new, "202605", ONE), ["unbind: INTERFACE", "bind: INTERFACE"]);
    let new = changed(&[(r#""admin_status": "down""#, r#""admin_status": "up""#)]);
    assert_eq!(told(&new, "202605", ONE), ["ports up: PORT"]);
}

#[test]
fn batches_keep_some_ports_up() {
    let new = changed(&[
        (r#""SCHEDULER": {"#, r#""SCHEDULER": {"t": {"type": "DWRR"}, "#),
        (r#"{"scheduler": "s"}"#, r#"{"scheduler": "t"}"#),
    ]);
    assert_eq!(
        told(&new, "202605", Hold::Batches(4)),
        [
            "prepare, ports down: PORT SCHEDULER",
            "bind: QUEUE",
            "ports up: PORT",
            "ports down: PORT",
            "bind: QUEUE",
            "ports up: PORT"
        ]
    );
    let old = Db::read(OLD).unwrap();
    for step in steps(&old, &new, &gcu("202605"), Hold::Batches(2)) {
        assert!(is_up(&step.after, "Ethernet0") || is_up(&step.after, "Ethernet8"));
    }
}
