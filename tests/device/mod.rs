//! Switches to test against: each has namespaces and a folder tree of its own, with a real sshd and a real Redis, and
//! stand-ins for SONiC's programs (`switch.py`) that judge as those of its release do (`gcu.json`).
//!
//! [`Lab::start`] builds `fabric.kdl` and starts its switches, each as provisioned: the ConfigDB of the build, with what a
//! switch has beside it. Whatever happens to the test, they end with it. Tests say what is to go wrong with
//! [`Device::fault`], and read what happened from [`Device::log`].
//!
//! A fault is an object: `at` is the beginning of a command line (`config apply-patch`, `sonic-cfggen -d`, `vtysh -c`,
//! `frr-reload.py --reload`, `systemctl restart bgp`) or of a step of one (`step TABLE|key` before a row is written, `step
//! reload` while services are down, `step flush` while ConfigDB is empty in a reload, `step frr` before a statement goes or
//! comes), `nth` which of those that fit (1 where it is absent, 0 for each), and `do`:
//!
//! | `do` | what happens |
//! |---|---|
//! | `cut` | the connection ends, and the program with it; with `"then": "go on"` the program does its work |
//! | `cut after` | the program does its work, then the connection ends before anybody hears of it |
//! | `hang`; `slow` with `seconds` | no answer, or a late one |
//! | `freeze` | no byte of the connection moves any more |
//! | `stall` with `seconds` | nothing moves on the whole switch for a while |
//! | `fail` with `text`, `code` | the program fails; at a step it leaves what is written, as SONiC does |
//! | `refuse` with `text` | GCU says no |
//! | `full` | no space left on the device |
//! | `change` with `rows` | somebody else writes rows `[table, key, fields or null]` first |
//! | `print` with `text`, `code` | another output than its own |
#![allow(dead_code, reason = "each test program takes its part")]

pub mod case;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};

use super::common;

/// What no folder may hold.
pub const SECRETS: &[&str] = &["hidden-community", "hidden-key", "hidden-password"];

/// Whether switches can't be started here; says why.
pub fn is_missing() -> bool {
    let user = Command::new("id").arg("-u").output().unwrap();
    let programs = [
        ("/usr/sbin/sshd", "openssh-server"),
        ("/usr/bin/ssh", "openssh-client"),
        ("/usr/bin/redis-server", "redis-server"),
        ("/usr/bin/python3", "python3"),
        ("/usr/bin/sudo", "sudo"),
        ("/usr/bin/unshare", "util-linux"),
    ];
    let why = match programs.iter().find(|(path, _)| !Path::new(path).is_file()) {
        Some((_, package)) => format!("{package} is not installed"),
        None if user.stdout != b"0\n" => "namespaces need root".to_owned(),
        None => return false,
    };
    assert!(std::env::var_os("FABC_CI").is_none(), "skipped where nothing may be: {why}");
    eprintln!("skipped: {why}");
    true
}

/// A fabric of switches that run.
pub struct Lab {
    pub folder: tempfile::TempDir,
    pub switches: BTreeMap<String, Device>,
}

/// A switch that runs.
pub struct Device {
    pub name: String,
    pub port: u16,
    init: Child,
    root: PathBuf,
}

