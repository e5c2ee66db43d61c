use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::source::Span;
use fabc_lang::units::Size;

use crate::config_db::Row;
use crate::lint::view::Ctx;

lint! {
    /// A pool that is larger than what the chip can share out, or holds more headroom than itself or than the box admits.
    /// YANG takes any number; SAI refuses the pool, and every profile that takes from it.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_POOL": {
    ///         "egress_lossless_pool": { "mode": "static", "size": "162539680", "type": "egress" },
    ///         "ingress_lossless_pool": { "mode": "dynamic", "size": "1000000000", "type": "ingress", "xoff": "33374584" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_POOL": {
    ///         "egress_lossless_pool": { "mode": "static", "size": "162539680", "type": "egress" },
    ///         "ingress_lossless_pool": { "mode": "dynamic", "size": "162539680", "type": "ingress", "xoff": "33374584" }
    ///     }
    /// }
    /// ```
    Error "lint/pool-too-large" "a pool that the chip can't hold" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for row in ctx.db.rows("BUFFER_POOL") {
        let (size, xoff) = (row.number("size"), row.number("xoff"));
        if let (Some((size, at)), Some((xoff, xoff_at))) = (size, xoff)
            && xoff > size
            && size > 0
        {
            let message = format!("pool `{}` of {} holds {} of headroom", row.key.v, Size(size), Size(xoff));
            let found = RULE.at(xoff_at, message).label(at, "its size");
            findings.push(found.help("an xoff below the size of the pool"));
            continue;
        }
        against_the_box(ctx, row, size, xoff, findings);
    }
}

fn against_the_box(
    ctx: &Ctx<'_>,
    row: &Row<'_>,
    size: Option<(u64, Span)>,
    xoff: Option<(u64, Span)>,
    findings: &mut Findings,
) {
    let Some(model) = ctx.sku else { return };
    let pool = model.pool(&row.key.v, ctx.role());
    // Whether the size holds the headroom differs from vendor to vendor.
    let beside = pool.is_some_and(|pool| pool.v.size_includes_xoff == Some(false));
    if let (Some(limit), Some((size, at))) = (&model.asic.v.shared_buffer, size) {
        let more = xoff.filter(|_| beside).map_or(0, |(xoff, _)| xoff);
        let sum = size.saturating_add(more);
        // The vendor's own size is right whatever else is known.
        let vendor = pool.map_or(0, |pool| pool.v.size.0.saturating_add(more));
        if sum > limit.v.0.max(vendor) {
            let and = if more > 0 { format!(" with its headroom of {}", Size(more)) } else { String::new() };
            let message =
                format!("pool `{}` takes {}{and}; the chip shares out {}", row.key.v, Size(size), limit.v);
            let mut found = RULE.at(at, message).label(limit.at, "whole chip");
            if limit.confidence.is_likely() {
                found.severity = Severity::Warning;
                found = found.note("the figure is likely, not confirmed");
            }
            let found = found.help(match pool {
                Some(pool) => format!("\"size\": \"{}\", as the vendor ships it", pool.v.size.0),
                None => format!("\"size\": \"{}\" at the most", limit.v.0.saturating_sub(more)),
            });
            findings.push(found);
        }
    }
    let capability = model.qos_capability.as_ref().and_then(|fact| Some((fact.v.pool_xoff_max?, fact.at)));
    let own = pool.and_then(|pool| Some((pool.v.xoff_max?, pool.at)));
    if let (Some((limit, at)), Some((xoff, xoff_at))) = (own.or(capability), xoff)
        && xoff > limit.0
    {
        let message = format!("headroom of pool `{}` is {}; the box admits {limit}", row.key.v, Size(xoff));
        let found = RULE.at(xoff_at, message).label(at, "by the box");
        findings.push(found.help(format!("\"xoff\": \"{}\" at the most", limit.0)));
    }
}
