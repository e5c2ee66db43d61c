use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, PRIORITIES};

lint! {
    /// The queue of a lossless class has the same egress profile as a lossy one. Such a profile drops at its limit; a lossless
    /// class may only be held back at ingress.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_QUEUE": {
    ///         "Ethernet0|0-7": { "profile": "egress_lossy_profile" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_QUEUE": {
    ///         "Ethernet0|0-2": { "profile": "egress_lossy_profile" },
    ///         "Ethernet0|3": { "profile": "egress_lossless_profile" },
    ///         "Ethernet0|4-7": { "profile": "egress_lossy_profile" }
    ///     }
    /// }
    /// ```
    Warning "lint/lossless-queue-lossy" "a lossless queue that drops as a lossy one" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let profile = |queue| ctx.buffer_queues.at(pfc.port, queue).and_then(|slot| slot.row.text("profile"));
        for priority in pfc.priorities() {
            let Some(queue) = pfc.queue_of(priority) else { continue };
            let Some(own) = profile(queue) else { continue };
            let lossy = (0..PRIORITIES)
                .filter(|class| !pfc.is_paused(*class))
                .filter_map(|class| pfc.queue_of(class));
            let same = lossy
                .filter(|&q| q != queue)
                .find_map(|q| Some((q, profile(q)?)).filter(|(_, p)| p.v == own.v));
            let Some((other, there)) = same else { continue };
            alike.push(format!("{queue} {}", own.v), pfc.port, || {
                let message = format!(
                    "queue {queue} of {} is lossless, and has the profile of lossy queue {other}: `{}`",
                    pfc.port, own.v
                );
                let found = RULE.at(own.at, message);
                let found =
                    if there.at == own.at { found } else { found.label(there.at, format!("queue {other}")) };
                found
                    .label(pfc.at, "PFC is on")
                    .help("a profile that never drops, with the whole pool as its limit")
            });
        }
    }
    alike.tell(findings);
}
