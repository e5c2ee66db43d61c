use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// A measurement holds for one line rate and one length, to the letter. This one is of no lossless port: neither a
    /// longer nor a shorter cable takes it.
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
    /// buffers { measured speed="400G" length="4m" xoff="400KB"; }
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
    Warning "buffers/measured-unused" "a measurement for no port" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(buffers) = ctx.fabric.intent.buffers.as_ref().filter(|_| ctx.sound) else { return };
    for measured in &buffers.measured {
        let (speed, length) = (measured.speed.v, measured.length.v);
        let kinds = || ctx.budgets.iter().flat_map(|b| &b.groups).map(|g| g.kind);
        if kinds().any(|k| (k.speed, k.length) == (speed, length)) {
            continue;
        }
        let near = kinds().filter(|k| k.speed == speed).min_by_key(|k| k.length.0.abs_diff(length.0));
        let help = near.map_or_else(
            || "remove it".to_owned(),
            |k| format!("the nearest cable at {speed} is planned with {}", k.length),
        );
        let message = format!("no lossless port runs at {speed} over {length}");
        findings.push(RULE.at(measured.length.at, message).help(help));
    }
}
