use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Ratio;

use crate::checks::Ctx;

check! {
    /// Oversubscription says how much more headroom ports may need than the pool holds. Below 1 the pool could never be
    /// used up; 1 is the safest that there is.
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
    /// buffers { headroom oversubscription=0.5; }
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
    /// buffers { headroom oversubscription=1; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/oversubscription-below-one" "an oversubscription that is none" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let stated = ctx.fabric.intent.buffers.as_ref().and_then(|b| b.oversubscription);
    let Some(ratio) = stated.filter(|r| r.v < Ratio::new(1, 1)) else { return };
    let message = format!("oversubscription {} is below 1", ratio.v);
    findings.push(RULE.at(ratio.at, message).help("`oversubscription=1`: every port may pause at once"));
}
