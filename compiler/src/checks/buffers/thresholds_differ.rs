use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use crate::budget::alpha;
use crate::checks::{Ctx, count};

check! {
    /// A lossless group pauses when it holds alpha times what is free, alpha being two to the power of its profile's
    /// threshold. Where switches of one fabric differ in it, those with the smaller alpha pause first, for traffic that
    /// the others carry without a word, and their neighbours fill up behind them. A default of one model that differed
    /// from the other's has brought pause storms to a large fabric before.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="micas-m2-w6940-64oc"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "spine" speed="400G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "spine" speed="400G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "buffers/thresholds-differ" "switches that pause at different depths" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    // By threshold: the tier to name, and how many switches.
    let mut depths: BTreeMap<i32, (usize, u64)> = BTreeMap::new();
    for budget in ctx.budgets.iter().filter(|b| !b.halves.is_empty()) {
        depths.entry(budget.dynamic_th).or_insert((budget.tier, 0)).1 += budget.switches.len() as u64;
    }
    let Some((&usual, &(most, _))) = depths.iter().max_by_key(|(_, (_, n))| *n) else { return };
    let tier = |t: usize| &ctx.fabric.tiers[t];
    let name = |t: usize| ctx.fabric.platform_of(tier(t)).name.as_str();
    for (th, (own, switches)) in depths {
        if th == usual {
            continue;
        }
        let (n, at) = (count(switches, "switch"), tier(own).node.switch.at);
        let message = format!(
            "{n} like `{}` pause at {} of what is free, those like `{}` at {}",
            name(own),
            alpha(th),
            name(most),
            alpha(usual)
        );
        let found = RULE.at(at, message).label(tier(most).node.switch.at, format!("alpha {}", alpha(usual)));
        let help = format!(
            "a `platform` node of your own with `dynamic-th={usual}` in its `headroom` rows, once the vendor agrees"
        );
        findings.push(found.here(format!("alpha {}", alpha(th))).help(help));
    }
}
