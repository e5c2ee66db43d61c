use fabc_lang::diagnostic::{Findings, nearest};

use crate::checks::{Ctx, select};

check! {
    /// A tier that `max-unavailable` or `keep` of `rollout` names is there: by its bare name (all of that name), by
    /// the pod node (`su/leaf`), or by one pod (`su1/leaf`).
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
    /// }
    /// rollout { max-unavailable leav=2; }
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
    /// rollout { max-unavailable leaf=2; }
    /// ```
    Error "rollout/unknown-tier" "a limit for a tier that is not there" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for tier in fabric.intent.rollout.iter().flat_map(|rollout| rollout.tiers()) {
        if select::is_tier(fabric, &tier.v) {
            continue;
        }
        let names = fabric.tiers.iter().flat_map(|t| [t.node.name.v.as_str(), t.path.as_str()]);
        let all: Vec<&str> = fabric.tiers.iter().map(|t| t.path.as_str()).collect();
        let help = match nearest(&tier.v, names) {
            Some(word) => format!("did you mean \"{word}\"?"),
            None => format!("tiers are {}", all.join(", ")),
        };
        findings.push(RULE.at(tier.at, format!("there is no tier `{}`", tier.v)).help(help));
    }
}
