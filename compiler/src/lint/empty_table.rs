use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// Redis holds no empty table, and `config replace` and `apply-patch` refuse a file that has one (EmptyTableError). An
    /// empty DEVICE_NEIGHBOR does worse where it is rendered: SONiC's templates give buffers and QoS only to the ports in it.
    ///
    /// ```json bad
    /// {
    ///     "SYSLOG_SERVER": {}
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "SYSLOG_SERVER": { "10.0.0.1": {} }
    /// }
    /// ```
    Warning "lint/empty-table" "a table without rows" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for table in ctx.db.tables.iter().filter(|table| table.rows.is_empty()) {
        let found = RULE.at(table.name.at, format!("table {} has no rows", table.name.v));
        let found = match &*table.name.v {
            "DEVICE_NEIGHBOR" => found.note("with it SONiC's templates give buffers and QoS to no port"),
            _ => found,
        };
        findings.push(found.help("remove it"));
    }
}
