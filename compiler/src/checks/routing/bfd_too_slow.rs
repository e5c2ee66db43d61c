use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Time;

use crate::checks::Ctx;

check! {
    /// BGP gives a neighbour up after nine seconds without a keepalive. BFD that takes as long finds nothing
    /// that BGP wouldn't.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    ///     bfd interval="3s" multiplier=3
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    ///     bfd interval="1s" multiplier=3
    /// }
    /// ```
    Warning "routing/bfd-too-slow" "BFD slower than BGP itself" => run
}

/// Hold time of BGP in FRR's data-centre profile.
const HOLD: Time = Time(9_000_000);

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(bfd) = ctx.fabric.intent.routing.as_ref().and_then(|r| r.bfd.as_ref()) else { return };
    let Some(interval) = bfd.interval else { return };
    let multiplier = bfd.multiplier.map_or(3, |m| u64::from(m.v));
    let after = Time(interval.v.0.saturating_mul(multiplier));
    if after >= HOLD {
        let message = format!("BFD finds a dead neighbour after {after}, BGP does after {HOLD}");
        let found = RULE.at(interval.at, message);
        findings.push(found.help(format!("a product of interval and multiplier below {HOLD}")));
    }
}
