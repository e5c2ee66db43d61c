use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Findings, nearest};

use crate::checks::Ctx;
use crate::checks::pools::{name, span, used};

check! {
    /// `pool` names a buffer pool that some platform of the fabric has. A name that none has would change nothing; without a
    /// name, `ingress_lossless_pool` is meant.
    ///
    /// ```kdl bad
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
    /// buffers { pool "ingress_losless_pool" xoff="40MB"; }
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
    /// buffers { pool "ingress_lossless_pool" xoff="40MB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/unknown-pool" "a pool that no switch has" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(buffers) = &ctx.fabric.intent.buffers else { return };
    let known: BTreeSet<&str> = used(ctx)
        .flat_map(|(platform, role)| platform.pools_of(role))
        .map(|pool| pool.v.name.as_str())
        .collect();
    let platforms: BTreeSet<&str> = used(ctx).map(|(platform, _)| platform.name.as_str()).collect();
    for stated in &buffers.pools {
        let (name, Some(at)) = (name(stated), span(stated)) else { continue };
        if platforms.is_empty() || known.contains(name) {
            continue;
        }
        let who = platforms.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("there is no pool `{name}` on {who}: nothing would change");
        let all = known.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let help = match (nearest(name, known.iter().copied()), known.is_empty()) {
            (Some(near), _) => format!("did you mean \"{near}\"?"),
            (None, false) => format!("pools are {all}"),
            (None, true) => "state the pool in a `platform` node of your own, with its source".to_owned(),
        };
        findings.push(RULE.at(at, message).help(help));
    }
}
