use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// On most boxes a pool's size contains its shared headroom, on some it doesn't. Where no source tells, the smaller figure
    /// for what is left to be shared is taken.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" {
    ///     pool "ingress_lossless_pool" type="ingress" mode="dynamic" size="160MB" xoff="30MB"
    /// }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
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
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" {
    ///     pool "ingress_lossless_pool" type="ingress" mode="dynamic" size="160MB" xoff="30MB" size-includes-xoff=#true
    /// }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
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
    Note "buffers/size-unclear" "a pool that may or may not hold its headroom" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for budget in &ctx.budgets {
        let Some(pool) = &budget.pool else { continue };
        if pool.holds_xoff.is_some() || pool.xoff.is_none() || !said.insert(&budget.platform.name) {
            continue;
        }
        let name = &budget.platform.name;
        let message = format!("whether the pool of `{name}` contains its headroom is not known");
        let found = RULE.at(pool.size.1, message);
        findings.push(found.help("it is taken to; `size-includes-xoff=` on the platform's pool says which"));
    }
}
