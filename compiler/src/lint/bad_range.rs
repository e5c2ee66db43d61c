use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Ctx, PRIORITIES, range_text};

lint! {
    /// Keys end in a queue or priority group, `3`, or in a range of them, `3-4`, the lower one first. A number that the port
    /// doesn't have makes the row wait for ever, and the port with it; where it is a row of BUFFER_PG or BUFFER_QUEUE, the
    /// whole switch.
    ///
    /// ```json bad
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|4-3": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3-4": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    Error "lint/bad-range" "queues or priority groups that no port has" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for slots in [&ctx.groups, &ctx.buffer_queues, &ctx.queues] {
        for slot in &slots.all {
            let table = slots.table;
            let Some((low, high)) = slot.range else {
                let message = format!("the key of {table} ends in no number");
                findings.push(RULE.at(slot.row.key.at, message).help("as `Ethernet0|3` or `Ethernet0|3-4`"));
                continue;
            };
            if low > high {
                let message = format!("{} is the wrong way round", range_text((low, high)));
                let found = RULE.at(slot.row.key.at, message);
                findings.push(found.help(format!("`{}|{}`", slot.port, range_text((high, low)))));
                continue;
            }
            // The queues of the CPU are others, and Enterprise SONiC counts the multicast ones apart.
            let limit = match table {
                "BUFFER_PG" => Some((PRIORITIES, "priority groups", None)),
                _ if slot.port == "CPU" || ctx.enterprise => None,
                _ => ctx.queue_count().map(|(count, fact)| (count, "queues", Some(fact.at))),
            };
            let Some((count, what, at)) = limit.filter(|(count, ..)| high >= *count) else { continue };
            let message = format!(
                "{table} speaks of {}, and a port has {what} 0 to {}",
                range_text((low, high)),
                count - 1
            );
            let found = RULE.at(slot.row.key.at, message);
            let found = at.map_or(found.clone(), |at| found.label(at, format!("{count} queues")));
            let help = match low < count {
                true => format!("`{}|{}`", slot.port, range_text((low, count - 1))),
                false => "remove it".to_owned(),
            };
            findings.push(found.help(help));
        }
    }
}
