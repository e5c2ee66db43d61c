use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A strict queue is served before all weighted ones. RDMA fills whatever it is given: with a strict scheduler its class
    /// starves the rest of the port, routing and congestion notifications too.
    ///
    /// ```json bad
    /// {
    ///     "SCHEDULER": {
    ///         "scheduler.0": { "type": "DWRR", "weight": "30" },
    ///         "scheduler.3": { "type": "STRICT" },
    ///         "scheduler.6": { "type": "STRICT" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "SCHEDULER": {
    ///         "scheduler.0": { "type": "DWRR", "weight": "30" },
    ///         "scheduler.3": { "type": "DWRR", "weight": "70" },
    ///         "scheduler.6": { "type": "STRICT" }
    ///     }
    /// }
    /// ```
    Warning "lint/lossless-strict" "a lossless queue before all others" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        for queue in pfc.priorities().filter_map(|priority| pfc.queue_of(priority)) {
            let slots = ctx.queues.of(pfc.port).filter(|slot| slot.holds(queue));
            let Some(name) = slots.filter_map(|slot| slot.row.text("scheduler")).next() else { continue };
            // One with a weight was meant to have another type: `lint/strict-weight`.
            let row = ctx.db.row("SCHEDULER", &name.v).filter(|row| row.get("weight").is_none());
            let Some(kind) = row.and_then(|row| row.text("type")).filter(|kind| kind.v == "STRICT") else {
                continue;
            };
            alike.push(format!("{queue} {}", name.v), pfc.port, || {
                let message = format!(
                    "queue {queue} of {} is lossless, and `{}` serves it before all others",
                    pfc.port, name.v
                );
                let found = RULE.at(kind.at, message).label(pfc.at, "PFC is on");
                let found = found.label(name.at, "the queue's scheduler");
                found.help("\"type\": \"DWRR\", \"weight\": \"70\"")
            });
        }
    }
    alike.tell(findings);
}
