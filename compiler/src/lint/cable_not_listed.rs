use fabc_lang::diagnostic::{Findings, Severity};

use crate::lint::view::{Alike, Ctx, list, metres};

lint! {
    /// buffermgrd looks speed and cable length up in the hwsku's pg_profile_lookup.ini, to the letter. A pair that isn't in
    /// it gets no lossless priority group: one line in syslog, and the class is lossy. Lengths are those of the table, or
    /// `0m` with profiles of one's own.
    ///
    /// ```json bad
    /// {
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "30m" } },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "40m" } }
    /// }
    /// ```
    Error "lint/cable-not-listed" "a cable length that the box has no headroom for" Sku => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.sku.filter(|_| ctx.is_static()) else { return };
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let (Some(cable), Some(port)) = (ctx.cable(pfc.port), ctx.port(pfc.port)) else { continue };
        let Some((speed, speed_at)) = port.speed.filter(|_| cable.v != "0m") else { continue };
        if ctx.listed(port).is_some() {
            continue;
        }
        // Rows of the file itself hold all the same.
        let group = |priority| ctx.groups.at(pfc.port, pfc.pause_group_of(priority)?);
        let held = |priority| {
            group(priority).and_then(|slot| ctx.profile(slot.row)).is_some_and(|p| p.get("xoff").is_some())
        };
        let own = pfc.priorities().all(held);
        alike.push(format!("{} {} {own}", speed.0, cable.v), pfc.port, || {
            let rows = || model.headroom.iter().filter(|row| row.v.speed == speed);
            let lengths: Vec<String> = rows().map(|row| row.v.length.to_string()).collect();
            let known = if lengths.is_empty() { "no length".to_owned() } else { list(&lengths) };
            let message = format!(
                "no headroom for {speed} over {} on {}: the box's table has {known} for that speed",
                cable.v, pfc.port
            );
            let mut found =
                RULE.at(cable.at, message).label(pfc.at, "PFC is on").label(speed_at, "its speed");
            if let Some(row) = rows().next() {
                found = found.label(row.at, "the table");
            }
            if own {
                found.severity = Severity::Warning;
                return found
                    .note("BUFFER_PG has rows of your own, which hold; buffermgrd reports an error each time")
                    .help("\"0m\", so that buffermgrd keeps its hands off");
            }
            let length = metres(&cable.v);
            let longer = rows().filter(|row| length.is_some_and(|length| row.v.length > length));
            found.help(match longer.min_by_key(|row| row.v.length) {
                Some(row) => {
                    format!("\"{}\", the next longer one; or \"0m\" with a profile of your own", row.v.length)
                }
                None => "\"0m\", with a profile of your own".to_owned(),
            })
        });
    }
    alike.tell(findings);
}
