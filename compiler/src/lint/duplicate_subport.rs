use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Findings, Severity};

use crate::lint::view::Ctx;

lint! {
    /// Ports of one cage have its `index` and are told apart by `subport`, from 1; an unbroken one has 0. xcvrd sets up the
    /// lanes of an optic by it: two ports with the same index and subport take each other's.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1a", "fec": "rs", "index": "1", "lanes": "1,2,3,4", "speed": "400000", "subport": "1" },
    ///         "Ethernet4": { "admin_status": "up", "alias": "etp1b", "fec": "rs", "index": "1", "lanes": "5,6,7,8", "speed": "400000", "subport": "1" }
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
    Error "lint/duplicate-subport" "two ports with the same index and subport" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut seen = BTreeMap::new();
    for port in ctx.ports.iter().filter(|port| !port.is_extra) {
        let Some((index, at)) = port.row.number("index") else { continue };
        let subport = port.row.number("subport");
        let at = subport.map_or(at, |(_, at)| at);
        let subport = subport.map_or(0, |(n, _)| n);
        // Cages of a backplane connector share an index: where the box is known, its cages tell.
        let cage = port.cage.map(|cage| cage.number);
        if let Some((first, there)) = seen.insert((index, subport, cage), (port.name, at)) {
            let message = format!("{} and {first} both have index {index} and subport {subport}", port.name);
            let mut found = RULE.at(at, message).label(there, format!("of {first}"));
            if ctx.model.is_none() {
                found.severity = Severity::Warning;
            }
            findings.push(
                found.help("ports of one cage have subports 1, 2 …; others the index of their own cage"),
            );
        }
    }
}
