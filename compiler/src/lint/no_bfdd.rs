use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// bfdd runs only where DEVICE_METADATA has `frr_mgmt_framework_config` "true". Without it `neighbor … bfd` in frr.conf is
    /// taken, and no BFD session ever comes up; nothing says so. What frr.conf has isn't looked at, so this is a note.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "frr_mgmt_framework_config": "true", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    Note "lint/no-bfdd" "an frr.conf of one's own, and no BFD" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(row) = ctx.metadata().filter(|_| !ctx.enterprise) else { return };
    let Some(mode) = row.text("docker_routing_config_mode").filter(|mode| mode.v == "split-unified") else {
        return;
    };
    if row.text("frr_mgmt_framework_config").is_none_or(|text| text.v != "true") {
        let message = "frr.conf is your own (`split-unified`), and bfdd isn't started: BFD sessions in it never come up";
        let found =
            RULE.at(row.place("frr_mgmt_framework_config"), message).label(mode.at, "frr.conf is kept");
        findings.push(found.help("\"frr_mgmt_framework_config\": \"true\", where frr.conf has BFD"));
    }
}
