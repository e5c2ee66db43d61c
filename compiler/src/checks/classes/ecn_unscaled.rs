use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Ecn;
use fabc_lang::units::Speed;

use crate::checks::Ctx;
use crate::checks::headroom::speeds;

check! {
    /// A queue of so many bytes is drained twice as fast at twice the line rate, so thresholds that are right for one are early
    /// or late for the other. Switches with ports of several line rates need them by `speed=`, or once and scaled by
    /// `scale-from=`.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// link "leaf" "spine" speed="800G" per-pair=1 { length "40m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// link "leaf" "spine" speed="800G" per-pair=1 { length "40m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB" scale-from="400G"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "classes/ecn-unscaled" "the same ECN thresholds at several line rates" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for class in &ctx.fabric.intent.classes {
        let plain = |e: &&Ecn| !e.flawed && e.speed.is_none() && e.scale_from.is_none() && e.min.v.0 > 0;
        for ecn in class.ecn.iter().filter(plain) {
            let mixed = ctx.budgets.iter().find_map(|budget| {
                let rates: BTreeSet<Speed> = speeds(class, ecn, budget).collect();
                (rates.len() > 1).then_some((budget, rates))
            });
            let Some((budget, rates)) = mixed else { continue };
            let (Some(slowest), Some(fastest)) = (rates.first(), rates.last()) else { continue };
            let at = |speed: &Speed| delay(ecn.min.v.0, *speed);
            let message = format!(
                "{} of queue are {} at {slowest} and {} at {fastest}, both of {}",
                ecn.min.v,
                at(slowest),
                at(fastest),
                budget.who(ctx.fabric)
            );
            let preset = ctx.fabric.intent.preset.as_ref().filter(|preset| preset.holds(ecn.at));
            let word = preset.map_or_else(String::new, |preset| format!("preset \"{}\" ", preset.name.v));
            let help = format!(
                "`{word}scale-from=\"{slowest}\"` if they are meant for {slowest}, or an `ecn … speed=` for each"
            );
            findings.push(RULE.at(ecn.at, message).help(help));
        }
    }
}

/// `20.97 us`: how long a port at this rate takes to send so many bytes, in hundredths, rounded down.
fn delay(bytes: u64, speed: Speed) -> String {
    let hundredths = u128::from(bytes) * 800 / u128::from(speed.0.max(1));
    format!("{}.{:02} us", hundredths / 100, hundredths % 100)
}
