use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Time;

use crate::checks::Ctx;
use crate::pause::Pause;

check! {
    /// A pause is lawful as long as it ends by itself: when what stands above the resume threshold has drained. At
    /// worst every switch on the way down is full, and each drains through its slowest lossless port, one after the
    /// other; then the resume has to travel back. A watchdog that is quicker takes congestion for a storm and drops
    /// lossless packets.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=2 { nic speed="50G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// tier "core" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "spine" speed="50G" per-pair=1 { length "30m"; }
    /// link "spine" "core" speed="50G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="100ms" restore="400ms"
    /// routing {
    ///     asn leaf=4220000000 spine=4210000000 core=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=2 { nic speed="50G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// tier "core" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "spine" speed="50G" per-pair=1 { length "30m"; }
    /// link "spine" "core" speed="50G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="400ms" restore="400ms"
    /// routing {
    ///     asn leaf=4220000000 spine=4210000000 core=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "classes/watchdog-early" "a watchdog that takes congestion for a storm" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let detect = ctx.fabric.intent.watchdog.as_ref().and_then(|w| w.detect);
    let (Some(detect), Some(pause)) = (detect, Pause::longest(ctx.fabric, &ctx.budgets)) else { return };
    if detect.v > pause.time() {
        return;
    }
    let message =
        format!("a pause of {} counts as stuck, and one of {} may be lawful", detect.v, pause.time());
    let mut found = RULE.at(detect.at, message);
    for line in pause.lines(ctx.fabric) {
        found = found.note(line);
    }
    let enough = Time((pause.time().0 + 1).next_multiple_of(100_000));
    findings.push(found.help(format!("`detect=\"{enough}\"`, or faster ports")));
}
