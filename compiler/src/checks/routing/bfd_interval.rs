use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// FRR takes 50 to 60000 ms between two BFD packets of a session, in whole milliseconds.
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
    ///     bfd interval="10ms"
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
    ///     bfd interval="300ms"
    /// }
    /// ```
    Error "routing/bfd-interval" "a BFD interval that FRR refuses" => run
}

/// Milliseconds, as `neighbor … bfd` takes them.
const RANGE: std::ops::RangeInclusive<u64> = 50..=60_000;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let bfd = ctx.fabric.intent.routing.as_ref().and_then(|r| r.bfd.as_ref());
    let Some(interval) = bfd.and_then(|b| b.interval) else { return };
    if !RANGE.contains(&interval.v.ms()) || !interval.v.0.is_multiple_of(1000) {
        let (low, high) = (RANGE.start(), RANGE.end());
        let message = format!("{} between BFD packets: {low} to {high} ms may be, in whole ms", interval.v);
        findings.push(RULE.at(interval.at, message).help("`interval=\"300ms\"`"));
    }
}
