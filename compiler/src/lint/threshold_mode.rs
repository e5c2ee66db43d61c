use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::buffers::Threshold;

use crate::lint::view::Ctx;

lint! {
    /// A limit of the other kind than the pool's `mode`. buffermgrd gives its own lossless profiles the pool's kind, and the
    /// kind can't be changed on a switch that runs: bufferorch passes it by. For lossy profiles vendors themselves mix the
    /// two: nothing is said where the box ships it so, or isn't known.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "own": { "pool": "ingress_lossless_pool", "size": "18796", "static_th": "4000000", "xoff": "835406", "xon": "0", "xon_offset": "3556" },
    ///         "pg_lossless_800000_40m_profile": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0", "xon_offset": "3556" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "own": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0", "xon_offset": "3556" },
    ///         "pg_lossless_800000_40m_profile": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0", "xon_offset": "3556" }
    ///     }
    /// }
    /// ```
    Warning "lint/threshold-mode" "a limit of another kind than the pool's" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for row in ctx.db.rows("BUFFER_PROFILE") {
        let Some(mode) = ctx.pool(row).and_then(|pool| pool.text("mode")) else { continue };
        let (field, is_dynamic) = match (row.get("dynamic_th"), row.get("static_th")) {
            (Some(_), None) => ("dynamic_th", true),
            (None, Some(_)) => ("static_th", false),
            _ => continue,
        };
        if is_dynamic == (mode.v == "dynamic") {
            continue;
        }
        let is_lossless = row.get("xoff").is_some();
        // Whether the vendor itself has such limits in this pool.
        let vendor = ctx.model.map(|model| {
            let pool = row.text("pool").map_or("", |pool| &pool.v);
            let mut own = model.profiles.iter().filter(|profile| profile.v.pool == pool);
            own.any(|profile| matches!(profile.v.threshold, Threshold::Dynamic(_)) == is_dynamic)
        });
        if vendor != Some(false) && !is_lossless {
            continue;
        }
        let message = format!("profile `{}` has `{field}`, and its pool is {}", row.key.v, mode.v);
        let found = RULE.at(row.place(field), message).label(mode.at, "mode of the pool");
        let other = if is_dynamic { "static_th" } else { "dynamic_th" };
        findings
            .push(found.help(format!("`{other}` instead, if the vendor's own template has no such profile")));
    }
}
