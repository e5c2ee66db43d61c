use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// PFC is on for a priority, and no DSCP leads to its traffic class: what was meant to be lossless goes elsewhere.
    ///
    /// ```json bad
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "pfc_enable": "3,4", "pfc_to_queue_map": "AZURE", "pfcwd_sw_enable": "3,4", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE" },
    ///         "global": { "dscp_to_tc_map": "AZURE" }
    ///     },
    ///     "TC_TO_PRIORITY_GROUP_MAP": {
    ///         "AZURE": { "0": "0", "1": "0", "2": "0", "3": "3", "4": "4", "5": "0", "6": "0", "7": "0" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3-4": { "profile": "pg_lossless_800000_40m_profile" }
    ///     },
    ///     "BUFFER_QUEUE": {
    ///         "Ethernet0|0-2": { "profile": "egress_lossy_profile" },
    ///         "Ethernet0|3-4": { "profile": "egress_lossless_profile" },
    ///         "Ethernet0|5-7": { "profile": "egress_lossy_profile" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "pfc_enable": "3", "pfc_to_queue_map": "AZURE", "pfcwd_sw_enable": "3", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE" },
    ///         "global": { "dscp_to_tc_map": "AZURE" }
    ///     }
    /// }
    /// ```
    Note "lint/lossless-unreached" "PFC for a class that no packet is in" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        // Without one, another field may lead there: dot1p.
        let Some(map) = pfc.dscp.filter(|_| pfc.row.get("dot1p_to_tc_map").is_none()) else { continue };
        for priority in pfc.priorities() {
            let leads = |value: &crate::config_db::Value<'_>| {
                value.text().is_some_and(|text| text.v.parse() == Ok(priority))
            };
            if map.fields.iter().any(|(_, value)| leads(value)) {
                continue;
            }
            alike.push(format!("{} {priority}", map.key.v), pfc.port, || {
                let message =
                    format!("PFC is on for priority {priority} of {}, and no DSCP leads to it", pfc.port);
                let found = RULE.at(pfc.at, message).label(map.key.at, "its map");
                found.help(format!(
                    "give it a DSCP, or leave {priority} out of `pfc_enable`: its headroom is lost"
                ))
            });
        }
    }
    alike.tell(findings);
}
