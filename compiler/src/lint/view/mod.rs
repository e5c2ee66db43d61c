//! The tables of a switch as lints look at them.
//!
//! - [`Ctx`]: what they all ask
//! - [`Port`]: rows of PORT, with cages
//! - [`Slot`]: rows for queues and priority groups of a port
//! - [`Pfc`]: ports on which PFC is on, with their maps
//! - [`parts`]: what lossless groups of a part of the memory share
//! - [`Alike`]: the same finding on many ports told once

mod alike;
mod part;
mod pfc;
mod port;
mod slot;

use std::collections::BTreeMap;
use std::sync::Arc;

use fabc_lang::intent::{Buffers, Nos};
use fabc_lang::platform::{Fact, NicModel, Platform};
use fabc_lang::units::{Length, Speed};

use crate::config_db::{Db, Row, Text};

pub(super) use alike::{Alike, Guesses, list};
pub(super) use part::parts;
pub(super) use pfc::{PRIORITIES, Pfc, mask, target};
use port::Panel;
pub(super) use port::{Port, lanes_text};
pub(super) use slot::{Slots, range_text};

/// What is known about the switch that a file is for, beside the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'d> {
    /// Its model.
    pub model: Option<&'d Platform>,
    /// Whether the model's buffer tables and port limits are those of the file's hwsku.
    pub sku: bool,
    /// Models of NIC, whose factory settings are looked for.
    pub nics: &'d [Arc<NicModel>],
    /// Its system; none where the file is to tell it.
    pub nos: Option<Nos>,
    /// What the fabric that it is of says of buffers.
    pub buffers: Option<&'d Buffers>,
    /// Its release; none where nobody says it.
    pub release: Option<&'static str>,
}

/// What lints look at.
pub(super) struct Ctx<'d> {
    pub(super) db: &'d Db<'d>,
    /// The box: its cages and lanes.
    pub(super) model: Option<&'d Platform>,
    /// The box, where pools, profiles and port limits are known for its hwsku.
    pub(super) sku: Option<&'d Platform>,
    pub(super) nics: &'d [Arc<NicModel>],
    /// What its fabric says of buffers.
    pub(super) buffers: Option<&'d Buffers>,
    /// Whether the file is of Enterprise SONiC, by what it says of itself.
    pub(super) enterprise: bool,
    /// Its release; none where nobody says it.
    pub(super) release: Option<&'static str>,
    /// Rows of PORT.
    pub(super) ports: Vec<Port<'d>>,
    /// Places in `ports`, by name.
    by_name: Vec<usize>,
    /// What CABLE_LENGTH says, by port.
    cables: BTreeMap<&'d str, &'d Text<'d>>,
    /// Ports with PFC.
    pub(super) pfc: Vec<Pfc<'d>>,
    /// Rows of BUFFER_PG, of BUFFER_QUEUE and of QUEUE.
    pub(super) groups: Slots<'d>,
    pub(super) buffer_queues: Slots<'d>,
    pub(super) queues: Slots<'d>,
}

impl<'d> Ctx<'d> {
    pub(super) fn new(db: &'d Db<'d>, given: Given<'d>) -> Self {
        let panel = given.model.map(Panel::new);
        let ports: Vec<Port<'d>> = db.rows("PORT").iter().map(|row| Port::new(row, panel.as_ref())).collect();
        let mut by_name: Vec<usize> = (0..ports.len()).collect();
        by_name.sort_by_key(|&i| ports[i].name);
        let cables = db.rows("CABLE_LENGTH").iter().flat_map(|row| &row.fields);
        Ctx {
            db,
            model: given.model,
            sku: given.model.filter(|_| given.sku),
            nics: given.nics,
            buffers: given.buffers,
            enterprise: given.nos.map_or_else(|| is_enterprise(db), |nos| nos != Nos::Sonic),
            release: given.release,
            pfc: Pfc::all(db),
            groups: Slots::new(db, "BUFFER_PG"),
            buffer_queues: Slots::new(db, "BUFFER_QUEUE"),
            queues: Slots::new(db, "QUEUE"),
            ports,
            by_name,
            cables: cables.filter_map(|(port, value)| Some((&*port.v, value.text()?))).collect(),
        }
    }

