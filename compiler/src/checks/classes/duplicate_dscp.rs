use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;

use crate::checks::Ctx;

check! {
    /// A switch maps a DSCP to one class. With two, one of them never sees its packets: a lossless class that
    /// loses its DSCP to another drops what it was made to keep.
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
    /// class "cnp" priority=6 { dscp 48 26; schedule strict=#true; }
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
    Error "classes/duplicate-dscp" "a DSCP in two classes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut taken: BTreeMap<u8, (Span, &str)> = BTreeMap::new();
    for class in &ctx.fabric.intent.classes {
        for dscp in &class.dscp {
            let Some((first, name)) = taken.insert(dscp.v, (dscp.at, &class.name.v)) else { continue };
            let message = match *name == class.name.v {
                true => format!("class `{name}` names DSCP {} twice", dscp.v),
                false => format!("DSCP {} is in class `{name}` and in `{}`", dscp.v, class.name.v),
            };
            findings
                .push(RULE.at(dscp.at, message).label(first, "first here").help("keep it in one of them"));
        }
    }
}
