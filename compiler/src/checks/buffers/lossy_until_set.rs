use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;

use crate::checks::Ctx;
use crate::checks::headroom::lossy_chips;

check! {
    /// The file that the SDK starts the chip by sets up the buffer for lossy classes, while the box's own capabilities
    /// say that it is made for lossless ones: the network operating system has to set the mode when it starts. That it
    /// does is only likely; look at one box before a whole fabric depends on it.
    ///
    /// ```kdl bad
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
    /// ```kdl good
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
    Note "buffers/lossy-until-set" "a chip whose buffer the system must set up for lossless classes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    // Enterprise SONiC does so when it boots with `roce_enable` in SWITCH.
    if !ctx.sound || ctx.fabric.intent.fabric.nos.v != Nos::Sonic {
        return;
    }
    let mut said = BTreeSet::new();
    for (platform, _, at) in lossy_chips(ctx, Some(true)) {
        if said.insert(&platform.name) {
            let text = format!("the SDK file of `{}` sets up its buffer for lossy classes", platform.name);
            let found =
                RULE.at(at, text).note("the box's own capabilities say `lossless`: the system must set it");
            findings.push(found.help("see on one switch that a congested port pauses and drops nothing"));
        }
    }
}
