use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Findings, Severity};

use crate::lint::view::{Ctx, Port};

lint! {
    /// Ports of one cage are told apart by `subport`, from 1. One without it, or with 0, is taken by xcvrd for the whole cage:
    /// it sets up the first lanes of the optic for it, whichever lanes are its own. On the child that has the first lanes
    /// that comes out right by chance.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1a", "fec": "rs", "index": "1", "lanes": "1,2,3,4", "speed": "400000", "subport": "1" },
    ///         "Ethernet4": { "admin_status": "up", "alias": "etp1b", "fec": "rs", "index": "1", "lanes": "5,6,7,8", "speed": "400000", "subport": "0" }
    ///     },
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "2x400G(8)" } },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1a", "fec": "rs", "index": "1", "lanes": "1,2,3,4", "speed": "400000", "subport": "1" },
    ///         "Ethernet4": { "admin_status": "up", "alias": "etp1b", "fec": "rs", "index": "1", "lanes": "5,6,7,8", "speed": "400000", "subport": "2" }
    ///     },
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "2x400G(8)" } },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    Error "lint/subport-missing" "a child of a cage without a number" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    // Cages of a backplane connector share an index: where the box is known, its cages tell.
    let mut cages: BTreeMap<(u64, Option<u16>), Vec<&Port<'_>>> = BTreeMap::new();
    for port in ctx.ports.iter().filter(|port| !port.is_extra) {
        let Some((index, _)) = port.row.number("index") else { continue };
        cages.entry((index, port.cage.map(|cage| cage.number))).or_default().push(port);
    }
    let subport = |port: &Port<'_>| port.row.number("subport").map_or(0, |(n, _)| n);
    let first = |port: &Port<'_>| port.lanes.as_ref().and_then(|(lanes, _)| lanes.first().copied());
    for ((index, cage), ports) in &cages {
        // Where none has a number, all have the same: `lint/duplicate-subport`.
        let Some(other) = ports.iter().find(|port| subport(port) > 0) else { continue };
        let lowest = ports.iter().filter_map(|port| first(port)).min();
        // One that has the other's lanes too is none of its siblings: `lint/duplicate-lane`.
        let apart = |port: &Port<'_>| {
            let theirs = first(other);
            !port.lanes.as_ref().is_some_and(|(lanes, _)| theirs.is_some_and(|lane| lanes.contains(&lane)))
        };
        for port in ports.iter().filter(|port| subport(port) == 0 && apart(port)) {
            let has_first = first(port).is_some() && first(port) == lowest;
            let what = match has_first {
                true => "xcvrd takes it for the whole cage",
                false => "xcvrd sets up the first lanes of the cage for it",
            };
            let message =
                format!("{} shares cage {index} with {} and has no subport: {what}", port.name, other.name);
            let mut found = RULE.at(port.row.place("subport"), message);
            found = found.label(other.row.place("subport"), format!("of {}", other.name));
            if has_first || cage.is_none() {
                found.severity = Severity::Warning;
            }
            findings.push(
                found.help("\"subport\": \"1\" for the child with the first lanes, \"2\" for the next …"),
            );
        }
    }
}
