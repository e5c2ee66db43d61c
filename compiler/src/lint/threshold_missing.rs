use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// A profile has one limit: `dynamic_th`, a power of two times what is free of the pool, or `static_th`, in bytes.
    /// Without either SAI has no mode to make it in; with both it is chance which one holds.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
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
    ///         "pg_lossless_800000_40m_profile": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0", "xon_offset": "3556" }
    ///     }
    /// }
    /// ```
    Error "lint/threshold-missing" "a profile without a limit, or with two" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for row in ctx.db.rows("BUFFER_PROFILE") {
        let mode = ctx.pool(row).and_then(|pool| pool.text("mode"));
        match (row.get("dynamic_th"), row.get("static_th")) {
            (Some(_), None) | (None, Some(_)) => {}
            (None, None) => {
                let message = format!("profile `{}` has neither `dynamic_th` nor `static_th`", row.key.v);
                let found = RULE.at(row.key.at, message);
                let (found, word) = match mode {
                    Some(mode) => (found.label(mode.at, format!("its pool is {}", mode.v)), &*mode.v),
                    None => (found, "dynamic"),
                };
                let word = if word == "static" { "static_th" } else { "dynamic_th" };
                findings.push(found.help(format!("add `{word}`")));
            }
            (Some(dynamic), Some(fixed)) => {
                let message = format!("profile `{}` has both `dynamic_th` and `static_th`", row.key.v);
                let found = RULE.at(fixed.at(), message).label(dynamic.at(), "and this");
                findings.push(found.help("remove one of the two"));
            }
        }
    }
}
