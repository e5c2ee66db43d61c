use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// A colour that is enabled without a drop probability gets 100 %: from the maximum threshold on as everyone expects, but
    /// the slope up to it then rises to certainty, and queues are kept near the minimum.
    ///
    /// ```json bad
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_all", "green_max_threshold": "4194304", "green_min_threshold": "1048576", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_all", "green_drop_probability": "10", "green_max_threshold": "4194304", "green_min_threshold": "1048576", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    Warning "lint/wred-no-probability" "marking with a probability of 100 % by default" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for row in ctx.db.rows("WRED_PROFILE") {
        for colour in ["green", "yellow", "red"] {
            let Some(on) = row.text(&format!("wred_{colour}_enable")).filter(|on| on.v == "true") else {
                continue;
            };
            let field = format!("{colour}_drop_probability");
            if row.get(&field).is_none() {
                let message = format!("`{}` is on for {colour} and has no `{field}`: it is 100 %", row.key.v);
                findings
                    .push(RULE.at(on.at, message).help(format!("\"{field}\": \"100\", if that is meant")));
            }
        }
    }
}
