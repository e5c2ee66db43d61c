//! INTERFACE: routed ports.

use fabc_lang::fabric::natural_cmp;

use super::{Owner, Table};
use crate::address;
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "INTERFACE",
    Owner::Rows,
    "A row for each routed port, without which nothing is forwarded, and its address. Unnumbered ports have \
     `ipv6_use_link_local_only`: SONiC drops their neighbours otherwise.",
);

const LINK_LOCAL: Origin = Origin::rule("links between switches are unnumbered");
const HOST: Origin =
    Origin::rule("the even address of the port's /31: block of the switch + 2 x slot of cage and child");
const NUMBERED: Origin = Origin::rule("links between switches are numbered: a /31 from the lower switch's block");
const NUMBERED6: Origin =
    Origin::rule("links between switches are numbered: a /127 from the lower switch's IPv6 block");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let mut key = String::new();
    let routing = device.fabric.intent.routing.as_ref();
    for (port, wired) in device.wired() {
        let line = device.fabric.line_of(wired.link);
        match (wired.addresses, wired.peer_switch) {
            (Some((own, _)), peer) => {
                let (rule, pool) = match peer {
                    None => (HOST, routing.and_then(|r| r.host_subnets)),
                    Some(_) => (NUMBERED, routing.and_then(|r| r.numbered)),
                };
                let origin = pool.map_or(rule, |pool| rule.at(pool.at)).and(line.at);
                sink.row(port.name(), origin);
                key.clear();
                key.push_str(port.name());
                key.push('|');
                address::pieces(own, |piece| key.push_str(piece));
                key.push_str("/31");
                let Some((own6, _)) = device.addresses6(wired) else {
                    sink.row(&key, origin);
                    continue;
                };
                let key6 = format!("{}|{own6}/127", port.name());
                let origin6 = NUMBERED6.of(routing.and_then(|r| r.numbered6).as_ref()).and(line.at);
                let mut rows = [(&key, origin), (&key6, origin6)];
                rows.sort_by(|a, b| natural_cmp(a.0, b.0));
                rows.iter().for_each(|(key, origin)| sink.row(key, *origin));
            }
            (None, Some(_)) => {
                let origin = LINK_LOCAL.at(line.at);
                sink.row(port.name(), origin);
                sink.field("ipv6_use_link_local_only", "enable", origin);
            }
            (None, None) => {}
        }
    }
}
