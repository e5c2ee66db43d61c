use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;

use crate::checks::Ctx;

check! {
    /// Enterprise SONiC makes its own QoS and buffer rows when it is told `roce enable`, with names and pools that are not
    /// published for these chips. fabc writes none for it rather than rows that would be in the way: what `class` and
    /// `watchdog` say must be typed on the switch.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "nos/qos-not-written" "lossless classes that no file of this system holds" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let Some(class) = intent.classes.iter().find(|c| c.is_lossless()) else { return };
    if intent.fabric.nos.v == Nos::EnterpriseSonic {
        let found = RULE.at(class.at, "QoS and buffers are not written for Enterprise SONiC");
        let found = found.label(intent.fabric.nos.at, "it makes them by itself");
        findings.push(
            found.help("type `roce enable` on each switch, and change there what `class` says otherwise"),
        );
    }
}
