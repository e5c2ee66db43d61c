use fabc_lang::diagnostic::Findings;

use crate::checks::resting_on;
use crate::lint::view::{Alike, Ctx};

lint! {
    /// `pfc_to_pg_map` is for chips whose PFC takes a priority group by a map. orchagent sends it to any chip; where that
    /// refuses it the row is dropped before `pfc_enable` is read, and PFC is off without a word. `tc_to_pg_map` does the
    /// work instead. Enterprise SONiC has such a map for some boxes, and nothing is said of its files.
    ///
    /// ```json bad
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3", "pfc_to_pg_map": "AZURE", "pfcwd_sw_enable": "3" }
    ///     },
    ///     "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP": { "AZURE": { "3": "3" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3", "pfcwd_sw_enable": "3", "tc_to_pg_map": "AZURE" }
    ///     }
    /// }
    /// ```
    Error "lint/pfc-to-pg-map" "a map that turns PFC off" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let taken = ctx.model.filter(|_| !ctx.enterprise).and_then(|model| model.asic.v.pfc_group_map.as_ref());
    let Some(taken) = taken.filter(|taken| !taken.v) else { return };
    let mut alike = Alike::default();
    for row in ctx.pfc.iter().map(|pfc| pfc.row) {
        let Some(value) = row.get("pfc_to_pg_map").filter(|value| value.items().next().is_some()) else {
            continue;
        };
        alike.push("", &row.key.v, || {
            let message =
                format!("`pfc_to_pg_map` of {}: this chip has no such map, and PFC may stay off", row.key.v);
            let found =
                resting_on(taken.confidence, RULE.at(value.at(), message).label(taken.at, "by the chip"));
            found.help("remove it; `tc_to_pg_map` says which group a class goes to")
        });
    }
    alike.tell(findings);
}
