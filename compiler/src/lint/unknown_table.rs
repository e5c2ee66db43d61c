use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Ctx, Guesses};

lint! {
    /// A table that no release has a model for. Nothing reads it; `config reload` stops at it from 202505 on, and
    /// `config apply-patch` refuses what touches it. Often it is a slip of the pen.
    ///
    /// Enterprise SONiC has tables that are published nowhere: in a file of it only what looks like a slip is reported.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILES": {
    ///         "p": { "pool": "ingress_lossless_pool", "size": "0", "dynamic_th": "0" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} }
    /// }
    /// ```
    Warning "lint/unknown-table" "a table that SONiC doesn't know" Nothing => run
}

/// The names, with their source.
static TABLES: &str = include_str!("tables.txt");

/// Names of a system: its own, and for Enterprise SONiC the community's too.
fn names(enterprise: bool) -> impl Iterator<Item = &'static str> {
    let mut own = true;
    TABLES.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).filter(move |word| {
        match *word {
            "community:" => own = true,
            "enterprise:" => own = enterprise,
            _ => return own,
        }
        false
    })
}

/// Whether some release of community SONiC has a YANG model of the table.
pub fn has_model(table: &str) -> bool {
    names(false).any(|known| known == table)
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut guesses = Guesses::new();
    for table in &ctx.db.tables {
        let name = &*table.name.v;
        if names(ctx.enterprise).any(|known| known == name) {
            continue;
        }
        if !ctx.enterprise && names(true).any(|known| known == name) {
            let message =
                format!("no release of community SONiC has a table `{name}`; Enterprise SONiC is known to");
            let help = "remove it, or load the file on a switch with Enterprise SONiC";
            findings.push(RULE.at(table.name.at, message).help(help));
            continue;
        }
        let near = guesses.near(name, names(ctx.enterprise));
        if ctx.enterprise && near.is_none() {
            continue;
        }
        let found = RULE.at(table.name.at, format!("no release of SONiC has a table `{name}`"));
        findings.push(found.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "remove it, if no program of your own reads it".to_owned(),
        }));
    }
}
