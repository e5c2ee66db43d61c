use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Findings, Severity};

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A port with a row in INTERFACE, with neither an address nor `ipv6_use_link_local_only`, is a router interface that knows
    /// no neighbours: neighsyncd drops link-local ones without that field, and others need an address. An unnumbered BGP
    /// session comes up over it all the same. A note where no other port of the file is unnumbered.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1a", "fec": "rs", "index": "1", "lanes": "1,2,3,4", "speed": "400000", "subport": "1" },
    ///         "Ethernet4": { "admin_status": "down", "alias": "etp1b", "fec": "rs", "index": "1", "lanes": "5,6,7,8", "speed": "400000", "subport": "2" }
    ///     },
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "2x400G(8)" } },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } },
    ///     "INTERFACE": { "Ethernet0": { "ipv6_use_link_local_only": "enable" }, "Ethernet4": {} }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1a", "fec": "rs", "index": "1", "lanes": "1,2,3,4", "speed": "400000", "subport": "1" },
    ///         "Ethernet4": { "admin_status": "down", "alias": "etp1b", "fec": "rs", "index": "1", "lanes": "5,6,7,8", "speed": "400000", "subport": "2" }
    ///     },
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "2x400G(8)" } },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } },
    ///     "INTERFACE": { "Ethernet0": { "ipv6_use_link_local_only": "enable" }, "Ethernet4": { "ipv6_use_link_local_only": "enable" } }
    /// }
    /// ```
    Warning "lint/base-row-idle" "a routed port that forwards nothing" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let rows = ctx.db.rows("INTERFACE");
    let addressed: BTreeSet<&str> =
        rows.iter().filter_map(|row| Some(row.key.v.split_once('|')?.0)).collect();
    // `lint/unnumbered-neighbour` speaks of these.
    let sessions: BTreeSet<&str> =
        ctx.db.rows("BGP_NEIGHBOR").iter().filter_map(|row| row.key.v.rsplit('|').next()).collect();
    // A port that only carries sub-interfaces needs nothing of its own.
    let parents: BTreeSet<&str> = ctx
        .db
        .rows("VLAN_SUB_INTERFACE")
        .iter()
        .filter_map(|row| Some(row.key.v.split_once('.')?.0))
        .collect();
    let unnumbered = unnumbered(ctx);
    let mut alike = Alike::default();
    for row in rows {
        let name = &*row.key.v;
        let spoken = addressed.contains(name) || sessions.contains(name) || parents.contains(name);
        let enabled = row.text("ipv6_use_link_local_only").is_some_and(|text| text.v == "enable");
        if spoken || enabled || ctx.port(name).is_none() {
            continue;
        }
        alike.push("", name, || {
            let message = format!(
                "{name} has no address, and its link-local neighbours are dropped: it forwards nothing"
            );
            let mut found = RULE.at(row.place("ipv6_use_link_local_only"), message);
            match unnumbered {
                Some(other) => found = found.label(other.place("ipv6_use_link_local_only"), "another has it"),
                None => found.severity = Severity::Note,
            }
            found.help(format!(
                "\"{name}\": {{ \"ipv6_use_link_local_only\": \"enable\" }}, an address, or no row"
            ))
        });
    }
    alike.tell(findings);
}

/// The first port without addresses whose link-local neighbours are kept.
pub(super) fn unnumbered<'d>(ctx: &Ctx<'d>) -> Option<&'d crate::config_db::Row<'d>> {
    let enabled = |row: &&crate::config_db::Row<'_>| {
        row.text("ipv6_use_link_local_only").is_some_and(|text| text.v == "enable")
    };
    ctx.db.rows("INTERFACE").iter().find(enabled)
}
