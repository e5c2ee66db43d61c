//! What a switch answered, as it is kept.
//!
//! [`script`] is what a switch is asked, in one go; [`observe`] turns its answer into the files of its folder. What a
//! message may say of an answer is where it is wrong, never what stands there: it may be a secret.

use std::collections::BTreeMap;

use fabc_lang::fabric::natural_cmp;
use fabc_targets::sonic::{ConfigDb, Value};
use serde_json::Value as Json;

use super::state::{Neighbour, Port, SCHEMA_VERSION, State};
use super::{CONFIG_DB, FRR, SAVED, STATE, canonical, mask};

const SCRIPT: &str = include_str!("ask.sh");
/// The longest answer that is taken, in bytes.
pub const LIMIT: usize = 64 << 20;

/// The script that `sh -s` on a switch is given; no command of it may take longer than `seconds`. If it isn't the `whole`, what
/// the system takes as patches is left out: it stays the same, and takes seconds to ask.
pub fn script(seconds: u64, whole: bool) -> String {
    format!("limit={seconds} whole={}\n{SCRIPT}", if whole { "yes" } else { "no" })
}

/// What is kept of a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// `state.json`.
    pub state: State,
    /// Names and bytes of all its files.
    pub files: BTreeMap<&'static str, Vec<u8>>,
}

/// Why an answer can't be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// It breaks off.
    CutOff,
    /// It is no answer to what was asked.
    Foreign,
    /// A program that is needed failed, or answered what can't be read: which, and why.
    Needed(&'static str, String),
}

/// Sections of an answer: the exit code of a program, and what it printed.
struct Sections<'a>(BTreeMap<&'a str, (u32, String)>);

impl<'a> Sections<'a> {
    fn read(answer: &'a str) -> Result<Self, Unfit> {
        let mut lines = answer.lines().skip_while(|line| *line != "@fabc 1").skip(1);
        let (mut sections, mut last, mut any) = (BTreeMap::new(), None, false);
        for line in &mut lines {
            any = true;
            match (line.strip_prefix('@'), line.strip_prefix(' ')) {
                (Some("end"), _) => return Ok(Sections(sections)),
                (Some(head), _) => {
                    let (name, code) = head.split_once(' ').ok_or(Unfit::Foreign)?;
                    let code = code.parse().map_err(|_| Unfit::Foreign)?;
                    last = Some(name);
                    sections.insert(name, (code, String::new()));
                }
                (None, Some(text)) => {
                    let section = last.and_then(|name| sections.get_mut(name)).ok_or(Unfit::Foreign)?;
                    section.1.push_str(text);
                    section.1.push('\n');
                }
                // The last line of what was cut off in its middle, or something that is not ours.
                (None, None) => {}
            }
        }
        Err(if any || answer.contains("@fabc") { Unfit::CutOff } else { Unfit::Foreign })
    }

    /// What a program printed, if it did its work.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).filter(|(code, _)| *code == 0).map(|(_, text)| text.as_str())
    }

    /// What a program printed that can't be done without.
    fn need(&self, name: &str, program: &'static str) -> Result<&str, Unfit> {
        let (code, text) = self.0.get(name).ok_or(Unfit::CutOff)?;
        let why = match code {
            0 => return Ok(text),
            124 | 137 => "no answer in time".to_owned(),
            127 => "there is no such program".to_owned(),
            code => {
                let line: String = text.trim().chars().filter(|c| !c.is_control()).take(200).collect();
                if line.is_empty() { format!("exit code {code}") } else { line }
            }
        };
        Err(Unfit::Needed(program, why))
    }
}

/// Reads the answer of a switch.
pub fn observe(answer: &[u8]) -> Result<Observed, Unfit> {
    let answer = String::from_utf8_lossy(answer);
    let sections = Sections::read(&answer)?;
    let mut dbs = vec![database(sections.need("config", "sonic-cfggen")?, "sonic-cfggen")?];
    if sections.0.contains_key("saved") {
        dbs.push(database(sections.need("saved", "cat")?, "config_db.json")?);
    }
    let frr = canonical::frr(sections.need("frr", "vtysh")?);
    let mut state = State { schema_version: SCHEMA_VERSION, ..State::default() };
    of_box(&mut state, &sections, &dbs[0]);
    state.frr = frr.lines().find_map(|line| line.strip_prefix("frr version ")).map(str::to_owned);
    of_surroundings(&mut state, &sections);
    let names = [CONFIG_DB, SAVED];
    let masked = mask::config_dbs(&mut dbs);
    let (frr, lines) = mask::frr(&frr);
    let places = names.into_iter().zip(masked);
    let places = places.chain([(FRR, lines.iter().map(usize::to_string).collect())]);
    state.masked = places.filter(|(_, p)| !p.is_empty()).map(|(name, p)| (name.to_owned(), p)).collect();
    let mut files: BTreeMap<_, _> = names.into_iter().zip(dbs.iter().map(canonical::config_db)).collect();
    files.insert(FRR, frr.into_bytes());
    files.insert(STATE, state.to_bytes());
    Ok(Observed { state, files })
}

