use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// PFC is on for a priority, and its priority group gets no profile from anywhere: BUFFER_PG has no row for it, or one
    /// without `profile`, and buffermgrd makes none, since CABLE_LENGTH says `0m` or nothing. It then has the chip's default,
    /// which holds no headroom.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "40m" } }
    /// }
    /// ```
    Error "lint/lossless-without-group" "PFC without a priority group" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    // Where the file has no buffers at all, they are left to SONiC's templates.
    let owns =
        ["BUFFER_PG", "BUFFER_PROFILE", "BUFFER_POOL"].iter().any(|table| ctx.db.table(table).is_some());
    if !owns || !ctx.is_static() {
        return;
    }
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let cable = ctx.cable(pfc.port);
        if cable.is_some_and(|cable| cable.v != "0m") {
            continue; // buffermgrd makes the row, or a finding of its own says that it can't
        }
        for priority in pfc.priorities() {
            let Some(group) = pfc.pause_group_of(priority) else { continue };
            let slot = ctx.groups.at(pfc.port, group);
            if slot.is_some_and(|slot| slot.row.get("profile").is_some()) {
                continue;
            }
            alike.push(format!("{priority} {}", slot.is_some()), pfc.port, || {
                let what = if slot.is_some() { "names no profile" } else { "has no row" };
                let message = format!(
                    "priority {priority} of {} is paused, and BUFFER_PG {what} for its group {group}",
                    pfc.port
                );
                let found = match slot {
                    Some(slot) => RULE.at(slot.row.key.at, message).label(pfc.at, "PFC is on"),
                    None => RULE.at(pfc.at, message),
                };
                let found = match cable {
                    Some(cable) => found.label(cable.at, "`0m`: buffermgrd makes none"),
                    None => found.note("CABLE_LENGTH says nothing of the port: buffermgrd makes no row"),
                };
                found.help(match slot {
                    Some(_) => "\"profile\": the name of one that has `xoff`".to_owned(),
                    None => {
                        format!("add `{}|{group}` to BUFFER_PG, with a profile that has `xoff`", pfc.port)
                    }
                })
            });
        }
    }
    alike.tell(findings);
}
