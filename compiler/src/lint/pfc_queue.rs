use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, target};

lint! {
    /// A PFC frame that comes in stops the queue that `pfc_to_queue_map` names for its priority. That must be the queue that
    /// `tc_to_queue_map` puts the class into, or another one is stopped and this one is dropped at the neighbour.
    ///
    /// ```json bad
    /// {
    ///     "MAP_PFC_PRIORITY_TO_QUEUE": {
    ///         "AZURE": { "0": "0", "1": "1", "2": "2", "3": "4", "4": "4", "5": "5", "6": "6", "7": "7" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "MAP_PFC_PRIORITY_TO_QUEUE": {
    ///         "AZURE": { "0": "0", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "6": "6", "7": "7" }
    ///     }
    /// }
    /// ```
    Error "lint/pfc-queue" "PFC that stops another queue" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        for priority in pfc.priorities() {
            let stops = pfc.pause.map_or(Some((priority, pfc.at)), |map| target(map, priority));
            let fills = pfc.queue_of(priority);
            if fills.is_some() && stops.map(|(queue, _)| queue) == fills {
                continue;
            }
            let map = pfc.pause.or(pfc.queue);
            alike.push(format!("{:?} {priority}", map.map(|m| &m.key.v)), pfc.port, || {
                let none =
                    |queue: Option<u8>| queue.map_or_else(|| "no queue".to_owned(), |q| format!("queue {q}"));
                let message = format!(
                    "PFC of priority {priority} stops {}, and its class fills {}",
                    none(stops.map(|(queue, _)| queue)),
                    none(fills)
                );
                let at = stops.map(|(_, at)| at).or(map.map(|m| m.key.at)).unwrap_or(pfc.at);
                let found = RULE.at(at, message);
                let there = pfc.queue.and_then(|map| target(map, priority));
                let found = there.map_or(found.clone(), |(_, at)| found.label(at, "the queue of the class"));
                found.label(pfc.at, format!("PFC of {}", pfc.port)).help(match fills {
                    Some(queue) => format!("\"{priority}\": \"{queue}\" in MAP_PFC_PRIORITY_TO_QUEUE"),
                    None => format!("a queue for class {priority} in TC_TO_QUEUE_MAP"),
                })
            });
        }
    }
    alike.tell(findings);
}
