use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// The memory is made of halves that share nothing, but where it isn't known which cage hangs on which, only the sum of
    /// the chip can be weighed. A half may be over its budget all the same: spread ports over the front panel.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9664f"
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
    Note "buffers/halves-unknown" "headroom that is weighed for the whole chip" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for budget in &ctx.budgets {
        let whole = budget.halves.iter().any(|h| h.number.is_none());
        if whole && said.insert(&budget.platform.name) {
            let at = ctx.fabric.tiers[budget.tier].node.switch.at;
            let name = &budget.platform.name;
            let message = format!("which cage of `{name}` hangs on which half of its buffer is not known");
            findings
                .push(RULE.at(at, message).help("its headroom was weighed for the whole chip; leave room"));
        }
    }
}
