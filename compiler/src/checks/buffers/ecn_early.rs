use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::{Speed, grouped};

use crate::budget::lossless;
use crate::checks::Ctx;
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
            let kinds = ctx.budgets.iter().flat_map(|b| &b.groups).map(|g| g.kind.speed);
            let own = |speed: &Speed| ecn.speed.is_none_or(|s| s.v == *speed);
            let Some(speed) = kinds.filter(own).max() else { continue };
            // Mb/s times us are bits.
            let product = u64::from(speed.0) * round_trip.0 / 8;
            if ecn.min.v.0 * PART >= product || !said.insert(ecn.at) {
                continue;
            }
            let message = format!(
                "ECN begins at {} B; {speed} over {round_trip} are {} B, and a seventh of that is needed",
                grouped(ecn.min.v.0),
                grouped(product)
            );
            let mut found = RULE.at(ecn.min.at, message);
            if let Some(stated) = stated {
                found = found.label(stated.at, "the round trip");
            }
            findings.push(found.help(format!("`min=\"{}B\"` or more", product.div_ceil(PART))));
        }
    }
}
