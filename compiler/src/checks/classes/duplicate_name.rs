use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;

use crate::checks::Ctx;

check! {
    /// Rows of config_db.json are named after the class; two of one name would be one row.
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
    /// class "bulk" dscp=8 priority=1 { schedule weight=5; }
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
    Error "classes/duplicate-name" "two classes of one name" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut taken: BTreeMap<&str, Span> = BTreeMap::new();
    for class in &ctx.fabric.intent.classes {
        if let Some(first) = taken.insert(&class.name.v, class.name.at) {
            let found = RULE.at(class.name.at, format!("there is a class `{}` already", class.name.v));
            findings.push(found.label(first, "first here").help("give it another name"));
        }
    }
}
