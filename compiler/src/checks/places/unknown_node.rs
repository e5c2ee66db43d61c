use fabc_lang::diagnostic::{Findings, nearest};

use crate::checks::Ctx;
use crate::checks::select::select;

check! {
    /// `place` names hosts or a tier: by its bare name (all of that name), by the pod node (`su/leaf`), or by
    /// one pod (`su1/leaf`).
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
    /// hall "h" {
    ///     row "A" racks=4
    /// }
    /// place "gpus" row="A"
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
    /// hall "h" {
    ///     row "A" racks=4
    /// }
    /// place "gpu" row="A"
    /// ```
    Error "places/unknown-node" "a place for a node that is not there" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for place in fabric.intent.places.iter().filter(|p| select(fabric, &p.node.v).is_empty()) {
        let tiers = fabric.tiers.iter().flat_map(|t| [t.node.name.v.as_str(), t.path.as_str()]);
        let groups = fabric.groups.iter().flat_map(|g| [g.node.name.v.as_str(), g.path.as_str()]);
        let near = nearest(&place.node.v, tiers.chain(groups));
        let help = near.map(|word| format!("did you mean \"{word}\"?"));
        let found = RULE.at(place.node.at, format!("there are no hosts and no tier `{}`", place.node.v));
        findings.push(found.instead_opt(near).help_opt(help));
    }
}
