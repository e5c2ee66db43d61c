use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::units::Size;

use crate::config_db::Row;
use crate::lint::view::Ctx;

lint! {
    /// A profile that reserves or limits more than there is, asks for more headroom than its pool or the box has for one
    /// priority group, or has its thresholds to go on (`xon`, `xon_offset`) beyond the whole pool.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "own": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "83540600", "xon": "0" },
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
    ///         "own": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0" },
    ///         "pg_lossless_800000_40m_profile": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0", "xon_offset": "3556" }
    ///     }
    /// }
    /// ```
    Error "lint/profile-too-large" "a profile that asks for more than there is" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for row in ctx.db.rows("BUFFER_PROFILE") {
        findings_of(ctx, row).for_each(|found| findings.push(found));
    }
}

fn findings_of<'c>(ctx: &'c Ctx<'_>, row: &'c Row<'_>) -> impl Iterator<Item = Diagnostic> + use<'c> {
    let pool = ctx.pool(row);
    let name = &row.key.v;
    let in_pool = move |field: &'static str, of: &'static str| {
        let ((have, at), (limit, limit_at)) = (row.number(field)?, pool?.number(of)?);
        (have > limit && limit > 0).then(|| {
            let message =
                format!("`{field}` of profile `{name}` is {}; its pool has {}", Size(have), Size(limit));
            let found = RULE.at(at, message).label(limit_at, format!("`{of}` of the pool"));
            found.help(format!("\"{field}\": \"{limit}\" at the most"))
        })
    };
    let capability = ctx.sku.and_then(|model| model.qos_capability.as_ref());
    let shared = ctx.sku.and_then(|model| model.asic.v.shared_buffer.as_ref());
    let by_box = move |field: &'static str, limit: Option<(Size, fabc_lang::source::Span)>| {
        let ((have, at), (limit, limit_at)) = (row.number(field)?, limit?);
        (have > limit.0).then(|| {
            let message = format!("`{field}` of profile `{name}` is {}; the box takes {limit}", Size(have));
            let found = RULE.at(at, message).label(limit_at, "by the box");
            found.help(format!("\"{field}\": \"{}\" at the most", limit.0))
        })
    };
    let xoff_max = capability.and_then(|fact| Some((fact.v.profile_xoff_max?, fact.at)));
    let static_max = capability.and_then(|fact| Some((fact.v.profile_static_th?, fact.at)));
    // A static limit above the pool means no limit, and vendors ship such: the chip's memory is the measure.
    let static_max =
        static_max.or(shared.filter(|f| !f.confidence.is_likely()).map(|fact| (fact.v, fact.at)));
    let vendor = ctx.sku.is_some_and(|model| model.profiles.iter().any(|profile| profile.v.name == *name));
    let xoff = in_pool("xoff", "xoff").or_else(|| by_box("xoff", xoff_max));
    let limit = if vendor && capability.is_none() { None } else { by_box("static_th", static_max) };
    // Of a pool without headroom of its own, what it has at all is the most.
    let shared = pool.is_some_and(|pool| pool.number("xoff").is_some_and(|(xoff, _)| xoff > 0));
    let xoff = xoff.or_else(|| in_pool("xoff", "size").filter(|_| !shared));
    let (xon, offset) = (in_pool("xon", "size"), in_pool("xon_offset", "size"));
    [in_pool("size", "size"), xoff, xon, offset, limit].into_iter().flatten()
}
