//! `fabc apply` against switches with a real sshd: changes that are carried out, and every way in which they fail. Whatever
//! happens, a switch is old or new, or the journal and the output say that it is neither.
//!
//! Needs root, and Debian's openssh-server, redis-server, python3 and sudo. Where they are missing the tests say that they
//! were skipped; under `FABC_CI` that is a failure.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::device::Device;
use super::device::case::{BFD, Case, MTU, QUEUE, WATCHDOG, code, said};
use super::{common, device};

#[test]
fn a_live_change() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    let dry = case.apply(&["--dry-run"]);
    code(&dry, 0);
    case.all_untouched();
    let done = case.apply(&["--format", "json"]);
    code(&done, 0);
    case.all("new");
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(common::schema::wrong(&report, "apply"), Vec::<String>::new());
    assert_eq!(report["switches"]["leaf-01"]["state"], "new");
    // Once more: nothing is left to do.
    let again = case.apply(&[]);
    code(&again, 0);
    assert!(said(&again).contains("it was so already"), "{}", said(&again));
    // And all the way back.
    let back = case.apply(&["--rollback"]);
    code(&back, 0);
    case.all("old");
}

#[test]
fn ports_go_down_and_come_up_and_a_spine_is_drained() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[QUEUE], |_, _| {});
    let spine = &case.plan["switches"]["spine-01"];
    assert!(spine["way"] == "patch" && spine["stages"].as_array().unwrap().len() >= 2, "{spine}");
    let blocked = case.lab.fabc_plainly(&["apply", "blocked.json"]);
    code(&blocked, 2);
    assert!(said(&blocked).contains("no wave may hold spine-01"), "{}", said(&blocked));
    case.all_untouched();
    code(&case.apply(&[]), 0);
    case.all("new");
    let drained = case.device("spine-01").did("vtysh");
    let lines: Vec<&str> = drained.iter().map(|e| e["line"].as_str().unwrap()).collect();
    assert_eq!(
        lines,
        ["set community graceful-shutdown additive", "no set community"],
        "{}",
        spine["frr"]["statements"]
    );
    assert!(case.device("leaf-01").did("vtysh").is_empty());
}

#[test]
fn a_reload_keeps_what_is_not_ours() {
    if device::is_missing() {
        return;
    }
    // GCU refuses every change of the watchdog on these boxes.
    let case = Case::new(&[WATCHDOG], |_, _| {});
    assert!(case.plan["switches"].as_object().unwrap().values().all(|s| s["way"] == "reload"));
    code(&case.apply(&[]), 0);
    case.all("new");
    for device in case.lab.switches.values() {
        assert_eq!(device.did("reload").len(), 1);
    }
    code(&case.apply(&["--rollback"]), 0);
    case.all("old");
}

#[test]
fn frr_alone_with_a_drain() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[BFD], |_, _| {});
    let spine = &case.plan["switches"]["spine-01"];
    assert!(spine["way"] == "none" && !spine["frr"].is_null(), "{spine}");
    code(&case.apply(&[]), 0);
    case.all("new");
    assert!(case.device("leaf-01").did("reload").is_empty());
    assert_eq!(
        fs::metadata(case.device("leaf-01").path("/etc/sonic/frr/frr.conf")).unwrap().permissions().mode()
            & 0o7777,
        0o640
    );
}

/// What goes wrong on one leaf, and how it ends: exit code, and the state of that leaf.
fn fault(case: &Case, fault: &Value, wanted: i32, state: &str) -> Output {
    case.device("leaf-01").fault(fault.clone());
    let done = case.apply(&[]);
    code(&done, wanted);
    assert_eq!(case.is("leaf-01"), state, "{fault}: {}", said(&done));
    assert!(said(&done).contains("leaf-01: "), "{}", said(&done));
    assert!(!case.device("leaf-01").did("fault").is_empty(), "{fault} did not happen");
    for name in case.lab.switches.keys() {
        let is = case.is(name);
        assert!(["old", "new"].contains(&is), "{name} is {is}: {}", said(&done));
        case.is_tidy(name);
    }
    case.journal();
    done
}

