use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Switching;
use fabc_lang::units::{frame, grouped};

use crate::checks::Ctx;

check! {
    /// Cut-through works where a frame leaves at most as fast as it came: out of a faster port it would run dry, so the switch
    /// stores it first, whatever its mode. Such a hop adds the time of one frame to the way; with one speed on all links none does.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; switching "cut-through"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="sure"
    /// tier "spine" count=2 switch="sure"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// platform "sure" like="dell-z9864f" { feature "cut-through" source="a box that was asked"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; switching "cut-through"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="sure"
    /// tier "spine" count=2 switch="sure"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="400G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// platform "sure" like="dell-z9864f" { feature "cut-through" source="a box that was asked"; }
    /// ```
    Note "ports/slower-to-faster" "links that cut-through doesn't shorten" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let Some(switching) = fabric.intent.fabric.switching.filter(|s| s.v == Switching::CutThrough) else {
        return;
    };
    for tier in &fabric.tiers {
        let lines = || tier.up.iter().chain(&tier.down).filter_map(|&line| fabric.lines.get(line));
        let (Some(slow), Some(fast)) =
            (lines().min_by_key(|line| line.speed.v), lines().max_by_key(|line| line.speed.v))
        else {
            continue;
        };
        if slow.speed.v >= fast.speed.v {
            continue;
        }
        // Bytes times 8 over Gb/s are nanoseconds.
        let frame = u64::from(frame(fabric.mtu.v));
        let time = frame * 8 * 1000 / u64::from(slow.speed.v.0.max(1));
        let message = format!(
            "`{}` stores each frame that comes at {} and leaves at {}",
            tier.label, slow.speed.v, fast.speed.v
        );
        let found =
            RULE.at(switching.at, message).label(slow.speed.at, "slower").label(fast.speed.at, "faster");
        findings.push(found.note(format!("{} B take {time} ns at {}", grouped(frame), slow.speed.v)));
    }
}
