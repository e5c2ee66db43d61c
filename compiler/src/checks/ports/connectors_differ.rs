use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Fabric, Lower, Side};
use fabc_lang::platform::Confidence;

use crate::checks::Ctx;
use crate::checks::optics::{in_cage, resting_on};

check! {
    /// A direct-attach or active optical cable has its connectors moulded on. Between an OSFP112 cage and a
    /// QSFP112 NIC it must be one with two different ends: not every vendor makes it, and an order for the
    /// plain cable does not fit. Modules are chosen for each end, so nothing is said of them. Known only
    /// where the `nic` says `connector=`, or a `model=` of the catalogue whose cards have but one.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G" connector="QSFP112"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { media "DAC"; length "1m"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G" connector="OSFP112"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { media "DAC"; length "1m"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "ports/connectors-differ" "a one-piece cable between different connectors" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for line in &fabric.lines {
        let Some(media) = &line.media else { continue };
        let standing = in_cage(fabric, &media.v, line.speed.v, line.upper_side.children);
        if !standing.is_some_and(|s| s.optic.is_integral()) {
            continue;
        }
        let Some(upper) = form(fabric, line.upper, &line.upper_side) else { continue };
        let (lower, whose, confidence) = match (line.lower, &line.lower_side) {
            (Lower::Tier(tier), Some(side)) => {
                (form(fabric, tier, side), fabric.tiers[tier].node.switch.at, Confidence::Confirmed)
            }
            (Lower::Hosts { group, nic, .. }, _) => {
                let Some((connector, confidence)) = fabric.groups[group].connector(nic) else { continue };
                (Some(connector.v), connector.at, confidence)
            }
            (Lower::Tier(_), None) => continue,
        };
        let Some(lower) = lower.filter(|l| family(l) != family(upper)) else { continue };
        let message = format!("a {} has its ends moulded on: {lower} below, {upper} above", media.v);
        let found = RULE.at(media.at, message).label(whose, lower.to_owned());
        let found = found.label(fabric.tiers[line.upper].node.switch.at, upper.to_owned());
        let found = found.help("order the cable with these two ends, or take modules, one for each end");
        findings.push(resting_on(confidence, found));
    }
}

/// What plugs into the line's cages on this tier.
fn form<'a>(fabric: &'a Fabric, tier: usize, side: &Side) -> Option<&'a str> {
    let platform = fabric.platform_of(&fabric.tiers[tier]);
    Some(&platform.cage(*side.cages.first()?)?.form)
}

/// The shape of a connector: `OSFP112` and `OSFP` are one, as are `QSFP56-DD` and `QSFP-DD`.
fn family(form: &str) -> String {
    form.chars().filter(|c| !c.is_ascii_digit()).map(|c| c.to_ascii_uppercase()).collect()
}