/// The same for one after another that are taken back: the change begins anew each time.
fn taken_back(change: (&str, &str), faults: &[Value]) -> Case {
    let case = Case::new(&[change], |_, _| {});
    for what in faults {
        case.lab.switches.values().for_each(Device::forget);
        let done = fault(&case, what, 1, "old");
        assert!(said(&done).contains("taken back"), "{}", said(&done));
    }
    case
}

#[test]
fn a_lost_connection_changes_nothing() {
    if device::is_missing() {
        return;
    }
    for what in [
        json!([{ "at": "config apply-patch", "do": "cut after" }]),
        json!([{ "at": "config apply-patch", "do": "cut", "then": "go on" }]),
        json!([{ "at": "config checkpoint", "do": "cut after" }]),
        json!([{ "at": "config save", "do": "cut", "then": "go on" }, { "at": "sonic-cfggen", "nth": 5, "do": "cut" }]),
        json!([{ "at": "lldpctl", "nth": 0, "do": "slow", "seconds": 1 }, { "at": "lldpctl", "nth": 3, "do": "cut" }]),
    ] {
        fault(&Case::new(&[MTU], |_, _| {}), &what, 0, "new");
    }
}

#[test]
fn a_step_that_fails_is_taken_back() {
    if device::is_missing() {
        return;
    }
    let faults = [
        json!([{ "at": "config apply-patch", "do": "refuse", "text": "Modification of PORT is illegal" }]),
        json!([{ "at": "config apply-patch", "do": "full" }]),
        json!([{ "at": "step PORT|", "nth": 3, "do": "fail" }]),
        json!([{ "at": "step PORT|", "nth": 3, "do": "cut" }]),
        json!([{ "at": "config save", "do": "full" }]),
        json!([{ "at": "config checkpoint", "do": "full" }]),
    ];
    taken_back(MTU, &faults);
}

#[test]
fn a_reload_that_fails_half_way_is_taken_back() {
    if device::is_missing() {
        return;
    }
    let faults = [
        json!([{ "at": "step flush", "do": "fail", "text": "redis is away" }]),
        json!([{ "at": "step reload", "do": "cut" }]),
    ];
    let case = taken_back(WATCHDOG, &faults);
    // A switch on which no reload ends well is neither, and that is said.
    case.device("leaf-01").fault(json!([{ "at": "step flush", "nth": 0, "do": "fail" }]));
    let done = case.apply(&["--only", "leaf-01"]);
    code(&done, 2);
    assert!(said(&done).contains("between") && said(&done).contains("before.json"), "{}", said(&done));
    assert!(case.device("leaf-01").path("/etc/sonic/fabc.lock/before.json").exists());
    // Once it does, the way back is open.
    case.device("leaf-01").fault(json!([]));
    code(&case.apply(&["--rollback", "--only", "leaf-01"]), 0);
    assert_eq!(case.is("leaf-01"), "old");
    case.is_tidy("leaf-01");
}

#[test]
fn frr_reload_that_fails_half_way_is_taken_back() {
    if device::is_missing() {
        return;
    }
    let faults = [
        json!([{ "at": "step frr +", "nth": 2, "do": "fail", "text": "vtysh is away" }]),
        json!([{ "at": "step frr +", "nth": 3, "do": "cut" }]),
    ];
    let case = taken_back(BFD, &faults);
    assert!(!case.device("leaf-01").did("frr").is_empty());
}

#[test]
fn a_job_that_hangs_is_stopped() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    case.device("leaf-01").fault(json!([{ "at": "step PORT|", "nth": 2, "do": "hang" }]));
    let done = case.apply(&["--only", "leaf-01", "--step", "5"]);
    code(&done, 1);
    assert!(said(&done).contains("no end in 5 s; it is taken back"), "{}", said(&done));
    case.all("old");
}

