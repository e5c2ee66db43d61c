use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// Of the row `global` of PORT_QOS_MAP orchagent reads `dscp_to_tc_map`, and nothing else.
    ///
    /// ```json bad
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3", "pfcwd_sw_enable": "3" },
    ///         "global": { "dscp_to_tc_map": "AZURE", "tc_to_queue_map": "AZURE" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT_QOS_MAP": {
    ///         "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "pfc_enable": "3", "pfcwd_sw_enable": "3", "tc_to_queue_map": "AZURE" },
    ///         "global": { "dscp_to_tc_map": "AZURE" }
    ///     }
    /// }
    /// ```
    Warning "lint/global-ignored" "a field that nothing reads" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(row) = ctx.db.row("PORT_QOS_MAP", "global").filter(|_| !ctx.enterprise) else { return };
    for (name, _) in row.fields.iter().filter(|(name, _)| name.v != "dscp_to_tc_map") {
        let message = format!("`{}` of the whole switch is not read", name.v);
        findings.push(RULE.at(name.at, message).help("say it of each port"));
    }
}
