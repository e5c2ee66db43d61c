use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::ASSUMED_LENGTH;

use crate::checks::{Ctx, count};

check! {
    /// Headroom grows with the cable: a metre more of 800G is 12 cells more. A link without `length`, `cable` or places
    /// for both its ends counts as 40 m, which is too little for longer cables: they drop what must not be dropped.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
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
    Warning "buffers/no-length" "a lossless link without a length" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    if ctx.budgets.is_empty() || !ctx.sound {
        return;
    }
    let mut links = vec![0u64; fabric.lines.len()];
    for link in fabric.links.iter().filter(|l| fabric.is_present(l) && fabric.length(l).is_none()) {
        links[link.line as usize] += 1;
    }
    for (line, links) in fabric.lines.iter().zip(links).filter(|(_, links)| *links > 0) {
        let message =
            format!("{} without a length: {ASSUMED_LENGTH} is assumed", count(links, "lossless link"));
        findings.push(
            RULE.at(line.at, message).help("`length \"30m\"` in the link's block, or `place` both ends"),
        );
    }
}
