use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// A host name is of letters, digits and hyphens (RFC 1123), up to 63 in each part. SONiC's YANG takes `_` and more; names
    /// with it can't be looked up, and systemd replaces them.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "hostname": "leaf_01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
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
    Warning "lint/host-name" "a name that no host may have" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(name) = ctx.metadata().and_then(|row| row.text("hostname")) else { return };
    if let Some(why) = crate::checks::wrong_name(&name.v) {
        let better: String =
            name.v.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        let better = Some(better).filter(|better| crate::checks::wrong_name(better).is_none());
        let found = RULE.at(name.at, format!("`{}` is no host name: {why}", name.v));
        findings.push(found.help_opt(better.map(|better| format!("\"hostname\": \"{better}\""))));
    }
}
