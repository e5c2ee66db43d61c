use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A priority group takes from an ingress pool, a queue from an egress pool. SAI refuses a profile of the other side, and
    /// the port waits for the row.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "egress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "pg_lossless_800000_40m_profile" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "pg_lossless_800000_40m_profile" }
    ///     }
    /// }
    /// ```
    Error "lint/wrong-side" "a profile of the other side" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    let slots = [(&ctx.groups, "ingress", "a priority group"), (&ctx.buffer_queues, "egress", "a queue")];
    for (slots, side, what) in slots {
        for slot in &slots.all {
            let Some(profile) = ctx.profile(slot.row) else { continue };
            let Some(pool) = ctx.pool(profile) else { continue };
            // `both` is for pools of a chip that has one memory for the two.
            let Some(kind) = pool.text("type").filter(|kind| kind.v != side && kind.v != "both") else {
                continue;
            };
            alike.push(&*profile.key.v, &slot.row.key.v, || {
                let message = format!("profile `{}` of {what} takes from an {} pool", profile.key.v, kind.v);
                let found = RULE
                    .at(slot.row.place("profile"), message)
                    .label(kind.at, format!("pool `{}`", pool.key.v));
                found.help(format!("name a profile of an {side} pool"))
            });
        }
    }
    for (table, side) in
        [("BUFFER_PORT_INGRESS_PROFILE_LIST", "ingress"), ("BUFFER_PORT_EGRESS_PROFILE_LIST", "egress")]
    {
        for row in ctx.db.rows(table) {
            let Some(list) = row.get("profile_list") else { continue };
            for name in list.items() {
                let Some(profile) = ctx.db.row("BUFFER_PROFILE", name) else { continue };
                let Some(kind) = ctx.pool(profile).and_then(|pool| pool.text("type")) else { continue };
                if kind.v == side || kind.v == "both" {
                    continue;
                }
                alike.push(format!("{table} {name}"), &row.key.v, || {
                    let message = format!("profile `{name}` in {table} takes from an {} pool", kind.v);
                    let found = RULE.at(list.at(), message).label(kind.at, "its pool");
                    found.help(format!("name a profile of an {side} pool"))
                });
            }
        }
    }
    alike.tell(findings);
}
