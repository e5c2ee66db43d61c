use fabc_lang::diagnostic::Findings;
use fabc_targets::sonic::{First, Part};

use crate::checks::Ctx;

check! {
    /// RoCE came to Enterprise SONiC with a release: before it there is no flag that sets up buffers for lossless classes at
    /// boot, and what is paused would be dropped all the same.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.0"; }
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
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
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
    Error "nos/no-lossless" "lossless classes that this release doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let node = &ctx.fabric.intent.fabric;
    let Some(first) = First::after(node, Part::Lossless) else { return };
    for class in ctx.fabric.intent.classes.iter().filter(|c| c.is_lossless()) {
        let at = class.lossless.map_or(class.at, |lossless| lossless.at);
        let message = format!("release {} has no lossless classes", node.release.v);
        let found = RULE.at(at, message).label(node.release.at, "chosen here").note(first.source);
        findings.push(found.help(format!("`release=\"{}\"` has them", first.release())));
    }
}
