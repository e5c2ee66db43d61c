use std::fmt::Display;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Spanned;

use crate::checks::Ctx;

check! {
    /// Loopbacks, servers' subnets, numbered links and the management net are given out on their own: where
    /// two overlap, two devices get one address, today or when the fabric grows.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.0.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "addressing/pools-overlap" "address pools that overlap" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let routing = intent.routing.as_ref();
    let pools = [
        ("loopbacks", routing.and_then(|r| r.loopbacks)),
        ("host-subnets", routing.and_then(|r| r.host_subnets)),
        ("numbered", routing.and_then(|r| r.numbered)),
        ("management subnet", intent.management.as_ref().map(|m| m.subnet)),
    ];
    overlaps(&pools, |a, b| a.contains(b), findings);
    let pools =
        [("loopbacks", routing.and_then(|r| r.loopbacks6)), ("numbered", routing.and_then(|r| r.numbered6))];
    overlaps(&pools, |a, b| a.contains(b), findings);
}

fn overlaps<N: Copy + Display>(
    pools: &[(&str, Option<Spanned<N>>)],
    holds: impl Fn(&N, &N) -> bool,
    findings: &mut Findings,
) {
    let pools: Vec<_> = pools.iter().filter_map(|&(name, pool)| Some((name, pool?))).collect();
    for (i, (name, pool)) in pools.iter().enumerate() {
        for (other, with) in &pools[..i] {
            if holds(&pool.v, &with.v) || holds(&with.v, &pool.v) {
                let message = format!("{name} {} and {other} {} overlap", pool.v, with.v);
                let found = RULE.at(pool.at, message).label(with.at, other.to_string());
                findings.push(found.help("move one of them to a range of its own"));
            }
        }
    }
}
