use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;

use crate::checks::{Ctx, count};

check! {
    /// Packets are counted twice: in the priority group by which they came, and in the queue by which they leave. A
    /// lossless queue must never be the first to be full, or it drops what no pause has stopped yet. Most boxes ship a
    /// limit that can't be reached; some ship a dynamic one over a pool of its own, and many ports that fill one queue
    /// reach it before they are paused.
    ///
    /// The egress pool's size is taken for a total of the chip, as the ingress pool's is.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="nokia-ixr7220-h4"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// buffers { measured speed="400G" length="3m" xoff="400KB"; }
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
    /// tier "leaf" count=1 switch="nokia-ixr7220-h5-64d"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// buffers { measured speed="400G" length="3m" xoff="400KB"; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "buffers/egress-drops" "lossless queues that drop before anything pauses" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for budget in &ctx.budgets {
        let tightest = budget.halves.iter().filter_map(|half| {
            let most = budget.egress_queue(ctx.fabric, half)?;
            let reached = budget.incast(half, half.ports());
            (most < reached).then_some((most, reached, half.ports()))
        });
        let Some((most, reached, ports)) = tightest.min() else { continue };
        if !said.insert(&budget.platform.name) {
            continue;
        }
        let message = format!(
            "a lossless queue of {} drops from {} B on; {} that fill it are paused at {} B",
            budget.who(ctx.fabric),
            grouped(most),
            count(ports, "port"),
            grouped(reached)
        );
        let name = &budget.platform.name;
        let found = RULE.at(ctx.fabric.tiers[budget.tier].node.switch.at, message);
        let found = found.label(ctx.class_at(), "meant to be lossless");
        findings.push(found.help(format!(
            "`platform \"mine\" like=\"{name}\"` whose `egress_lossless_profile` has a `static-th` as large as its pool"
        )));
    }
}
