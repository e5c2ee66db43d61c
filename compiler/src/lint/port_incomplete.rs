use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A port without `lanes` or `speed` is not made at all, and portsyncd then waits for its network device for ever: no
    /// port of the switch is ready. Without `index` xcvrd passes it by: its optic is never set up and stays dark.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" }
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
    Error "lint/port-incomplete" "a port without lanes, speed or index" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for port in &ctx.ports {
        let number = |field| port.row.number(field).is_some();
        let fields = [
            ("lanes", port.lanes.is_some(), "the port is not made, and the whole switch waits for it"),
            ("speed", port.speed.is_some(), "the port is not made, and the whole switch waits for it"),
            ("index", number("index"), "its optic is never set up"),
        ];
        for (field, sound, so) in fields {
            if sound {
                continue;
            }
            alike.push(field, port.name, || {
                let is = match port.row.get(field) {
                    Some(_) => format!("`{field}` of {} is no number", port.name),
                    None => format!("{} has no `{field}`", port.name),
                };
                let found = RULE.at(port.row.place(field), format!("{is}: {so}"));
                let cage = port.cage.filter(|_| field == "index");
                found.help(match cage {
                    Some(cage) => format!("\"index\": \"{}\"", cage.index),
                    None => format!("give it a `{field}`"),
                })
            });
        }
    }
    alike.tell(findings);
}
