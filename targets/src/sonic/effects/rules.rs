//! The effects, table by table, in alphabetical order.

use super::{Effect, Level, Op, Rule, Scope, TableEffects};

const ALL: &[Op] = &[Op::Added, Op::Changed, Op::Removed];
const ADDED: &[Op] = &[Op::Added];
const CHANGED: &[Op] = &[Op::Changed];
const REMOVED: &[Op] = &[Op::Removed];

/// What GCU wraps in admin down and up.
const WRAPPED: &str = "sonic-utilities generic_config_updater/patch_sorter.py, RequiredValueIdentifier";
/// What GCU refuses.
const VALIDATORS: &str = "sonic-utilities generic_config_updater/gcu_field_operation_validators.conf.json";
/// What GCU takes away before it makes it anew.
const CREATE_ONLY: &str = "sonic-utilities generic_config_updater/patch_sorter.py, CreateOnlyFilter";
/// What GCU starts anew.
const SERVICES: &str = "sonic-utilities generic_config_updater/gcu_services_validator.conf.json";
pub(super) const BUFFERORCH: &str = "sonic-swss orchagent/bufferorch.cpp";
const BUFFERMGR: &str = "sonic-swss cfgmgr/buffermgr.cpp, doSpeedUpdateTask";
const PORTSORCH: &str = "sonic-swss orchagent/portsorch.cpp";
pub(super) const QOSORCH: &str = "sonic-swss orchagent/qosorch.cpp";
const NEIGHSYNC: &str = "sonic-swss neighsyncd/neighsync.cpp";
const INTFMGR: &str = "sonic-swss cfgmgr/intfmgr.cpp";
const NEIGHBOURS: &str = "sonic-utilities pfcwd/main.py; sonic-buildimage files/build_templates/qos_config.j2 and buffers_config.j2";
const BREAKOUT: &str = "sonic-utilities config/main.py: `config interface breakout` and `show` alone read it";
const HOST: &str = "sonic-host-services (hostcfgd): a service of the host, and no part of forwarding";
const COUNTERS: &str = "sonic-swss orchagent/flexcounterorch.cpp: it sets what is counted";
const DOCKER: &str =
    "sonic-buildimage dockers/docker-fpm-frr/docker_init.sh and supervisord.conf.j2: read when bgp starts";
const ROCE: &str = "design document on RoCEv2, Broadcom and Dell, rev 0.5: the box saves and boots";

pub(super) const fn sure(level: Level, note: &'static str, source: &'static str) -> Effect {
    Effect { level, likely: false, note, source }
}

pub(super) const fn likely(level: Level, note: &'static str, source: &'static str) -> Effect {
    Effect { level, likely: true, note, source }
}

const fn unknown(note: &'static str) -> Effect {
    Effect { level: Level::Unknown, likely: false, note, source: "none" }
}

const fn rule(ops: &'static [Op], effect: Effect) -> Rule {
    Rule { key: None, field: None, ops, effect }
}

const fn field(name: &'static str, effect: Effect) -> Rule {
    Rule { key: None, field: Some(name), ops: CHANGED, effect }
}

const fn row(key: &'static str, ops: &'static [Op], effect: Effect) -> Rule {
    Rule { key: Some(key), field: None, ops, effect }
}

const fn switch(table: &'static str, rules: &'static [Rule]) -> TableEffects {
    TableEffects { table, scope: Scope::Switch, rules }
}

const fn port(table: &'static str, rules: &'static [Rule]) -> TableEffects {
    TableEffects { table, scope: Scope::Port, rules }
}

/// A table of Enterprise SONiC of which no public text tells what a change does.
const CLOSED: &[Rule] = &[rule(ALL, unknown("no public text tells what a change does to a box that runs"))];
/// Rows that GCU changes with the port down.
const FLAP: &[Rule] = &[rule(ALL, sure(Level::PortFlap, "GCU puts the port down for it", WRAPPED))];
/// Maps that are changed under traffic.
const MAPS: &[Rule] = &[
    rule(ADDED, likely(Level::Live, "nothing is bound to it yet", QOSORCH)),
    rule(CHANGED, likely(Level::Live, "GCU puts no port down for it; packets change their class", QOSORCH)),
    rule(REMOVED, likely(Level::Live, "orchagent keeps what is still bound", QOSORCH)),
];
const OF_HOST: &[Rule] = &[rule(ALL, likely(Level::Live, "", HOST))];
const UNREAD: &[Rule] =
    &[rule(ALL, sure(Level::None, "read by templates and `pfcwd start_default` alone", NEIGHBOURS))];

