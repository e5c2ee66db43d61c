use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Class;

use crate::checks::Ctx;

check! {
    /// `priority` is traffic class, queue and PFC priority in one: two classes in one queue share its fate,
    /// and PFC pauses both.
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
    /// class "cnp" dscp=48 priority=0 { schedule strict=#true; }
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
    Error "classes/duplicate-priority" "a priority in two classes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let classes = &ctx.fabric.intent.classes;
    let mut taken: BTreeMap<u8, &Class> = BTreeMap::new();
    for class in classes {
        let Some(first) = taken.insert(class.priority.v, class) else { continue };
        let (a, b, n) = (&first.name.v, &class.name.v, class.priority.v);
        let found = RULE.at(class.priority.at, format!("priority {n} is that of class `{a}` and of `{b}`"));
        let free = (0..8).find(|n| classes.iter().all(|c| c.priority.v != *n));
        let help = free.map(|n| format!("`priority={n}` is free"));
        findings.push(found.label(first.priority.at, "first here").help_opt(help));
    }
}
