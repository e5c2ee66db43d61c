use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, target};

lint! {
    /// PFC of a priority is sent for the priority group of the same number. The traffic class must go to that group, or the
    /// group that fills is not the one that pauses: the class is dropped.
    ///
    /// ```json bad
    /// {
    ///     "TC_TO_PRIORITY_GROUP_MAP": {
    ///         "AZURE": { "0": "0", "1": "0", "2": "0", "3": "0", "4": "0", "5": "0", "6": "0", "7": "0" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "TC_TO_PRIORITY_GROUP_MAP": {
    ///         "AZURE": { "0": "0", "1": "0", "2": "0", "3": "3", "4": "0", "5": "0", "6": "0", "7": "0" }
    ///     }
    /// }
    /// ```
    Error "lint/pfc-group" "a lossless class outside of its priority group" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let Some(map) = pfc.group else { continue };
        for priority in pfc.priorities() {
            let wanted = pfc.pause_group_of(priority).unwrap_or(priority);
            let (at, is) = match target(map, priority) {
                Some((group, _)) if group == wanted => continue,
                Some((group, at)) => (at, format!("goes to priority group {group}")),
                None => (map.key.at, "goes to no priority group".to_owned()),
            };
            alike.push(format!("{} {priority}", map.key.v), pfc.port, || {
                let message = format!("traffic class {priority} {is}, and its PFC speaks for group {wanted}");
                let found = RULE.at(at, message).label(pfc.at, format!("PFC of {}", pfc.port));
                found.help(format!("\"{priority}\": \"{wanted}\""))
            });
        }
    }
    alike.tell(findings);
}
