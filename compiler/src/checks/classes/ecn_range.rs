use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;
use fabc_lang::units::Size;

use crate::checks::Ctx;

check! {
    /// Enterprise SONiC's own front end takes WRED thresholds of 1,000 to 12,480,000 bytes. Whether a row in
    /// config_db.json may go beyond is not known.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "rdma" dscp=26 priority=3 {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="16MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "rdma" dscp=26 priority=3 {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "classes/ecn-range" "ECN thresholds that the command line would refuse" => run
}

/// Bytes, from the ranges that Enterprise SONiC's front end states.
const RANGE: std::ops::RangeInclusive<u64> = 1_000..=12_480_000;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let nos = ctx.fabric.intent.fabric.nos;
    if nos.v != Nos::EnterpriseSonic {
        return;
    }
    for size in ctx.fabric.intent.classes.iter().flat_map(|c| &c.ecn).flat_map(|e| [e.min, e.max]) {
        if !RANGE.contains(&size.v.0) {
            let (low, high) = (Size(*RANGE.start()), Size(*RANGE.end()));
            let message = format!("a threshold of {} is outside {low} to {high}", size.v);
            let found = RULE.at(size.at, message).label(nos.at, "its command line takes no other");
            findings.push(found.help(format!("{high} or less: `\"12.48MB\"`")));
        }
    }
}
