use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// LLDP and SONiC's tools tell ports by their alias: of two with the same one, one can't be named.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "800000" }
    ///     }
    /// }
    /// ```
    Error "lint/duplicate-alias" "two ports with the same alias" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut seen = BTreeMap::new();
    for port in &ctx.ports {
        let Some(alias) = port.row.text("alias").filter(|alias| !alias.v.is_empty()) else { continue };
        if let Some((first, at)) = seen.insert(&*alias.v, (port.name, alias.at)) {
            let message = format!("{} and {first} are both called `{}`", port.name, alias.v);
            let found = RULE.at(alias.at, message).label(at, format!("of {first}"));
            findings.push(found.help("give one of them the alias of its own cage"));
        }
    }
}
