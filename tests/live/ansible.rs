//! A plan as an Ansible playbook, run by Ansible against switches with a real sshd: it ends as `fabc apply` would, or all the way
//! back.
//!
//! Needs what apply.rs needs, and `FABC_ANSIBLE` must name an ansible-playbook. Where they are missing the tests say that they
//! were skipped; under `FABC_CI` that is a failure.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::device::case::{BFD, Case, MTU, QUEUE, WATCHDOG, code, said};
use super::device::{Device, SECRETS};
use super::{common, device};

/// Runs a playbook by the Ansible that `FABC_ANSIBLE` names (`ansible-playbook`); none where there is none.
pub fn playbook(case: &Case, arguments: &[&str]) -> Option<Command> {
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
pub fn written(case: &Case, soak: &[&str]) -> bool {
    let mut before = Vec::new();
    for _ in 0..2 {
        let usual = ["apply", "plan.json", "--ansible", "playbook", "--settle", "0", "--verify", "4"];
        let done = case.lab.fabc_plainly(&[&usual, soak].concat());
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
        if !written(&case, &["--no-soak"]) {
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
    if !written(&case, &["--no-soak"]) {
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
    // Nobody else's change is overrun, and nothing is done where one switch is not fit: each says why. The box is what
    // machine.conf says, or where it says nothing, ConfigDB.
    fs::write(case.device("leaf-01").path("/host/machine.conf"), "onie_platform=x86_64-other-r0\n").unwrap();
    fs::remove_file(case.device("spine-01").path("/host/machine.conf")).unwrap();
    let mut metadata = case.before["spine-01"].0["DEVICE_METADATA"]["localhost"].clone();
    metadata["platform"] = "x86_64-third-r0".into();
    case.device("leaf-01").fault(json!([]));
    case.device("spine-01").fault(json!([{ "at": "sonic-cfggen", "do": "change", "rows": [["DEVICE_METADATA", "localhost", metadata]] }]));
    case.device("leaf-02").fault(json!([{ "at": "sonic-cfggen", "do": "change", "rows": [["PORT", "Ethernet0", { "lanes": "1", "speed": "800000", "admin_status": "up" }]] }]));
    case.lab.switches.values().for_each(Device::forget);
    let done = ansible(&case, &["apply.yml"]);
    code(&done, 2);
    let planned = case.plan["switches"]["leaf-01"]["platform"].as_str().unwrap();
    for why in [
        format!("it is a x86_64-other-r0, the plan is for {planned}: it is another box"),
        "its ConfigDB is not what the plan was made for".to_owned(),
        format!("it is a x86_64-third-r0, the plan is for {planned}: it is another box"),
    ] {
        assert!(said(&done).contains(&why), "{why}: {}", said(&done));
    }
    case.all_untouched();
}

#[test]
fn ansible_watches_a_canary() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[MTU], |_, _| {});
    let mut plan = case.plan.clone();
    let mut waves = [plan["waves"][0].clone(), plan["waves"][0].clone()];
    waves[0]["switches"] = json!(["leaf-01"]);
    (waves[0]["canary"], waves[0]["soak"]) = (true.into(), 2.into());
    waves[1]["switches"] = json!(["leaf-02", "spine-01"]);
    plan["waves"] = json!(waves);
    let folder = case.lab.folder.path();
    fs::write(folder.join("plan.json"), plan.to_string()).unwrap();
    if !written(&case, &[]) {
        return;
    }
    let said = || fs::read_to_string(folder.join("said")).unwrap();
    let mut command = playbook(&case, &["apply.yml"]).unwrap();
    let out = fs::File::create(folder.join("said")).unwrap();
    let mut child = command.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
    let mut wait_for = |what: &str| -> String {
        let end = Instant::now() + Duration::from_secs(120);
        while !said().contains(what) && child.try_wait().unwrap().is_none() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
        said()
    };
    // All was well, the soak has begun.
    let well = wait_for("TASK [verify]");
    let storm = |queues: Value| case.device("leaf-01").alter(|it| it["storms"] = queues);
    storm(json!(["Ethernet0:3"]));
    assert!(well.contains("TASK [verify]") && !well.contains("A canary is watched"), "{well}");
    let since = Instant::now();
    let watched = wait_for("A canary is watched");
    assert!(watched.contains("A canary is watched") && !watched.contains("fatal: "), "{watched}");
    assert!(since.elapsed() > Duration::from_secs(1), "{watched}");
    // It is looked at again, and while it goes back the storm is over.
    let ill = wait_for("fatal: [leaf-01]");
    storm(json!([]));
    assert!(ill.contains("TASK [verify, once more]") && ill.contains("a PFC storm in Ethernet0:3"), "{ill}");
    assert_eq!(child.wait().unwrap().code(), Some(2), "{}", said());
    assert!(said().contains("leaf-01 is old: verify: a PFC storm in Ethernet0:3"), "{}", said());
    assert!(!said().contains("PLAY [Wave 2"), "{}", said());
    for name in ["leaf-02", "spine-01"] {
        assert!(case.device(name).did("step").is_empty(), "{name}: {}", said());
    }
    case.all("old");
}

#[test]
fn ansible_killed_is_taken_back() {
    if device::is_missing() {
        return;
    }
    let case = Case::new(&[QUEUE], |_, _| {});
    if !written(&case, &["--no-soak"]) {
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
        plan["waves"][0]["switches"].as_array_mut().unwrap().push(name.into());
        write(&plan);
        let done = written();
        code(&done, 2);
        assert!(said(&done).contains("can't be named in a playbook"), "{name}: {}", said(&done));
    }
    let other = case.lab.fabc_plainly(&["apply", "plan.json", "--ansible", "deployed"]);
    code(&other, 2);
    assert!(said(&other).contains("holds something else"), "{}", said(&other));
}
