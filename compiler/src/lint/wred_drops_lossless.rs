use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// WRED with a colour that `ecn` doesn't name drops what it would have marked; with `ecn_none`, or without `ecn`, all of
    /// it. On the queue of a lossless class that is loss without congestion of the buffer: no pause is ever asked for, and
    /// RoCE sends everything from the lost packet on again.
    ///
    /// ```json bad
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_none", "green_drop_probability": "10", "green_max_threshold": "4194304", "green_min_threshold": "1048576", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_green", "green_drop_probability": "10", "green_max_threshold": "4194304", "green_min_threshold": "1048576", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    Error "lint/wred-drops-lossless" "WRED that drops in a lossless queue" Nothing => run
}

/// Colours of packets; all are green until something colours them.
const COLOURS: [&str; 3] = ["green", "yellow", "red"];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        for queue in pfc.priorities().filter_map(|priority| pfc.queue_of(priority)) {
            let slots = ctx.queues.of(pfc.port).filter(|slot| slot.holds(queue));
            let Some(name) = slots.filter_map(|slot| slot.row.text("wred_profile")).next() else { continue };
            let Some(wred) = ctx.db.row("WRED_PROFILE", &name.v) else { continue };
            let ecn = wred.text("ecn");
            let marks = |colour: &str| ecn.is_some_and(|ecn| ecn.v == "ecn_all" || ecn.v.contains(colour));
            let on =
                |colour: &&str| wred.text(&format!("wred_{colour}_enable")).is_some_and(|on| on.v == "true");
            let Some(colour) = COLOURS.into_iter().filter(on).find(|colour| !marks(colour)) else { continue };
            alike.push(&*name.v, pfc.port, || {
                let said = ecn.map_or_else(|| "no `ecn`".to_owned(), |ecn| format!("`{}`", ecn.v));
                let message = format!(
                    "queue {queue} of {} is lossless, and `{}` drops {colour} packets in it: it has {said}",
                    pfc.port, name.v
                );
                let found = RULE.at(ecn.map_or(wred.key.at, |ecn| ecn.at), message);
                let found = found.label(pfc.at, "PFC is on").label(name.at, "the queue's profile");
                found.help("\"ecn\": \"ecn_all\"")
            });
        }
    }
    alike.tell(findings);
}
