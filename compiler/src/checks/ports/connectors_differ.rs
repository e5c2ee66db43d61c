use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Fabric, Lower, Side};

use crate::checks::Ctx;
use crate::checks::optics::in_cage;

check! {
    /// A direct-attach or active optical cable has its connectors moulded on. Between an OSFP112 cage and a
    /// QSFP112 NIC it must be one with two different ends: not every vendor makes it, and an order for the
    /// plain cable does not fit. Modules are chosen for each end, so nothing is said of them. Known only
    /// where the `nic` says `connector=`.
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
        let optic = in_cage(&media.v, line.speed.v, line.upper_side.children);
        if !optic.is_some_and(|o| o.integral) {
            continue;
        }
        let Some(upper) = form(fabric, line.upper, &line.upper_side) else { continue };
        let (lower, whose) = match (line.lower, &line.lower_side) {
            (Lower::Tier(tier), Some(side)) => (form(fabric, tier, side), fabric.tiers[tier].node.switch.at),
            (Lower::Hosts { group, nic, .. }, _) => {
                let connector = fabric.groups[group].node.nics.get(nic).and_then(|n| n.connector.as_ref());
                let Some(connector) = connector else { continue };
                (Some(connector.v.as_str()), connector.at)
            }
            (Lower::Tier(_), None) => continue,
        };
        let Some(lower) = lower.filter(|l| family(l) != family(upper)) else { continue };
        let message = format!("a {} has its ends moulded on: {lower} below, {upper} above", media.v);
        let found = RULE.at(media.at, message).label(whose, lower.to_owned());
        let found = found.label(fabric.tiers[line.upper].node.switch.at, upper.to_owned());
        findings.push(found.help("order the cable with these two ends, or take modules, one for each end"));
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
