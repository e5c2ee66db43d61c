use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// PFC on more priorities than the box is set up for: each takes headroom on every port, and the pool is made for so
    /// many.
    ///
    /// ```json bad
    /// {
    ///     "TC_TO_PRIORITY_GROUP_MAP": { "AZURE": { "0": "0", "1": "0", "2": "2", "3": "3", "4": "4", "5": "0", "6": "0", "7": "0" } },
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "2,3,4", "pfcwd_sw_enable": "2,3,4" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|2-4": { "profile": "pg_lossless_800000_40m_profile" }
    ///     },
    ///     "BUFFER_QUEUE": {
    ///         "Ethernet0|0-1": { "profile": "egress_lossy_profile" },
    ///         "Ethernet0|2-4": { "profile": "egress_lossless_profile" },
    ///         "Ethernet0|5-7": { "profile": "egress_lossy_profile" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3", "pfcwd_sw_enable": "3" }
    ///     }
    /// }
    /// ```
    Warning "lint/too-many-lossless" "PFC on more priorities than the box is made for" Sku => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(limit) = ctx.sku.and_then(|model| model.asic.v.lossless_priorities.as_ref()) else { return };
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let count = pfc.mask.count_ones();
        if count <= u32::from(limit.v) {
            continue;
        }
        alike.push(pfc.mask.to_string(), pfc.port, || {
            let message =
                format!("PFC is on for {count} priorities of {}; the box is made for {}", pfc.port, limit.v);
            let found = RULE.at(pfc.at, message).label(limit.at, "by the chip's templates");
            found.help(format!("{} priorities at the most", limit.v))
        });
    }
    alike.tell(findings);
}
