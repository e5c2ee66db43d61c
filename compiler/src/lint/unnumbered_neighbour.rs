use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A BGP session over a port without addresses needs a row in INTERFACE with `ipv6_use_link_local_only`: without it no
    /// router interface is made, and the link-local address of the neighbour is dropped before it reaches the chip. The
    /// session comes up, and nothing is forwarded.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "unified", "frr_mgmt_framework_config": "true", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     },
    ///     "BGP_NEIGHBOR": { "default|Ethernet0": { "peer_type": "external" } },
    ///     "INTERFACE": { "Ethernet0": {} }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "unified", "frr_mgmt_framework_config": "true", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     },
    ///     "BGP_NEIGHBOR": { "default|Ethernet0": { "peer_type": "external" } },
    ///     "INTERFACE": { "Ethernet0": { "ipv6_use_link_local_only": "enable" } }
    /// }
    /// ```
    Error "lint/unnumbered-neighbour" "an unnumbered session over a port that forwards nothing" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for row in ctx.db.rows("BGP_NEIGHBOR") {
        let Some(port) = row.key.v.rsplit('|').next().filter(|name| ctx.port(name).is_some()) else {
            continue;
        };
        let interface = ctx.db.row("INTERFACE", port);
        let enabled = interface.and_then(|row| row.text("ipv6_use_link_local_only"));
        if enabled.is_some_and(|text| text.v == "enable") {
            continue;
        }
        alike.push(if interface.is_some() { "field" } else { "row" }, port, || {
            let message = match interface {
                Some(_) => {
                    format!("{port} has an unnumbered session, and its link-local neighbours are dropped")
                }
                None => {
                    format!("{port} has an unnumbered session, and no row in INTERFACE: it forwards nothing")
                }
            };
            let found = RULE.at(row.key.at, message);
            let found = match interface {
                Some(row) => found.label(row.place("ipv6_use_link_local_only"), "its interface"),
                None => found,
            };
            found.help(format!("\"{port}\": {{ \"ipv6_use_link_local_only\": \"enable\" }} in INTERFACE"))
        });
    }
    alike.tell(findings);
}
