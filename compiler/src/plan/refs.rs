//! Which rows need which: what SONiC's YANG models ask for by leafref or must, as far as fabc writes it.

use fabc_targets::sonic::Value;
use fabc_targets::sonic::effects::port_of;

use super::db::Row;

/// Table, field, and the table whose row the field names. Sources: sonic-buffer-pg.yang, sonic-buffer-queue.yang,
/// sonic-buffer-profile.yang, sonic-queue.yang, sonic-port-qos-map.yang, sonic-tc-*.yang, sonic-high-frequency-telemetry.yang,
/// sonic-ntp.yang, sonic-system-tacacs.yang. Where a field names a row of one of several tables there is a line for each.
const NAMED: &[(&str, &str, &str)] = &[
    ("BUFFER_PG", "profile", "BUFFER_PROFILE"),
    ("BUFFER_PROFILE", "pool", "BUFFER_POOL"),
    ("BUFFER_QUEUE", "profile", "BUFFER_PROFILE"),
    ("NTP", "src_intf", "LOOPBACK_INTERFACE"),
    ("NTP", "src_intf", "PORT"),
    ("PORT_QOS_MAP", "dscp_to_tc_map", "DSCP_TO_TC_MAP"),
    ("PORT_QOS_MAP", "pfc_to_pg_map", "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"),
    ("PORT_QOS_MAP", "pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE"),
    ("PORT_QOS_MAP", "scheduler", "SCHEDULER"),
    ("PORT_QOS_MAP", "tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP"),
    ("PORT_QOS_MAP", "tc_to_queue_map", "TC_TO_QUEUE_MAP"),
    ("QUEUE", "scheduler", "SCHEDULER"),
    ("QUEUE", "wred_profile", "WRED_PROFILE"),
    ("TACPLUS", "src_intf", "LOOPBACK_INTERFACE"),
    ("TACPLUS", "src_intf", "PORT"),
];

/// Tables whose keys begin with the key of a row of another: `Ethernet0|10.0.0.1/31` needs `Ethernet0`.
const PARENTS: &[(&str, &str)] = &[
    ("HIGH_FREQUENCY_TELEMETRY_GROUP", "HIGH_FREQUENCY_TELEMETRY_PROFILE"),
    ("INTERFACE", "INTERFACE"),
    ("LOOPBACK_INTERFACE", "LOOPBACK_INTERFACE"),
];

/// Tables whose rows name a port, and don't need it: their models take any text.
const LOOSE: &[&str] = &["BREAKOUT_CFG", "DEVICE_NEIGHBOR", "PORT"];

/// The rows that a row needs.
pub fn needs(table: &str, key: &str, row: &Row) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (_, field, target) in NAMED.iter().filter(|(of, ..)| *of == table) {
        let value = row.iter().find(|(name, _)| name.0 == *field).map(|(_, value)| value);
        match value {
            // NTP's list is one text with `;` (sonic_yang_ext.py, LEAF_LIST_WITH_STRING_VALUE_DICT).
            Some(Value::Text(names)) => {
                found.extend(names.split(';').map(|name| (*target, name.to_owned())));
            }
            Some(Value::List(names)) => found.extend(names.iter().map(|name| (*target, name.clone()))),
            None => {}
        }
    }
    for (_, target) in PARENTS.iter().filter(|(of, _)| *of == table) {
        if let Some((parent, _)) = key.split_once('|') {
            found.push((*target, parent.to_owned()));
        }
    }
    if !LOOSE.contains(&table) {
        let of_key = port_of(table, key, None).map(str::to_owned);
        let of_fields = row.keys().filter_map(|name| port_of(table, key, Some(&name.0)).map(str::to_owned));
        match of_key {
            Some(port) => found.push(("PORT", port)),
            None => found.extend(of_fields.map(|port| ("PORT", port))),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_name_what_they_need() {
        let row = |fields: &[(&str, &str)]| -> Row {
            fields.iter().map(|(n, v)| ((*n).into(), Value::Text((*v).to_owned()))).collect()
        };
        let of = |table, key, fields: &[(&str, &str)]| {
            let found = needs(table, key, &row(fields));
            found.iter().map(|(table, key)| format!("{table}|{key}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("BUFFER_PG", "Ethernet8|3-4", &[("profile", "p")]), "BUFFER_PROFILE|p PORT|Ethernet8");
        assert_eq!(of("INTERFACE", "Ethernet8|10.0.0.0/31", &[]), "INTERFACE|Ethernet8 PORT|Ethernet8");
        assert_eq!(of("CABLE_LENGTH", "AZURE", &[("Ethernet8", "5m")]), "PORT|Ethernet8");
        assert_eq!(of("PORT_QOS_MAP", "global", &[("dscp_to_tc_map", "M")]), "DSCP_TO_TC_MAP|M");
        assert_eq!(of("PORT", "Ethernet8", &[("speed", "1")]), "");
        assert_eq!(of("LOOPBACK_INTERFACE", "Loopback0|10.0.0.1/32", &[]), "LOOPBACK_INTERFACE|Loopback0");
    }
}