impl Lab {
    /// Starts the switches of `fabric.kdl`. `adjust` may change what a switch is given before it starts: `box` (release,
    /// hwsku, version, models, lldp, sessions, settle, no_gcu, ztp), `config`, `saved`, `init`, `frr`, `disk`.
    pub fn start(adjust: impl Fn(&str, &mut Value)) -> Lab {
        let folder = tempfile::tempdir().unwrap();
        let build = folder.path().join("build");
        let built = common::fabc(&home(), &["build", "-q", "fabric.kdl", "--out", &build.to_string_lossy()]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let model: Value = serde_json::from_slice(&fs::read(build.join("fabric.json")).unwrap()).unwrap();
        let names: Vec<String> = model["switches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["name"].as_str().unwrap().into())
            .collect();
        key(&folder.path().join("user"));
        let authorized = fs::read_to_string(folder.path().join("user.pub")).unwrap();
        let start = |name: &String, mut given: Value| {
            let home = folder.path().join("devices").join(name);
            fs::create_dir_all(&home).unwrap();
            key(&home.join("host"));
            given["host_key"] = fs::read_to_string(home.join("host")).unwrap().into();
            given["authorized"] = authorized.clone().into();
            let public = fs::read_to_string(home.join("host.pub")).unwrap();
            (Device::start(name, &home, given), public)
        };
        let adjusted = names.iter().map(|name| {
            let mut given = given(&build, &model, name);
            adjust(name, &mut given);
            (name, given)
        });
        let adjusted: Vec<(&String, Value)> = adjusted.collect();
        let started = std::thread::scope(|scope| {
            let all = adjusted.into_iter().map(|(name, given)| (name, scope.spawn(|| start(name, given))));
            let all: Vec<_> = all.collect();
            all.into_iter().map(|(name, one)| (name, one.join().unwrap())).collect::<Vec<_>>()
        });
        let (mut config, mut known) = (String::new(), String::new());
        let mut switches = BTreeMap::new();
        for (name, (device, public)) in started {
            known += &format!("[127.0.0.1]:{} {public}", device.port);
            config += &format!("Host {name}\n    HostName 127.0.0.1\n    Port {}\n", device.port);
            switches.insert(name.clone(), device);
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        config += &format!(
            "Host *\n    KexAlgorithms curve25519-sha256\n    User admin\n    IdentityFile {}\n    IdentitiesOnly yes\n    UserKnownHostsFile {}\n    GlobalKnownHostsFile /dev/null\n",
            path("user"),
            path("known_hosts")
        );
        fs::write(folder.path().join("ssh_config"), config).unwrap();
        fs::write(folder.path().join("known_hosts"), known).unwrap();
        Lab { folder, switches }
    }

    /// The switch of this name.
    pub fn get(&self, name: &str) -> &Device {
        &self.switches[name]
    }

    /// The ssh configuration in which all switches stand.
    pub fn ssh_config(&self) -> String {
        self.folder.path().join("ssh_config").display().to_string()
    }

    /// What `fabc build` made of the fabric.
    pub fn build(&self) -> PathBuf {
        self.folder.path().join("build")
    }

    /// Runs `fabc COMMAND fabric.kdl ARGS… --ssh-config …` in the lab's folder.
    pub fn fabc(&self, command: &str, args: &[&str]) -> Output {
        let (fabric, config) = (home().join("fabric.kdl").display().to_string(), self.ssh_config());
        let args = [&[command, &fabric], args, &["--ssh-config", &config]].concat();
        common::fabc(self.folder.path(), &args)
    }

    /// Runs fabc with these arguments in the lab's folder.
    pub fn fabc_plainly(&self, args: &[&str]) -> Output {
        common::fabc(self.folder.path(), &[args, &["--ssh-config", &self.ssh_config()]].concat())
    }

    /// Runs a command on a switch, as `admin`.
    pub fn ssh(&self, name: &str, command: &str) -> Output {
        Command::new("ssh").args(["-F", &self.ssh_config(), name, command]).output().unwrap()
    }

    /// The ConfigDB that a switch runs, whatever key of it is known.
    pub fn config(&self, name: &str) -> Value {
        let mut ssh = Command::new("ssh");
        ssh.args([
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
        ]);
        ssh.args(["-F", &self.ssh_config(), name, "sudo -n sonic-cfggen -d --print-data"]);
        let shown = ssh.output().unwrap();
        serde_json::from_slice(&shown.stdout)
            .unwrap_or_else(|error| panic!("{name}: {error}: {}", String::from_utf8_lossy(&shown.stderr)))
    }

    /// Has the operator know another key of this switch than it has.
    pub fn change_known_key(&self, name: &str) {
        let (path, home) = (self.folder.path().join("known_hosts"), self.folder.path().join("devices"));
        let place = format!("[127.0.0.1]:{} ", self.switches[name].port);
        key(&home.join("other"));
        let other = fs::read_to_string(home.join("other.pub")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines = text
            .lines()
            .map(|l| if l.starts_with(&place) { place.clone() + &other } else { l.to_owned() + "\n" });
        fs::write(&path, lines.collect::<String>()).unwrap();
    }
}

/// Ports that were given to switches.
static PORTS: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

impl Device {
    fn start(name: &str, home: &Path, mut given: Value) -> Device {
        // Somebody else may take the port in between: then another is tried.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            // A switch of another test that answers there would be taken for this one.
            if !PORTS.lock().unwrap().insert(port) {
                continue;
            }
            given["port"] = port.into();
            fs::write(home.join("device.json"), given.to_string()).unwrap();
            let mut unshare = Command::new("/usr/bin/unshare");
            unshare.args([
                "--mount",
                "--uts",
                "--ipc",
                "--pid",
                "--fork",
                "--kill-child",
                "/usr/bin/python3",
                "-B",
            ]);
            unshare.arg(self::home().join("switch.py")).arg("boot").arg(home);
            let said = fs::File::create(home.join("said")).unwrap();
            let mut init = unshare.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(said).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(init.stdout.take().unwrap()).read_line(&mut line).unwrap();
            let root = PathBuf::from(format!("/proc/{}/root", init.id()))
                .join(home.strip_prefix("/").unwrap())
                .join("root");
            let device = Device { name: name.to_owned(), port, init, root };
            if line == "ready\n" {
                return device;
            }
            drop(device);
        }
        panic!("{name} does not start: {}", fs::read_to_string(home.join("said")).unwrap_or_default());
    }

    /// Where a file of the switch lies.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The text of one of its files.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    /// What its programs did, in order; `do` says what: `run` (argv, user), `flap` (port), `recreate` (port), `step` (table,
    /// key, op), `restart` (what), `reload` (file), `refused` (what, why), `frr` (sign, line), `vtysh` (block, line),
    /// `syslog` (text), `fault` (at, what).
    pub fn log(&self) -> Vec<Value> {
        self.read("/var/switch/log").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Entries of the log of one kind.
    pub fn did(&self, what: &str) -> Vec<Value> {
        self.log().into_iter().filter(|entry| entry["do"] == what).collect()
    }

    /// Forgets the log.
    pub fn forget(&self) {
        fs::write(self.path("/var/switch/log"), "").unwrap();
    }

    /// What is to go wrong, in place of what was asked for before.
    pub fn fault(&self, faults: Value) {
        fs::write(self.path("/var/switch/faults.json"), faults.to_string()).unwrap();
    }

    /// Changes what the box is: `lldp`, `sessions`, `dark`, `storms`, `release`, …
    pub fn alter(&self, change: impl FnOnce(&mut Value)) {
        let mut now: Value = serde_json::from_str(&self.read("/var/switch/box.json")).unwrap();
        change(&mut now);
        fs::write(self.path("/var/switch/box.json"), now.to_string()).unwrap();
    }

    /// Ends it, as a power cut does.
    pub fn stop(&mut self) {
        let _ = self.init.kill();
        let _ = self.init.wait();
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.stop();
    }
}

fn home() -> PathBuf {
    common::project().join("tests/device")
}

/// Makes a key pair.
fn key(path: &Path) {
    let _ = fs::remove_file(path);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"])
        .arg(path)
        .status();
    assert!(made.unwrap().success());
}

/// What a switch is given: it was provisioned with the build, and has what init_cfg.json and people add.
fn given(build: &Path, model: &Value, name: &str) -> Value {
    let file = |file: &str| fs::read_to_string(build.join("switches").join(name).join(file)).unwrap();
    let config_of = |name: &str| -> Value {
        serde_json::from_str(
            &fs::read_to_string(build.join("switches").join(name).join("config_db.json")).unwrap(),
        )
        .unwrap()
    };
    let mut config = config_of(name);
    let init = json!({ "CRM": { "Config": { "polling_interval": "300" } }, "FEATURE": { "bgp": { "state": "enabled" } } });
    for (table, rows) in init.as_object().unwrap() {
        for (key, row) in rows.as_object().unwrap() {
            config[table][key] = row.clone();
        }
    }
    let number = model["switches"].as_array().unwrap().iter().position(|s| s["name"] == *name).unwrap();
    config["DEVICE_METADATA"]["localhost"]["mac"] = format!("00:00:5e:00:53:{:02x}", number + 1).into();
    config["SNMP_COMMUNITY"] = json!({ "hidden-community": { "TYPE": "RO" } });
    config["TACPLUS"]["global"]["passkey"] = "hidden-key".into();
    config["TACPLUS_SERVER"]["10.200.0.6"]["passkey"] = "hidden-key".into();
    config["AAA"] = json!({ "authentication": { "login": "tacacs+,local" } });
    let (mut lldp, mut sessions) = (BTreeMap::new(), BTreeMap::new());
    for link in model["links"].as_array().unwrap() {
        for (us, them) in [("a", "b"), ("b", "a")] {
            let [port, far] =
                [us, them].map(|end| link[format!("{end}_if")].as_str().unwrap_or_default().to_owned());
            let other = link[them].as_str().unwrap();
            if link[us] == *name && other != name {
                let switch = build.join("switches").join(other).is_dir();
                let alias = if switch {
                    config_of(other)["PORT"][&far]["alias"].as_str().unwrap().to_owned()
                } else {
                    far.clone()
                };
                lldp.insert(port.clone(), (other.to_owned(), alias, far));
                if switch {
                    sessions.insert(port, "Established");
                }
            }
        }
    }
    let tables = fs::read_to_string(common::project().join("compiler/src/lint/tables.txt")).unwrap();
    let tables = tables.split("community:").nth(2).unwrap_or_default();
    let models: Vec<&str> = tables.split_whitespace().take_while(|word| !word.ends_with(':')).collect();
    assert!(models.contains(&"PORT") && models.contains(&"WRED_PROFILE"), "{models:?}");
    let metadata = &config["DEVICE_METADATA"]["localhost"];
    json!({
        "name": name,
        "box": {
            "release": "202505",
            "platform": metadata["platform"],
            "hwsku": metadata["hwsku"],
            "version": {
                "build_version": "202505.1024-9e2f1c0d5", "release": "202505", "branch": "202505", "asic_type": "broadcom",
                "build_date": "Mon Jan  5 10:00:00 UTC 2026",
            },
            "frr": "10.3",
            "models": models,
            "lldp": lldp,
            "sessions": sessions,
        },
        "saved": config,
        "config": config,
        "init": init,
        "frr": format!("frr version 10.3\n{}", file("frr.conf")),
    })
}
