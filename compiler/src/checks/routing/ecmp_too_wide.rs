use fabc_lang::diagnostic::Findings;
use fabc_targets::sonic::Release;

use crate::checks::{Ctx, count};

check! {
    /// A leaf sends over all its uplinks at once. Where they are more than a group of next hops may have, the
    /// rest stays idle: their bandwidth was bought and is never used. The limit is that of the platform, or
    /// of the release's routing, whichever is lower.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" { ecmp members=2; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="lab"
    /// tier "spine" count=4 switch="dell-z9864f"
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
    /// platform "lab" like="dell-z9864f" { ecmp members=4; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="lab"
    /// tier "spine" count=4 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "routing/ecmp-too-wide" "more equal paths than the switch takes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let node = &fabric.intent.fabric;
    let release = Release::find(node.nos.v, &node.release.v).map(|r| (r.maximum_paths, node.release.at));
    let mut widths = vec![0; fabric.tiers.len()];
    for (switch, load) in fabric.switches.iter().zip(&ctx.evidence.loads) {
        widths[switch.tier] = load.upper.max(widths[switch.tier]);
    }
    for (tier, width) in fabric.tiers.iter().zip(widths) {
        let members = fabric.platform_of(tier).ecmp().and_then(|e| Some((e.v.members?, e.at)));
        let Some((most, limit)) = members.into_iter().chain(release).min_by_key(|l| l.0) else { continue };
        let Some(line) = tier.up.first().map(|&l| &fabric.lines[l]).filter(|_| width > most) else {
            continue;
        };
        let message = format!("a `{}` has {} up, a group takes {most}", tier.path, count(width, "link"));
        let found = RULE.at(line.at, message).label(limit, "the limit");
        findings.push(found.help("fewer, faster links up; or several planes"));
    }
}
