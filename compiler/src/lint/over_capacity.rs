use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Ctx, list};

lint! {
    /// A pipe of the chip numbers only so many ports, whatever their speed, and so does the chip as a whole. platform.json
    /// offers more than that: 8x100G in every cage of a box on which only every second one can have it. SAI refuses the
    /// port that is too many, and orchagent exits.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2a", "fec": "rs", "index": "2", "lanes": "17", "speed": "100000", "subport": "1" },
    ///         "Ethernet9": { "admin_status": "up", "alias": "etp2b", "fec": "rs", "index": "2", "lanes": "18", "speed": "100000", "subport": "2" },
    ///         "Ethernet10": { "admin_status": "up", "alias": "etp2c", "fec": "rs", "index": "2", "lanes": "19", "speed": "100000", "subport": "3" },
    ///         "Ethernet11": { "admin_status": "up", "alias": "etp2d", "fec": "rs", "index": "2", "lanes": "20", "speed": "100000", "subport": "4" },
    ///         "Ethernet12": { "admin_status": "up", "alias": "etp2e", "fec": "rs", "index": "2", "lanes": "21", "speed": "100000", "subport": "5" },
    ///         "Ethernet13": { "admin_status": "up", "alias": "etp2f", "fec": "rs", "index": "2", "lanes": "22", "speed": "100000", "subport": "6" },
    ///         "Ethernet14": { "admin_status": "up", "alias": "etp2g", "fec": "rs", "index": "2", "lanes": "23", "speed": "100000", "subport": "7" },
    ///         "Ethernet15": { "admin_status": "up", "alias": "etp2h", "fec": "rs", "index": "2", "lanes": "24", "speed": "100000", "subport": "8" },
    ///         "Ethernet256": { "admin_status": "up", "alias": "etp33a", "fec": "rs", "index": "33", "lanes": "25,26", "speed": "200000", "subport": "1" },
    ///         "Ethernet258": { "admin_status": "up", "alias": "etp33b", "fec": "rs", "index": "33", "lanes": "27,28", "speed": "200000", "subport": "2" },
    ///         "Ethernet260": { "admin_status": "up", "alias": "etp33c", "fec": "rs", "index": "33", "lanes": "29,30", "speed": "200000", "subport": "3" },
    ///         "Ethernet262": { "admin_status": "up", "alias": "etp33d", "fec": "rs", "index": "33", "lanes": "31,32", "speed": "200000", "subport": "4" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000" },
    ///         "Ethernet256": { "admin_status": "up", "alias": "etp33", "fec": "rs", "index": "33", "lanes": "25,26,27,28,29,30,31,32", "speed": "800000" }
    ///     }
    /// }
    /// ```
    Error "lint/over-capacity" "more ports than the chip numbers" Sku => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(asic) = ctx.sku.map(|model| &model.asic.v) else { return };
    let mut pipes: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    for (index, port) in ctx.ports.iter().enumerate() {
        if let Some(pipe) = port.cage.and_then(|cage| cage.pipe) {
            pipes.entry(pipe).or_default().push(index);
        }
    }
    if let Some(limit) = &asic.pipes {
        let most = usize::from(limit.v.logical_ports);
        for (pipe, ports) in pipes.iter().filter(|(_, ports)| ports.len() > most) {
            let mut cages: Vec<u16> = ports.iter().filter_map(|&i| Some(ctx.ports[i].cage?.number)).collect();
            cages.dedup();
            cages.sort_unstable();
            cages.dedup();
            // The first port that is too many.
            let message = format!(
                "pipe {pipe} has {} ports, in cages {}; it numbers {most}",
                ports.len(),
                list(&cages)
            );
            let found = RULE.at(ctx.ports[ports[most]].row.key.at, message);
            let found = found.label(limit.at, format!("{most} to a pipe"));
            findings.push(found.help(format!("{} ports less in these cages", ports.len() - most)));
        }
    }
    if let Some(limit) = &asic.logical_ports {
        let most = usize::try_from(limit.v).unwrap_or(usize::MAX);
        let ports: Vec<_> = ctx.ports.iter().filter(|port| port.cage.is_some()).collect();
        if let Some(first) = ports.get(most) {
            let message = format!("{} ports on the front panel; the chip numbers {most}", ports.len());
            let found = RULE.at(first.row.key.at, message).label(limit.at, "of the whole chip");
            findings.push(found.help(format!("{} ports less", ports.len() - most)));
        }
    }
}
