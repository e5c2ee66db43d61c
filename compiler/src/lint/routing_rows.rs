use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Ctx, list};

lint! {
    /// In the `split` modes frr.conf is one's own, and the daemon that turns ConfigDB into FRR commands still runs: rows on
    /// BGP and routes are pushed into the running FRR, beside what frr.conf says, and are gone after the next start.
    ///
    /// ```json bad
    /// {
    ///     "BGP_NEIGHBOR": {
    ///         "10.0.0.0": { "asn": "4210000001", "local_addr": "10.0.0.1", "name": "spine-01" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} }
    /// }
    /// ```
    Warning "lint/routing-rows" "BGP in two places" Nothing => run
}

/// Tables that bgpcfgd or frrcfgd acts on.
pub(super) const TABLES: &[&str] = &[
    "BGP_NEIGHBOR",
    "BGP_NEIGHBOR_AF",
    "BGP_PEER_RANGE",
    "BGP_INTERNAL_NEIGHBOR",
    "BGP_MONITORS",
    "BGP_GLOBALS",
    "BGP_GLOBALS_AF",
    "BGP_PEER_GROUP",
    "BGP_PEER_GROUP_AF",
    "ROUTE_MAP",
    "PREFIX_LIST",
    "STATIC_ROUTE",
];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mode = ctx.metadata().and_then(|row| row.text("docker_routing_config_mode"));
    let Some(mode) = mode.filter(|mode| mode.v.starts_with("split")) else { return };
    let there =
        || TABLES.iter().filter_map(|table| ctx.db.table(table)).filter(|table| !table.rows.is_empty());
    let Some(first) = there().next() else { return };
    let names: Vec<&str> = there().map(|table| &*table.name.v).collect();
    let message = format!("frr.conf is your own (`{}`), and ConfigDB has {}", mode.v, list(&names));
    let found = RULE.at(first.name.at, message).label(mode.at, "frr.conf is kept");
    findings.push(found.help("remove the rows, or \"docker_routing_config_mode\": \"unified\""));
}
