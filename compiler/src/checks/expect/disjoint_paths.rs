use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Claim;

use crate::checks::cut::narrowest;
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
    let fabric = ctx.fabric;
    let claims = fabric.intent.expect.iter().filter_map(|e| match &e.claim {
        Claim::DisjointPaths(min) => Some(min),
        _ => None,
    });
    let claims: Vec<_> = claims.collect();
    if claims.is_empty() {
        return;
    }
    let Some(narrow) = narrowest(fabric) else { return };
    let (a, b) = (&fabric.switches[narrow.a].name, &fabric.switches[narrow.b].name);
    for min in claims.into_iter().filter(|min| narrow.paths < u64::from(min.v)) {
        let paths = count(narrow.paths, "disjoint path");
        let message = format!("`{a}` and `{b}` have {paths} between them, not {}", min.v);
        findings.push(RULE.at(min.at, message).help(format!("`min={}`, or more uplinks", narrow.paths)));
    }
}
