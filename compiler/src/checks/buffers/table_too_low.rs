use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::HeadroomSource;
use fabc_lang::units::{Length, grouped};

use crate::checks::Ctx;
use crate::checks::headroom::{Row, rows};

check! {
    /// Some boxes ship headroom tables that were made for another chip, or for one length. What the row lacks is dropped when
    /// a port is paused at full rate. A listed length takes the vendor's row all the same: only a measurement
    /// outranks it. A length that the table hasn't takes the formula, so that headroom may fall where a cable grows longer.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="nokia-ixr7220-h5-64d"
    /// link "gpu" "leaf" by="rail" { length "300m"; }
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
    /// tier "leaf" count=1 switch="nokia-ixr7220-h5-64d"
    /// link "gpu" "leaf" by="rail" { length "300m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// buffers { measured speed="400G" length="300m" xoff="840KB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "buffers/table-too-low" "a vendor's row below the formula" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for row in rows(ctx).filter(|row| row.xoff + row.cell < row.formula) {
        let found = row.differs(&RULE, ctx, &format!("\"{}B\"", row.formula));
        findings.push(match shorter(ctx, &row) {
            Some((length, xoff)) => found.note(format!(
                "the table hasn't {length}: there the formula is taken, and the shorter cable gets more, {} B",
                grouped(xoff)
            )),
            None => found,
        });
    }
}

/// The length just below the row's, where the formula is taken and gives more.
fn shorter(ctx: &Ctx, row: &Row<'_>) -> Option<(Length, u64)> {
    let platform = &ctx.budgets.iter().find(|b| b.platform.name == row.platform)?.platform;
    let length = Length(row.length.0.checked_sub(1000).filter(|&length| length > 0)?);
    let headroom = ctx.fabric.headroom_for(platform, row.speed, length)?;
    (headroom.source == HeadroomSource::Formula && headroom.xoff > row.xoff)
        .then_some((length, headroom.xoff))
}
