use fabc_lang::diagnostic::{Findings, nearest};
use fabc_lang::intent::Claim;

use crate::checks::{Ctx, select};

check! {
    /// The path after `oversubscription` and `survive` names a tier: by its bare name (all of that name), by
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
    /// expect { oversubscription "leav" max=1.0; }
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
    /// expect { oversubscription "leaf" max=1.0; }
    /// ```
    Error "expect/unknown-tier" "an expectation about a tier that is not there" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for expect in &fabric.intent.expect {
        let (Claim::Oversubscription(tier, _) | Claim::Survive(tier, ..)) = &expect.claim else { continue };
        if select::is_tier(fabric, &tier.v) {
            continue;
        }
        let names = fabric.tiers.iter().flat_map(|t| [t.node.name.v.as_str(), t.path.as_str()]);
        let all: Vec<&str> = fabric.tiers.iter().map(|t| t.path.as_str()).collect();
        let near = nearest(&tier.v, names);
        let help = match near {
            Some(word) => format!("did you mean \"{word}\"?"),
            None => format!("tiers are {}", all.join(", ")),
        };
        findings
            .push(RULE.at(tier.at, format!("there is no tier `{}`", tier.v)).instead_opt(near).help(help));
    }
}
