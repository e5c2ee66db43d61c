//! How a system writes what a switch does with each class: two dialects, as data.
//!
//! Sources of Enterprise SONiC's: [`ENTERPRISE`] and `lang/docs/enterprise.md`.

use std::ops::RangeInclusive;

use fabc_lang::platform::{Feature, Platform};

/// How the rows on QoS and buffers are written, and what of all rows is only likely.
#[derive(Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Name of all maps.
    pub map: &'static str,
    /// Before a scheduler's queue, in its name.
    pub scheduler: &'static str,
    /// What WRED profiles are called, and whom they mark.
    pub colours: Colours,
    /// The priority group that lossy classes share.
    pub lossy: Lossy,
    /// How a port is kept from the profile that the system would make for its speed and cable.
    pub hands_off: HandsOff,
    /// Whether buffers are written only where a class is lossless: otherwise the SDK's own stay.
    pub lossless_only: bool,
    /// Whether PORT_QOS_MAP has a row for the whole switch.
    pub global_map: bool,
    /// Whether PORT_QOS_MAP says which priorities the watchdog looks at.
    pub watchdog_mask: bool,
    /// Whether a box may have a map from PFC priority to priority group.
    pub pfc_to_pg: bool,
    /// Pools whose figures can be set; all where none is named.
    pub pools: &'static [&'static str],
    /// Bytes that the front end takes as xoff of a profile: `pause_threshold` of Dell's collection.
    pub profile_xoff: RangeInclusive<u64>,
    /// What is likely, not certain.
    pub likely: &'static [Likely],
    /// What is certain on some boxes, and likely on others.
    pub likely_on: &'static [(Open, Likely)],
}

/// What is left open of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Whether it, or its release, has the feature.
    Feature(Feature),
    /// What its ports are called.
    Names,
}

/// What WRED profiles are called, and whom they mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// `ECN_3`, `ECN_3_400G`; packets of all colours.
    All,
    /// `ROCE` for queue 3, `ROCE_4` for another, `ROCE_3_400G` for one speed; green packets, as all are unless something
    /// colours them.
    Green,
}

/// The priority group that lossy classes share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lossy {
    /// The first that isn't lossless.
    First,
    /// The last that isn't lossless.
    Last,
}

/// How a port is kept from the profile that the system would make for its speed and cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandsOff {
    /// CABLE_LENGTH says `0m`.
    CableLength,
    /// PORT says `default_lossless_buffer_profile` `false`.
    PortField,
}

/// A table, or some of its fields, that only likely are as they are written.
#[derive(Debug, PartialEq, Eq)]
pub struct Likely {
    /// The table.
    pub table: &'static str,
    /// Its fields; all of it where none is named.
    pub fields: &'static [&'static str],
    /// What is certain, and what isn't.
    pub why: &'static str,
}

/// Community SONiC: `qos_config.j2` and `buffers_config.j2` of sonic-buildimage, and what its YANG and orchagent take.
pub(super) static COMMUNITY: Dialect = Dialect {
    map: "AZURE",
    scheduler: "scheduler.",
    colours: Colours::All,
    lossy: Lossy::First,
    hands_off: HandsOff::CableLength,
    lossless_only: false,
    global_map: true,
    watchdog_mask: true,
    pfc_to_pg: false,
    pools: &[],
    profile_xoff: 0..=u64::MAX,
    likely: &[],
    likely_on: &[],
};

/// Enterprise SONiC 4.x: Broadcom's design document on RoCEv2 (rev 0.5), the running configuration of a Z9664F in AMD's
/// cluster documentation, Dell's Ansible collection 4.1.0, and Go bindings that were generated from its YANG.
pub(super) static ENTERPRISE: Dialect = Dialect {
    map: "ROCE",
    scheduler: "ROCE@",
    colours: Colours::Green,
    lossy: Lossy::Last,
    hands_off: HandsOff::PortField,
    lossless_only: true,
    global_map: false,
    watchdog_mask: false,
    pfc_to_pg: true,
    pools: &["ingress_lossless_pool"],
    profile_xoff: 46_080..=8_388_608,
    likely: LIKELY,
    likely_on: LIKELY_ON,
};

const REFERENCE: &str = "a reference by plain name, as community SONiC has them; the design document of 2022 has most in brackets";
const VENDOR: &str = "the vendor's numbers for this box under community SONiC, or worked out from them: those of Enterprise SONiC are not public";
const SAME: &str = "as community SONiC has it: no public text on Enterprise SONiC was found to say the same";

const FEATURE: &str =
    "the table is certain; that this box and release have the feature is not: see nos/uncertain-feature";

/// By table.
static LIKELY_ON: &[(Open, Likely)] = &[
    (Open::Feature(Feature::Adaptive), Likely { table: "ARS_OBJECT", fields: &[], why: FEATURE }),
    (Open::Feature(Feature::Adaptive), Likely { table: "ARS_PORT_BIND", fields: &[], why: FEATURE }),
    (Open::Feature(Feature::Adaptive), Likely { table: "ARS_PORT_PROFILE", fields: &[], why: FEATURE }),
    (Open::Feature(Feature::Adaptive), Likely { table: "ARS_PROFILE", fields: &[], why: FEATURE }),
    (Open::Feature(Feature::Adaptive), Likely { table: "ARS_SWITCH_BIND", fields: &[], why: FEATURE }),
    (
        Open::Feature(Feature::QpnHash),
        Likely { table: "ECMP_LOADSHARE_TABLE_ROCE", fields: &[], why: FEATURE },
    ),
    (
        Open::Names,
        Likely {
            table: "PORT",
            fields: &["index", "lanes"],
            why: "names, indices and lanes of this box's ports are worked out: no public file has its break-outs",
        },
    ),
    (
        Open::Feature(Feature::CutThrough),
        Likely { table: "SWITCH", fields: &["switching_mode"], why: FEATURE },
    ),
];

