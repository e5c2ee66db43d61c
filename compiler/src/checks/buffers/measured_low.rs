use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;

use crate::checks::Ctx;
use crate::checks::headroom::{measured, taken};

check! {
    /// A measurement outranks the formula, whatever it says. The formula counts with the smallest packets, which take the most
    /// memory; a measurement under larger ones comes out lower and holds for those alone. Below three quarters of the
    /// formula, a bar that is fabc's own and no vendor's, it is worth a second look: what is missing is dropped when a port is
    /// paused at full rate.
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
    /// buffers { measured speed="400G" length="3m" xoff="200KB"; }
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
    /// buffers { measured speed="400G" length="3m" xoff="400KB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "buffers/measured-low" "a measurement far below the formula" => run
}

/// A measurement below this part of the formula is looked at again. The bar is fabc's own: no source has one.
const PART: (u64, u64) = (3, 4);

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for (budget, headroom, at) in measured(ctx) {
        let Some(formula) = headroom.formula else { continue };
        let (xoff, (low, _)) = (headroom.xoff, taken(budget));
        let name = &budget.platform.name;
        let far = u128::from(xoff) * u128::from(PART.1) < u128::from(formula) * u128::from(PART.0);
        if !far || xoff < low || !said.insert((at, name)) {
            continue;
        }
        let message = format!(
            "{} B were measured at {} and {}, the formula asks `{name}` for {} B",
            grouped(xoff),
            headroom.speed,
            headroom.length,
            grouped(formula)
        );
        findings.push(
            RULE.at(at, message)
                .help(format!("measure with packets of 64 bytes at full rate, or `xoff=\"{formula}B\"`")),
        );
    }
}
