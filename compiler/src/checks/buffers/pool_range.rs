use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Size;

use crate::checks::Ctx;

check! {
    /// `pool xoff=` can't be more than the box admits, nor more than the pool that it is taken from.
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
    /// buffers { pool xoff="70MB"; }
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
    /// buffers { pool xoff="60MB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/pool-range" "a pool that the box refuses" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for budget in &ctx.budgets {
        let Some(pool) = &budget.pool else { continue };
        let Some((xoff, at)) = pool.xoff else { continue };
        let most = pool.xoff_max.unwrap_or(u64::MAX).min(pool.size.0);
        if xoff <= most || !said.insert((&budget.platform.name, at)) {
            continue;
        }
        let name = &budget.platform.name;
        let message = format!("{} of headroom in a pool of `{name}`, which takes {}", Size(xoff), Size(most));
        findings.push(RULE.at(at, message).help(format!("`xoff=\"{most}B\"` or less")));
    }
}
