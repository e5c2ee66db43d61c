use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Line, Lower, PortId, Side, Tier};
use fabc_lang::units::Ratio;

use crate::checks::{Ctx, count};

check! {
    /// Speed over lanes must be a rate at which the chip's lanes run. Vendors' files list break-outs that
    /// come to other rates (50G on four lanes is 12.5G a lane): SONiC takes them, and the port never comes
    /// up.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="50G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" breakout="2x50G(8)"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="50G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "ports/lane-rate" "a lane rate that the chip has not" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for line in &fabric.lines {
        judge(ctx, line, &fabric.tiers[line.upper], &line.upper_side, findings);
        if let (Lower::Tier(tier), Some(side)) = (line.lower, &line.lower_side) {
            judge(ctx, line, &fabric.tiers[tier], side, findings);
        }
    }
}

fn judge(ctx: &Ctx, line: &Line, tier: &Tier, side: &Side, findings: &mut Findings) {
    let platform = ctx.fabric.platform_of(tier);
    let port = side.cages.first().and_then(|&cage| tier.spec(PortId { cage, child: 0 }));
    let cage = side.cages.first().and_then(|&cage| platform.group(platform.cage(cage)?));
    let (Some(port), Some(cage), Some(serdes)) = (port, cage, &platform.asic.v.serdes) else { return };
    let physical = cage.physical_lanes.as_ref().map_or(1, |p| p.v);
    let (speed, lanes) = (u64::from(port.speed.0), u64::from(port.lane_count) * u64::from(physical));
    let rates: Vec<u64> = serdes.v.rates.iter().map(|r| u64::from(r.0)).filter(|r| *r > 0).collect();
    // Where a listed lane stands for several, slow ports run on fewer of them.
    let runs = |rate: &u64| match physical {
        1 => speed == rate * lanes,
        _ => speed.is_multiple_of(*rate) && speed / rate <= lanes,
    };
    if rates.is_empty() || rates.iter().any(runs) {
        return;
    }
    let rates: Vec<String> = serdes.v.rates.iter().map(ToString::to_string).collect();
    let per_lane = Ratio::new(speed, lanes.max(1) * 1000);
    let message = format!("{} on {} is {per_lane}G a lane", port.speed, count(lanes, "lane"));
    let found = RULE.at(line.at, message).label(serdes.at, format!("lanes run at {}", rates.join(", ")));
    findings.push(found.help("another `breakout=`, or none: then the one with the fewest lanes is taken"));
}
