use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Ctx, list};

lint! {
    /// BGP_GLOBALS, BGP_PEER_GROUP and their like are read by frrcfgd, which runs only where DEVICE_METADATA has
    /// `frr_mgmt_framework_config` "true". Without it bgpcfgd runs in its place and passes them by. Enterprise SONiC needs no
    /// such field.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     },
    ///     "BGP_GLOBALS": { "default": { "local_asn": "4210000001" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "unified", "frr_mgmt_framework_config": "true", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     },
    ///     "BGP_GLOBALS": { "default": { "local_asn": "4210000001" } }
    /// }
    /// ```
    Warning "lint/routing-rows-idle" "BGP that nothing reads" Nothing => run
}

/// Tables that only frrcfgd reads.
const TABLES: &[&str] =
    &["BGP_GLOBALS", "BGP_GLOBALS_AF", "BGP_PEER_GROUP", "BGP_PEER_GROUP_AF", "BGP_NEIGHBOR_AF"];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(row) = ctx.metadata().filter(|_| !ctx.enterprise) else { return };
    if row.text("frr_mgmt_framework_config").is_some_and(|text| text.v == "true") {
        return;
    }
    let there =
        || TABLES.iter().filter_map(|table| ctx.db.table(table)).filter(|table| !table.rows.is_empty());
    let Some(first) = there().next() else { return };
    let names: Vec<&str> = there().map(|table| &*table.name.v).collect();
    let message = format!("nothing reads {}: `frr_mgmt_framework_config` is not \"true\"", list(&names));
    let found = RULE.at(first.name.at, message).label(row.place("frr_mgmt_framework_config"), "here");
    findings.push(found.help("\"frr_mgmt_framework_config\": \"true\""));
}
