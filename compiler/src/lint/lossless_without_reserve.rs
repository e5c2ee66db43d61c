use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A lossless profile of which `size` is 0 reserves nothing: its groups live on their share of what is free. While others
    /// hold the pool there is none, every packet pauses the sender, and a class that isn't congested stands still. No
    /// vendor's table has such a row.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "own": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "0", "xoff": "835406", "xon": "0", "xon_offset": "3556" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "own" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "own": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0", "xon_offset": "3556" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "own" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    Warning "lint/lossless-without-reserve" "a lossless profile that reserves nothing" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let usual = ctx.sku.and_then(|model| model.headroom.first());
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        for group in pfc.priorities().filter_map(|priority| pfc.pause_group_of(priority)) {
            let profile = ctx.groups.at(pfc.port, group).and_then(|slot| ctx.profile(slot.row));
            let Some(profile) = profile.filter(|profile| profile.number("xoff").is_some()) else { continue };
            let Some((_, at)) = profile.number("size").filter(|(size, _)| *size == 0) else { continue };
            alike.push(&*profile.key.v, pfc.port, || {
                let message = format!(
                    "group {group} of {} is lossless, and `{}` reserves nothing for it",
                    pfc.port, profile.key.v
                );
                let found = RULE.at(at, message).label(pfc.at, "PFC is on");
                match usual {
                    Some(row) => found
                        .label(row.at, "as the box's own table has it")
                        .help(format!("\"size\": \"{}\"", row.v.size.0)),
                    None => found.help("\"size\": as the box's own pg_profile_lookup.ini has it"),
                }
            });
        }
    }
    alike.tell(findings);
}
