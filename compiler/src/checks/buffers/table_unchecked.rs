use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::HeadroomSource;
use fabc_lang::units::grouped;

use crate::checks::Ctx;
use crate::checks::headroom::of_kin;

check! {
    /// Where a chip has constants for the formula, the vendor's rows are held against it: some boxes ship tables that were
    /// made for another chip. Where neither this chip nor a `kin` of its family has any, there is nothing to compare the row with,
    /// and one that is too low would pass. A measurement settles it.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" { asic "new"; }
    /// asic "new" { family "tomahawk9"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
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
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
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
    Note "buffers/table-unchecked" "a vendor's row that nothing can be held against" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for budget in &ctx.budgets {
        for headroom in budget.groups.iter().filter_map(|g| g.headroom).filter(|h| h.formula.is_none()) {
            let (HeadroomSource::Table(row) | HeadroomSource::TableLonger(row)) = headroom.source else {
                continue;
            };
            let (name, asic) = (&budget.platform.name, &budget.platform.asic.v.name);
            let (speed, length) = (headroom.speed, headroom.length);
            if of_kin(ctx, &budget.platform, speed, length).is_some() || !said.insert((name, speed, length)) {
                continue;
            }
            let message = format!(
                "`{name}` at {speed} and {length} has {} B of headroom; `{asic}` has no formula to compare them with",
                grouped(headroom.xoff)
            );
            let edit = format!("buffers {{ measured speed=\"{speed}\" length=\"{length}\" xoff=… }}");
            let found = RULE.at(ctx.class_at(), message).label(row, "the vendor's row");
            findings.push(found.help(format!("measure it, then `{edit}`")));
        }
    }
}
