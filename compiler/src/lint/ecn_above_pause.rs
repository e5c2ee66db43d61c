use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::units::Size;

use crate::lint::view::{Alike, Ctx, parts};

lint! {
    /// A lossless queue that one port fills is paused when that port has its share of the pool: with `dynamic_th` 0 half of
    /// what is free, in general α/(1+α) with α = 2^`dynamic_th` (Choudhury and Hahne). Where WRED begins to mark above that,
    /// senders are never asked to slow down, and PFC does all the work. Pool, headroom and thresholds are the file's own.
    ///
    /// ```json bad
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_all", "green_drop_probability": "10", "green_max_threshold": "95000000", "green_min_threshold": "90000000", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_all", "green_drop_probability": "10", "green_max_threshold": "4194304", "green_min_threshold": "1048576", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    Error "lint/ecn-above-pause" "ECN that begins after PFC" Nothing => run
}

/// Where marking usually begins at 400G and more; a quarter of the pause where that is less.
const USUAL: u64 = 1 << 20;

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let parts = parts(ctx);
    let Some(part) = parts.iter().min_by_key(|part| part.incast(1)) else { return };
    let point = part.incast(1);
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        for queue in pfc.priorities().filter_map(|priority| pfc.queue_of(priority)) {
            let marked = ctx.queues.of(pfc.port).filter(|slot| slot.holds(queue));
            let Some(name) = marked.filter_map(|slot| slot.row.text("wred_profile")).next() else { continue };
            let Some(wred) = ctx.db.row("WRED_PROFILE", &name.v) else { continue };
            let Some((min, at)) = wred.number("green_min_threshold").filter(|(min, _)| *min >= point) else {
                continue;
            };
            alike.push(&*name.v, pfc.port, || {
                let message = format!(
                    "`{}` marks queue {queue} of {} from {} on; a single port of {} is paused at {}",
                    name.v,
                    pfc.port,
                    Size(min),
                    part.name(),
                    Size(point)
                );
                let found = RULE.at(at, message);
                let found =
                    found.label(part.at, "the threshold").label(part.pool.place("size"), "of this pool");
                let far = (point / 4).min(USUAL);
                let mut found =
                    found.help(format!("\"green_min_threshold\": \"{far}\", far below the pause"));
                // Whether the pool holds the headroom, and how its memory is divided, is data of the box.
                if ctx.sku.is_none() {
                    found.severity = Severity::Warning;
                }
                found
            });
        }
    }
    alike.tell(findings);
}
