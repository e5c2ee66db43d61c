//! TACPLUS_SERVER: who checks log-ins.

use fabc_lang::fabric::natural_cmp;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table =
    Table::new("TACPLUS_SERVER", Owner::Fields, "The TACACS+ servers, the first with the highest priority; no keys.");

const GIVEN: Origin = Origin::rule("a `tacacs` server of `management`");
const ORDER: Origin = Origin::rule("servers are asked in the order in which they are given");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(management) = &device.fabric.intent.management else { return };
    // SONiC asks the highest priority first; there are 64.
    let priorities = (1..=64).rev();
    let mut rows: Vec<(String, u32, _)> =
        management.tacacs.iter().zip(priorities).map(|(t, p)| (t.address.v.to_string(), p, t.address.at)).collect();
    rows.sort_by(|a, b| natural_cmp(&a.0, &b.0));
    rows.dedup_by(|a, b| a.0 == b.0);
    for (address, priority, at) in rows {
        sink.row(&address, GIVEN.at(at));
        sink.number("priority", priority, ORDER.at(at));
        sink.field("tcp_port", "49", GIVEN.at(at));
    }
}
