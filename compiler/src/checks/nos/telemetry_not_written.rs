use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;

use crate::checks::Ctx;

check! {
    /// Which fields Enterprise SONiC has for its gNMI server and for the intervals of its counters is not published, so fabc writes none.
    /// `subscriptions` are written: their paths are known.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// telemetry { watermarks interval="1s"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// telemetry { subscriptions; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "nos/telemetry-not-written" "telemetry that no file of this system holds" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let Some(telemetry) = intent.telemetry.as_ref().filter(|_| intent.fabric.nos.v == Nos::EnterpriseSonic)
    else {
        return;
    };
    let gnmi = telemetry.gnmi.as_ref().map(|gnmi| ("gnmi", gnmi.at));
    let watermarks = telemetry.watermarks.map(|interval| ("watermarks", interval.at));
    for (word, at) in gnmi.into_iter().chain(watermarks) {
        let found = RULE.at(at, format!("`{word}` is not written for Enterprise SONiC"));
        let found = found.label(intent.fabric.nos.at, "its fields are not published");
        findings.push(found.help("set it on the switch, and keep `subscriptions` for collectors"));
    }
}
