use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, Guesses};

lint! {
    /// A row that names another one waits until that is there: for ever, if it never is. A port whose BUFFER_PG or
    /// BUFFER_QUEUE waits is never ready, and one such port keeps routes, neighbours and the watchdog of the whole switch
    /// back; a PORT_QOS_MAP that waits leaves PFC off.
    ///
    /// ```json bad
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "scheduler.4" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    Error "lint/dangling-reference" "a reference to a row that is not there" Nothing => run
}

/// Table, field, and the table that it names a row of.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("BUFFER_PG", "profile", "BUFFER_PROFILE"),
    ("BUFFER_QUEUE", "profile", "BUFFER_PROFILE"),
    ("BUFFER_PROFILE", "pool", "BUFFER_POOL"),
    ("BUFFER_PORT_INGRESS_PROFILE_LIST", "profile_list", "BUFFER_PROFILE"),
    ("BUFFER_PORT_EGRESS_PROFILE_LIST", "profile_list", "BUFFER_PROFILE"),
    ("QUEUE", "scheduler", "SCHEDULER"),
    ("QUEUE", "wred_profile", "WRED_PROFILE"),
    ("PORT_QOS_MAP", "dscp_to_tc_map", "DSCP_TO_TC_MAP"),
    ("PORT_QOS_MAP", "dot1p_to_tc_map", "DOT1P_TO_TC_MAP"),
    ("PORT_QOS_MAP", "tc_to_queue_map", "TC_TO_QUEUE_MAP"),
    ("PORT_QOS_MAP", "tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP"),
    ("PORT_QOS_MAP", "tc_to_dscp_map", "TC_TO_DSCP_MAP"),
    ("PORT_QOS_MAP", "pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE"),
    ("PORT_QOS_MAP", "pfc_to_pg_map", "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"),
    ("PORT_QOS_MAP", "scheduler", "SCHEDULER"),
];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let (mut alike, mut guesses) = (Alike::default(), Guesses::new());
    let made = made_by_buffermgrd(ctx);
    let policies = if ctx.enterprise { policies(ctx) } else { BTreeSet::new() };
    for &(table, field, target) in REFERENCES {
        for row in ctx.db.rows(table) {
            let Some(value) = row.get(field) else { continue };
            // An empty one means none, `NULL` what the dynamic model computes; one in brackets has its own finding.
            for name in value.items().filter(|name| !name.starts_with('[') && *name != "NULL") {
                let there = ctx.db.row(target, name).is_some()
                    || (target == "SCHEDULER" && policies.contains(name))
                    || (table == "BUFFER_PG" && made.contains(name));
                if there {
                    continue;
                }
                alike.push(format!("{table} {field} {name}"), &row.key.v, || {
                    let message =
                        format!("`{field}` of {table} names `{name}`, and {target} has no such row");
                    let found = RULE.at(value.at(), message);
                    let found = match ctx.db.table(target) {
                        Some(rows) => found.label(rows.name.at, "it would be here"),
                        None => found,
                    };
                    let near = guesses.near(name, ctx.db.rows(target).iter().map(|r| &*r.key.v));
                    found.help(near.map_or_else(
                        || format!("add `{name}` to {target}"),
                        |near| format!("did you mean `{near}`?"),
                    ))
                });
            }
        }
    }
    alike.tell(findings);
}

/// Policies of Enterprise SONiC, which have a row for each queue: `ROCE@3`.
fn policies<'d>(ctx: &Ctx<'d>) -> BTreeSet<&'d str> {
    let rows = ctx.db.rows("SCHEDULER").iter();
    rows.filter_map(|row| Some(row.key.v.split_once('@')?.0)).collect()
}

/// Profiles that buffermgrd makes by itself, from speed and cable of each port.
fn made_by_buffermgrd(ctx: &Ctx<'_>) -> BTreeSet<String> {
    let name = |port: &crate::lint::view::Port<'_>| {
        let cable = ctx.cable(port.name).filter(|cable| cable.v != "0m")?;
        Some(format!("pg_lossless_{}_{}_profile", port.speed?.0.0, cable.v))
    };
    ctx.ports.iter().filter_map(name).collect()
}
