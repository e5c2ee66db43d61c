use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Ctx, list};

lint! {
    /// Break-out is what PORT says: its lanes and speeds. BREAKOUT_CFG only tells the command line what it is, and a command
    /// that believes a wrong row deletes and makes the wrong ports.
    ///
    /// ```json bad
    /// {
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "2x400G(8)" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "1x800G" } }
    /// }
    /// ```
    Warning "lint/breakout-differs" "a break-out that PORT doesn't have" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.model.filter(|_| !ctx.enterprise) else { return };
    for row in ctx.db.rows("BREAKOUT_CFG") {
        let Some(cage) = model.cages().iter().find(|cage| cage.name() == row.key.v) else { continue };
        let Some(said) = row.text("brkout_mode") else { continue };
        let Some(mode) = model.mode(cage, &said.v).filter(|mode| mode.v.community) else { continue };
        let ports: Vec<_> =
            ctx.ports.iter().filter(|port| port.cage.is_some_and(|c| c.number == cage.number)).collect();
        if ports.is_empty() {
            continue; // a box may be loaded without some of its ports
        }
        let runs = |speed| mode.v.speed == speed || mode.v.also.contains(&speed);
        let children = model.children(cage, &mode.v);
        let is_child = |port: &&&crate::lint::view::Port<'_>| {
            let lanes = port.lanes.as_ref().map(|(lanes, _)| lanes);
            let of_mode = children.iter().any(|child| Some(&child.lanes) == lanes);
            of_mode && port.speed.is_some_and(|(speed, _)| runs(speed))
        };
        let sound = |port: &&&crate::lint::view::Port<'_>| {
            let lanes = port.lanes.as_ref().map(|(lanes, _)| lanes);
            let mut all = model.modes(cage).iter().flat_map(|mode| model.children(cage, &mode.v));
            all.any(|child| Some(&child.lanes) == lanes)
        };
        if !ports.iter().all(|port| sound(&port)) {
            continue; // lanes that no break-out makes have a finding of their own
        }
        let Some(other) = ports.iter().find(|port| !is_child(port)) else {
            if ports.len() < children.len() {
                let there =
                    |lanes| ports.iter().any(|p| p.lanes.as_ref().is_some_and(|(own, _)| own == lanes));
                let missing = children.iter().filter(|child| !there(&child.lanes));
                let missing: Vec<&str> = missing.map(|child| child.name.as_str()).collect();
                let (made, had) = (children.len(), ports.len());
                let message = format!("`{}` makes {made} ports of {}, and PORT has {had}", said.v, row.key.v);
                let found = RULE.at(said.at, message).label(ports[0].row.key.at, "in PORT");
                findings.push(found.help(format!("add {} to PORT", list(&missing))));
            }
            continue;
        };
        let speed = other.speed.map_or_else(String::new, |(speed, _)| format!("{speed} on "));
        let lanes = other.lanes.as_ref().map_or(0, |(lanes, _)| lanes.len());
        let message = format!(
            "`{}` makes ports of {} on {} lanes, and {} is {speed}{lanes} lanes",
            said.v, mode.v.speed, mode.v.lanes, other.name
        );
        let fits = model.modes(cage).iter().filter(|mode| mode.v.community).find(|mode| {
            usize::from(mode.v.lanes) == lanes
                && usize::from(mode.v.ports) >= ports.len()
                && other.speed.is_some_and(|(s, _)| s == mode.v.speed || mode.v.also.contains(&s))
        });
        let found = RULE.at(said.at, message).label(other.speed_at(), "in PORT");
        findings.push(found.help_opt(fits.map(|mode| format!("\"brkout_mode\": \"{}\"", mode.v.name))));
    }
}
