use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_targets::sonic::qos::{self, Lack};

use crate::budget::lossless;
use crate::checks::Ctx;

check! {
    /// Lossless buffers are written whole or not at all: the ingress pool, the profiles for lossy and lossless classes,
    /// and the pools that those are in. Where a profile or its pool isn't known, neither they nor PFC are written for the
    /// switch, and the class is lossy there. Where it is so on all switches that is an error, else a warning.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="bare"
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
    /// platform "bare" like="dell-z9864f" {
    ///     profile "egress_lossy_profile" pool="egress_lossy_pool" size="1778B" dynamic-th=0
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="bare"
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
    /// platform "bare" like="dell-z9864f" {
    ///     pool "egress_lossy_pool" type="egress" mode="dynamic" size="20MiB"
    ///     profile "egress_lossy_profile" pool="egress_lossy_pool" size="1778B" dynamic-th=0
    /// }
    /// ```
    Error "buffers/not-written" "lossless buffers that can't be written" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let Some(class) = lossless(fabric).next() else { return };
    // Where the other end of a link is lossless, more than a warning is said of it.
    let one_sided: BTreeSet<usize> = ctx.one_sided().map(|(_, _, other, _)| other).collect();
    let mut said = BTreeSet::new();
    let lacks = ctx.lacks.iter().enumerate().filter(|(tier, _)| !one_sided.contains(tier));
    for (tier, lack) in lacks.filter_map(|(tier, lack)| Some((&fabric.tiers[tier], lack.as_ref()?))) {
        let platform = fabric.platform_of(tier);
        let what = match lack {
            Lack::Profile(name) => format!("profile `{name}`"),
            Lack::Pool(name) if name != qos::LOSSLESS_POOL => format!("pool `{name}`"),
            Lack::Pool(_) | Lack::Headroom(_) => continue,
        };
        if !said.insert(&platform.name) {
            continue;
        }
        let message =
            format!("`{}` has no {what}: no PFC and no lossless buffers are written", platform.name);
        let mut found = RULE.at(tier.node.switch.at, message).label(class.at, "meant to be lossless");
        if !ctx.lossless_nowhere() {
            found.severity = Severity::Warning;
        }
        let help = format!("`lossless=#false`, or state the {what} in a `platform` node of your own");
        findings.push(found.help(help));
    }
}
