use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// PFC is on for a port that no map sorts packets on: without `dscp_to_tc_map`, on the port or for the switch, all of them
    /// are of class 0, and without `tc_to_pg_map` and `tc_to_queue_map` which group and queue a class has is the chip's
    /// default. The lossless class stays empty.
    ///
    /// ```json bad
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "pfc_enable": "3", "pfcwd_sw_enable": "3" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "pfc_enable": "3", "pfc_to_queue_map": "AZURE", "pfcwd_sw_enable": "3", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE" }
    ///     }
    /// }
    /// ```
    Warning "lint/pfc-without-maps" "PFC on a port that sorts no packets" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let switch = ctx.db.row("PORT_QOS_MAP", "global");
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let has = |field: &str| pfc.row.get(field).is_some();
        let sorted = has("dscp_to_tc_map")
            || has("dot1p_to_tc_map")
            || switch.is_some_and(|row| row.get("dscp_to_tc_map").is_some());
        let mut missing: Vec<&str> =
            ["tc_to_queue_map", "tc_to_pg_map"].into_iter().filter(|field| !has(field)).collect();
        if !sorted {
            missing.insert(0, "dscp_to_tc_map");
        }
        if missing.is_empty() {
            continue;
        }
        let names = missing.join(", ");
        alike.push(names.clone(), pfc.port, || {
            let found = RULE.at(pfc.row.key.at, format!("PFC is on for {}, and it has no {names}", pfc.port));
            found.label(pfc.at, "PFC").help("name the maps of the switch")
        });
    }
    alike.tell(findings);
}
