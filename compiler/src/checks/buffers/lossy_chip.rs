use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::headroom::lossy_chips;

check! {
    /// The file that the SDK starts the chip by sets up the buffer for lossy classes only. Lossless classes then depend
    /// on somebody who sets it up anew, and nothing in the box's data says that anybody does. Ask the vendor, or look
    /// at a box: a port that is congested must send pauses and drop nothing.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="nokia-ixr7220-h5-64d" {
    ///     threshold-mode "lossy"
    ///     pool "ingress_lossless_pool" type="ingress" mode="dynamic" size="140MB" xoff="30MB" size-includes-xoff=#true
    /// }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
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
    /// platform "lab" like="nokia-ixr7220-h5-64d" {
    ///     threshold-mode "lossy-and-lossless"
    ///     pool "ingress_lossless_pool" type="ingress" mode="dynamic" size="140MB" xoff="30MB" size-includes-xoff=#true
    /// }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
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
    Warning "buffers/lossy-chip" "a lossless class on a chip that is set up for lossy ones" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for (platform, mode, at) in lossy_chips(ctx, None) {
        if said.insert(&platform.name) {
            let message =
                format!("the SDK file of `{}` sets up its buffer for lossy classes only", platform.name);
            let found = RULE.at(at, message).label(mode.at, "the threshold mode");
            findings.push(
                found.label(ctx.class_at(), "meant to be lossless").help("ask the vendor who sets the mode"),
            );
        }
    }
}
