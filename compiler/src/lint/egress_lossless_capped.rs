use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::units::Size;

use crate::lint::view::{Alike, Ctx, parts};

lint! {
    /// A lossless class is held back at ingress, by PFC. Where its queue has a static limit below what ports may send into it
    /// before they are paused, it drops on its way out, and no pause is ever sent. Vendors give it the whole pool. What
    /// ports may send is computed with the file's own pool and thresholds, all ports of a half filling one queue.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "1000000" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
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
    Error "lint/egress-lossless-capped" "a lossless queue that drops before anything is paused" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let parts = parts(ctx);
    let Some(part) = parts.iter().max_by_key(|part| part.incast(part.ports)) else { return };
    let reached = part.incast(part.ports);
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        for queue in pfc.priorities().filter_map(|priority| pfc.queue_of(priority)) {
            let Some(slot) = ctx.buffer_queues.at(pfc.port, queue) else { continue };
            let Some(profile) = ctx.profile(slot.row) else { continue };
            let Some((most, at)) = profile.number("static_th") else { continue };
            let pool = ctx.pool(profile).and_then(|pool| pool.number("size"));
            // A limit above the pool is none; then the pool is what there is.
            if most >= reached || pool.is_none_or(|(size, _)| most >= size / part.count) {
                continue;
            }
            alike.push(&*profile.key.v, pfc.port, || {
                let message = format!(
                    "queue {queue} of {} is lossless and drops from {} on; ports of {} that fill it are paused at {}",
                    pfc.port,
                    Size(most),
                    part.name(),
                    Size(reached)
                );
                let found = RULE.at(at, message).label(pfc.at, "PFC is on").label(part.at, "by this threshold");
                let whole = pool.map_or(reached, |(size, _)| size);
                let mut found = found.help(format!("\"static_th\": \"{whole}\", all of its pool"));
                // How the memory is divided is data of the box.
                if ctx.sku.is_none() {
                    found.severity = Severity::Warning;
                }
                found
            });
        }
    }
    alike.tell(findings);
}
