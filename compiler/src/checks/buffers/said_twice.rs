use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;
use fabc_lang::units::{Length, Speed};
use fabc_targets::sonic::qos::pool_name;

use crate::checks::Ctx;

check! {
    /// Two `pool` of one name, or two `measured` for one line rate and length: which one wins would depend on their
    /// order.
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
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// buffers {
    ///     measured speed="400G" length="3m" xoff="300KB"
    ///     measured speed="400G" length="3m" xoff="310KB"
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
    /// buffers { measured speed="400G" length="3m" xoff="310KB"; }
    /// ```
    Error "buffers/said-twice" "two sizes for one thing" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(buffers) = &ctx.fabric.intent.buffers else { return };
    let mut pools: BTreeMap<&str, Span> = BTreeMap::new();
    for pool in &buffers.pools {
        let name = pool_name(pool);
        if let Some(first) = pools.insert(name, pool.at) {
            let found = RULE.at(pool.at, format!("of pool `{name}` the size is said already"));
            findings.push(found.label(first, "first here").help("put both into one line"));
        }
    }
    let mut measured: BTreeMap<(Speed, Length), Span> = BTreeMap::new();
    for row in &buffers.measured {
        if let Some(first) = measured.insert((row.speed.v, row.length.v), row.xoff.at) {
            let text =
                format!("for {} and {} there is a measured headroom already", row.speed.v, row.length.v);
            findings
                .push(RULE.at(row.xoff.at, text).label(first, "first here").help("remove one of the two"));
        }
    }
}
