use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::fabric::{Level, Switch};

use crate::checks::Ctx;

check! {
    /// BGP drops a route that already carries the receiver's ASN. That is wanted between spines of a tier,
    /// which share one: no path goes down and up again. Anywhere else it blackholes: leaves need an ASN each,
    /// and no two tiers may share one.
    ///
    /// Bases a few millions apart leave room: a leaf is its base + plane·10⁷ + pod·10⁴ + index.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4200000000 spine=4200000001
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "routing/asn-clash" "one ASN in two places" => run
}

/// Who may share an ASN: tier, plane, pod, index; parts that don't matter at the tier's level are 0.
type Owner = (usize, u32, u32, u32);

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut owners: BTreeMap<u32, (Owner, &Switch)> = BTreeMap::new();
    let mut said: BTreeSet<(usize, usize)> = BTreeSet::new();
    for switch in &fabric.switches {
        let Some(asn) = switch.asn else { continue };
        let owner = match fabric.tier_of(switch).level {
            Level::Bottom => (switch.tier, switch.plane, switch.pod, switch.index),
            Level::Middle => (switch.tier, switch.plane, switch.pod, 0),
            Level::Top => (switch.tier, switch.plane, 0, 0),
        };
        let (first, other) = *owners.entry(asn).or_insert((owner, switch));
        if first != owner && said.insert((first.0, owner.0)) {
            findings.push(finding(ctx, asn, switch, other));
        }
    }
}

fn finding(ctx: &Ctx, asn: u32, a: &Switch, b: &Switch) -> Diagnostic {
    let at = |switch: &Switch| {
        let pin = switch.own.and_then(|own| ctx.fabric.intent.switches[own].asn);
        pin.or(ctx.fabric.tier_of(switch).asn_base).map(|base| base.at)
    };
    let message = format!("`{}` and `{}` both get ASN {asn}", b.name, a.name);
    let found = match (at(a), at(b)) {
        (Some(a), Some(b)) if a != b => RULE.at(a, message).label(b, "the other base"),
        (Some(at), _) | (None, Some(at)) => RULE.at(at, message),
        (None, None) => RULE.anywhere(message),
    };
    found.help("move one base further away: a million leaves room for a hundred pods")
}
