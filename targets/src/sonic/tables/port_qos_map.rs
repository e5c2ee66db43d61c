//! PORT_QOS_MAP: which maps a port goes by, and what it pauses.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "PORT_QOS_MAP",
    Owner::Rows,
    "The maps on every wired port, and the DSCP map for the whole switch. PFC on all lossless priorities; \
     `pfcwd_sw_enable` always equals `pfc_enable`, for an upgrade copies the one to the other. `pfc_to_pg_map` only under \
     Enterprise SONiC, on boxes that have it: where a Broadcom box refuses it, PFC stays off. No `scheduler`: it is for a \
     shaper of the whole port.",
).alike();

const PORT: Origin = Origin::rule("every port with a wire goes by the fabric's maps");
const GLOBAL: Origin = Origin::rule("the DSCP map of the whole switch, as SONiC's own templates set it");
const PFC: Origin = Origin::rule("PFC on every lossless class and on no other");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    let lossless = qos.queues.iter().find(|q| qos.is_lossless(q.priority));
    let pfc = lossless.map(|q| PFC.at(q.class.lossless.map_or(q.class.at, |l| l.at)));
    let (map, dialect) = (qos.dialect.map, qos.dialect);
    for (port, wired, _) in qos.wired(device) {
        let origin = PORT.at(device.fabric.line_of(wired.link).at);
        sink.row(port.name(), origin);
        sink.field("dscp_to_tc_map", map, origin);
        if let Some(pfc) = pfc {
            sink.field("pfc_enable", &qos.pfc, pfc);
        }
        if dialect.has_pfc_to_pg(device.platform) {
            sink.field("pfc_to_pg_map", map, origin);
        }
        sink.field("pfc_to_queue_map", map, origin);
        if let Some(pfc) = pfc.filter(|_| dialect.watchdog_mask) {
            sink.field("pfcwd_sw_enable", &qos.pfc, pfc);
        }
        sink.field("tc_to_pg_map", map, origin);
        sink.field("tc_to_queue_map", map, origin);
    }
    if dialect.global_map {
        sink.row("global", GLOBAL);
        sink.field("dscp_to_tc_map", map, GLOBAL);
    }
}
