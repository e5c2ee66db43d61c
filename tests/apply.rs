//! `fabc apply` against switches with a real sshd: changes that are carried out, and every way in which they fail. Whatever
//! happens, a switch is old or new, or the journal and the output say that it is neither.
//!
//! Needs root, and Debian's openssh-server, redis-server, python3 and sudo; `FABC_ANSIBLE` names an ansible-playbook. Where they are missing the tests say that they
//! were skipped; under `FABC_CI` that is a failure.
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

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use device::{Device, Lab, SECRETS};
use serde_json::{Value, json};

const MTU: (&str, &str) = ("release=\"202505\"; }", "release=\"202505\"; mtu 9216; }");
const QUEUE: (&str, &str) = ("dscp=48 priority=6", "dscp=48 priority=5");
const BFD: (&str, &str) = ("host-subnets \"10.64.0.0/12\"", "host-subnets \"10.64.0.0/12\"; bfd");
const WATCHDOG: (&str, &str) = ("detect=\"200ms\"", "detect=\"400ms\"");

/// Switches that run, and a plan for them.
struct Case {
    lab: Lab,
    plan: Value,
    before: BTreeMap<String, (Value, String)>,
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Case {
    /// A change of the fabric's text, planned against what runs.
    fn new(changes: &[(&str, &str)], adjust: impl Fn(&str, &mut Value)) -> Case {
        let lab = Lab::start(|name, given| {
            given["saved"] = given["config"].clone();
            adjust(name, given);
        });
        let mut text = fs::read_to_string(common::project().join("tests/device/fabric.kdl")).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        fs::write(lab.folder.path().join("new.kdl"), text).unwrap();
        let pulled = lab.fabc("pull", &["--out", "deployed"]);
        assert!(pulled.status.success(), "{}", said(&pulled));
        let planned = common::fabc(
            lab.folder.path(),
            &["plan", "new.kdl", "--deployed", "deployed", "-o", "plan.json"],
        );
        assert!(matches!(planned.status.code(), Some(1 | 2)), "{}", said(&planned));
        let path = lab.folder.path().join("plan.json");
        let mut plan: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        // There is but one spine, so nobody plans to drain it: it is drained all the same.
        let spine = &mut plan["switches"]["spine-01"];
        if !spine.is_null() && spine["drain"].is_null() {
            let map = "route-map GRACEFUL_SHUTDOWN permit 10";
            let set = "set community graceful-shutdown";
            spine["drain"] =
                json!({ "on": [map, format!("{set} additive")], "off": [map, "no set community"] });
        }
        let mut waves: Vec<Value> = plan["waves"].as_array().unwrap().clone();
        for blocked in plan["blocked"].as_array().unwrap() {
            let mut wave = waves[0].clone();
            wave["switches"] = json!([blocked["switch"]]);
            waves.insert(0, wave);
        }
        plan["waves"] = waves.into();
        plan["blocked"] = json!([{ "switch": "spine-01", "why": "it is the only one" }]);
        fs::write(lab.folder.path().join("blocked.json"), plan.to_string()).unwrap();
        plan["blocked"] = json!([]);
        fs::write(&path, plan.to_string()).unwrap();
        let before = lab.switches.keys().map(|name| (name.clone(), runs(&lab, name))).collect();
        lab.switches.values().for_each(Device::forget);
        Case { lab, plan, before }
    }

    fn args(&self, more: &[&str]) -> Vec<String> {
        let usual = ["apply", "plan.json", "--no-soak", "--settle", "0", "--verify", "4", "--away", "8"];
        let config = self.lab.ssh_config();
        usual.iter().chain(more).copied().chain(["--ssh-config", &config]).map(str::to_owned).collect()
    }

    fn apply(&self, more: &[&str]) -> Output {
        let args = self.args(more);
        common::fabc(self.lab.folder.path(), &args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn spawn(&self, more: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fabc"));
        command.current_dir(self.lab.folder.path()).args(self.args(more)).env("NO_COLOR", "1");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn device(&self, name: &str) -> &Device {
        self.lab.get(name)
    }

    /// What the plan wants of a switch, by somebody else's RFC 6902; and what it is: old, new or neither.
    fn is(&self, name: &str) -> &'static str {
        let (old, old_frr) = &self.before[name];
        let doc = &self.plan["switches"][name];
        let mut new = old.clone();
        for stage in doc["stages"].as_array().into_iter().flatten() {
            let patch: json_patch::Patch = serde_json::from_value(stage["patch"].clone()).unwrap();
            json_patch::patch(&mut new, &patch).unwrap();
        }
        let new_frr = doc["frr"]["after"].as_str().map_or(old_frr.clone(), str::to_owned);
        let (now, frr) = runs(&self.lab, name);
        let same = |a: &str, b: &str| {
            let lines = |text: &str| -> Vec<String> {
                let lines = text.lines().filter(|l| !l.starts_with("frr version") && !l.starts_with('!'));
                lines.map(|l| l.trim_end().to_owned()).filter(|l| !l.is_empty() && l != "end").collect()
            };
            lines(a) == lines(b)
        };
        match () {
            () if now == *old && same(&frr, old_frr) => "old",
            () if now == new && same(&frr, &new_frr) => "new",
            () => {
                let diff = similar::TextDiff::from_lines(old_frr.as_str(), frr.as_str());
                let rows = json_patch::diff(old, &now);
                println!("{name}: {rows}\n{}", diff.unified_diff().context_radius(0));
                "between"
            }
        }
    }

    /// What is saved is what runs, and nothing of a change is left there.
    fn is_tidy(&self, name: &str) {
        let device = self.device(name);
        assert!(!device.path("/etc/sonic/fabc.lock").exists(), "{name} is locked");
        let left: Vec<PathBuf> = device
            .path("/etc/sonic/checkpoints")
            .read_dir()
            .map(|d| d.map(|e| e.unwrap().path()).collect())
            .unwrap_or_default();
        assert!(left.is_empty(), "{name}: {left:?}");
        let saved: Value = serde_json::from_str(&device.read("/etc/sonic/config_db.json")).unwrap();
        assert_eq!(saved, runs(&self.lab, name).0, "{name}: what is saved is not what runs");
    }

    /// All switches are so, and the journal holds to its schema and keeps no secret.
    fn all(&self, state: &str) {
        for name in self.lab.switches.keys() {
            assert_eq!(self.is(name), state, "{name}");
            self.is_tidy(name);
        }
        self.journal();
    }

    fn journal(&self) -> Vec<Value> {
        let home = self.lab.folder.path().join(".fabc-apply");
        let mut lines = Vec::new();
        let folders = if home.exists() { common::entries(&home) } else { Vec::new() };
        for folder in folders.into_iter().filter(|path| path.is_dir()) {
            for path in [common::entries(&folder), common::entries(&folder.join("before"))].concat() {
                if path.is_file() {
                    let text = fs::read_to_string(&path).unwrap();
                    assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{}", path.display());
                }
            }
            let text = fs::read_to_string(folder.join("journal")).unwrap();
            lines.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
        for line in &lines {
            assert_eq!(common::schema::wrong(line, "journal"), Vec::<String>::new());
        }
        lines
    }
}

/// ConfigDB and frr.conf as a switch runs them.
fn runs(lab: &Lab, name: &str) -> (Value, String) {
    (lab.config(name), lab.get(name).read("/var/switch/frr.running"))
}

fn code(output: &Output, wanted: i32) {
    assert_eq!(output.status.code(), Some(wanted), "{}", said(output));
    for secret in SECRETS {
        assert!(!said(output).contains(secret), "{secret}: {}", said(output));
    }
}

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

impl Case {
    fn all_untouched(&self) {
        for device in self.lab.switches.values() {
            for kind in ["step", "flap", "reload", "frr", "vtysh", "restart"] {
                assert!(device.did(kind).is_empty(), "{kind}: {:?}", device.log());
            }
            assert!(!device.path("/etc/sonic/fabc.lock").exists());
        }
        assert!(!self.lab.folder.path().join(".fabc-apply").exists() || self.journal().is_empty());
    }
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
    let mut waves = [plan["waves"][0].clone(), plan["waves"][0].clone()];
    for (wave, (names, soak)) in waves.iter_mut().zip([(json!(["leaf-01"]), 4), (json!(["leaf-02"]), 0)]) {
        wave["switches"] = names;
        wave["canary"] = (soak > 0).into();
        wave["soak"] = soak.into();
    }
    plan["waves"] = json!(waves);
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

/// Starts, and is killed as soon as a program of a switch did something of this kind.
fn killed(case: &Case, more: &[&str], switch: &str, kind: &str, at: &str) {
    let mut child = case.spawn(more);
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
            killed(&case, &[], switch, kind, at);
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

/// Runs a playbook by the Ansible that `FABC_ANSIBLE` names (`ansible-playbook`); none where there is none.
fn playbook(case: &Case, arguments: &[&str]) -> Option<Command> {
    let named = std::env::var_os("FABC_ANSIBLE").map(PathBuf::from).filter(|path| path.exists());
    let Some(program) = named else {
        assert!(std::env::var_os("FABC_CI").is_none(), "FABC_ANSIBLE names no file");
        println!("skipped: FABC_ANSIBLE names no ansible-playbook");
        return None;
    };
    let folder = case.lab.folder.path();
    let mut ansible = Command::new(program);
    ansible.current_dir(folder.join("playbook")).args(["-i", "inventory.yml"]).args(arguments);
    let (config, control) = (case.lab.ssh_config(), folder.join("%C").display().to_string());
    let shared = format!("-F {config} -o ControlMaster=auto -o ControlPersist=60s -o ControlPath={control}");
    ansible.env("ANSIBLE_SSH_ARGS", shared).env("ANSIBLE_HOME", folder.join("ansible"));
    ansible.env("ANSIBLE_NOCOLOR", "1").env("ANSIBLE_FORKS", "3");
    Some(ansible)
}

/// Writes the playbook twice, the same each time, and asks Ansible whether it is one.
fn written(case: &Case) -> bool {
    let mut before = Vec::new();
    for _ in 0..2 {
        let pace = ["--no-soak", "--settle", "0", "--verify", "4"];
        let done =
            case.lab.fabc_plainly(&[&["apply", "plan.json", "--ansible", "playbook"], &pace[..]].concat());
        code(&done, 0);
        let folder = case.lab.folder.path().join("playbook");
        let files =
            ["", "files", "switches", "tasks"].map(|part| common::entries(&folder.join(part))).concat();
        let files = files.into_iter().filter(|path| path.is_file());
        let files: Vec<(PathBuf, String)> =
            files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
        assert!(before.is_empty() || before == files);
        assert!(SECRETS.iter().all(|secret| files.iter().all(|(_, text)| !text.contains(secret))));
        before = files;
    }
    case.all_untouched();
    for file in ["apply.yml", "rollback.yml"] {
        let Some(mut checked) = playbook(case, &[file, "--syntax-check"]) else { return false };
        code(&checked.output().unwrap(), 0);
    }
    true
}

fn ansible(case: &Case, arguments: &[&str]) -> Output {
    playbook(case, arguments).unwrap().output().unwrap()
}

#[test]
fn ansible_carries_a_plan_out() {
    if device::is_missing() {
        return;
    }
    for changes in [vec![QUEUE, BFD], vec![WATCHDOG]] {
        let case = Case::new(&changes, |_, _| {});
        if !written(&case) {
            return;
        }
        code(&ansible(&case, &["apply.yml", "--tags", "preflight"]), 0);
        case.all_untouched();
        // A connection that breaks is no failure.
        let cut = |at: &str| json!({ "at": at, "do": "cut after" });
        case.device("leaf-02").fault(json!([cut("config apply-patch"), cut("config reload")]));
        let done = ansible(&case, &["apply.yml"]);
        code(&done, 0);
        case.all("new");
        let drained = case.device("spine-01").did("vtysh");
        assert_eq!(
            drained.first().map(|e| e["line"].as_str().unwrap()),
            Some("set community graceful-shutdown additive")
        );
        // What fabc says of it, and Ansible once more.
        let same = case.apply(&["--dry-run"]);
        assert!(said(&same).contains("it was so already"), "{}", said(&same));
        case.lab.switches.values().for_each(Device::forget);
        code(&ansible(&case, &["apply.yml"]), 0);
        case.all_untouched();
    }
}

#[test]
fn ansible_takes_back_what_fails() {
    if device::is_missing() {
        return;
    }
    // Both leaves in a wave, the spine after them.
    let case = Case::new(&[QUEUE, BFD], |_, _| {});
    let mut plan = case.plan.clone();
    let mut waves = [plan["waves"][0].clone(), plan["waves"][0].clone()];
    waves[0]["switches"] = json!(["leaf-01", "leaf-02"]);
    waves[1]["switches"] = json!(["spine-01"]);
    plan["waves"] = json!(waves);
    fs::write(case.lab.folder.path().join("plan.json"), plan.to_string()).unwrap();
    if !written(&case) {
        return;
    }
    // A stage that is refused, one that is half done, a frr.conf that is not taken; meanwhile the other leaf is at work.
    for (what, why) in [
        (
            json!([{ "at": "config apply-patch", "nth": 2, "do": "refuse", "text": "QUEUE is illegal" }]),
            "QUEUE is illegal",
        ),
        (json!([{ "at": "step QUEUE|", "nth": 3, "do": "fail", "text": "no more" }]), "no more"),
        (json!([{ "at": "frr-reload.py", "do": "fail", "text": "vtysh is away" }]), "vtysh is away"),
    ] {
        case.device("leaf-01")
            .fault(json!([{ "at": "config apply-patch", "nth": 0, "do": "slow", "seconds": 6 }]));
        case.device("leaf-02").fault(what);
        let done = ansible(&case, &["apply.yml"]);
        code(&done, 2);
        assert!(said(&done).contains("leaf-02 is old") && said(&done).contains(why), "{}", said(&done));
        assert!(said(&done).contains("leaf-01 is old: another switch of the wave failed"), "{}", said(&done));
        assert!(case.device("spine-01").did("step").is_empty());
        case.all("old");
    }
    // Nobody else's change is overrun, and nothing is done where one switch is not fit.
    case.device("leaf-01").fault(json!([]));
    case.device("leaf-02").fault(json!([{ "at": "sonic-cfggen", "do": "change", "rows": [["PORT", "Ethernet0", { "lanes": "1", "speed": "800000", "admin_status": "up" }]] }]));
    case.lab.switches.values().for_each(Device::forget);
    let done = ansible(&case, &["apply.yml"]);
    code(&done, 2);
    assert!(said(&done).contains("its ConfigDB is not what the plan was made for"), "{}", said(&done));
    case.all_untouched();
}

#[test]
fn ansible_killed_is_taken_back() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[QUEUE], |_, _| {});
    if !written(&case) {
        return;
    }
    let mut command = playbook(&case, &["apply.yml"]).unwrap();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(120);
    while case.device("spine-01").did("step").is_empty() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!case.device("spine-01").did("step").is_empty());
    let again = ansible(&case, &["apply.yml"]);
    code(&again, 2);
    assert!(said(&again).contains("rollback.yml takes this plan back"), "{}", said(&again));
    // fabc holds to the same lock.
    let other = case.apply(&["--dry-run"]);
    code(&other, 2);
    assert!(said(&other).contains("is at work there"), "{}", said(&other));
    code(&ansible(&case, &["rollback.yml"]), 0);
    case.all("old");
}

#[test]
fn nothing_in_a_plan_is_run_by_ansible() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    let write = |plan: &Value| fs::write(case.lab.folder.path().join("evil.json"), plan.to_string()).unwrap();
    let written = || case.lab.fabc_plainly(&["apply", "evil.json", "--ansible", "evil"]);
    let mut plan = case.plan.clone();
    let template = "{{ lookup('ansible.builtin.pipe', 'touch owned') }}";
    plan["switches"]["leaf-01"]["stages"][0]["title"] = template.into();
    write(&plan);
    code(&written(), 0);
    let inventory = fs::read_to_string(case.lab.folder.path().join("evil/inventory.yml")).unwrap();
    assert!(inventory.contains("touch owned") && !inventory.contains("pipe'"), "{inventory}");
    assert!(!inventory.replace("{{ fabc", "").contains("{{"), "{inventory}");
    for name in ["../leaf-01", "a b", "{{x}}", "-e", "a;b", ""] {
        let mut plan = case.plan.clone();
        plan["switches"][name] = plan["switches"]["leaf-01"].clone();
        plan["waves"][0]["switches"] = json!([name]);
        write(&plan);
        let done = written();
        code(&done, 2);
        assert!(said(&done).contains("can't be named in a playbook"), "{name}: {}", said(&done));
    }
    let other = case.lab.fabc_plainly(&["apply", "plan.json", "--ansible", "deployed"]);
    code(&other, 2);
    assert!(said(&other).contains("holds something else"), "{}", said(&other));
}
