use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Level, Tier};

use crate::checks::Ctx;

check! {
    /// Every session is eBGP, so every switch needs an ASN. `asn TIER=BASE` gives them to a whole tier:
    /// leaves get one each, middle tiers one for each pod, the top tier one for all.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
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
    /// }
    /// ```
    Error "routing/asn-missing" "a tier without ASNs" => run
}

/// Between two bases: room for a hundred pods.
const ROOM: u32 = 1_000_000;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(routing) = &ctx.fabric.intent.routing else { return };
    let known = |path: &str| {
        let last = path.rsplit('/').next().unwrap_or(path);
        ctx.fabric.tiers.iter().any(|t| t.node.name.v == last)
    };
    if ctx.fabric.intent.unread.asn() || routing.asn.iter().any(|(name, _)| !known(&name.v)) {
        return; // a base for an unknown tier is reported, and may be the one that is missing
    }
    let mut taken: Vec<u32> = ctx.fabric.tiers.iter().filter_map(|t| t.asn_base).map(|base| base.v).collect();
    let joined = |t: &&Tier| !t.up.is_empty() || !t.down.is_empty();
    for tier in ctx.fabric.tiers.iter().filter(|t| t.asn_base.is_none()).filter(joined) {
        let (path, name) = (&tier.path, &tier.node.name.v);
        let at = routing.asn.first().map_or(routing.at, |(name, base)| name.at.to(base.at));
        let found = RULE.at(at, format!("tier `{path}` has no ASN")).label(tier.node.at, "the tier");
        let mut base = match tier.level {
            Level::Bottom => 4_210_000_000_u32,
            Level::Middle => 4_201_000_000,
            Level::Top => 4_200_000_000,
        };
        while taken.iter().any(|other| other.abs_diff(base) < ROOM) {
            base += ROOM;
        }
        taken.push(base);
        findings.push(found.help(format!("add `{name}={base}`")));
    }
}
