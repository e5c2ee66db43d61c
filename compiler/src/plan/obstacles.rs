//! What a switch keeps that can't stand beside what it becomes: SONiC's models refuse the whole ConfigDB then, and with it any
//! patch (and `config reload` of a file, from 202405 on).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fabc_targets::sonic::Value;
use fabc_targets::sonic::tables::Owner;

use super::db::Db;
use super::refs::needs;
use crate::deployed::owned::owner;

/// Tables whose rows others name.
const NAMED: [&str; 11] = [
    "BUFFER_POOL",
    "BUFFER_PROFILE",
    "DSCP_TO_TC_MAP",
    "LOOPBACK_INTERFACE",
    "MAP_PFC_PRIORITY_TO_QUEUE",
    "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
    "PORT",
    "SCHEDULER",
    "TC_TO_PRIORITY_GROUP_MAP",
    "TC_TO_QUEUE_MAP",
    "WRED_PROFILE",
];

/// Tables that aren't fabc's and whose keys are `NAME|PORT`: their ports route nothing by themselves, so that none is in
/// INTERFACE. With what they make of a port, and who says so.
const BRIDGED: &[(&str, &str, &str)] = &[
    (
        "PORTCHANNEL_MEMBER",
        "a port channel's member",
        "config/main.py of sonic-utilities, interface ip add: a member of a port channel takes no address",
    ),
    ("VLAN_MEMBER", "a VLAN's member", "sonic-vlan.yang, from 202405 on: Port is a router interface."),
];

/// Rows that stay and name a row that goes, and ports that would be two things at once.
pub(super) fn obstacles(observed: &Db, wanted: &Db) -> Vec<String> {
    let mut found = dangling(observed, wanted);
    found.extend(twofold(wanted));
    found
}

fn dangling(observed: &Db, wanted: &Db) -> Vec<String> {
    let gone: BTreeMap<&str, &str> = NAMED
        .iter()
        .flat_map(|table| {
            let (was, is) = (observed.0.get(*table), wanted.0.get(*table));
            let other = was.filter(|was| is.is_none_or(|is| !Arc::ptr_eq(was, is)));
            let rows = other.into_iter().flat_map(|rows| rows.keys());
            rows.filter(|key| wanted.row(table, &key.0).is_none()).map(|key| (key.0.as_str(), *table))
        })
        .collect();
    let mut found = Vec::new();
    if gone.is_empty() {
        return found;
    }
    for (table, rows) in &wanted.0 {
        let owner = owner(table);
        if owner == Some(Owner::Rows) {
            continue;
        }
        for (key, row) in rows.iter() {
            let named = match owner {
                // Of a table that fabc knows it is known which fields name a row.
                Some(_) => needs(table, &key.0, row).into_iter().find_map(|(of, name)| {
                    gone.get_key_value(name.as_str()).filter(|(_, table)| **table == of)
                }),
                None => {
                    let values = row.values().flat_map(|value| match value {
                        Value::Text(text) => vec![text.as_str()],
                        Value::List(items) => items.iter().map(String::as_str).collect(),
                    });
                    let words = values.flat_map(|text| text.split([',', ';']));
                    // A sub-interface is of the port before its point.
                    let part = |word: &'_ str| word.split_once('.').map(|(port, _)| port.to_owned());
                    key.0.split('|').chain(words).find_map(|word| {
                        let port =
                            || gone.get_key_value(part(word)?.as_str()).filter(|(_, of)| **of == "PORT");
                        gone.get_key_value(word).or_else(port)
                    })
                }
            };
            if let Some((name, of)) = named {
                found.push(format!("{table}|{} names {of} {name}, which goes", key.0));
            }
        }
    }
    found
}

fn twofold(wanted: &Db) -> Vec<String> {
    if BRIDGED.iter().all(|(table, ..)| !wanted.0.contains_key(*table)) {
        return Vec::new();
    }
    let routed = wanted.0.get("INTERFACE").into_iter().flat_map(|rows| rows.keys());
    let routed: BTreeSet<&str> = routed.filter_map(|key| key.0.split('|').next()).collect();
    let mut found = Vec::new();
    for (table, what, source) in BRIDGED {
        for key in wanted.0.get(*table).into_iter().flat_map(|rows| rows.keys()) {
            let Some(port) = key.0.rsplit('|').next().filter(|port| routed.contains(port)) else { continue };
            found.push(format!(
                "{table}|{} stays: {port} is {what}, and INTERFACE|{port} makes it a router's port ({source})",
                key.0
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(stays: &str, old: &str, new: &str) -> Vec<String> {
        let db = |rows: &str| Db::read(&format!("{{{rows}, {stays}}}")).unwrap();
        obstacles(&db(old), &db(new))
    }

    const NONE: &str = r#""LLDP": {}"#;

    #[test]
    fn a_port_is_no_vlans_member_and_a_routers_port() {
        let row = r#""INTERFACE": {"Ethernet0": {}, "Ethernet8": {}}"#;
        let vlan =
            r#""VLAN": {"Vlan10": {}}, "VLAN_MEMBER": {"Vlan10|Ethernet0": {}, "Vlan10|Ethernet80": {}}"#;
        let found = of(vlan, NONE, row);
        assert!(found.len() == 1 && found[0].contains("Port is a router interface"), "{found:?}");
        assert!(found[0].starts_with("VLAN_MEMBER|Vlan10|Ethernet0 stays"), "{found:?}");
        assert_eq!(of(r#""PORTCHANNEL_MEMBER": {"PortChannel1|Ethernet8": {}}"#, NONE, row).len(), 1);
        // A port that is no router's any more may stay a member.
        assert_eq!(of(vlan, row, NONE), Vec::<String>::new());
    }

    #[test]
    fn what_stays_names_nothing_that_goes() {
        let rows = r#""LOOPBACK_INTERFACE": {"Loopback1": {}}, "PORT": {"Ethernet4": {}}"#;
        for (stays, said) in [
            (
                r#""NTP": {"global": {"src_intf": "eth0;Loopback1"}}"#,
                "NTP|global names LOOPBACK_INTERFACE Loopback1",
            ),
            (r#""NTP": {"global": {"src_intf": "Ethernet4"}}"#, "NTP|global names PORT Ethernet4"),
            (
                r#""NTP": {"global": {"src_intf": ["Loopback1"]}}"#,
                "NTP|global names LOOPBACK_INTERFACE Loopback1",
            ),
            (
                r#""TACPLUS": {"global": {"src_intf": "Loopback1"}}"#,
                "TACPLUS|global names LOOPBACK_INTERFACE",
            ),
            (r#""RADIUS": {"global": {"src_intf": "Loopback1"}}"#, "RADIUS|global names LOOPBACK_INTERFACE"),
            (r#""VLAN_MEMBER": {"Vlan10|Ethernet4": {}}"#, "VLAN_MEMBER|Vlan10|Ethernet4 names PORT"),
            (r#""VLAN_SUB_INTERFACE": {"Ethernet4.10": {}}"#, "VLAN_SUB_INTERFACE|Ethernet4.10 names PORT"),
        ] {
            let found = of(stays, rows, NONE);
            assert!(found.len() == 1 && found[0].starts_with(said), "{stays}: {found:?}");
            assert_eq!(of(stays, rows, rows), Vec::<String>::new());
        }
        // A text that happens to be a name.
        assert!(of(r#""NTP": {"global": {"vrf": "Loopback1"}}"#, rows, NONE).is_empty());
    }
}
