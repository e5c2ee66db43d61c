use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::intent::Claim;
use fabc_lang::source::Spanned;

use crate::checks::evidence::Evidence;
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
    for expect in &ctx.fabric.intent.expect {
        if let Claim::Hops(max) = &expect.claim
            && let Some(found) = judge(&ctx.evidence, max)
        {
            findings.push(found);
        }
    }
}

pub(in crate::checks) fn judge(evidence: &Evidence, max: &Spanned<u32>) -> Option<Diagnostic> {
    let far = evidence.farthest()?;
    let name = |host: usize| &evidence.fabric.hosts[host].name;
    let (a, b, wanted) = (name(far.a), name(far.b), count(max.v, "hop"));
    match far.hops {
        Some(hops) if hops <= max.v => None,
        Some(hops) => {
            let message = format!("`{a}` and `{b}` are {} apart, not {wanted}", count(hops, "hop"));
            Some(RULE.at(max.at, message).help(format!("`hops max={hops}`, or fewer tiers")))
        }
        None => {
            let message = format!("no way leads from `{a}` to `{b}`");
            Some(RULE.at(max.at, message).help("join their leaves by a common tier"))
        }
    }
}
