use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// `config reload` reads `hwsku` to find the box's files, and exits without it. Where `platform` is missing it writes the
    /// hwsku's default ports first and lays the file over them: ports that the file leaves out come back, and their lanes
    /// clash with those that it breaks out.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    Error "lint/metadata-missing" "a switch that doesn't say which it is" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(row) = ctx.metadata() else {
        if ctx.db.table("PORT").is_some_and(|table| !table.rows.is_empty()) {
            let found = RULE.at(ctx.db.at.to_start(), "there is no row `localhost` in DEVICE_METADATA");
            findings.push(found.help("add it, with `hostname`, `hwsku`, `platform`, `mac` and `type`"));
        }
        return;
    };
    let sonic = ctx.model.and_then(|model| model.sonic.as_ref()).map(|fact| &fact.v);
    let fields = [
        ("hwsku", sonic.map(|sonic| &sonic.hwsku), "`config reload` exits without it"),
        (
            "platform",
            sonic.map(|sonic| &sonic.platform),
            "`config reload` adds the hwsku's default ports without it",
        ),
    ];
    for (field, known, so) in fields {
        if row.text(field).is_none_or(|text| text.v.is_empty()) {
            let found = RULE.at(row.place(field), format!("DEVICE_METADATA has no `{field}`: {so}"));
            findings.push(found.help(match known {
                Some(known) => format!("\"{field}\": \"{known}\""),
                None => format!("add `{field}`, as `show platform summary` has it"),
            }));
        }
    }
}