/// By table.
static LIKELY: &[Likely] = &[
    Likely {
        table: "BREAKOUT_CFG",
        fields: &[],
        why: "an older design document has the key and the words of its command line; a file of 4.x wasn't seen",
    },
    Likely {
        table: "BREAKOUT_PORTS",
        fields: &["master"],
        why: "table and field are certain; that the first port of a cage has a row too was not seen",
    },
    Likely { table: "BUFFER_PG", fields: &["profile"], why: REFERENCE },
    Likely { table: "BUFFER_POOL", fields: &["mode", "size", "xoff"], why: VENDOR },
    Likely { table: "BUFFER_PROFILE", fields: &["pool"], why: REFERENCE },
    Likely {
        table: "BUFFER_PROFILE",
        fields: &["dynamic_th", "size", "static_th", "xoff", "xon", "xon_offset"],
        why: VENDOR,
    },
    Likely { table: "BUFFER_QUEUE", fields: &["profile"], why: REFERENCE },
    Likely { table: "CRM", fields: &[], why: SAME },
    Likely {
        table: "DEVICE_METADATA",
        fields: &["docker_routing_config_mode"],
        why: "the field is certain; that `split-unified` keeps frr.conf is known of community SONiC",
    },
    Likely {
        table: "DEVICE_METADATA",
        fields: &["hwsku", "platform"],
        why: "the fields are certain; the box's names are those that it has under community SONiC",
    },
    Likely { table: "DEVICE_NEIGHBOR", fields: &[], why: SAME },
    Likely { table: "DEVICE_NEIGHBOR_METADATA", fields: &[], why: SAME },
    Likely { table: "DNS_NAMESERVER", fields: &[], why: SAME },
    Likely { table: "FEATURE", fields: &[], why: SAME },
    Likely { table: "INTERFACE", fields: &[], why: SAME },
    Likely { table: "LLDP", fields: &[], why: SAME },
    Likely { table: "LOOPBACK_INTERFACE", fields: &[], why: SAME },
    Likely { table: "MGMT_INTERFACE", fields: &[], why: SAME },
    Likely { table: "MGMT_PORT", fields: &[], why: SAME },
    Likely { table: "NTP", fields: &[], why: SAME },
    Likely { table: "NTP_SERVER", fields: &[], why: SAME },
    Likely {
        table: "PFC_WD",
        fields: &[],
        why: "the command line is certain and stands in sonic-cli.txt; the table is that of community SONiC",
    },
    Likely {
        table: "PORT",
        fields: &["alias"],
        why: "the command line has the standard name; that it reads it from `alias` follows from the source of its \
              framework, and no file of 4.x was seen",
    },
    Likely { table: "PORT", fields: &["subport"], why: SAME },
    Likely {
        table: "PORT_QOS_MAP",
        fields: &["dscp_to_tc_map", "pfc_to_pg_map", "pfc_to_queue_map", "tc_to_pg_map", "tc_to_queue_map"],
        why: REFERENCE,
    },
    Likely { table: "QUEUE", fields: &["scheduler", "wred_profile"], why: REFERENCE },
    Likely { table: "SNMP", fields: &[], why: SAME },
    Likely { table: "SYSLOG_SERVER", fields: &[], why: SAME },
    Likely { table: "TACPLUS", fields: &[], why: SAME },
    Likely { table: "TACPLUS_SERVER", fields: &[], why: SAME },
];

impl Likely {
    /// Whether it is of this field of a table.
    pub fn is_of(&self, table: &str, field: &str) -> bool {
        self.table == table && (self.fields.is_empty() || self.fields.contains(&field))
    }
}

impl Dialect {
    /// Whether the box's ports go by a map from PFC priority to priority group.
    pub fn has_pfc_to_pg(&self, platform: &Platform) -> bool {
        self.pfc_to_pg && platform.ability(Feature::PfcPriorityPg).is_some_and(|ability| ability.can)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sonic::tables::TABLES;

    #[test]
    fn what_is_likely_is_of_tables_that_there_are_and_in_order() {
        let on = || LIKELY_ON.iter().map(|(_, likely)| likely);
        assert!(LIKELY.is_sorted_by_key(|l| l.table) && on().is_sorted_by_key(|l| l.table));
        for likely in LIKELY.iter().chain(on()) {
            assert!(likely.fields.is_sorted());
            assert!(TABLES.iter().any(|t| t.name == likely.table), "{}", likely.table);
        }
        let is_likely =
            |dialect: &Dialect, table, field| dialect.likely.iter().any(|l| l.is_of(table, field));
        assert!(is_likely(&ENTERPRISE, "PORT", "alias") && !is_likely(&ENTERPRISE, "PORT", "speed"));
        assert!(is_likely(&ENTERPRISE, "PFC_WD", "action") && !is_likely(&COMMUNITY, "PFC_WD", "action"));
    }

    #[test]
    fn the_page_on_enterprise_sonic_tells_of_each() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../lang/docs/enterprise.md");
        let page = std::fs::read_to_string(page).unwrap();
        let all = LIKELY.iter().chain(LIKELY_ON.iter().map(|(_, likely)| likely));
        let missing: Vec<_> = all.filter(|l| !page.contains(&format!("`{}`", l.table))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
