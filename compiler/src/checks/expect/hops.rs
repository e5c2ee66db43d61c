use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Claim;

use crate::checks::hops::farthest;
use crate::checks::{Ctx, count};

check! {
    /// Switches on the longest of all shortest ways between two servers: 1 on the same leaf, 3 through a
    /// spine, 5 through three tiers. A server's NICs are all its own, so one that shares any leaf with
    /// another is one hop away. Each hop costs latency and one more queue in which a flow can wait.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="spread"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// expect { hops max=1; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="spread"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// expect { hops max=3; }
    /// ```
    Error "expect/hops" "more hops than expected" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    let fabric = ctx.fabric;
    let claims = fabric.intent.expect.iter().filter_map(|e| match &e.claim {
        Claim::Hops(max) => Some(max),
        _ => None,
    });
    let claims: Vec<_> = claims.collect();
    if claims.is_empty() {
        return;
    }
    let Some(far) = farthest(fabric) else { return };
    let (a, b) = (&fabric.hosts[far.a].name, &fabric.hosts[far.b].name);
    for max in claims {
        let wanted = count(max.v, "hop");
        match far.hops {
            Some(hops) if hops <= max.v => {}
            Some(hops) => {
                let message = format!("`{a}` and `{b}` are {} apart, not {wanted}", count(hops, "hop"));
                findings.push(RULE.at(max.at, message).help(format!("`hops max={hops}`, or fewer tiers")));
            }
            None => {
                let message = format!("no way leads from `{a}` to `{b}`");
                findings.push(RULE.at(max.at, message).help("join their leaves by a common tier"));
            }
        }
    }
}
