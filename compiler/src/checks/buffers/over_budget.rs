use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::units::grouped;

use crate::budget::{Budget, Group, Half};
use crate::checks::headroom::part;
use crate::checks::{Ctx, count};

check! {
    /// Each half of the chip's memory has its half of the headroom pool, and shares nothing with the other. If more ports
    /// pause at once than it holds bytes for, lossless packets are dropped. Pools are oversubscribed by design, for not every
    /// port pauses at the same instant; by how much is `headroom oversubscription=`. Where it isn't given, it is what the
    /// vendor's own pool comes to with two classes and 40 m on every cage.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "300m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// buffers {
    ///     headroom oversubscription=1.5
    ///     pool xoff="4MB"
    /// }
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
    /// link "gpu" "leaf" by="rail" { length "300m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// buffers {
    ///     headroom oversubscription=1.5
    ///     pool xoff="6MB"
    /// }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/over-budget" "more headroom than the pool holds" => run
}

/// Groups of ports that are named.
const NAMED: usize = 3;

fn run(ctx: &Ctx, findings: &mut Findings) {
    for budget in &ctx.budgets {
        for half in budget.over() {
            findings.push(finding(ctx, budget, half));
        }
    }
}

fn finding(ctx: &Ctx, budget: &Budget, half: &Half) -> Diagnostic {
    let ratio = budget.oversubscription.ratio;
    let (who, part) = (budget.who(ctx.fabric), part(half));
    let message = format!(
        "{part} of {who} needs {} B of headroom, its pool holds {} B × {ratio}",
        grouped(half.need),
        grouped(half.pool)
    );
    let at = budget.oversubscription.at.unwrap_or_else(|| ctx.class_at());
    let mut found = RULE.at(at, message);
    if let Some((xoff, at)) = budget.pool.as_ref().and_then(|p| p.xoff) {
        found = found.label(at, format!("{} B for the whole chip", grouped(xoff)));
    }
    let mut groups: Vec<&Group> = half.groups.iter().collect();
    groups.sort_by_key(|g| std::cmp::Reverse(g.xoff()));
    for group in groups.iter().take(NAMED) {
        let (kind, xoff) = (group.kind, grouped(group.xoff() * budget.classes));
        let ports = count(group.ports, "port");
        found = found.note(format!("{ports} at {} with {}: {xoff} B", kind.speed, kind.length));
    }
    if budget.oversubscription.at.is_none() {
        found = found.note(format!("oversubscription {ratio} is what the vendor's own pool comes to"));
    }
    let ratio = half.needed_ratio().map(|r| format!("`headroom oversubscription={r}`"));
    let cables = budget.longest(ctx.fabric, half).map(|l| format!("cables of {l} at most"));
    let wanted = budget.needed_pool(half);
    let most = budget.pool.as_ref().map_or(0, |pool| pool.xoff_max.unwrap_or(u64::MAX).min(pool.size.0));
    let pool = (wanted <= most).then(|| format!("`pool xoff=\"{wanted}B\"`"));
    let ways: Vec<String> = ratio.into_iter().chain(cables).chain(pool).collect();
    found.help(ways.join(", or "))
}
