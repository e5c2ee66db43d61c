use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// The dynamic buffer model computes headroom by itself, for chips of which SONiC has the formula. On others no pool and no
    /// profile is ever made.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "buffer_model": "dynamic", "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "buffer_model": "traditional", "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    Error "lint/buffer-model" "a buffer model that the chip doesn't have" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(fact) = ctx.model.and_then(|model| model.asic.v.buffer_model.as_ref()) else { return };
    let Some(model) = ctx.metadata().and_then(|row| row.text("buffer_model")) else { return };
    if model.v != fact.v {
        let message = format!("buffer model `{}`; SONiC has only the {} one for this chip", model.v, fact.v);
        let found = RULE.at(model.at, message).label(fact.at, "by the chip");
        findings.push(found.help(format!("\"buffer_model\": \"{}\"", fact.v)));
    }
}
