use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// ECN thresholds of a preset were found good on somebody's chips, at somebody's line rates and with somebody's traffic. No
    /// source offers them as portable: they are where measuring begins. State them in a `class` of the file once they are
    /// known to be right.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// preset "nvidia-roce"
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// preset "nvidia-roce"
    /// class "roce" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=50
    ///     ecn min="1MiB" max="4MiB" probability=10
    /// }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Note "classes/preset-thresholds" "ECN thresholds that are a starting point" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let Some(preset) = &intent.preset else { return };
    let ecn: Vec<_> = intent.preset_ecn().collect();
    let Some((first, _)) = ecn.first() else { return };
    let message =
        format!("ECN thresholds of `{}` are a starting point, portable by no source", preset.name.v);
    let mut found = RULE.at(preset.at, message);
    for (_, ecn) in &ecn {
        found = found.label(ecn.at, format!("{} to {}", ecn.min.v, ecn.max.v));
    }
    findings
        .push(found.help(format!("measure, then state them in a `class \"{}\"` of the file", first.name.v)));
}
