use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;

use crate::budget::lossless;
use crate::checks::Ctx;
use crate::checks::headroom::speeds;
use crate::pause::ROUND_TRIP;

check! {
    /// A queue shorter than a seventh of rate times round trip runs empty while marked senders recover. The round trip is 8 us,
    /// that of two tiers, unless `buffers { round-trip … }` says otherwise.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="40KB" max="400KB"
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
    Warning "buffers/ecn-early" "ECN that costs throughput" => run
}

/// Part of rate times round trip that a marking threshold should reach (DCTCP).
const PART: u64 = 7;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let stated = ctx.fabric.intent.buffers.as_ref().and_then(|b| b.round_trip);
    let round_trip = stated.map_or(ROUND_TRIP, |t| t.v);
    let mut said = BTreeSet::new();
    for class in lossless(ctx.fabric) {
        for ecn in &class.ecn {
            let Some(speed) = ctx.budgets.iter().flat_map(|b| speeds(class, ecn, b)).max() else { continue };
            let (min, _) = ecn.thresholds(speed);
            // Mb/s times us are bits.
            let product = u64::from(speed.0).saturating_mul(round_trip.0) / 8;
            if min.saturating_mul(PART) >= product || !said.insert(ecn.at) {
                continue;
            }
            let message = format!(
                "ECN begins at {} B; {speed} over {round_trip} are {} B, and a seventh of that is needed",
                grouped(min),
                grouped(product)
            );
            let mut found = RULE.at(ecn.min.at, message);
            if let Some(stated) = stated {
                found = found.label(stated.at, "the round trip");
            }
            let from = ecn.scale_from.map_or(speed, |from| from.v);
            let least =
                product.div_ceil(PART).saturating_mul(u64::from(from.0)).div_ceil(u64::from(speed.0).max(1));
            findings.push(found.help(format!("`min=\"{least}B\"` or more")));
        }
    }
}
