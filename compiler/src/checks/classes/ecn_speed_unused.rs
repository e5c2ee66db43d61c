use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Speed;

use crate::checks::Ctx;

check! {
    /// `ecn … speed=` holds for queues of that line rate only. No link of the fabric runs at it, so the line
    /// does nothing: most often a speed was changed and this one forgotten.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB" speed="800G"
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
    ///     ecn min="1MiB" max="4MiB" speed="400G"
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
    Warning "classes/ecn-speed-unused" "ECN for a speed that no port has" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let used: BTreeSet<Speed> = ctx.fabric.lines.iter().map(|l| l.speed.v).collect();
    for ecn in ctx.fabric.intent.classes.iter().flat_map(|c| &c.ecn) {
        let Some(speed) = ecn.speed.filter(|s| !used.contains(&s.v)) else { continue };
        let all: Vec<String> = used.iter().map(ToString::to_string).collect();
        let found = RULE.at(speed.at, format!("no link runs at {}", speed.v));
        findings.push(found.help(format!("links run at {}", all.join(", "))));
    }
}