#[test]
fn a_switch_that_freezes_is_waited_for() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    // Longer than ssh waits for a sign of life.
    case.device("leaf-01").fault(json!([{ "at": "step PORT|", "nth": 2, "do": "stall", "seconds": 18 }]));
    code(&case.apply(&["--only", "leaf-01"]), 0);
    assert_eq!((case.is("leaf-01"), case.is("leaf-02")), ("new", "old"));
    case.is_tidy("leaf-01");
    assert_eq!(case.device("leaf-01").did("fault").len(), 1);
}

#[test]
fn a_canary_that_goes_bad_is_taken_back() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    let mut plan = case.plan.clone();
    let mut waves = ["leaf-01", "leaf-02", "spine-01"].map(|name| (name, plan["waves"][0].clone()));
    for (name, wave) in &mut waves {
        let soak = if *name == "leaf-01" { 4 } else { 0 };
        wave["switches"] = json!([*name]);
        wave["canary"] = (soak > 0).into();
        wave["soak"] = soak.into();
    }
    plan["waves"] = json!(waves.map(|(_, wave)| wave));
    fs::write(case.lab.folder.path().join("plan.json"), plan.to_string()).unwrap();
    let mut args = case.args(&[]);
    args.retain(|arg| arg != "--no-soak");
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabc"));
    command.current_dir(case.lab.folder.path()).args(args).env("NO_COLOR", "1");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    let journals = || fs::read_dir(case.lab.folder.path().join(".fabc-apply")).into_iter().flatten();
    let is_watched = || {
        let texts = journals().map(|entry| fs::read_to_string(entry.unwrap().path().join("journal")));
        texts.flatten().any(|text| text.contains("\"step\":\"verify\",\"event\":\"done\""))
    };
    while !is_watched() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    case.device("leaf-01").alter(|it| it["storms"] = json!(["Ethernet0:3"]));
    let done = child.wait_with_output().unwrap();
    code(&done, 1);
    let text = said(&done);
    assert!(
        text.contains("watched for 4 s") && text.contains("a PFC storm in Ethernet0:3; it is taken back"),
        "{text}"
    );
    assert!(case.device("leaf-02").did("step").is_empty() && text.contains("not begun"), "{text}");
    case.all("old");
}

