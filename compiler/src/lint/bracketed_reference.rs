use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// Up to 202012 a reference was written `[TABLE|name]`; since then it is the plain name. orchagent drops a row with the
    /// old form and never looks at it again, a port whose BUFFER_PG or BUFFER_QUEUE is dropped so never comes up, and SONiC's
    /// YANG refuses the file. Some vendors' templates still write it: what `config qos reload` makes of them can't be
    /// loaded back.
    ///
    /// ```json bad
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "[SCHEDULER|scheduler.3]" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "QUEUE": {
    ///         "Ethernet0|3": { "scheduler": "scheduler.3" }
    ///     }
    /// }
    /// ```
    Error "lint/bracketed-reference" "a reference in brackets" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut alike = Alike::default();
    for table in &ctx.db.tables {
        for row in &table.rows {
            for (name, value) in &row.fields {
                let Some((target, _)) = value.items().find_map(old) else { continue };
                let kind = format!("{} {}", table.name.v, name.v);
                alike.push(kind, &row.key.v, || {
                    let message =
                        format!("`{}` of {} is in the old form `[{target}|…]`", name.v, table.name.v);
                    let plain: Vec<&str> =
                        value.items().map(|item| old(item).map_or(item, |(_, plain)| plain)).collect();
                    RULE.at(value.at(), message).help(format!("write \"{}\"", plain.join(",")))
                });
            }
        }
    }
    alike.tell(findings);
}

/// Table and name of `[TABLE|name]`.
fn old(item: &str) -> Option<(&str, &str)> {
    item.strip_prefix('[')?.strip_suffix(']')?.split_once('|')
}
