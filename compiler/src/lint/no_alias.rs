use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// LLDP tells a port by its alias, and so do SONiC's own tools: without one, neighbours can't be compared with a plan.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" }
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
    Warning "lint/no-alias" "a port without an alias" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for port in ctx.ports.iter().filter(|port| port.row.text("alias").is_none_or(|alias| alias.v.is_empty()))
    {
        alike.push("", port.name, || {
            let found = RULE.at(port.row.key.at, format!("{} has no `alias`", port.name));
            found.help("give it the one of the platform's port_config.ini")
        });
    }
    alike.tell(findings);
}
