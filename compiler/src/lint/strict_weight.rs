use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// A strict queue is served before all others; its weight means nothing. Who wrote one meant another type.
    ///
    /// ```json bad
    /// {
    ///     "SCHEDULER": {
    ///         "scheduler.0": { "type": "DWRR", "weight": "30" },
    ///         "scheduler.3": { "type": "STRICT", "weight": "70" },
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
    Warning "lint/strict-weight" "a strict scheduler with a weight" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for row in ctx.db.rows("SCHEDULER") {
        let (Some(kind), Some(weight)) = (row.text("type"), row.get("weight")) else { continue };
        if kind.v == "STRICT" {
            let message = format!("scheduler `{}` is strict, and its weight means nothing", row.key.v);
            findings.push(
                RULE.at(weight.at(), message)
                    .label(kind.at, "strict")
                    .help("remove it, or \"type\": \"DWRR\""),
            );
        }
    }
}