fn database(text: &str, program: &'static str) -> Result<ConfigDb, Unfit> {
    ConfigDb::read(text).map_err(|error| {
        let place = if error.line > 0 { format!(", line {}", error.line) } else { String::new() };
        Unfit::Needed(
            program,
            format!("its ConfigDB is not of the form {{table: {{key: {{field: value}}}}}}{place}"),
        )
    })
}

/// What the box is, and what runs on it.
fn of_box(state: &mut State, sections: &Sections<'_>, db: &ConfigDb) {
    let word = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let metadata = |field: &str| match db.row("DEVICE_METADATA", "localhost")?.get(field)? {
        Value::Text(text) => word(text),
        Value::List(_) => None,
    };
    let version = sections.get("version").unwrap_or_default();
    let said = |key: &str| value(version, key, ':');
    let machine = sections.get("machine").unwrap_or_default();
    let onie = ["onie_platform", "aboot_platform"].iter().find_map(|key| value(machine, key, '='));
    state.hostname = sections.get("hostname").and_then(word).or_else(|| metadata("hostname"));
    state.platform = onie.or_else(|| metadata("platform"));
    state.hwsku = metadata("hwsku");
    state.mac = metadata("mac").map(|mac| mac.to_lowercase());
    state.asic = said("asic_type");
    state.build = said("build_version");
    (state.nos, state.release) = system(state.build.as_deref(), [said("release"), said("branch")]);
    state.apply_patch = sections.get("gcu").is_some();
    let models: Vec<String> = sections.get("models").unwrap_or_default().lines().filter_map(word).collect();
    state.models = Some(models).filter(|models| !models.is_empty());
}

/// Which system it is, and which release of it. Enterprise SONiC says so in the name of its build (`4.1.0-Enterprise_Base`);
/// the community's builds have `release` and `branch` beside it, or begin with the branch (`20240532.12`).
fn system(build: Option<&str>, branches: [Option<String>; 2]) -> (Option<String>, Option<String>) {
    let Some(build) = build else { return (None, None) };
    let build = build.trim_start_matches("SONiC.").trim_start_matches("SONiC-OS-");
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if let Some((release, _)) = build.split_once("-Enterprise") {
        return (Some("enterprise-sonic".into()), Some(release.to_owned()));
    }
    let branch = branches.into_iter().flatten().find(|text| text.len() == 6 && digits(text) == 6);
    let begins = || build.get(..6).filter(|_| build.starts_with("20") && matches!(digits(build), 6 | 8));
    (Some("sonic".into()), branch.or_else(|| begins().map(str::to_owned)))
}

/// The value of a key in lines of `key: 'value'` or `key=value`.
fn value(text: &str, key: &str, sign: char) -> Option<String> {
    let pairs = text.lines().filter_map(|line| line.split_once(sign));
    let found = pairs.filter(|(name, _)| name.trim() == key).map(|(_, value)| value);
    let mut found = found.map(|value| value.trim().trim_matches(['\'', '"']));
    found.find(|value| !value.is_empty()).map(str::to_owned)
}

