use fabc_lang::diagnostic::Findings;
use fabc_targets::sonic::Release;

use crate::checks::Ctx;
use crate::checks::pools::{name, used};

check! {
    /// Enterprise SONiC lets nobody set a pool other than `ingress_lossless_pool`: the others are what the box makes them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5.0"; }
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
    /// buffers { pool "egress_lossless_pool" size="163000000B"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5.0"; }
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
    /// buffers { pool "ingress_lossless_pool" xoff="40MB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/pool-fixed" "a pool that the system lets nobody set" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let node = &ctx.fabric.intent.fabric;
    let Some(release) = Release::find(node.nos.v, &node.release.v) else { return };
    let settable = release.dialect.pools;
    let Some(buffers) = ctx.fabric.intent.buffers.as_ref().filter(|_| !settable.is_empty()) else { return };
    for stated in &buffers.pools {
        let (name, Some(said)) = (name(stated), &stated.name) else { continue };
        let known = used(ctx).any(|(platform, role)| platform.pool(name, role).is_some());
        if !known || settable.contains(&name) {
            continue;
        }
        let all = settable.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("pool `{name}` can't be set under {}, only {all}", node.nos.v.name());
        findings.push(RULE.at(said.at, message).label(node.nos.at, "the system").help("remove it"));
    }
}
