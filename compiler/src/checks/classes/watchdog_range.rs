use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Time;

use crate::checks::Ctx;

check! {
    /// SONiC's PFC watchdog detects after 100 to 5000 ms and restores after 100 to 60000 ms, in whole
    /// milliseconds. Other values are refused when the row is read, and no watchdog runs.
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
    /// watchdog detect="50ms" restore="400ms"
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
    Error "classes/watchdog-range" "watchdog times that SONiC refuses" => run
}

/// Milliseconds, the same in every release from 202305 and in Enterprise SONiC 4.x.
pub(crate) const DETECT: std::ops::RangeInclusive<u64> = 100..=5_000;
pub(crate) const RESTORE: std::ops::RangeInclusive<u64> = 100..=60_000;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(watchdog) = &ctx.fabric.intent.watchdog else { return };
    for (name, time, range) in [("detect", watchdog.detect, DETECT), ("restore", watchdog.restore, RESTORE)] {
        let Some(time) = time else { continue };
        if range.contains(&time.v.ms()) && time.v.0.is_multiple_of(1000) {
            continue;
        }
        let (low, high) = (Time(range.start() * 1000), Time(range.end() * 1000));
        let message = format!("`{name}` of {} is not a whole number of ms from {low} to {high}", time.v);
        let near = Time(time.v.0.clamp(low.0, high.0).next_multiple_of(1000));
        findings.push(RULE.at(time.at, message).help(format!("`{name}=\"{near}\"`")));
    }
}
