use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Time;

use crate::checks::Ctx;

check! {
    /// SONiC's counters are read every 100 ms at most, by whole milliseconds; high-frequency telemetry counts microseconds, from 1 on.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// telemetry { watermarks interval="50ms"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// telemetry { watermarks interval="100ms"; }
    /// ```
    Error "nos/telemetry-interval" "an interval that the system doesn't take" => run
}

/// sonic-flex_counter.yang.
const LEAST: Time = Time(100_000);
/// What a counter of 32 bits holds, us. In ms it holds more than a day, the most that is read.
const MOST: u64 = u32::MAX as u64;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(telemetry) = &ctx.fabric.intent.telemetry else { return };
    let sampled = telemetry.watermarks.map(|t| (t, LEAST));
    let listed = telemetry.subscriptions.map(|t| (t, Time(1000)));
    for (interval, least) in sampled.into_iter().chain(listed) {
        let whole = interval.v.0.is_multiple_of(1000);
        if interval.v < least || !whole {
            let found =
                RULE.at(interval.at, format!("{} is not a whole number of ms from {least} on", interval.v));
            let near = Time(interval.v.0.max(least.0) / 1000 * 1000);
            findings.push(found.help(format!("`interval=\"{near}\"`")));
        }
    }
    if let Some(streamed) = &telemetry.high_frequency {
        let interval = streamed.interval;
        if interval.v.0 == 0 || interval.v.0 > MOST {
            let found = RULE.at(interval.at, format!("{} is not 1 us to {MOST} us", interval.v));
            findings.push(found.help("`interval=\"10ms\"`"));
        }
    }
}
