use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use fabc_lang::platform::Platform;
use fabc_lang::platform::buffers::Threshold;
use fabc_lang::units::grouped;
use fabc_targets::sonic::qos::{self, StatedPool, role};

use super::egress_too_small::short;
use crate::checks::pools::{LOSSLESS, pools};
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
    let all = pools(ctx);
    for budget in &ctx.budgets {
        let tightest = budget.halves.iter().filter_map(|half| {
            let most = budget.egress_queue(ctx.fabric, half)?;
            let reached = budget.incast(half, half.ports());
            (most < reached).then_some((most, reached, half.ports(), half.parts))
        });
        let Some((most, reached, ports, parts)) = tightest.min() else { continue };
        let (platform, role) = (&*budget.platform, role(&ctx.fabric.tiers[budget.tier]));
        // That the file made the pool too small is an error of its own.
        if short(&all, platform, role).is_some() {
            continue;
        }
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
        let edit = format!(
            "`platform \"mine\" like=\"{name}\"` whose `egress_lossless_profile` has a `static-th` as large as its pool"
        );
        let help = by_pool(ctx.fabric, platform, role, (reached, parts)).unwrap_or(edit);
        findings.push(found.help(help));
    }
}

/// What to do where the pool ends before the profile's own limit; `need` is what a part of it must hold, and how many
/// parts there are.
fn by_pool(fabric: &Fabric, platform: &Platform, role: &str, (need, parts): (u64, u64)) -> Option<String> {
    let profile = qos::egress_lossless(platform, role)?;
    let pool = StatedPool::new(fabric, platform.pool(&profile.v.pool, role)?);
    let Threshold::Static(limit) = profile.v.threshold else { return None };
    if pool.size.0 / parts.max(1) > limit.0 {
        return None;
    }
    let need = need.saturating_mul(parts);
    let chip = platform.asic.v.shared_buffer.as_ref().map_or(u64::MAX, |size| size.v.0);
    Some(if need <= chip {
        format!("`pool \"{}\" size=\"{need}B\"` or more", profile.v.pool)
    } else {
        format!("a smaller pool `{LOSSLESS}`: it holds more than the chip has")
    })
}
