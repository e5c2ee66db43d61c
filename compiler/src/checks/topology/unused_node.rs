use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Line, Lower};
use fabc_lang::intent::Scope;

use crate::checks::Ctx;

check! {
    /// A tier or a host group without a `link`, or a pod with nothing in it, does nothing: a line was
    /// forgotten, or the node is a leftover.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// tier "spine" count=2 switch="dell-z9864f"
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
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "topology/unused-node" "a node that no line joins" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let fabric = ctx.fabric;
    for tier in fabric.tiers.iter().filter(|t| t.up.is_empty() && t.down.is_empty()) {
        let found = RULE.at(tier.node.at, format!("no `link` joins tier `{}` to anything", tier.path));
        findings.push(found.help("add a `link`, or remove the tier"));
    }
    for (index, group) in fabric.groups.iter().enumerate() {
        let of_group = |line: &Line| matches!(line.lower, Lower::Hosts { group, .. } if group == index);
        if !fabric.lines.iter().any(of_group) {
            let found = RULE.at(group.node.at, format!("no `link` joins hosts `{}` to anything", group.path));
            findings.push(found.help(format!("add `link \"{}\" … by=\"rail\"`", group.node.name.v)));
        }
    }
    empty_pods(&fabric.intent.root, findings);
}

fn empty_pods(scope: &Scope, findings: &mut Findings) {
    for pod in &scope.pods {
        let inner = &pod.scope;
        if inner.hosts.len() + inner.tiers.len() + inner.pods.len() + inner.planes.len() == 0 {
            findings.push(RULE.at(pod.at, format!("pod `{}` holds nothing", pod.name.v)).help("remove it"));
        }
        empty_pods(inner, findings);
    }
    scope.planes.iter().for_each(|p| empty_pods(&p.scope, findings));
}
