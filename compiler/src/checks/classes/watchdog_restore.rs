use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// A queue that was found stuck is served again when it saw no pause for `restore`. If that is shorter than
    /// `detect`, a broken NIC that takes a breath now and then gets its queue back before the next storm can be found,
    /// again and again, and each time the tree behind it freezes for as long as detection takes.
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
    /// watchdog detect="200ms" restore="100ms"
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
    Warning "classes/watchdog-restore" "a watchdog that lets go too soon" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(watchdog) = &ctx.fabric.intent.watchdog else { return };
    let (Some(detect), Some(restore)) = (watchdog.detect, watchdog.restore) else { return };
    if restore.v >= detect.v {
        return;
    }
    let message = format!("a queue is served again after {}, stuck it is only after {}", restore.v, detect.v);
    let found = RULE.at(restore.at, message).label(detect.at, "found by this");
    findings.push(found.help(format!("`restore=\"{}\"` or longer; twice as long is usual", detect.v)));
}
