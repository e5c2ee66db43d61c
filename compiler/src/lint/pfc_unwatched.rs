use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// PFC without a watchdog: one NIC that pauses without end stops the queue, then the queues that feed it, then the fabric.
    ///
    /// ```json bad
    /// {
    ///     "PFC_WD": {
    ///         "GLOBAL": { "POLL_INTERVAL": "200" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "200", "restoration_time": "400" },
    ///         "GLOBAL": { "POLL_INTERVAL": "200" }
    ///     }
    /// }
    /// ```
    Warning "lint/pfc-unwatched" "PFC without a watchdog" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in ctx.pfc.iter().filter(|pfc| ctx.db.row("PFC_WD", pfc.port).is_none()) {
        alike.push("", pfc.port, || {
            let found = RULE.at(pfc.at, format!("PFC is on for {}, and PFC_WD has no row for it", pfc.port));
            found.help(format!("\"{}\": {{ \"action\": \"drop\", \"detection_time\": \"200\", \"restoration_time\": \"200\" }} in PFC_WD", pfc.port))
        });
    }
    alike.tell(findings);
}
