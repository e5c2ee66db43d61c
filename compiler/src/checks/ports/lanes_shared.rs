use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Tier;

use crate::checks::{Ctx, count};

check! {
    /// Some vendors' public files give ports lanes that other ports have too. fabc writes what they say. SONiC makes each
    /// port from its lanes, and where the chip's own list of ports doesn't have just these, orchagent ends and is started
    /// again without end: try such a box before a fabric of them is ordered.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="200G"; }
    /// tier "leaf" count=1 switch="tencent-tcs9400"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="200G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "ports/lanes-shared" "ports that share lanes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for tier in ctx.fabric.tiers.iter().filter(|tier| seen.insert((tier.node.switch.at, tier.platform))) {
        let shared = shared(tier);
        let Some((one, other, lane)) = shared.first() else { continue };
        let platform = ctx.fabric.platform_of(tier);
        let more = match shared.len() {
            1 => String::new(),
            all => format!(", and {} more pairs do", all - 1),
        };
        let message = format!("{one} and {other} of `{}` both have lane {lane}{more}", platform.name);
        let found = RULE.at(tier.node.switch.at, message).label(platform.at, "as its own files say");
        let ports = count(tier.cages.len() as u64, "cage");
        findings.push(found.help(format!(
            "see on one box that all {ports} come up, or state its lanes in a `platform` of your own"
        )));
    }
}

/// Pairs of ports that have a lane in common, each once, with the first such lane.
fn shared(tier: &Tier) -> Vec<(&str, &str, u32)> {
    let mut of: BTreeMap<u32, &str> = BTreeMap::new();
    let (mut pairs, mut known) = (Vec::new(), BTreeSet::new());
    let layouts = tier.cages.iter().map(|cage| cage.broken.as_ref().unwrap_or(&cage.default));
    for port in layouts.flat_map(|layout| &layout.ports) {
        for lane in port.lanes.split(',').filter_map(|lane| lane.trim().parse().ok()) {
            if let Some(first) = of.insert(lane, &port.name)
                && first != port.name
                && known.insert((first, &port.name))
            {
                pairs.push((first, port.name.as_str(), lane));
            }
        }
    }
    pairs
}
