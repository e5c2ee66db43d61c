use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, PRIORITIES, range_text};

lint! {
    /// For a speed and cable length that are in the box's table, buffermgrd writes a BUFFER_PG row of its own, with its own
    /// profile, over what stands there: `PORT|3-4` for priorities 3 and 4, profile `pg_lossless_SPEED_LENGTH_profile`. A
    /// profile of one's own is lost; a row under another key stays beside it, for the same group.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "own": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "900176", "xon": "0", "xon_offset": "3556" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "own" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "own": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "900176", "xon": "0", "xon_offset": "3556" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "own" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    Error "lint/profile-overwritten" "a row that buffermgrd writes over" Sku => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.enterprise || !ctx.is_static() {
        return;
    }
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let Some(port) = ctx.port(pfc.port) else { continue };
        let (Some(cable), Some((speed, _)), Some(row)) = (ctx.cable(pfc.port), port.speed, ctx.listed(port))
        else {
            continue;
        };
        let own = format!("pg_lossless_{}_{}_profile", speed.0, cable.v);
        for group in runs(pfc.mask) {
            for slot in
                ctx.groups.of(pfc.port).filter(|slot| slot.range.is_some_and(|range| touch(range, group)))
            {
                let Some(name) = slot.row.text("profile").filter(|name| !name.v.starts_with('[')) else {
                    continue;
                };
                let message = if slot.range != Some(group) {
                    format!(
                        "buffermgrd writes `{}|{}`, beside this row for some of the same groups",
                        pfc.port,
                        range_text(group)
                    )
                } else if name.v != own {
                    format!("buffermgrd writes profile `{own}` over `{}`", name.v)
                } else {
                    continue;
                };
                let kind = format!("{} {own} {}", slot.row.key.v.rsplit('|').next().unwrap_or(""), name.v);
                alike.push(kind, pfc.port, || {
                    let at = if slot.range == Some(group) { name.at } else { slot.row.key.at };
                    let found = RULE
                        .at(at, message)
                        .label(cable.at, format!("{speed} over {} is in its table", cable.v));
                    let found = found.label(row.at, "the table");
                    found.help(match slot.range == Some(group) {
                        true => "\"0m\" in CABLE_LENGTH, so that it keeps its hands off".to_owned(),
                        false => format!("`{}|{}`, or \"0m\" in CABLE_LENGTH", pfc.port, range_text(group)),
                    })
                });
            }
        }
    }
    alike.tell(findings);
}

/// Priorities that are neighbours, as buffermgrd joins them.
fn runs(mask: u8) -> impl Iterator<Item = (u8, u8)> {
    let is = move |p: u8| mask & 1 << p != 0;
    let starts = (0..PRIORITIES).filter(move |&p| is(p) && (p == 0 || !is(p - 1)));
    starts.map(move |low| (low, (low..PRIORITIES).take_while(|&p| is(p)).last().unwrap_or(low)))
}

fn touch(a: (u8, u8), b: (u8, u8)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}
