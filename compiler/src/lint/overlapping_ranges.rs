use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, range_text};

lint! {
    /// Two rows for the same queue or priority group of a port. Which of them holds depends on the order in which they come
    /// from Redis, and that is no order at all.
    ///
    /// ```json bad
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "scheduler.3" },
    ///         "Ethernet0|3-4": { "scheduler": "scheduler.0" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "scheduler.3" },
    ///         "Ethernet0|4": { "scheduler": "scheduler.0" }
    ///     }
    /// }
    /// ```
    Error "lint/overlapping-ranges" "two rows for the same queue or priority group" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for slots in [&ctx.groups, &ctx.buffer_queues, &ctx.queues] {
        for (port, mut list) in slots.by_port() {
            list.retain(|slot| slot.range.is_some_and(|(low, high)| low <= high));
            list.sort_by_key(|slot| slot.range);
            for pair in list.windows(2) {
                let (Some(first), Some(next)) = (pair[0].range, pair[1].range) else { continue };
                if next.0 > first.1 {
                    continue;
                }
                let kind = format!("{} {} {}", slots.table, range_text(first), range_text(next));
                alike.push(kind, port, || {
                    let both = range_text((next.0, next.1.min(first.1)));
                    let message = format!("{} has {both} of {port} twice", slots.table);
                    let found = RULE.at(pair[1].row.key.at, message).label(pair[0].row.key.at, "here too");
                    found.help("leave each number in one row")
                });
            }
        }
    }
    alike.tell(findings);
}
