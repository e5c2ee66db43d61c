use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Ctx, PRIORITIES, list, target};

lint! {
    /// A map that leaves numbers out. What a packet with such a DSCP, or of such a class, does is left to the chip's default:
    /// mostly class or queue 0, but no release says so.
    ///
    /// ```json bad
    /// {
    ///     "TC_TO_QUEUE_MAP": {
    ///         "AZURE": { "0": "0", "3": "3" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "TC_TO_QUEUE_MAP": {
    ///         "AZURE": { "0": "0", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "6": "6", "7": "7" }
    ///     }
    /// }
    /// ```
    Warning "lint/map-incomplete" "a map that leaves DSCPs or classes out" Nothing => run
}

/// DSCPs (RFC 2474).
const DSCPS: u8 = 64;

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let maps = [
        ("DSCP_TO_TC_MAP", DSCPS, "DSCP"),
        ("TC_TO_QUEUE_MAP", PRIORITIES, "class"),
        ("TC_TO_PRIORITY_GROUP_MAP", PRIORITIES, "class"),
        ("MAP_PFC_PRIORITY_TO_QUEUE", PRIORITIES, "priority"),
    ];
    // Of classes that packets are put into; of all of them where no map tells.
    let used: Vec<u8> = ctx
        .db
        .rows("DSCP_TO_TC_MAP")
        .iter()
        .flat_map(|map| (0..DSCPS).filter_map(|d| Some(target(map, d)?.0)))
        .collect();
    for (table, count, what) in maps {
        for map in ctx.db.rows(table) {
            let is_used = |n: &u8| match what {
                "class" => used.is_empty() || used.contains(n),
                "priority" => ctx.pfc.iter().any(|pfc| pfc.is_paused(*n)),
                _ => true,
            };
            let missing: Vec<u8> =
                (0..count).filter(is_used).filter(|n| map.get(&n.to_string()).is_none()).collect();
            if missing.is_empty() {
                continue;
            }
            let message = format!("{table} `{}` says nothing of {what} {}", map.key.v, list(&missing));
            findings.push(
                RULE.at(map.key.at, message)
                    .help("name all of them: what is left out has no promised default"),
            );
        }
    }
}
