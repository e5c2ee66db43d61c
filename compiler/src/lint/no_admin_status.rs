use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A port of which nothing is said is down, and says nothing about it.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" }
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
    Warning "lint/no-admin-status" "a port that is down because nothing is said" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for port in ctx.ports.iter().filter(|port| port.row.get("admin_status").is_none()) {
        alike.push("", port.name, || {
            let found =
                RULE.at(port.row.key.at, format!("{} has no `admin_status`: it stays down", port.name));
            found.help("\"admin_status\": \"up\", or \"down\" if that is meant")
        });
    }
    alike.tell(findings);
}
