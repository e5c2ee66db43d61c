use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, mask};

lint! {
    /// The watchdog watches what `pfcwd_sw_enable` names, and nothing else. Without it a row of PFC_WD is tried again for
    /// ever; where it differs from `pfc_enable`, a queue that can be paused is not watched, or db_migrator writes the one
    /// over the other at the next start.
    ///
    /// ```json bad
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3" }
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
    Error "lint/watchdog-mask" "a watchdog on other priorities than PFC" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.enterprise {
        return; // it has no such field
    }
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let watched = mask(pfc.row, "pfcwd_sw_enable");
        let row = ctx.db.row("PFC_WD", pfc.port);
        if watched.is_some_and(|(mask, _)| mask == pfc.mask) || (watched.is_none() && row.is_none()) {
            continue;
        }
        alike.push(format!("{} {:?}", pfc.mask, watched.map(|(mask, _)| mask)), pfc.port, || {
            let wanted: Vec<String> = pfc.priorities().map(|p| p.to_string()).collect();
            let wanted = wanted.join(",");
            let (message, at) = match watched {
                Some((_, at)) => {
                    (format!("PFC of {} is on for {wanted}, and the watchdog looks at others", pfc.port), at)
                }
                None => (
                    format!(
                        "PFC of {} is on, and it has no `pfcwd_sw_enable`: its watchdog never starts",
                        pfc.port
                    ),
                    pfc.row.key.at,
                ),
            };
            let found = RULE.at(at, message).label(pfc.at, "PFC");
            let found = row.map_or(found.clone(), |row| found.label(row.key.at, "its watchdog"));
            found.help(format!("\"pfcwd_sw_enable\": \"{wanted}\""))
        });
    }
    alike.tell(findings);
}