    /// The port of this name.
    pub(super) fn port(&self, name: &str) -> Option<&Port<'d>> {
        let at = self.by_name.binary_search_by(|&i| self.ports[i].name.cmp(name)).ok()?;
        self.ports.get(self.by_name[at])
    }

    /// The row that describes the switch itself.
    pub(super) fn metadata(&self) -> Option<&'d Row<'d>> {
        self.db.row("DEVICE_METADATA", "localhost")
    }

    /// A profile that a row names, and the pool that it takes from.
    pub(super) fn profile(&self, row: &Row<'_>) -> Option<&'d Row<'d>> {
        self.db.row("BUFFER_PROFILE", &row.text("profile")?.v)
    }

    /// The pool of a profile.
    pub(super) fn pool(&self, profile: &Row<'_>) -> Option<&'d Row<'d>> {
        self.db.row("BUFFER_POOL", &profile.text("pool")?.v)
    }

    /// The role whose buffer tables the box starts with, by its type.
    pub(super) fn role(&self) -> &'static str {
        let is_tor = self.metadata().and_then(|m| m.text("type")).is_some_and(|t| t.v == "ToRRouter");
        if is_tor { "t0" } else { "t1" }
    }

    /// What CABLE_LENGTH says of a port.
    pub(super) fn cable(&self, port: &str) -> Option<&'d Text<'d>> {
        self.cables.get(port).copied()
    }

    /// Whether buffermgrd makes the lossless rows of a port by its speed and cable.
    pub(super) fn is_static(&self) -> bool {
        self.metadata().and_then(|m| m.text("buffer_model")).is_none_or(|m| m.v != "dynamic")
    }

    /// The row of the box's own table under which buffermgrd finds a port.
    pub(super) fn listed(
        &self,
        port: &Port<'_>,
    ) -> Option<&'d Fact<fabc_lang::platform::buffers::HeadroomRow>> {
        let length = metres(&self.cable(port.name)?.v)?;
        self.sku?.headroom_row(port.speed?.0, length)
    }

    /// Queues of a port, multicast ones included.
    pub(super) fn queue_count(&self) -> Option<(u8, &'d Fact<fabc_lang::platform::asic::Queues>)> {
        let queues = self.sku?.asic.v.queues.as_ref()?;
        Some((queues.v.unicast + queues.v.multicast, queues))
    }
}

/// `40m` as SONiC writes it.
pub(super) fn metres(text: &str) -> Option<Length> {
    let metres: u32 = text.strip_suffix('m')?.parse().ok()?;
    metres.checked_mul(1000).map(Length)
}

/// Speed as PORT has it, Mb/s.
pub(super) fn speed(text: &str) -> Option<Speed> {
    text.trim().parse().ok().map(Speed)
}

/// Enterprise SONiC has rows that the community's never have: `SWITCH|switch`, schedulers of a policy (`ROCE@3`), a
/// naming mode, its own tables for break-outs, hashing and adaptive routing.
pub(super) fn is_enterprise(db: &Db<'_>) -> bool {
    let localhost = db.row("DEVICE_METADATA", "localhost");
    db.row("SWITCH", "switch").is_some()
        || db.rows("SCHEDULER").iter().any(|row| row.key.v.contains('@'))
        || localhost.is_some_and(|row| row.get("intf_naming_mode").is_some())
        || ["ARS_PORT_BIND", "ARS_SWITCH_BIND", "BREAKOUT_PORTS"]
            .iter()
            .any(|table| db.table(table).is_some())
        || db.tables.iter().any(|table| table.name.v.starts_with("ECMP_LOADSHARE_TABLE_"))
}
