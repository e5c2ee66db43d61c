//! A folder as `fabc pull` writes it, of switches that run what a build holds.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Result;

/// Writes `to`, with hard links to files of the build. What was saved is what runs.
pub(crate) fn folder(build: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(build.join("switches"))? {
        let from = entry?.path();
        let own = to.join(from.file_name().unwrap_or_default());
        fs::create_dir_all(&own)?;
        let config = from.join("config_db.json");
        fs::hard_link(&config, own.join("config_db.json"))?;
        fs::hard_link(&config, own.join("saved.json"))?;
        fs::hard_link(from.join("frr.conf"), own.join("frr.conf"))?;
        fs::write(own.join("state.json"), serde_json::to_vec_pretty(&state(&fs::read(&config)?)?)?)?;
    }
    Ok(())
}

/// `state.json` of a switch on which every port is as its file says, and LLDP sees all neighbours.
fn state(config: &[u8]) -> Result<Value> {
    let config: Value = serde_json::from_slice(config)?;
    let rows = |table: &str| config.get(table).and_then(Value::as_object).into_iter().flatten();
    let text =
        |row: &Value, field: &str| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let ports: Map<String, Value> = rows("PORT")
        .map(|(name, row)| {
            let (status, speed) = (text(row, "admin_status"), text(row, "speed").parse::<u32>().ok());
            (name.clone(), json!({ "oper": status, "admin": status, "speed": speed }))
        })
        .collect();
    let lldp: Vec<Value> = rows("DEVICE_NEIGHBOR")
        .map(|(port, row)| {
            json!({
                "port": port, "neighbour": text(row, "name"), "neighbour_port": text(row, "port"),
                "neighbour_description": null,
            })
        })
        .collect();
    let box_of = config.pointer("/DEVICE_METADATA/localhost").cloned().unwrap_or_default();
    Ok(json!({
        "schema_version": 1, "hostname": text(&box_of, "hostname"), "nos": "sonic", "release": "202505",
        "build": "202505.0-bench", "platform": text(&box_of, "platform"), "hwsku": text(&box_of, "hwsku"),
        "asic": "broadcom", "mac": "02:00:00:00:00:01", "frr": "10.3", "apply_patch": true, "models": null,
        "unanswered": [], "ports": ports, "lldp": lldp, "sessions": {}, "masked": {},
    }))
}
