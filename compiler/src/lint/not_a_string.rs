use fabc_lang::diagnostic::Findings;

use crate::config_db::Value;
use crate::lint::view::{Alike, Ctx};

lint! {
    /// Redis holds strings. A number or `true` is taken, but what the switch holds afterwards differs from the file, so
    /// that comparing the two never comes to rest.
    ///
    /// ```json bad
    /// {
    ///     "SCHEDULER": {
    ///         "scheduler.0": { "type": "DWRR", "weight": 30 },
    ///         "scheduler.3": { "type": "DWRR", "weight": "70" },
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
    Warning "lint/not-a-string" "a value that is no string" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for table in &ctx.db.tables {
        for row in &table.rows {
            for (name, value) in &row.fields {
                let Some((what, at, help)) = odd(value) else { continue };
                let kind = format!("{} {} {what}", table.name.v, name.v);
                alike.push(kind, &row.key.v, || {
                    let message = format!("`{}` of {} is {what}, not a string", name.v, table.name.v);
                    RULE.at(at, message).help(help)
                });
            }
        }
    }
    alike.tell(findings);
}

/// What a value is instead of a string, where, and what to write.
fn odd(value: &Value<'_>) -> Option<(&'static str, fabc_lang::source::Span, String)> {
    match value {
        Value::Text(_) => None,
        Value::Bare(text) => {
            let what = if text.v.parse::<f64>().is_ok() { "a number" } else { "a boolean" };
            Some((what, text.at, format!("write \"{}\"", text.v)))
        }
        Value::List(items, _) => items.iter().find_map(odd),
    }
}
