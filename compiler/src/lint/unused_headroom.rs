use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Size;

use crate::lint::view::{Alike, Ctx, mask};

lint! {
    /// A priority group has headroom, and no PFC priority pauses for it: the memory is set aside and never used.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "pg_lossless_800000_40m_profile" },
    ///         "Ethernet0|4": { "profile": "pg_lossless_800000_40m_profile" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "pg_lossless_800000_40m_profile" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    Warning "lint/unused-headroom" "headroom that nothing pauses for" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.db.table("PORT_QOS_MAP").is_none() {
        return;
    }
    let mut alike = Alike::default();
    for slot in &ctx.groups.all {
        let (Some((low, high)), Some(profile)) = (slot.range, ctx.profile(slot.row)) else { continue };
        let Some((xoff, _)) = profile.number("xoff").filter(|(xoff, _)| *xoff > 0) else { continue };
        for port in slot.ports() {
            let row = ctx.db.row("PORT_QOS_MAP", port);
            if row.is_some_and(|row| row.get("pfc_to_pg_map").is_some()) {
                continue;
            }
            let paused = row.and_then(|row| mask(row, "pfc_enable")).map_or(0, |(mask, _)| mask);
            let Some(idle) = (low..=high.min(7)).find(|group| paused & 1 << group == 0) else { continue };
            alike.push(format!("{low}-{high} {idle}"), port, || {
                let message = format!(
                    "group {idle} of {port} has {} of headroom, and priority {idle} is never paused",
                    Size(xoff)
                );
                let found = RULE.at(slot.row.key.at, message);
                let found = match row {
                    Some(row) => found.label(row.place("pfc_enable"), "PFC of the port"),
                    None => found.note("PORT_QOS_MAP has no row for the port"),
                };
                found.help(format!("a lossy profile, or {idle} in `pfc_enable`"))
            });
        }
    }
    alike.tell(findings);
}
