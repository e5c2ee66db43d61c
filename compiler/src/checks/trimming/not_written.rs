use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::qos::{self, Lack};

use crate::checks::Ctx;

check! {
    /// Which packets are trimmed is said in the buffer profile of their queue, and that is the vendor's lossy one with a word
    /// more. Where the box's pools or profiles aren't known, no buffer rows are written, and nothing is trimmed.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "spray" dscp=10 priority=2 { schedule weight=50; }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=50; }
    /// trimming "spray" to="cut"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// platform "lab" like="dell-z9864f" {
    ///     feature "packet-trimming" source="a box that was asked"
    ///     profile "egress_lossy_profile" pool="egress_lossy_pool" size="1778B" dynamic-th=0
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "spray" dscp=10 priority=2 { schedule weight=50; }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=50; }
    /// trimming "spray" to="cut"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// platform "lab" like="dell-z9864f" {
    ///     feature "packet-trimming" source="a box that was asked"
    /// }
    /// ```
    Warning "trimming/not-written" "trimming that a box's files don't hold" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let Some(trimming) = &fabric.intent.trimming else { return };
    if fabric.intent.fabric.nos.v != Nos::Sonic {
        return;
    }
    let mut said = BTreeSet::new();
    for tier in &fabric.tiers {
        let what = match qos::lack(fabric, tier) {
            Some(Lack::Pool(name)) => format!("pool `{name}`"),
            Some(Lack::Profile(name)) => format!("profile `{name}`"),
            Some(Lack::Headroom(_)) | None => continue,
        };
        let platform = &fabric.platform_of(tier).name;
        if said.insert(platform) {
            let message = format!("`{platform}` has no {what}: nothing is trimmed there");
            let found = RULE.at(trimming.at, message).label(tier.node.switch.at, "chosen here");
            findings.push(found.help(format!("state the {what} in a `platform` node of your own")));
        }
    }
}
