use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::intent::Claim;
use fabc_lang::source::Spanned;

use crate::checks::evidence::Evidence;
use crate::checks::{Ctx, count};

check! {
    /// Edge-disjoint paths between any two leaves that hold servers, by min-cut: so many links may fail
    /// before the two lose each other. Leaves of different planes aren't compared. In a Clos it is the number
    /// of uplinks of a leaf.
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
    /// expect { disjoint-paths min=4; }
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
    /// expect { disjoint-paths min=2; }
    /// ```
    Error "expect/disjoint-paths" "fewer disjoint paths than expected" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    for expect in &ctx.fabric.intent.expect {
        if let Claim::DisjointPaths(min) = &expect.claim
            && let Some(found) = judge(&ctx.evidence, min)
        {
            findings.push(found);
        }
    }
}

pub(in crate::checks) fn judge(evidence: &Evidence, min: &Spanned<u32>) -> Option<Diagnostic> {
    let narrow = evidence.narrowest().filter(|n| n.paths < u64::from(min.v))?;
    let name = |switch: usize| &evidence.fabric.switches[switch].name;
    let (a, b, paths) = (name(narrow.a), name(narrow.b), count(narrow.paths, "disjoint path"));
    let message = format!("`{a}` and `{b}` have {paths} between them, not {}", min.v);
    Some(RULE.at(min.at, message).help(format!("`min={}`, or more uplinks", narrow.paths)))
}
