use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// PFC on a priority whose group has a profile without `xoff`: there is no headroom for what still arrives after the
    /// pause, and it is dropped. The class is called lossless and is not.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "ingress_lossy_profile" }
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
    Error "lint/lossless-without-xoff" "PFC without headroom" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        for priority in pfc.priorities() {
            let Some(group) = pfc.pause_group_of(priority) else { continue };
            let Some(slot) = ctx.groups.at(pfc.port, group) else { continue };
            let Some(profile) = ctx.profile(slot.row) else { continue };
            let xoff = profile.number("xoff");
            if xoff.is_some_and(|(xoff, _)| xoff > 0)
                || profile.text("xoff").is_some_and(|x| x.v.parse::<u64>().is_err())
            {
                continue;
            }
            alike.push(format!("{priority} {}", profile.key.v), pfc.port, || {
                let message = format!(
                    "priority {priority} of {} is paused, and its group {group} has no headroom: profile `{}` has no `xoff`",
                    pfc.port, profile.key.v
                );
                let found = RULE.at(slot.row.place("profile"), message).label(pfc.at, "PFC is on");
                let found = found.label(xoff.map_or(profile.key.at, |(_, at)| at), "the profile");
                found.help(format!("a profile with `xoff`, or no `pfc_enable` for {priority}"))
            });
        }
    }
    alike.tell(findings);
}
