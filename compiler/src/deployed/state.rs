//! `state.json`: what a switch is, and what it sees. No counters and no times: what did not change gives the same bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canonical::Name;

/// The form that is written. `targets/schemas/state.schema.json` describes it.
pub const SCHEMA_VERSION: u32 = 1;

/// What a switch is, and what it sees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// What the switch calls itself; one that is not provisioned yet is `sonic`.
    pub hostname: Option<String>,
    /// `sonic` or `enterprise-sonic`, as the language has it; none where the build tells neither.
    pub nos: Option<String>,
    /// `202505`, `4.4.0`; none where the build does not tell.
    pub release: Option<String>,
    /// The whole name of the build: `202505.1024-9e2f1c0d5`.
    pub build: Option<String>,
    /// `x86_64-dell_z9864f-r0`
    pub platform: Option<String>,
    /// `Dell-Z9864F-O64`
    pub hwsku: Option<String>,
    /// Whose chip: `broadcom`.
    pub asic: Option<String>,
    /// The base MAC address, lower case.
    pub mac: Option<String>,
    /// FRR's version.
    pub frr: Option<String>,
    /// Whether the switch has `config apply-patch`.
    pub apply_patch: bool,
    /// Tables that a YANG model of the switch describes, by name; none where it has no models.
    pub models: Option<Vec<String>>,
    /// What it did not answer: `bgp`, `lldp`, `ports`. What follows is empty then, which says nothing.
    pub unanswered: Vec<String>,
    /// Its ports.
    pub ports: BTreeMap<Name, Port>,
    /// Neighbours that LLDP tells of, by port.
    pub lldp: Vec<Neighbour>,
    /// BGP sessions of the default VRF: `up`, `down`, or `shut` where somebody shut them down. What a session that is down
    /// tries at the moment (Active, Connect, Idle) changes by the second, and is left out.
    pub sessions: BTreeMap<Name, String>,
    /// Places of secrets: JSON pointers by file, in `frr.conf` numbers of lines.
    pub masked: BTreeMap<String, Vec<String>>,
}

/// A port.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Port {
    /// `up` or `down`.
    pub oper: Option<String>,
    /// `up` or `down`.
    pub admin: Option<String>,
    /// Mb/s, as SONiC counts.
    pub speed: Option<u32>,
}

/// A neighbour that LLDP tells of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Neighbour {
    /// Our port.
    pub port: String,
    /// What the neighbour calls itself; its chassis ID where it has no name.
    pub neighbour: String,
    /// The neighbour's port ID: SONiC gives the alias.
    pub neighbour_port: String,
    /// Its description: SONiC gives `EthernetN`.
    pub neighbour_description: Option<String>,
}

impl State {
    /// Reads what [`State::to_bytes`] wrote.
    pub fn read(text: &str) -> Result<Self, String> {
        let state: State = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if state.schema_version != SCHEMA_VERSION {
            return Err(format!(
                "it has form {}, and this fabc reads {SCHEMA_VERSION}",
                state.schema_version
            ));
        }
        Ok(state)
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain strings, numbers and maps with string keys: this can't fail.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut state = State { schema_version: SCHEMA_VERSION, ..State::default() };
        for port in ["Ethernet16", "Ethernet8"] {
            state.ports.insert(port.into(), Port { oper: Some("up".into()), ..Port::default() });
        }
        state.masked.insert("config_db.json".into(), vec!["/SNMP_COMMUNITY/<masked-1>".into()]);
        let text = String::from_utf8(state.to_bytes()).unwrap();
        assert!(text.find("\"Ethernet8\"") < text.find("\"Ethernet16\""), "{text}");
        assert_eq!(State::read(&text).unwrap(), state);
        let later = text.replace("\"schema_version\": 1", "\"schema_version\": 2");
        assert!(State::read(&later).unwrap_err().contains("form 2"));
    }
}