/// Ports, neighbours and sessions. What the switch did not answer is named, and kept apart from what it has none of.
fn of_surroundings(state: &mut State, sections: &Sections<'_>) {
    let mut json = |name: &str| {
        let found = sections.get(name).and_then(|text| serde_json::from_str::<Json>(text).ok());
        if found.is_none() {
            state.unanswered.push(name.to_owned());
        }
        found.unwrap_or_default()
    };
    let (bgp, lldp, ports) = (json("bgp"), json("lldp"), json("ports"));
    let text = |value: &Json| value.as_str().map(str::to_owned);
    for (key, row) in ports.as_object().into_iter().flatten() {
        let (Some(name), fields) = (key.strip_prefix("PORT_TABLE:"), &row["value"]) else { continue };
        let speed = fields["speed"].as_str().and_then(|speed| speed.parse().ok());
        // The table has keys like PortInitDone, too.
        if let Some(admin) = text(&fields["admin_status"]) {
            let port = Port { oper: text(&fields["oper_status"]), admin: Some(admin), speed };
            state.ports.insert(name.into(), port);
        }
    }
    let groups = lldp["lldp"].as_array().into_iter().flatten();
    for row in groups.flat_map(|group| group["interface"].as_array().into_iter().flatten()) {
        let (chassis, port) = (&row["chassis"][0], &row["port"][0]);
        let first = |value: &Json| text(&value[0]["value"]).filter(|text| !text.is_empty());
        let Some(ours) = text(&row["name"]) else { continue };
        state.lldp.push(Neighbour {
            port: ours,
            neighbour: first(&chassis["name"]).or_else(|| first(&chassis["id"])).unwrap_or_default(),
            neighbour_port: first(&port["id"]).unwrap_or_default(),
            neighbour_description: first(&port["descr"]),
        });
    }
    state.lldp.sort_by(|a, b| {
        let neighbours = || {
            natural_cmp(&a.neighbour, &b.neighbour)
                .then_with(|| natural_cmp(&a.neighbour_port, &b.neighbour_port))
        };
        natural_cmp(&a.port, &b.port).then_with(neighbours)
    });
    peers(&bgp, state);
}

