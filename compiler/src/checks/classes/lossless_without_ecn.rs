use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Class;

use crate::checks::Ctx;

check! {
    /// Without ECN only PFC holds senders back: pauses spread from switch to switch and hit flows that did
    /// nothing. Fabrics run so where the collective library paces its own traffic, and say so with
    /// `congestion-control "none"`; everywhere else ECN belongs on the class.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true { schedule weight=70; }
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
    Note "classes/lossless-without-ecn" "a lossless class without ECN" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let paused_alone = |c: &&Class| c.is_lossless() && c.ecn.is_empty() && c.congestion_control.is_none();
    for class in ctx.fabric.intent.classes.iter().filter(paused_alone) {
        let found =
            RULE.at(class.at, format!("lossless class `{}` has no ECN: PFC alone slows it", class.name.v));
        let help = "`ecn min=\"1MiB\" max=\"4MiB\" probability=10`, or `congestion-control \"none\"` if that is meant";
        findings.push(found.help(help));
    }
}
