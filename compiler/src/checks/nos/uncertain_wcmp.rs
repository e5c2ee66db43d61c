use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;

use crate::checks::Ctx;

/// The first release whose YANG has `wcmp_enabled` (sonic-bgp-device-global.yang), by which SONiC sets the same.
const FIRST: &str = "202411";

check! {
    /// Weighted paths are set in frr.conf, whose FRR has them in every release. That the weights reach the chip is SONiC's work:
    /// it says so of itself from 202411 on, by a setting of its own. Of older releases and of Enterprise SONiC no source says it;
    /// where they don't, paths are equal as before.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202405"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=2
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { wcmp; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202411"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=2
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { wcmp; }
    /// ```
    Warning "nos/uncertain-wcmp" "weighted paths that this release may not know" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let node = &intent.fabric;
    let Some(at) = intent.load_balancing.as_ref().and_then(|balancing| balancing.wcmp) else { return };
    let Some(release) = Release::find(node.nos.v, &node.release.v).filter(|release| !release.since(FIRST))
    else {
        return;
    };
    let message = format!("whether the weights of `wcmp` reach the chip under {} is not known", release.name);
    let found = RULE.at(at, message).label(node.release.at, "chosen here");
    findings.push(
        found.help(match node.nos.v {
            Nos::Sonic => format!("`release=\"{FIRST}\"` is the first with a setting of its own for it"),
            Nos::EnterpriseSonic => {
                "ask a box: `redis-cli -n 0 hgetall ROUTE_TABLE:PREFIX` has `weight` where its chip gets them"
                    .to_owned()
            }
        }),
    );
}
