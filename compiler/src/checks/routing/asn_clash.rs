use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::fabric::{Level, Switch};
use fabc_lang::source::Span;

use crate::checks::Ctx;
use crate::checks::facts::asn_at;

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
    let mut said: BTreeSet<(Option<Span>, usize, usize)> = BTreeSet::new();
    for switch in &fabric.switches {
        let Some(asn) = switch.asn else { continue };
        let owner = match fabric.tier_of(switch).level {
            Level::Bottom => (switch.tier, switch.plane, switch.pod, switch.index),
            Level::Middle => (switch.tier, switch.plane, switch.pod, 0),
            Level::Top => (switch.tier, switch.plane, 0, 0),
        };
        let (first, other) = *owners.entry(asn).or_insert((owner, switch));
        // Once for two tiers, or for a pin and a tier.
        let pin = |switch| asn_at(fabric, switch).filter(|(_, pinned)| *pinned).map(|(at, _)| at);
        let key = (pin(other).or(pin(switch)), first.0, owner.0);
        if first != owner && said.insert(key) {
            findings.push(finding(ctx, asn, switch, other));
        }
    }
}

fn finding(ctx: &Ctx, asn: u32, a: &Switch, b: &Switch) -> Diagnostic {
    let (a_at, b_at) = (asn_at(ctx.fabric, a), asn_at(ctx.fabric, b));
    // A pin is to blame before a base is.
    let (a_at, b_at) =
        if b_at.is_some_and(|b| b.1) && !a_at.is_some_and(|a| a.1) { (b_at, a_at) } else { (a_at, b_at) };
    let message = format!("`{}` and `{}` both get ASN {asn}", b.name, a.name);
    let found = match (a_at, b_at) {
        (Some(a), Some(b)) if a != b => {
            RULE.at(a.0, message).label(b.0, if b.1 { "the other pin" } else { "the other base" })
        }
        (Some(at), _) | (None, Some(at)) => RULE.at(at.0, message),
        (None, None) => RULE.anywhere(message),
    };
    if a_at.is_some_and(|a| a.1) {
        return found.help("pin another ASN, or leave the pin out");
    }
    found.help("move one base further away: a million leaves room for a hundred pods")
}
