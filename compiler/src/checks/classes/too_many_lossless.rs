use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Class;

use crate::checks::Ctx;

check! {
    /// Each lossless priority reserves headroom on every port. Platforms hold it for a few priorities only;
    /// one more, and SONiC gives it none: the class is lossless in name.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "r1" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=20
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "r2" dscp=27 priority=4 lossless=#true {
    ///     schedule weight=20
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "r3" dscp=28 priority=5 lossless=#true {
    ///     schedule weight=20
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "classes/too-many-lossless" "more lossless priorities than a port has" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let classes = &ctx.fabric.intent.classes;
    let lossless: Vec<&Class> = classes.iter().filter(|c| c.is_lossless()).collect();
    for platform in &ctx.fabric.platforms {
        let Some(limit) = &platform.asic.v.lossless_priorities else { continue };
        let Some(first) = lossless.get(usize::from(limit.v)) else { continue };
        let (have, most) = (lossless.len(), limit.v);
        let message = format!("{have} lossless classes, a port of `{}` takes {most}", platform.name);
        let found = RULE.at(first.at, message).label(limit.at, "the limit");
        findings.push(found.help(format!("keep {most} of them lossless")));
    }
}
