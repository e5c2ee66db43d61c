//! Switches that run, a change of their fabric that is planned against them, and what became of both.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use super::super::common;
use super::{Device, Lab, SECRETS};

pub const MTU: (&str, &str) = ("release=\"202505\"; }", "release=\"202505\"; mtu 9216; }");
pub const QUEUE: (&str, &str) = ("dscp=48 priority=6", "dscp=48 priority=5");
pub const BFD: (&str, &str) = ("host-subnets \"10.64.0.0/12\"", "host-subnets \"10.64.0.0/12\"; bfd");
pub const WATCHDOG: (&str, &str) = ("detect=\"200ms\"", "detect=\"400ms\"");

/// Switches that run, and a plan for them.
pub struct Case {
    pub lab: Lab,
    pub plan: Value,
    pub before: BTreeMap<String, (Value, String)>,
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Case {
    /// A change of the fabric's text, planned against what runs.
    pub fn new(changes: &[(&str, &str)], adjust: impl Fn(&str, &mut Value)) -> Case {
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
        plan["blocked"] = json!([]);
        let mut blocked = plan.clone();
        blocked["blocked"] = json!([{ "switch": "spine-01", "why": "it is the only one" }]);
        for wave in blocked["waves"].as_array_mut().unwrap() {
            wave["switches"].as_array_mut().unwrap().retain(|name| name != "spine-01");
        }
        fs::write(lab.folder.path().join("blocked.json"), blocked.to_string()).unwrap();
        fs::write(&path, plan.to_string()).unwrap();
        let before = lab.switches.keys().map(|name| (name.clone(), runs(&lab, name))).collect();
        lab.switches.values().for_each(Device::forget);
        Case { lab, plan, before }
    }

    pub fn args(&self, more: &[&str]) -> Vec<String> {
        let usual = ["apply", "plan.json", "--no-soak", "--settle", "0", "--verify", "4", "--away", "8"];
        let config = self.lab.ssh_config();
        usual.iter().chain(more).copied().chain(["--ssh-config", &config]).map(str::to_owned).collect()
    }

    pub fn apply(&self, more: &[&str]) -> Output {
        let args = self.args(more);
        common::fabc(self.lab.folder.path(), &args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The same with secrets in the environment.
    pub fn apply_with(&self, env: &[(&str, &str)], more: &[&str]) -> Output {
        self.spawn_with(env, more).wait_with_output().unwrap()
    }

    pub fn spawn(&self, more: &[&str]) -> Child {
        self.spawn_with(&[], more)
    }

    pub fn spawn_with(&self, env: &[(&str, &str)], more: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fabc"));
        command.current_dir(self.lab.folder.path()).args(self.args(more)).env("NO_COLOR", "1");
        command.envs(env.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn device(&self, name: &str) -> &Device {
        self.lab.get(name)
    }

    /// What the plan wants of a switch, by somebody else's RFC 6902; and what it is: old, new or neither.
    pub fn is(&self, name: &str) -> &'static str {
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
    pub fn is_tidy(&self, name: &str) {
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
    pub fn all(&self, state: &str) {
        for name in self.lab.switches.keys() {
            assert_eq!(self.is(name), state, "{name}");
            self.is_tidy(name);
        }
        self.journal();
    }

    pub fn journal(&self) -> Vec<Value> {
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
pub fn runs(lab: &Lab, name: &str) -> (Value, String) {
    (lab.config(name), lab.get(name).read("/var/switch/frr.running"))
}

pub fn code(output: &Output, wanted: i32) {
    assert_eq!(output.status.code(), Some(wanted), "{}", said(output));
    for secret in SECRETS {
        assert!(!said(output).contains(secret), "{secret}: {}", said(output));
    }
}

impl Case {
    /// Nothing was done to any switch, and nothing is noted.
    pub fn all_untouched(&self) {
        for device in self.lab.switches.values() {
            for kind in ["step", "flap", "reload", "frr", "vtysh", "restart"] {
                assert!(device.did(kind).is_empty(), "{kind}: {:?}", device.log());
            }
            assert!(!device.path("/etc/sonic/fabc.lock").exists());
        }
        assert!(!self.lab.folder.path().join(".fabc-apply").exists() || self.journal().is_empty());
    }
}
