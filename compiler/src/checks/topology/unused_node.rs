use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Line, Lower};
use fabc_lang::intent::{Hall, Place, Scope};

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
    let own = || fabric.intent.platforms.iter().filter(|p| p.schema.name == "platform");
    for platform in own() {
        let Some(name) = platform.arg::<String>(0) else { continue };
        let used = fabric.tiers.iter().any(|t| t.node.switch.v == name.v);
        let like = own().any(|other| other.prop::<String>("like").is_some_and(|like| like.v == name.v));
        if !used && !like {
            let found = RULE.at(platform.head, format!("no tier has switches of platform `{}`", name.v));
            findings.push(found.help("remove it, or name it as a tier's `switch=`"));
        }
    }
    unused_halls(ctx, findings);
}

fn unused_halls(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let meant = |hall: &Hall, place: &Place| match &place.hall {
        Some(name) => name.v == hall.name.v,
        None => hall.rows.iter().any(|row| row.name.v == place.row.v),
    };
    if intent.places.iter().any(|place| !intent.halls.iter().any(|hall| meant(hall, place))) {
        return; // a place that is nowhere is reported, and may be meant for here
    }
    for hall in intent.halls.iter().filter(|hall| !intent.places.iter().any(|place| meant(hall, place))) {
        let found = RULE.at(hall.at, format!("nothing is placed in hall `{}`", hall.name.v));
        findings.push(found.help("`place` hosts and tiers in its rows, or remove it"));
    }
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
