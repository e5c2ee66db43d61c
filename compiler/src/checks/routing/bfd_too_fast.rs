use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Time;

use crate::checks::{Ctx, count};

check! {
    /// BFD runs on the switch's CPU unless the platform takes it over. Dozens of sessions below 100 ms make
    /// it late, and a late packet is a lost link: the fabric flaps under load. A cable that is pulled is seen
    /// at once anyway.
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
    ///     bfd interval="50ms"
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
    ///     bfd interval="100ms"
    /// }
    /// ```
    Warning "routing/bfd-too-fast" "BFD faster than a control plane keeps up with" => run
}

/// Below this sessions depend on help by the hardware.
const SAFE: Time = Time(100_000);

fn run(ctx: &Ctx, findings: &mut Findings) {
    let bfd = ctx.fabric.intent.routing.as_ref().and_then(|r| r.bfd.as_ref());
    let Some(interval) = bfd.and_then(|b| b.interval) else { return };
    if interval.v < SAFE && interval.v.ms() >= 50 {
        let sessions = ctx.evidence.loads.iter().map(|l| l.upper + l.lower).max().unwrap_or(0);
        let message = format!("BFD every {} on up to {}", interval.v, count(sessions, "session"));
        let found = RULE.at(interval.at, message).help(format!("`interval=\"{SAFE}\"` or more"));
        findings.push(found.note("whether the platform takes BFD off the CPU is not known"));
    }
}