/// It is killed as soon as a program of a switch did something of this kind.
pub fn killed(case: &Case, mut child: Child, switch: &str, kind: &str, at: &str) {
    let end = Instant::now() + Duration::from_secs(120);
    let hit = || case.device(switch).did(kind).iter().any(|entry| entry.to_string().contains(at));
    while !hit() && Instant::now() < end && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(hit(), "{kind} {at}: {:?}", case.device(switch).log());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_anywhere_and_brought_to_an_end() {
    if device::is_missing() {
        return;
    }
    for (number, (change, switch, kind, at)) in [
        (MTU, "leaf-01", "run", "checkpoint"),
        (QUEUE, "spine-01", "vtysh", "graceful-shutdown"),
        (QUEUE, "leaf-01", "step", "QUEUE"),
        (MTU, "leaf-02", "run", "save"),
        (WATCHDOG, "leaf-01", "reload", "job"),
    ]
    .into_iter()
    .enumerate()
    {
        let case = Case::new(&[change], |_, _| {});
        // What was taken back begins anew.
        for way in ["--rollback", "--resume"] {
            if number == 3 && way == "--rollback" {
                continue;
            }
            case.lab.switches.values().for_each(Device::forget);
            killed(&case, case.spawn(&[]), switch, kind, at);
            let refused = case.apply(&[]);
            code(&refused, 2);
            assert!(said(&refused).contains("`--resume` goes on"), "{}", said(&refused));
            code(&case.apply(&[way]), 0);
            case.all(if way == "--resume" { "new" } else { "old" });
        }
    }
}

#[test]
fn what_is_not_as_planned_is_refused() {
    if device::is_missing() {
        return;
    }
    let mut case = Case::new(&[MTU], |_, _| {});
    let refused = |case: &Case, more: &[&str], why: &str| {
        let done = case.apply(more);
        code(&done, 2);
        assert!(said(&done).contains(why), "{why}: {}", said(&done));
        case.all_untouched();
    };
    // Somebody else's lock.
    let lock = case.device("leaf-01").path("/etc/sonic/fabc.lock");
    fs::create_dir(&lock).unwrap();
    fs::write(lock.join("plan"), "0123").unwrap();
    let done = case.apply(&[]);
    code(&done, 2);
    assert!(
        said(&done).contains("fabc-0123") && said(&done).contains("rm -r /etc/sonic/fabc.lock"),
        "{}",
        said(&done)
    );
    fs::remove_dir_all(&lock).unwrap();
    case.all_untouched();

    refused(&case, &["--only", "leaf-1"], "did you mean `leaf-01`?");
    refused(&case, &["--wave", "9"], "the plan has ");
    refused(&case, &["--resume"], "nothing of this plan was begun");
    let machine = case.device("leaf-02").path("/host/machine.conf");
    let own = fs::read_to_string(&machine).unwrap();
    fs::write(&machine, "onie_platform=x86_64-other-r0\n").unwrap();
    refused(&case, &[], "it is a x86_64-other-r0, the plan is for x86_64-");
    fs::write(&machine, own).unwrap();
    case.device("leaf-02").alter(|it| it["version"]["release"] = "202511".into());
    fs::write(
        case.device("leaf-02").path("/etc/sonic/sonic_version.yml"),
        "build_version: '202511.1'\nrelease: '202511'\n",
    )
    .unwrap();
    refused(&case, &[], "its release is 202511, the plan is for 202505");
    fs::write(
        case.device("leaf-02").path("/etc/sonic/sonic_version.yml"),
        "build_version: '202505.1'\nrelease: '202505'\n",
    )
    .unwrap();
    case.device("leaf-02").fault(json!([{ "at": "sonic-cfggen", "do": "change", "rows": [["PORT", "Ethernet0", { "lanes": "1", "speed": "800000", "admin_status": "up" }]] }]));
    refused(&case, &[], "its ConfigDB is not what the plan was made for");
    // ZTP would load what it likes.
    case.device("leaf-02").fault(json!([]));
    let ztp = |case: &Case, says: &str| case.device("leaf-01").alter(|it| it["ztp"] = says.into());
    ztp(&case, "4:IN-PROGRESS");
    refused(&case, &["--only", "leaf-01"], "ZTP is at work there (4:IN-PROGRESS)");
    ztp(&case, "0:DISABLED");
    // Where a connection goes to is the fabric's word for it, if that is wanted: nobody listens there.
    let proxy = "ProxyCommand=sh -c 'echo %h >> called; exit 1'";
    refused(
        &case,
        &["--only", "leaf-01", "--connect", "address", "--ssh-option", proxy],
        "it can't be reached",
    );
    let called = fs::read_to_string(case.lab.folder.path().join("called")).unwrap();
    assert_eq!(called.trim(), case.plan["switches"]["leaf-01"]["address"].as_str().unwrap());
    case.lab.change_known_key("leaf-02");
    refused(&case, &[], "host-key");
    case.lab.switches.get_mut("leaf-02").unwrap().stop();
    refused(&case, &["--format", "json"], "it can't be reached");

    // One wave, one switch: the others are left alone, and can follow.
    let done = case.apply(&["--only", "leaf-01"]);
    code(&done, 0);
    assert_eq!((case.is("leaf-01"), case.is("spine-01")), ("new", "old"));
}

#[test]
fn one_at_a_time() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    case.device("leaf-01").fault(json!([{ "at": "config apply-patch", "do": "slow", "seconds": 6 }]));
    let first = case.spawn(&[]);
    let end = Instant::now() + Duration::from_secs(60);
    while case.device("leaf-01").did("fault").is_empty() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    let second = case.apply(&[]);
    code(&second, 2);
    assert!(said(&second).contains("another `fabc apply` is at work"), "{}", said(&second));
    // From another machine, which has another folder.
    let third = case.apply(&["--journal", "elsewhere", "--only", "leaf-01"]);
    code(&third, 2);
    assert!(said(&third).contains("this plan is at work there"), "{}", said(&third));
    // Asked to end, it ends after the step that runs, and says where it stands.
    rustix_kill(first.id());
    let done = first.wait_with_output().unwrap();
    code(&done, 2);
    assert!(said(&done).contains("between") && said(&done).contains("--resume"), "{}", said(&done));
    code(&case.apply(&["--resume"]), 0);
    case.all("new");
}

