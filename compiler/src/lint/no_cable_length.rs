use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A port with PFC of which CABLE_LENGTH says nothing: buffermgrd tries again without end, and makes no lossless
    /// priority group of its own. Rows in BUFFER_PG hold all the same; `0m` ends the trying.
    ///
    /// ```json bad
    /// {
    ///     "CABLE_LENGTH": { "AZURE": { } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "40m" } }
    /// }
    /// ```
    Warning "lint/no-cable-length" "a port with PFC and without a cable length" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.enterprise || !ctx.is_static() {
        return; // there, lengths have a default
    }
    let mut alike = Alike::default();
    for pfc in ctx.pfc.iter().filter(|pfc| ctx.cable(pfc.port).is_none()) {
        alike.push("", pfc.port, || {
            let found =
                RULE.at(pfc.at, format!("PFC is on for {}, and CABLE_LENGTH doesn't name it", pfc.port));
            let found = match ctx.db.rows("CABLE_LENGTH").first() {
                Some(row) => found.label(row.key.at, "it would be here"),
                None => found,
            };
            found.help("its length, or \"0m\" where BUFFER_PG has a profile of your own")
        });
    }
    alike.tell(findings);
}
