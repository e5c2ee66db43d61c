//! One file per table: what it is, whose its rows are, and how they follow from the fabric.

use fabc_lang::intent::Nos;

use super::qos::{PRIORITIES, Qos};
use super::release::Release;
use super::sink::{Origin, Sink};
use crate::device::Device;

/// Whose a table is when a running switch is compared with its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// All rows are fabc's: a foreign one is a deletion.
    Rows,
    /// Only the fields that are emitted: SONiC and its daemons write others.
    Fields,
}

/// Systems that have a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Systems {
    /// All.
    All,
    /// Community SONiC, from this release on.
    Since(&'static str),
    /// Enterprise SONiC.
    Enterprise,
}

impl Systems {
    /// Whether a release is among them.
    pub fn has(self, release: &Release) -> bool {
        match self {
            Systems::All => true,
            Systems::Since(first) => release.since(first),
            Systems::Enterprise => release.nos == Nos::EnterpriseSonic,
        }
    }
}

/// A table that fabc emits.
#[derive(Debug)]
pub struct Table {
    /// Its name in ConfigDB.
    pub name: &'static str,
    /// What fabc puts there.
    pub doc: &'static str,
    /// Whose it is.
    pub owner: Owner,
    /// Whose rows are written.
    pub of: Systems,
    /// Whether switches of one tier, with wires declared on the same ports, the same far ends there, and cables of the same
    /// length, have the same rows: nothing in them is the switch's own, nor its peers'.
    pub alike: bool,
}

impl Table {
    const fn new(name: &'static str, owner: Owner, doc: &'static str) -> Self {
        Table { name, doc, owner, of: Systems::All, alike: false }
    }

    /// The same table, for rows that like switches share.
    const fn alike(self) -> Self {
        Table { alike: true, ..self }
    }

    /// A table that Enterprise SONiC doesn't have, or isn't known to have.
    const fn community(name: &'static str, owner: Owner, doc: &'static str) -> Self {
        Table { name, doc, owner, of: Systems::Since("202305"), alike: false }
    }

    /// A table of Enterprise SONiC alone.
    const fn enterprise(name: &'static str, owner: Owner, doc: &'static str) -> Self {
        Table { name, doc, owner, of: Systems::Enterprise, alike: false }
    }
}

macro_rules! tables {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// Every table, in the order in which they stand in the file.
        pub static TABLES: &[&Table] = &[$(&$module::TABLE),*];

        /// Emits all tables of a switch that its release has.
        pub fn emit(device: &Device<'_>, sink: &mut impl Sink) {
            $(if $module::TABLE.of.has(device.release) {
                if $module::TABLE.alike {
                    sink.alike($module::TABLE.name, |sink| $module::emit(device, sink));
                } else {
                    sink.table($module::TABLE.name);
                    $module::emit(device, sink);
                }
            })*
        }
    };
}

tables! {
    ars_object
    ars_port_bind
    ars_port_profile
    ars_profile
    ars_switch_bind
    breakout_cfg
    breakout_ports
    buffer_pg
    buffer_pool
    buffer_profile
    buffer_queue
    cable_length
    crm
    device_metadata
    device_neighbor
    device_neighbor_metadata
    dns_nameserver
    dscp_to_tc_map
    ecmp_loadshare_table_roce
    feature
    flex_counter_table
    gnmi
    high_frequency_telemetry_group
    high_frequency_telemetry_profile
    interface
    lldp
    loopback_interface
    map_pfc_priority_to_queue
    mgmt_interface
    mgmt_port
    ntp
    ntp_server
    pfc_priority_to_priority_group_map
    pfc_wd
    port
    port_qos_map
    queue
    scheduler
    snmp
    switch
    switch_hash
    switch_trimming
    syslog_server
    tacplus
    tacplus_server
    tc_to_priority_group_map
    tc_to_queue_map
    telemetry
    wred_profile
}

pub(super) use pfc_wd::poll as poll_interval;

/// The management servers of one kind as keys: text, in natural order, each once.
fn keys(servers: &[fabc_lang::source::Spanned<std::net::IpAddr>]) -> Vec<(String, fabc_lang::source::Span)> {
    let mut keys: Vec<_> = servers.iter().map(|s| (s.v.to_string(), s.at)).collect();
    keys.sort_by(|a, b| fabc_lang::fabric::natural_cmp(&a.0, &b.0));
    keys.dedup_by(|a, b| a.0 == b.0);
    keys
}

/// Emits the one map of a table: every priority to what `to` makes of it.
fn map(device: &Device<'_>, sink: &mut impl Sink, origin: Origin, to: impl Fn(&Qos<'_>, u8) -> u8) {
    let Some(qos) = device.qos() else { return };
    let class = |priority| qos.queues.iter().find(|q| q.priority == priority);
    sink.row(qos.dialect.map, origin);
    for from in 0..PRIORITIES {
        let origin = class(from).map_or(origin, |queue| origin.at(queue.class.priority.at));
        sink.entry(itoa::Buffer::new().format(from), itoa::Buffer::new().format(to(qos, from)), origin);
    }
}

/// Writes `port|part` over `key`.
fn key(key: &mut String, port: &str, part: &str) {
    key.clear();
    key.push_str(port);
    key.push('|');
    key.push_str(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_and_in_order() {
        assert!(TABLES.is_sorted_by(|a, b| a.name < b.name));
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sonic/tables");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|f| f.unwrap().file_name().into_string().unwrap())
            .collect();
        files.retain(|f| f != "mod.rs");
        files.sort();
        let listed: Vec<_> = TABLES.iter().map(|t| format!("{}.rs", t.name.to_lowercase())).collect();
        assert_eq!(files, listed);
    }
}
