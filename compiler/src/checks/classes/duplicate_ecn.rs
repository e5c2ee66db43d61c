use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;
use fabc_lang::units::Speed;

use crate::checks::Ctx;

check! {
    /// A queue has one WRED profile. Give each line rate its own `ecn … speed=`, and at most one line without
    /// `speed` for the rest.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    ///     ecn min="2MiB" max="4MiB"
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
    ///     ecn min="512KiB" max="2MiB" speed="400G"
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
    Error "classes/duplicate-ecn" "two ECN lines for one speed" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for class in &ctx.fabric.intent.classes {
        let mut taken: BTreeMap<Option<Speed>, Span> = BTreeMap::new();
        for ecn in &class.ecn {
            let speed = ecn.speed.map(|s| s.v);
            let Some(first) = taken.insert(speed, ecn.at) else { continue };
            let what = speed.map_or("every other speed".to_owned(), |s| s.to_string());
            let message = format!("class `{}` has two `ecn` for {what}", class.name.v);
            findings.push(RULE.at(ecn.at, message).label(first, "first here").help("keep one of them"));
        }
    }
}
