use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// orchagent takes no row of PFC_WD without `detection_time` ("detection_time missing" in syslog), though YANG has it
    /// optional. The port is not watched.
    ///
    /// ```json bad
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "restoration_time": "400" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "200", "restoration_time": "400" }
    ///     }
    /// }
    /// ```
    Error "lint/watchdog-incomplete" "a watchdog without a detection time" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    let rows = ctx.db.rows("PFC_WD").iter().filter(|row| row.key.v != "GLOBAL");
    for row in rows.filter(|row| row.get("detection_time").is_none()) {
        alike.push("", &row.key.v, || {
            let found = RULE.at(row.key.at, format!("the watchdog of {} has no `detection_time`", row.key.v));
            found.help("\"detection_time\": \"200\", in ms")
        });
    }
    alike.tell(findings);
}
