use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, PRIORITIES};

lint! {
    /// WRED with `ecn` marks packets that say they are capable of ECN, and drops the others with the same probability. On a
    /// lossless queue all that come are RoCE's. The same profile on a queue of lossy classes thins out whatever knows nothing
    /// of ECN. A lossy class with ECN of its own has a profile of its own.
    ///
    /// ```json bad
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|0": { "scheduler": "scheduler.0", "wred_profile": "ECN_3" },
    ///         "Ethernet0|3": { "scheduler": "scheduler.3", "wred_profile": "ECN_3" },
    ///         "Ethernet0|6": { "scheduler": "scheduler.6" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|0": { "scheduler": "scheduler.0" },
    ///         "Ethernet0|3": { "scheduler": "scheduler.3", "wred_profile": "ECN_3" },
    ///         "Ethernet0|6": { "scheduler": "scheduler.6" }
    ///     }
    /// }
    /// ```
    Warning "lint/ecn-on-lossy" "ECN on a queue of lossy classes" Nothing => run
}

/// DSCP of what nobody has marked.
const UNMARKED: u8 = 0;

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    // Profiles of lossless queues.
    let mut lossless: BTreeSet<&str> = BTreeSet::new();
    for pfc in &ctx.pfc {
        for queue in pfc.priorities().filter_map(|priority| pfc.queue_of(priority)) {
            let slots = ctx.queues.of(pfc.port).filter(|slot| slot.holds(queue));
            lossless.extend(slots.filter_map(|slot| slot.row.text("wred_profile")).map(|name| &*name.v));
        }
    }
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let own: Vec<u8> = pfc.priorities().filter_map(|priority| pfc.queue_of(priority)).collect();
        let class = pfc.dscp.and_then(|map| crate::lint::view::target(map, UNMARKED));
        let unmarked = class.and_then(|(class, _)| pfc.queue_of(class));
        for slot in ctx.queues.of(pfc.port) {
            let Some(name) = slot.row.text("wred_profile") else { continue };
            let ecn = ctx.db.row("WRED_PROFILE", &name.v).and_then(|wred| wred.text("ecn"));
            let Some(ecn) = ecn.filter(|ecn| ecn.v != "ecn_none") else { continue };
            let lossy = |queue: &u8| slot.holds(*queue) && !own.contains(queue);
            let Some(queue) = (0..PRIORITIES)
                .find(|queue| lossy(queue) && (lossless.contains(&*name.v) || unmarked == Some(*queue)))
            else {
                continue;
            };
            alike.push(format!("{queue} {}", name.v), pfc.port, || {
                let message = format!(
                    "queue {queue} of {} is lossy and has `{}`: what isn't capable of ECN is dropped by it",
                    pfc.port, name.v
                );
                let found = RULE.at(name.at, message).label(ecn.at, "marks instead of dropping");
                let found = found.label(pfc.at, "lossless are these");
                found.help("no `wred_profile` here, or one of its own where all that comes is capable of ECN")
            });
        }
    }
    alike.tell(findings);
}
