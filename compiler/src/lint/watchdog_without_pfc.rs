use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, mask};

lint! {
    /// A watchdog on a port without PFC: orchagent finds nothing lossless on it, and tries the row again for ever.
    ///
    /// ```json bad
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "dscp_to_tc_map": "AZURE", "pfc_enable": "3", "pfcwd_sw_enable": "3" }
    ///     }
    /// }
    /// ```
    Error "lint/watchdog-without-pfc" "a watchdog on a port without PFC" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for row in ctx.db.rows("PFC_WD").iter().filter(|row| row.key.v != "GLOBAL") {
        let qos = ctx.db.row("PORT_QOS_MAP", &row.key.v);
        let on = |field| qos.and_then(|row| mask(row, field)).is_some_and(|(mask, _)| mask != 0);
        // A field that can't be read is no field that is missing.
        let odd = qos.is_some_and(|row| row.get("pfc_enable").is_some() && mask(row, "pfc_enable").is_none());
        if on("pfc_enable") || odd {
            continue;
        }
        alike.push("", &row.key.v, || {
            let found = RULE.at(row.key.at, format!("{} has a watchdog and no PFC", row.key.v));
            let found = match qos {
                Some(qos) => found.label(qos.place("pfc_enable"), "no priority is paused"),
                None => found.note("PORT_QOS_MAP has no row for it"),
            };
            found.help("remove it, or name the lossless priorities in `pfc_enable` and `pfcwd_sw_enable`")
        });
    }
    alike.tell(findings);
}
