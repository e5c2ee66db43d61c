use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// A lossless class drops nothing, so nothing of it is trimmed; and what is left of a trimmed packet must not wait for a pause.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// trimming "rdma" to="cut"
    /// platform "sure" like="dell-z9864f" { feature "packet-trimming" source="a box that was asked"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// trimming "spray" to="cut"
    /// platform "sure" like="dell-z9864f" { feature "packet-trimming" source="a box that was asked"; }
    /// ```
    Error "trimming/lossless" "trimming and lossless classes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(trimming) = &ctx.fabric.intent.trimming else { return };
    let class = |name: &str| ctx.fabric.intent.classes.iter().find(|c| c.name.v == name);
    for name in &trimming.classes {
        if let Some(class) = class(&name.v).filter(|c| c.is_lossless()) {
            let found = RULE.at(name.at, format!("class `{}` is lossless: none of it is dropped", name.v));
            findings.push(found.label(class.at, "lossless").help("name lossy classes, or make it lossy"));
        }
    }
    if let Some(class) = class(&trimming.to.v).filter(|c| c.is_lossless()) {
        let text = format!("class `{}` is lossless: a pause would hold back the news", trimming.to.v);
        let found = RULE.at(trimming.to.at, text);
        findings.push(found.label(class.at, "lossless").help("send what is left in a strict, lossy class"));
    }
}
