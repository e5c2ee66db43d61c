use fabc_lang::diagnostic::Findings;

use super::routing_rows;
use crate::lint::view::Ctx;

lint! {
    /// `docker_routing_config_mode` says who writes FRR's configuration. YANG gives it the default `unified`; the container
    /// itself takes what isn't there for `separated`, and deletes frr.conf at every start. `separated` itself does the same: where
    /// ConfigDB has nothing on BGP and routes either, nothing is left that routes.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    Warning "lint/routing-mode" "nobody says who writes frr.conf" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(row) = ctx.metadata() else { return };
    let Some(mode) = row.text("docker_routing_config_mode") else {
        let message = "no `docker_routing_config_mode`: the bgp container takes it for `separated`, and deletes frr.conf";
        let found = RULE.at(row.key.at, message);
        findings.push(found.help("\"split-unified\" where frr.conf is your own, \"separated\" or \"unified\" where ConfigDB has BGP"));
        return;
    };
    let has_rows = routing_rows::TABLES.iter().any(|table| !ctx.db.rows(table).is_empty());
    let is_routed = !ctx.db.rows("INTERFACE").is_empty();
    if mode.v == "separated" && is_routed && !has_rows && !ctx.enterprise {
        let message =
            "the bgp container deletes frr.conf at every start (`separated`), and ConfigDB has no BGP";
        let found = RULE.at(mode.at, message);
        findings
            .push(found.help("\"split-unified\" where frr.conf is your own; else rows of BGP in ConfigDB"));
    }
}
