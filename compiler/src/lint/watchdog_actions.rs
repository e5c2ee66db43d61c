use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use crate::checks::resting_on;
use crate::config_db::Row;
use crate::lint::view::{Ctx, list};

lint! {
    /// A chip that finds deadlocks in hardware has one action for all of its ports. orchagent takes the first that comes, and
    /// refuses each row with another: those ports are not watched. A row without `action` has `drop`.
    ///
    /// ```json bad
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "200", "restoration_time": "400" },
    ///         "Ethernet8": { "action": "forward", "detection_time": "200", "restoration_time": "400" }
    ///     },
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000" }
    ///     },
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3", "pfcwd_sw_enable": "3" },
    ///         "Ethernet8": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3", "pfcwd_sw_enable": "3" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "40m", "Ethernet8": "40m" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "200", "restoration_time": "400" }
    ///     }
    /// }
    /// ```
    Error "lint/watchdog-actions" "watchdog actions that differ where the chip has one" Model => run
}

/// What a row without `action` has.
const DEFAULT: &str = "drop";

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let one = ctx.model.and_then(|model| model.asic.v.watchdog_action.as_ref()).filter(|one| one.v);
    let Some(one) = one else { return };
    let mut actions: BTreeMap<&str, Vec<&Row<'_>>> = BTreeMap::new();
    for row in ctx.db.rows("PFC_WD").iter().filter(|row| row.key.v != "GLOBAL") {
        actions.entry(row.text("action").map_or(DEFAULT, |text| &text.v)).or_default().push(row);
    }
    // What few ports have is what is odd.
    let most = actions.iter().max_by_key(|(name, rows)| (rows.len(), **name == DEFAULT));
    let Some((most, usual)) = most.and_then(|(name, rows)| Some((*name, *rows.first()?))) else { return };
    for (name, rows) in actions.iter().filter(|(name, _)| **name != most) {
        let Some(first) = rows.first() else { continue };
        let message =
            format!("action {name} on {}, and {most} elsewhere; the switch has one at once", first.key.v);
        let found = RULE.at(first.place("action"), message).label(usual.place("action"), most);
        let found = resting_on(one.confidence, found.label(one.at, "by the chip"));
        let found = match rows[1..].iter().map(|row| &*row.key.v).collect::<Vec<_>>() {
            others if others.is_empty() => found,
            others => found.note(format!("the same on {}", list(&others))),
        };
        findings.push(found.help(format!("\"action\": \"{most}\" on all ports")));
    }
}