/// Every table that fabc emits.
pub static TABLES: &[TableEffects] = &[
    switch("ARS_OBJECT", CLOSED),
    port("ARS_PORT_BIND", CLOSED),
    switch("ARS_PORT_PROFILE", CLOSED),
    switch("ARS_PROFILE", CLOSED),
    switch("ARS_SWITCH_BIND", CLOSED),
    port("BREAKOUT_CFG", &[rule(ALL, sure(Level::None, "no daemon reads it", BREAKOUT))]),
    port("BREAKOUT_PORTS", CLOSED),
    port("BUFFER_PG", FLAP),
    switch(
        "BUFFER_POOL",
        &[rule(ALL, sure(Level::Refused, "but sizes on a few models, up to 202505", VALIDATORS))],
    ),
    switch(
        "BUFFER_PROFILE",
        &[
            rule(ADDED, sure(Level::Live, "taken from 202511 on; nothing is bound to it yet", VALIDATORS)),
            field(
                "pool",
                sure(Level::ConfigReload, "create-only: a change is skipped in silence", BUFFERORCH),
            ),
            field("static_th", sure(Level::Refused, "", VALIDATORS)),
            field(
                "dynamic_th",
                sure(
                    Level::Refused,
                    "but on a few Nokia and Arista models; from 202511 on a new profile is taken",
                    VALIDATORS,
                ),
            ),
            field(
                "xoff",
                sure(
                    Level::Refused,
                    "but on a few Nokia and Arista models; from 202511 on a new profile is taken",
                    VALIDATORS,
                ),
            ),
            rule(
                CHANGED,
                sure(
                    Level::Refused,
                    "from 202511 on a new profile is taken, and groups pointed to it",
                    VALIDATORS,
                ),
            ),
            rule(REMOVED, unknown("whether GCU takes it, and what chips make of it")),
        ],
    ),
    port("BUFFER_QUEUE", FLAP),
    TableEffects {
        table: "CABLE_LENGTH",
        scope: Scope::PortField,
        rules: &[rule(
            ALL,
            Effect {
                source: BUFFERMGR,
                ..unknown("buffermgrd makes other headroom; rows of the former length may stay")
            },
        )],
    },
    switch("CRM", &[rule(ALL, likely(Level::Live, "only watches", "sonic-swss orchagent/crmorch.cpp"))]),
    switch(
        "DEVICE_METADATA",
        &[
            field(
                "bgp_asn",
                sure(
                    Level::ContainerRestart,
                    "bgp",
                    "sonic-buildimage bgpcfgd, BGPDataBaseMgr only stores it",
                ),
            ),
            field(
                "buffer_model",
                sure(Level::ContainerRestart, "swss", "sonic-utilities config/main.py says so"),
            ),
            field("docker_routing_config_mode", sure(Level::ContainerRestart, "bgp", DOCKER)),
            field("frr_mgmt_framework_config", likely(Level::ContainerRestart, "bgp", DOCKER)),
            field("hostname", likely(Level::Live, "", HOST)),
            field(
                "hwsku",
                sure(
                    Level::ConfigReload,
                    "another set of ports and files",
                    "sonic-utilities config/main.py, load_sysinfo_if_missing",
                ),
            ),
            field(
                "intf_naming_mode",
                likely(
                    Level::Live,
                    "after a new log-in",
                    "Ansible dellemc.enterprise_sonic, interface_naming",
                ),
            ),
            field(
                "mac",
                likely(
                    Level::ConfigReload,
                    "the router's own address",
                    "sonic-utilities config/main.py, load_sysinfo_if_missing",
                ),
            ),
            field("nexthop_group", sure(Level::Reboot, "read when zebra starts", DOCKER)),
            field(
                "platform",
                likely(Level::ConfigReload, "", "sonic-utilities config/main.py, load_sysinfo_if_missing"),
            ),
            field(
                "synchronous_mode",
                sure(Level::ContainerRestart, "swss", "sonic-utilities config/main.py says so"),
            ),
            field("timezone", likely(Level::Live, "", HOST)),
            field(
                "type",
                sure(
                    Level::ConfigReload,
                    "seed of the ECMP hash",
                    "sonic-buildimage dockers/docker-orchagent/switch.json.j2, loaded by swssconfig at cold start",
                ),
            ),
            field("zebra_nexthop", sure(Level::Reboot, "read when zebra starts", DOCKER)),
            rule(ALL, unknown("what this field does to a box that runs")),
        ],
    ),
    port("DEVICE_NEIGHBOR", UNREAD),
    switch("DEVICE_NEIGHBOR_METADATA", UNREAD),
    switch("DNS_NAMESERVER", OF_HOST),
    switch("DSCP_TO_TC_MAP", MAPS),
    switch("ECMP_LOADSHARE_TABLE_ROCE", CLOSED),
    switch(
        "FEATURE",
        &[
            row(
                "dhcp_relay",
                ALL,
                likely(Level::Live, "the relay alone starts or stops", "sonic-host-services featured"),
            ),
            row(
                "gnmi",
                ALL,
                likely(Level::Live, "gnmi alone starts or stops", "sonic-host-services featured"),
            ),
            row(
                "lldp",
                ALL,
                likely(Level::Live, "lldp alone starts or stops", "sonic-host-services featured"),
            ),
            row(
                "snmp",
                ALL,
                likely(Level::Live, "snmp alone starts or stops", "sonic-host-services featured"),
            ),
            row(
                "telemetry",
                ALL,
                likely(Level::Live, "telemetry alone starts or stops", "sonic-host-services featured"),
            ),
            rule(
                ALL,
                likely(
                    Level::ContainerRestart,
                    "the container starts or stops",
                    "sonic-host-services featured",
                ),
            ),
        ],
    ),
    switch("FLEX_COUNTER_TABLE", &[rule(ALL, likely(Level::Live, "only counts", COUNTERS))]),
    switch("GNMI", &[rule(ALL, sure(Level::Live, "gnmi starts anew; collectors connect again", SERVICES))]),
    switch(
        "HIGH_FREQUENCY_TELEMETRY_GROUP",
        &[rule(ALL, likely(Level::Live, "only counts", "sonic-swss orchagent/high_frequency_telemetry"))],
    ),
    switch(
        "HIGH_FREQUENCY_TELEMETRY_PROFILE",
        &[rule(ALL, likely(Level::Live, "only counts", "sonic-swss orchagent/high_frequency_telemetry"))],
    ),
    port(
        "INTERFACE",
        &[
            rule(ADDED, sure(Level::Live, "a further address or routed port", INTFMGR)),
            field(
                "ipv6_use_link_local_only",
                likely(Level::SessionReset, "neighbours are dropped without it", NEIGHSYNC),
            ),
            rule(CHANGED, unknown("what this field does to a port that runs")),
            rule(
                REMOVED,
                sure(Level::SessionReset, "address or routed port goes, and what was reached by it", INTFMGR),
            ),
        ],
    ),
    switch(
        "LLDP",
        &[rule(
            ALL,
            likely(
                Level::Live,
                "neighbours are seen or not; nothing is forwarded by it",
                "sonic-buildimage dockers/docker-lldp",
            ),
        )],
    ),
    switch(
        "LOOPBACK_INTERFACE",
        &[
            row("Loopback0", REMOVED, sure(Level::Refused, "", VALIDATORS)),
            rule(ADDED, sure(Level::Live, "a further address", INTFMGR)),
            rule(CHANGED, likely(Level::PortRecreated, "the loopback, where its VRF changes", CREATE_ONLY)),
            rule(
                REMOVED,
                likely(Level::SessionReset, "the address goes; routes to it are withdrawn", INTFMGR),
            ),
        ],
    ),
    switch("MAP_PFC_PRIORITY_TO_QUEUE", MAPS),
    switch(
        "MGMT_INTERFACE",
        &[rule(
            ALL,
            likely(
                Level::Live,
                "the switch is reached at another address; traffic goes on",
                "sonic-buildimage files/image_config/interfaces/interfaces.j2",
            ),
        )],
    ),
    switch(
        "MGMT_PORT",
        &[rule(
            ALL,
            likely(
                Level::Live,
                "the management port alone",
                "sonic-buildimage files/image_config/interfaces/interfaces.j2",
            ),
        )],
    ),
    switch("NTP", &[rule(ALL, sure(Level::Live, "the clock's service starts anew", SERVICES))]),
    switch("NTP_SERVER", &[rule(ALL, sure(Level::Live, "the clock's service starts anew", SERVICES))]),
    switch("PFC_PRIORITY_TO_PRIORITY_GROUP_MAP", MAPS),
    port(
        "PFC_WD",
        &[rule(
            ALL,
            sure(
                Level::Refused,
                "but single fields on a few Nokia and Arista models; `pfcwd` itself takes it",
                VALIDATORS,
            ),
        )],
    ),
    port(
        "PORT",
        &[
            rule(ADDED, sure(Level::Live, "a further port", PORTSORCH)),
            field("admin_status", sure(Level::PortFlap, "the port goes down", PORTSORCH)),
            field("alias", unknown("what a port that runs makes of another alias")),
            field("description", likely(Level::Live, "a text", PORTSORCH)),
            field("fec", likely(Level::PortFlap, "the link comes up anew", PORTSORCH)),
            field("lanes", sure(Level::PortRecreated, "create-only", CREATE_ONLY)),
            field(
                "mtu",
                likely(
                    Level::Live,
                    "longer frames than the far end takes are lost until it has changed too",
                    PORTSORCH,
                ),
            ),
            field(
                "speed",
                likely(Level::PortFlap, "the link comes up anew, where the lanes stay", PORTSORCH),
            ),
            rule(CHANGED, unknown("what this field does to a port that runs")),
            rule(
                REMOVED,
                sure(
                    Level::PortRecreated,
                    "the port goes; interface, queues and buffers must go first",
                    PORTSORCH,
                ),
            ),
        ],
    ),
    port(
        "PORT_QOS_MAP",
        &[
            row("global", ALL, likely(Level::Live, "packets may change their class", QOSORCH)),
            rule(ALL, sure(Level::PortFlap, "GCU puts the port down for it", WRAPPED)),
        ],
    ),
    port("QUEUE", FLAP),
    switch(
        "SCHEDULER",
        &[
            rule(ADDED, likely(Level::Live, "nothing is bound to it yet", QOSORCH)),
            rule(CHANGED, likely(Level::Live, "GCU puts no port down for it; shares change", QOSORCH)),
            rule(REMOVED, likely(Level::Live, "orchagent keeps what is still bound", QOSORCH)),
        ],
    ),
    switch("SNMP", &[rule(ALL, likely(Level::Live, "snmp alone", "sonic-buildimage dockers/docker-snmp"))]),
    switch(
        "SWITCH",
        &[
            field("roce_enable", likely(Level::Reboot, "buffers are set up when the box boots", ROCE)),
            field("roce_pfc_priority", likely(Level::Reboot, "buffers are set up when the box boots", ROCE)),
            rule(ALL, unknown("no public text tells what a change does to a box that runs")),
        ],
    ),
    switch(
        "SWITCH_HASH",
        &[rule(
            ALL,
            likely(Level::Live, "flows take other paths, once", "sonic-swss orchagent/switchorch.cpp"),
        )],
    ),
    switch("SWITCH_TRIMMING", &[rule(ALL, unknown("what the chip makes of a change under traffic"))]),
    switch("SYSLOG_SERVER", &[rule(ALL, sure(Level::Live, "rsyslog starts anew", SERVICES))]),
    switch("TACPLUS", OF_HOST),
    switch("TACPLUS_SERVER", OF_HOST),
    switch("TC_TO_PRIORITY_GROUP_MAP", MAPS),
    switch("TC_TO_QUEUE_MAP", MAPS),
    switch(
        "TELEMETRY",
        &[rule(ALL, likely(Level::Live, "telemetry starts anew; collectors connect again", SERVICES))],
    ),
    switch(
        "WRED_PROFILE",
        &[
            rule(
                ADDED,
                likely(Level::Refused, "it takes `AZURE_LOSSLESS` on a few models alone", VALIDATORS),
            ),
            rule(
                CHANGED,
                sure(Level::Refused, "it takes `AZURE_LOSSLESS` on a few models alone", VALIDATORS),
            ),
            rule(
                REMOVED,
                likely(Level::Refused, "it takes `AZURE_LOSSLESS` on a few models alone", VALIDATORS),
            ),
        ],
    ),
];
