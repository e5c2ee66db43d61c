use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;

use crate::checks::Ctx;

check! {
    /// All that holds for one switch stands in one `switch` node: with two it would depend on their order
    /// which one wins.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { maintenance; }
    /// switch "leaf-01" { serial "A1"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { maintenance; serial "A1"; }
    /// ```
    Error "overrides/duplicate-switch" "two nodes for one switch" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for switch in &ctx.fabric.intent.switches {
        if let Some(first) = seen.insert(&switch.name.v, switch.name.at) {
            let found = RULE.at(switch.name.at, format!("`{}` has a node already", switch.name.v));
            findings.push(found.label(first, "first here").help("put both blocks into one"));
        }
    }
}
