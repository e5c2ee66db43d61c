use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_targets::sonic::qos::{self, Lack};

use crate::checks::Ctx;

check! {
    /// Without the box's pools and its headroom nobody can tell whether a pause comes in time. fabc doesn't guess: it says
    /// that it doesn't know, and the classes are not lossless there. A platform of one's own can bring the figures. Where a
    /// class is lossless on no switch at all, it isn't what the file asks for, and that is an error; `findings { warn
    /// "buffers/no-figures"; }` takes it all the same.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="accton-as9817-64d"
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
    Error "buffers/no-figures" "a lossless class on a switch without headroom figures" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    // Where the other end of a link is lossless, more than a warning is said of it.
    let one_sided: BTreeSet<usize> = ctx.one_sided().map(|(_, _, other, _)| other).collect();
    for budget in ctx.budgets.iter().filter(|b| !one_sided.contains(&b.tier)) {
        let missing = budget.groups.iter().filter(|g| g.headroom.is_none()).map(|g| g.kind);
        let lack = match (missing.max_by_key(|k| (k.length, k.speed)), &budget.pool) {
            (Some(kind), _) => format!("headroom for {} and {}", kind.speed, kind.length),
            (None, None) => "the ingress pool".to_owned(),
            (None, Some(pool)) if pool.xoff.is_none() => "the headroom of its pool".to_owned(),
            _ => match ctx.lacks.get(budget.tier) {
                Some(Some(Lack::Pool(name))) if name == qos::LOSSLESS_POOL => {
                    "an ingress pool with dynamic limits".to_owned()
                }
                _ => continue,
            },
        };
        let name = &budget.platform.name;
        if !said.insert((name, lack.clone())) {
            continue;
        }
        let tier = &ctx.fabric.tiers[budget.tier];
        let message = format!("{lack} of `{name}` is not known: no class can be made lossless there");
        let mut found = RULE.at(tier.node.switch.at, message).label(ctx.class_at(), "meant to be lossless");
        if !ctx.lossless_nowhere() {
            found.severity = Severity::Warning;
        }
        findings.push(found.help(format!(
            "`lossless=#false`, or `platform \"mine\" like=\"{name}\"` with its `pool` and `headroom` rows and their source"
        )));
    }
}
