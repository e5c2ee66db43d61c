use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, PRIORITIES, target};

lint! {
    /// A lossy traffic class goes to a priority group that BUFFER_PG has no row for, on a port that has others. What such a
    /// group may take is the chip's default, which no one publishes: often enough nothing is lost by it. SONiC's own maps
    /// send class 7 to group 7 so.
    ///
    /// ```json bad
    /// {
    ///     "TC_TO_PRIORITY_GROUP_MAP": {
    ///         "AZURE": { "0": "0", "1": "0", "2": "0", "3": "3", "4": "0", "5": "0", "6": "0", "7": "7" }
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
    Note "lint/group-without-profile" "a class in a priority group without a profile" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let Some(map) = pfc.group.filter(|_| ctx.groups.of(pfc.port).next().is_some()) else { continue };
        for class in (0..PRIORITIES).filter(|class| !pfc.is_paused(*class)) {
            let Some((group, at)) = target(map, class) else { continue };
            if ctx.groups.at(pfc.port, group).is_some()
                || pfc.priorities().any(|p| pfc.pause_group_of(p) == Some(group))
            {
                continue;
            }
            alike.push(format!("{} {class}", map.key.v), pfc.port, || {
                let message = format!(
                    "class {class} goes to group {group}, and BUFFER_PG has no `{}|{group}`",
                    pfc.port
                );
                let other = ctx.groups.of(pfc.port).find(|slot| {
                    slot.range
                        .is_some_and(|(low, _)| !pfc.priorities().any(|p| pfc.pause_group_of(p) == Some(low)))
                });
                let found = RULE.at(at, message);
                match other.and_then(|slot| Some((slot.range?.0, slot.row.key.at))) {
                    Some((lossy, there)) => found
                        .label(there, "a lossy group of the port")
                        .help(format!("\"{class}\": \"{lossy}\"")),
                    None => found.help(format!("a row `{}|{group}` with a lossy profile", pfc.port)),
                }
            });
        }
    }
    alike.tell(findings);
}