fn rustix_kill(pid: u32) {
    assert!(Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn what_nobody_can_know_is_said() {
    if device::is_missing() {
        return;
    }
    let mut case = Case::new(&[MTU], |_, _| {});
    case.device("leaf-01").fault(json!([{ "at": "config apply-patch", "do": "hang" }]));
    let child = case.spawn(&["--step", "600", "--timeout", "5"]);
    let end = Instant::now() + Duration::from_secs(60);
    while case.device("leaf-01").did("fault").is_empty() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    case.lab.switches.get_mut("leaf-01").unwrap().stop();
    let done = child.wait_with_output().unwrap();
    code(&done, 2);
    assert!(
        said(&done).contains("unknown") && said(&done).contains("once it can be reached"),
        "{}",
        said(&done)
    );
    assert!(case.journal().iter().any(|line| line["switch"] == "leaf-01" && line["event"] == "unknown"));
}

#[test]
fn what_was_up_must_be_up_again() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    let storm = |nth: u32| json!({ "at": "show pfcwd", "nth": nth, "do": "print", "text": "Ethernet0:3 stormed 1/0" });
    case.device("leaf-01").fault((4..12).map(storm).collect());
    let done = case.apply(&["--only", "leaf-01"]);
    code(&done, 1);
    assert!(said(&done).contains("a PFC storm in Ethernet0:3"), "{}", said(&done));
    case.all("old");
}

#[test]
fn links_that_come_must_come_up() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[("per-pair=2", "per-pair=3")], |_, _| {});
    // Its box sees as many neighbours as before: the new cables aren't there.
    let done = case.apply(&[]);
    code(&done, 1);
    assert!(
        said(&done).contains("is down (and ") && said(&done).contains("it is taken back"),
        "{}",
        said(&done)
    );
    assert_eq!((case.is("leaf-01"), case.is("leaf-02"), case.is("spine-01")), ("old", "old", "new"));
    code(&case.apply(&["--rollback"]), 0);
    case.all("old");
    // With cables, but two of them crossed: sessions come up, and LLDP tells.
    let plug = |crossed: bool| {
        for (name, device) in &case.lab.switches {
            let far = case.plan["switches"][name]["verify"]["neighbours"].as_object().unwrap().clone();
            device.alter(|it| {
                for (port, at) in far {
                    let text = at[1].as_str().unwrap();
                    let text = if crossed && name == "leaf-01" && it["lldp"][&port].is_null() {
                        "Ethernet0"
                    } else {
                        text
                    };
                    let known = it["lldp"][&port].as_array().is_some_and(|row| row[2] == text);
                    if !known
                        && at[0].as_str().unwrap().contains('-')
                        && !at[0].as_str().unwrap().starts_with("gpu")
                    {
                        it["lldp"][&port] = json!([at[0], text, text]);
                        it["sessions"][&port] = "Established".into();
                    }
                }
            });
        }
    };
    plug(true);
    let done = case.apply(&[]);
    code(&done, 1);
    assert!(said(&done).contains("leaf-01: failed: LLDP on "), "{}", said(&done));
    assert_eq!(case.is("leaf-01"), "old");
    plug(false);
    code(&case.apply(&["--rollback"]), 0);
    case.lab.switches.values().for_each(Device::forget);
    code(&case.apply(&[]), 0);
    case.all("new");
}
