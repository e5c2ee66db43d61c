use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, PRIORITIES, target};

lint! {
    /// A traffic class without PFC goes to a lossless priority group. It fills the headroom of another class, and makes the
    /// switch pause that one instead of itself.
    ///
    /// ```json bad
    /// {
    ///     "TC_TO_PRIORITY_GROUP_MAP": {
    ///         "AZURE": { "0": "0", "1": "0", "2": "0", "3": "3", "4": "3", "5": "0", "6": "0", "7": "0" }
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
    Error "lint/lossy-in-lossless-group" "a lossy class in a lossless priority group" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let Some(map) = pfc.group else { continue };
        for class in (0..PRIORITIES).filter(|class| !pfc.is_paused(*class)) {
            let Some((group, at)) = target(map, class) else { continue };
            let Some(owner) = pfc.priorities().find(|&p| pfc.pause_group_of(p) == Some(group)) else {
                continue;
            };
            alike.push(format!("{} {class}", map.key.v), pfc.port, || {
                let message = format!(
                    "traffic class {class} has no PFC and goes to group {group}, that of priority {owner}"
                );
                let found = RULE.at(at, message).label(pfc.at, format!("PFC of {}", pfc.port));
                let lossy =
                    (0..PRIORITIES).find(|&g| !pfc.priorities().any(|p| pfc.pause_group_of(p) == Some(g)));
                found.help_opt(lossy.map(|group| format!("\"{class}\": \"{group}\", or another lossy group")))
            });
        }
    }
    alike.tell(findings);
}
