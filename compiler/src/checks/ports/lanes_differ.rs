use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::fabric::{Fabric, Lower, PortId, Side};
use fabc_lang::platform::Confidence;

use crate::checks::optics::{in_cage, resting_on};
use crate::checks::{Ctx, count};

check! {
    /// A passive copper cable joins lane to lane: both ends need the same number of lanes at the same rate.
    /// 400G on eight lanes of 50G never meets 400G on four lanes of 100G over copper; it does over optics,
    /// where a gearbox in the module makes the light the same. So with a passive `media` this is an error,
    /// without `media` a note, and otherwise nothing is said. Towards hosts it is known only where the `nic`
    /// says `lanes=`, or a `model=` of the catalogue whose cards agree; where those are only likely, it is a
    /// warning.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="arista-7060px5-64s"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="400G" per-pair=1 { media "DAC"; length "1m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="arista-7060px5-64s"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="400G" per-pair=1 { media "DR4"; length "1m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "ports/lanes-differ" "two ends with different lanes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for line in &fabric.lines {
        let Some(upper) = lanes(fabric, line.upper, &line.upper_side) else { continue };
        let (lower, whose, confidence) = match (line.lower, &line.lower_side) {
            (Lower::Tier(tier), Some(side)) => {
                (lanes(fabric, tier, side), fabric.tiers[tier].node.switch.at, Confidence::Confirmed)
            }
            (Lower::Hosts { group, nic, .. }, _) => {
                let Some((lanes, confidence)) = fabric.groups[group].lanes(nic) else { continue };
                (Some(lanes.v), lanes.at, confidence)
            }
            (Lower::Tier(_), None) => continue,
        };
        let Some(lower) = lower.filter(|&l| l != upper) else { continue };
        let speed = line.speed.v;
        let message = format!("{speed} on {lower} lanes below and on {upper} lanes above");
        let media = line.media.as_ref().and_then(|m| in_cage(fabric, &m.v, speed, line.upper_side.children));
        let found = RULE.at(line.at, message).label(whose, count(lower, "lane"));
        let found = found.label(fabric.tiers[line.upper].node.switch.at, count(upper, "lane"));
        match (&line.media, media) {
            (None, _) => findings.push(Diagnostic {
                severity: Severity::Note,
                ..found.help("take modules that do the change of lanes, as DR4: passive copper can't")
            }),
            (Some(media), Some(standing)) if standing.optic.is_passive() => {
                let found = found.label(media.at, "joins lane to lane");
                let found = found.help("`media \"DR4\"`, or another module with a gearbox");
                let likely = Diagnostic { severity: Severity::Warning, ..found.clone() };
                findings.push(resting_on(confidence, if confidence.is_likely() { likely } else { found }));
            }
            _ => {}
        }
    }
}

/// Physical lanes of a port of the line on this tier.
fn lanes(fabric: &Fabric, tier: usize, side: &Side) -> Option<u32> {
    let (tier, &cage) = (&fabric.tiers[tier], side.cages.first()?);
    let platform = fabric.platform_of(tier);
    let group = platform.group(platform.cage(cage)?)?;
    let physical = group.physical_lanes.as_ref().map_or(1, |p| p.v);
    Some(u32::from(tier.spec(PortId { cage, child: 0 })?.lane_count) * u32::from(physical))
}
