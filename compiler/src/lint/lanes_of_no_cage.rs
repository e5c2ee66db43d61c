use fabc_lang::diagnostic::{Findings, Severity};

use crate::lint::view::{Ctx, lanes_text};

lint! {
    /// Lanes of the chip that lead to no cage of the box, to two of them, or that no break-out mode puts together: SAI makes
    /// no such port. orchagent then exits, again and again.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "5,6,7,8,17,18,19,20", "speed": "800000" }
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
    Error "lint/lanes-of-no-cage" "lanes that no cage has together" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.model else { return };
    for port in ctx.ports.iter().filter(|port| !port.is_extra) {
        let Some((lanes, at)) = &port.lanes else { continue };
        let Some(cage) = port.cage else {
            let message = format!("lane {} of {} leads to no cage", lanes[0], port.name);
            let found = RULE.at(*at, message).label(model.at, "its box");
            findings.push(found.help("`fabc platforms NAME` shows lanes and cages"));
            continue;
        };
        let inside = |lane: &u16| cage.lanes.contains(lane);
        let children = || {
            let modes = model.modes(cage).iter();
            modes.flat_map(|mode| model.children(cage, &mode.v)).map(|child| child.lanes)
        };
        if lanes.iter().all(inside) && children().any(|child| child == *lanes) {
            continue;
        }
        let outside = lanes.iter().find(|lane| !inside(lane));
        let message = match outside {
            Some(lane) => format!("{} has lanes of cage {} and lane {lane}", port.name, cage.number),
            None => format!(
                "{} has lanes {}, which no break-out of cage {} makes",
                port.name,
                lanes_text(lanes),
                cage.number
            ),
        };
        let mut found = RULE.at(*at, message);
        if outside.is_none() && ctx.sku.is_none() {
            found.severity = Severity::Warning; // another hwsku may break out otherwise
        }
        let found = match model.group(cage) {
            Some(group) => found.label(group.lane_lists.at, "lanes of the box"),
            None => found,
        };
        // The port of the cage that has as many lanes and begins nearest.
        let near = children().filter(|child| child.len() == lanes.len());
        let near = near.min_by_key(|child| child.first().map(|first| first.abs_diff(lanes[0])));
        let near = near.unwrap_or_else(|| cage.lanes.clone());
        findings.push(found.help(format!("\"lanes\": \"{}\"", lanes_text(&near))));
    }
}
