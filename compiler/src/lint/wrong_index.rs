use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// `index` says in which cage a port's optic is. With another cage's, xcvrd reads and sets up the wrong optic.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "0", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" }
    ///     }
    /// }
    /// ```
    Error "lint/wrong-index" "the index of another cage" Sku => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for port in &ctx.ports {
        let (Some(cage), Some((index, at))) = (port.cage, port.row.number("index")) else { continue };
        if index == u64::from(cage.index) {
            continue;
        }
        let message = format!(
            "{} has index {index}, and its lanes are in cage {}, index {}",
            port.name, cage.number, cage.index
        );
        let group = ctx.model.and_then(|model| model.group(cage));
        let found = RULE.at(at, message).label(port.row.place("lanes"), format!("cage {}", cage.number));
        let found = group.map_or(found.clone(), |group| found.label(group.indexes.at, "indexes of the box"));
        findings.push(found.help(format!("\"index\": \"{}\"", cage.index)));
    }
}
