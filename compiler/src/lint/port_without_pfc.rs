use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::config_db::Row;
use crate::lint::view::{Alike, Ctx};

lint! {
    /// A packet is lossless only if all ports on its way treat it so. Where PFC is on for some ports of a switch, a routed
    /// port that is up and has none drops the same class when its queue is full; without `dscp_to_tc_map`, its own or the
    /// switch's, all that comes by it is of class 0 besides.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "subport": "0" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000", "subport": "0" }
    ///     },
    ///     "INTERFACE": { "Ethernet0": {}, "Ethernet0|10.0.0.1/31": {}, "Ethernet8": {}, "Ethernet8|10.0.0.3/31": {} }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "subport": "0" },
    ///         "Ethernet8": { "admin_status": "down", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000", "subport": "0" }
    ///     }
    /// }
    /// ```
    Warning "lint/port-without-pfc" "a routed port that isn't lossless, beside others that are" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(other) = ctx.pfc.first() else { return };
    let has_pfc: BTreeSet<&str> = ctx.pfc.iter().map(|pfc| pfc.port).collect();
    let global = ctx.db.row("PORT_QOS_MAP", "global").is_some_and(|row| row.get("dscp_to_tc_map").is_some());
    // A row without address and without link-local neighbours forwards nothing: `lint/base-row-idle`.
    let forwards = |row: &&Row<'_>| row.key.v.contains('|') || row.get("ipv6_use_link_local_only").is_some();
    let rows = ctx.db.rows("INTERFACE").iter().filter(forwards);
    let routed: BTreeSet<&str> = rows.filter_map(|row| row.key.v.split('|').next()).collect();
    let mut alike = Alike::default();
    for port in &ctx.ports {
        let up = port.row.text("admin_status").is_some_and(|status| status.v == "up");
        if !up || has_pfc.contains(port.name) || !routed.contains(port.name) {
            continue;
        }
        let row = ctx.db.row("PORT_QOS_MAP", port.name);
        let sorts = |field| row.is_some_and(|row| row.get(field).is_some());
        let sorted = global || sorts("dscp_to_tc_map") || sorts("dot1p_to_tc_map");
        alike.push(format!("{sorted}"), port.name, || {
            let more =
                if sorted { "" } else { ", and no `dscp_to_tc_map`: all that comes by it is of class 0" };
            let message = format!("{} is routed, up and without PFC{more}", port.name);
            let at = row.map_or(port.row.key.at, |row| row.place("pfc_enable"));
            let found = RULE.at(at, message).label(other.at, format!("PFC of {}", other.port));
            found.help(format!(
                "the row of {} in PORT_QOS_MAP for it too, with headroom in BUFFER_PG",
                other.port
            ))
        });
    }
    alike.tell(findings);
}
