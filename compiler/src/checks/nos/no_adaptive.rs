use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;

use crate::checks::Ctx;

check! {
    /// Dynamic load balancing moves flows to the less loaded of equal paths. Enterprise SONiC has it on chips
    /// that can; in community SONiC no release has it yet. Where it isn't known that a chip can, that is
    /// said.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { adaptive; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { adaptive; }
    /// ```
    Warning "nos/no-adaptive" "adaptive load balancing that this switch may not have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let adaptive = fabric.intent.load_balancing.as_ref().and_then(|l| l.adaptive.as_ref());
    let Some(adaptive) = adaptive else { return };
    let nos = fabric.intent.fabric.nos;
    if nos.v == Nos::Sonic {
        let message = "no release of community SONiC has adaptive load balancing";
        findings.push(RULE.at(adaptive.at, message).label(nos.at, "chosen here").help("remove it"));
        return;
    }
    for platform in fabric.platforms.iter().filter(|p| p.asic.v.dlb.is_none()) {
        let message = format!("whether `{}` can balance adaptively is not known", platform.name);
        findings.push(RULE.at(adaptive.at, message).help("ask a box: `show ars`"));
    }
}
