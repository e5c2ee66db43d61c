use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Lower, PortId, Side, Tier};

use crate::checks::Ctx;

check! {
    /// Both ends must use the same forward error correction, or the link never comes up. fabc sets what the
    /// platform's data say for this speed and these lanes; boxes differ where a speed can run without.
    ///
    /// Take a break-out whose lanes make both ends agree, or say `fec` of both ports by `config-db`.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" {
    ///     cages { fec lanes=8 speed="800G" "none" "rs" default="none"; }
    /// }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="lab"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" {
    ///     cages { fec lanes=8 speed="800G" "none" "rs" default="rs"; }
    /// }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="lab"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "ports/fec-differs" "two ends with different FEC" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for line in &fabric.lines {
        let (Lower::Tier(tier), Some(side)) = (line.lower, &line.lower_side) else { continue };
        let (lower, upper) = (&fabric.tiers[tier], &fabric.tiers[line.upper]);
        let (Some(a), Some(b)) = (fec(lower, side), fec(upper, &line.upper_side)) else { continue };
        if a == b {
            continue;
        }
        let mode = |side: &Side| side.mode.clone();
        let message =
            format!("FEC is {a} on `{}` and {b} on `{}` at {}", lower.path, upper.path, line.speed.v);
        let found = RULE.at(line.at, message).label(lower.node.switch.at, format!("{a} in {}", mode(side)));
        let found = found.label(upper.node.switch.at, format!("{b} in {}", mode(&line.upper_side)));
        findings.push(found.help("another `breakout=`, whose lanes make both ends agree"));
    }
}

fn fec<'a>(tier: &'a Tier, side: &Side) -> Option<&'a str> {
    tier.spec(PortId { cage: *side.cages.first()?, child: 0 })?.fec.as_deref()
}
