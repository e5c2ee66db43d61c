use fabc_lang::diagnostic::{Findings, Severity, nearest};

use crate::lint::view::{Alike, Ctx};

lint! {
    /// BREAKOUT_CFG has a row for each cage, under the name of its first port, with a mode that platform.json lists for it.
    /// `config interface breakout` and `show interfaces breakout` fail at any other; nothing else reads the table.
    ///
    /// ```json bad
    /// {
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "1x800" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "1x800G" } }
    /// }
    /// ```
    Warning "lint/unknown-breakout" "a break-out mode that the cage doesn't have" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.model.filter(|_| !ctx.enterprise) else { return };
    let mut alike = Alike::default();
    for row in ctx.db.rows("BREAKOUT_CFG") {
        let key = &*row.key.v;
        if model.extra_ports.iter().any(|port| port.v.name == key) {
            continue; // its modes aren't known
        }
        let Some(cage) = model.cages().iter().find(|cage| cage.name() == key) else {
            alike.push("parent", key, || {
                let names = model.cages().iter().map(fabc_lang::platform::Cage::name).collect::<Vec<_>>();
                let near = nearest(key, names.iter().map(String::as_str));
                let found = RULE.at(row.key.at, format!("{key} is the first port of no cage"));
                let help = "rows are called as the unbroken port: ";
                found.help_opt(near.or(names.first().map(String::as_str)).map(|near| format!("{help}{near}")))
            });
            continue;
        };
        let Some(mode) = row.text("brkout_mode") else { continue };
        let listed = || model.modes(cage).iter().filter(|mode| mode.v.community);
        if listed().any(|known| known.v.name == mode.v) {
            continue;
        }
        // A file that tells nothing of its system may be of the one that has the mode.
        let other = model.mode(cage, &mode.v).is_some();
        alike.push(&*mode.v, key, || {
            let names: Vec<&str> = listed().map(|mode| mode.v.name.as_str()).collect();
            let message = format!("cage {} of the box has no mode `{}`", cage.number, mode.v);
            let found = RULE.at(mode.at, message);
            let found =
                listed().next().map_or(found.clone(), |mode| found.label(mode.at, "modes of the box"));
            if other {
                let mut found = found.note("Enterprise SONiC has it");
                found.severity = Severity::Note;
                return found.help("remove the row, if the switch runs community SONiC");
            }
            match nearest(&mode.v, names.iter().copied()) {
                Some(near) => found.help(format!("did you mean \"{near}\"?")),
                None if names.is_empty() => found.help("remove the table: this box breaks out in no mode"),
                None => found.help(format!("one of {}", names.join(", "))),
            }
        });
    }
    alike.tell(findings);
}
