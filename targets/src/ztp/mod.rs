//! Day 0: `switches/NAME/ztp.json`, and what it asks for besides the switch's own files. Made where it is asked for.
//!
//! SONiC's ZTP runs the sections of a ztp.json in the order of their names (sonic-ztp `ztp-engine.py`,
//! `__processConfigSections`). A number before a name is no part of it: `01-download` is the plugin `download`
//! (`ZTPSections.py`, `plugin`). `halt-on-failure` leaves out what follows; without a config_db.json ZTP then begins anew
//! (`defaults.py`, `restart-ztp-no-config`).
//!
//! 1. `download` fetches frr.conf beside its place: up to the reload SONiC's own templates own it.
//! 2. [`SCRIPT`], a plugin by its URL, gives it owner and mode, and puts it in place: `download` sets modes only.
//! 3. `configdb-json` fetches config_db.json, fills in `mac` (and `platform`; `hwsku` where the image has no such folder), runs
//!    `config reload` (with `-f` since 202405), and keeps the file as /etc/sonic/config_db.json (plugin `configdb-json`).

use fabc_lang::fabric::Fabric;
use serde_json::json;

use crate::csv::Row;

/// The name of a switch's file.
pub(crate) const NAME: &str = "ztp.json";
/// Where [`SCRIPT`] lies in a build.
pub(crate) const SCRIPT_PATH: &str = "ztp/place-frr.sh";
/// What puts frr.conf in place.
pub(crate) const SCRIPT: &str = include_str!("place-frr.sh");

const HEAD: &[u8] = b"switch,serial,mac,address,url\n";

/// Appends `ztp.json` of a switch. `base` is where the build lies for switches: a URL without a `/` at its end.
pub(crate) fn json(switch: &str, base: &str, out: &mut Vec<u8>) {
    let own = |file: &str| format!("{base}/switches/{switch}/{file}");
    let frr = json!({ "source": own("frr.conf"), "destination": "/etc/sonic/frr/frr.conf.ztp" });
    let document = json!({
        "ztp": {
            "01-download": { "files": [{ "url": frr, "permissions": "640" }], "halt-on-failure": true },
            "02-place-frr": {
                "plugin": { "url": { "source": format!("{base}/{SCRIPT_PATH}") }, "ignore-section-data": true },
                "halt-on-failure": true,
            },
            "03-configdb-json": { "url": { "source": own("config_db.json") }, "halt-on-failure": true },
        }
    });
    out.extend_from_slice(format!("{document:#}\n").as_bytes());
}

/// Appends `ztp/switches.csv`: for the DHCP server, which switch is to be sent where by option 67. What the fabric does not say
/// is left empty.
pub(crate) fn switches(fabric: &Fabric, present: &[usize], base: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(HEAD);
    for switch in present.iter().filter_map(|&index| fabric.switches.get(index)) {
        let own = switch.own.and_then(|own| fabric.intent.switches.get(own));
        let serial = own.and_then(|own| own.serial.as_ref()).map_or("", |serial| &serial.v);
        let mac = own.and_then(|own| own.mac.as_ref()).map_or_else(String::new, |mac| mac.v.to_string());
        let mut row = Row::new(out);
        row.cell(&switch.name).cell(serial).cell(&mac).address(switch.mgmt);
        row.cell(&format!("{base}/switches/{}/{NAME}", switch.name));
        row.end();
    }
}
