use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// Without `mac`, `config reload` writes the hwsku's default ports first and lays the file over them: ports that the file
    /// leaves out come back, and their lanes clash with those that it breaks out. ZTP fills it in before it loads a file.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
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
    Warning "lint/no-mac" "a switch without its MAC address" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(row) = ctx.metadata() else { return };
    if row.text("mac").is_none_or(|mac| mac.v.is_empty()) {
        let found = RULE.at(
            row.place("mac"),
            "DEVICE_METADATA has no `mac`: `config reload` adds the hwsku's default ports",
        );
        findings.push(found.help("add it, as `show platform syseeprom` has it, or load the file by ZTP"));
    }
}