/// Sessions, by family or by VRF and family.
fn peers(json: &Json, state: &mut State) {
    for (key, value) in json.as_object().into_iter().flatten() {
        if key != "peers" {
            peers(value, state);
            continue;
        }
        for (peer, session) in value.as_object().into_iter().flatten() {
            let now = match session["state"].as_str().unwrap_or_default() {
                "Established" => "up",
                "Idle (Admin)" => "shut",
                _ => "down",
            };
            // One session carries all its families.
            let known = state.sessions.entry(peer.as_str().into()).or_insert_with(|| now.to_owned());
            if now == "up" {
                now.clone_into(known);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "\
Welcome to the switch
@fabc 1
@hostname 0
 leaf-01
@version 0
 ---
 build_version: '202505.1024-9e2f1c0d5'
 release: '202505'
 asic_type: broadcom
@machine 0
 onie_platform=x86_64-dell_z9864f-r0
@config 0
 {\"SNMP_COMMUNITY\": {\"hidden\": {\"TYPE\": \"RO\"}},
 \"DEVICE_METADATA\": {\"localhost\": {\"hwsku\": \"Dell-Z9864F-O64\", \"mac\": \"00:00:5E:00:53:01\", \"platform\": \"x\"}}}
@saved 0
 {}
@frr 0
 Building configuration...

 frr version 10.3
 router bgp 1
  neighbor UP password hidden
 end
@bgp 0
 {\"ipv4Unicast\":{\"peers\":{\"Ethernet8\":{\"state\":\"Active\",\"msgRcvd\":5},\"Ethernet0\":{\"state\":\"Established\"}}},
 \"ipv6Unicast\":{\"peers\":{\"Ethernet0\":{\"state\":\"Established\"},\"10.0.0.1\":{\"state\":\"Idle (Admin)\"}}}}
@lldp 0
 {\"lldp\":[{\"interface\":[
 {\"name\":\"Ethernet16\",\"age\":\"1 day\",\"chassis\":[{\"id\":[{\"value\":\"00:00:5e:00:53:09\"}]}],\"port\":[{\"id\":[{\"value\":\"etp1\"}]}]},
 {\"name\":\"Ethernet8\",\"chassis\":[{\"name\":[{\"value\":\"spine-01\"}]}],\"port\":[{\"id\":[{\"value\":\"etp1\"}],\"descr\":[{\"value\":\"Ethernet0\"}]}]}]}]}
@ports 0
 {\"PORT_TABLE:Ethernet0\":{\"expireat\":17,\"value\":{\"admin_status\":\"up\",\"oper_status\":\"up\",\"speed\":\"400000\"}},
 \"PORT_TABLE:PortInitDone\":{\"value\":{\"lanes\":\"0\"}}}
@gcu 0
 Usage
@models 0
 PORT
 VLAN
@end
";

    #[test]
    fn an_answer_becomes_files() {
        let observed = observe(ANSWER.as_bytes()).unwrap();
        let state = &observed.state;
        let names: Vec<&str> = observed.files.keys().copied().collect();
        assert_eq!(names, ["config_db.json", "frr.conf", "saved.json", "state.json"]);
        let text = |name: &str| String::from_utf8(observed.files[name].clone()).unwrap();
        assert_eq!(text(FRR), "frr version 10.3\nrouter bgp 1\n neighbor UP password <masked>\n");
        assert!(observed.files.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("hidden")));
        insta::assert_snapshot!(text(STATE), @r#"
        {
          "schema_version": 1,
          "hostname": "leaf-01",
          "nos": "sonic",
          "release": "202505",
          "build": "202505.1024-9e2f1c0d5",
          "platform": "x86_64-dell_z9864f-r0",
          "hwsku": "Dell-Z9864F-O64",
          "asic": "broadcom",
          "mac": "00:00:5e:00:53:01",
          "frr": "10.3",
          "apply_patch": true,
          "models": [
            "PORT",
            "VLAN"
          ],
          "unanswered": [],
          "ports": {
            "Ethernet0": {
              "oper": "up",
              "admin": "up",
              "speed": 400000
            }
          },
          "lldp": [
            {
              "port": "Ethernet8",
              "neighbour": "spine-01",
              "neighbour_port": "etp1",
              "neighbour_description": "Ethernet0"
            },
            {
              "port": "Ethernet16",
              "neighbour": "00:00:5e:00:53:09",
              "neighbour_port": "etp1",
              "neighbour_description": null
            }
          ],
          "sessions": {
            "10.0.0.1": "shut",
            "Ethernet0": "up",
            "Ethernet8": "down"
          },
          "masked": {
            "config_db.json": [
              "/SNMP_COMMUNITY/<masked-1>"
            ],
            "frr.conf": [
              "3"
            ]
          }
        }
        "#);
        assert_eq!(State::read(&text(STATE)).as_ref(), Ok(state));
    }

    #[test]
    fn what_is_not_answered_is_named() {
        let answer =
            ANSWER.replace("@lldp 0", "@lldp 124").replace("@gcu 0", "@gcu 2").replace("@saved 0\n {}\n", "");
        let observed = observe(answer.as_bytes()).unwrap();
        assert_eq!(observed.state.unanswered, ["lldp"]);
        assert!(
            !observed.state.apply_patch
                && observed.state.lldp.is_empty()
                && !observed.files.contains_key(SAVED)
        );
    }

    #[test]
    fn what_can_not_be_kept_is_said_without_its_secrets() {
        let wrong = |from: &str, to: &str| observe(ANSWER.replace(from, to).as_bytes()).unwrap_err();
        assert_eq!(wrong("@end\n", ""), Unfit::CutOff);
        assert_eq!(observe(b"@fabc 1\n@config 0\n {\"A\"").unwrap_err(), Unfit::CutOff);
        assert_eq!(observe(b"@fabc 1\n").unwrap_err(), Unfit::CutOff);
        assert_eq!(observe(b"% Unknown command\n").unwrap_err(), Unfit::Foreign);
        assert_eq!(wrong("@frr 0", "@frr 124"), Unfit::Needed("vtysh", "no answer in time".into()));
        assert_eq!(
            wrong("@config 0", "@config 127"),
            Unfit::Needed("sonic-cfggen", "there is no such program".into())
        );
        let Unfit::Needed(program, why) = wrong("{\"TYPE\": \"RO\"}", "{\"TYPE\": null}") else { panic!() };
        assert!(program == "sonic-cfggen" && !why.contains("hidden"), "{why}");
    }

    #[test]
    fn systems_are_told_apart() {
        let of = |build: &str, release: Option<&str>| {
            let (nos, release) = system(Some(build), [release.map(str::to_owned), None]);
            format!("{} {}", nos.unwrap_or_default(), release.unwrap_or_default())
        };
        assert_eq!(of("202505.1024-9e2f1c0d5", None), "sonic 202505");
        assert_eq!(of("20240532.12", Some("none")), "sonic 202405");
        assert_eq!(of("master.921927-2ad2a7d1a", None), "sonic ");
        assert_eq!(of("internal.7", Some("202411")), "sonic 202411");
        assert_eq!(of("4.1.0-Enterprise_Base", None), "enterprise-sonic 4.1.0");
        assert_eq!(of("SONiC-OS-4.0.1-Enterprise_Base", None), "enterprise-sonic 4.0.1");
        assert_eq!(system(None, [None, None]), (None, None));
    }
}
