use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::intent::Claim;
use fabc_lang::source::Spanned;
use fabc_lang::units::Ratio;

use crate::checks::evidence::Evidence;
use crate::checks::load::{Load, tera};
use crate::checks::select::select;
use crate::checks::{Ctx, count};

check! {
    /// With any `losses` switches of the tier gone, every switch below it must keep its oversubscription. The
    /// worst choice of switches is taken for each switch below, so the answer is exact, not an average: of 32
    /// uplinks to 32 spines one loss leaves 32/31.
    ///
    /// ```kdl bad
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
    /// expect { survive "spine" losses=1 oversubscription=1.5; }
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
    /// expect { survive "spine" losses=1 oversubscription=2.0; }
    /// ```
    Error "expect/survive" "too much oversubscription after losses" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    for expect in &ctx.fabric.intent.expect {
        if let Claim::Survive(tier, losses, max) = &expect.claim
            && let Some(found) = judge(&ctx.evidence, tier, losses, max)
        {
            findings.push(found);
        }
    }
}

/// Switches of the tier that have failed count among the losses; with more of them than it speaks of, the claim says nothing.
pub(in crate::checks) fn judge(
    evidence: &Evidence,
    tier: &Spanned<String>,
    losses: &Spanned<u32>,
    max: &Spanned<Ratio>,
) -> Option<Diagnostic> {
    let Evidence { fabric, lost, .. } = evidence;
    let meant: BTreeSet<usize> = select(fabric, &tier.v).switches.into_iter().collect();
    let failed = lost.switches.iter().filter(|&&s| meant.contains(&s) && !fabric.switches[s].absent).count();
    let further = (losses.v as usize).checked_sub(failed)?;
    let below = (0..fabric.switches.len()).filter(|&s| lost.spares(fabric, s));
    let left = below.filter_map(|s| Some((s, left(evidence, s, &meant, further)?)));
    let Some((worst, load)) = left.max_by(|a, b| a.1.worse(&b.1).then(b.0.cmp(&a.0))) else {
        let known = !meant.is_empty();
        return known.then(|| RULE.at(tier.at, format!("no switches stand below `{}`", tier.v)));
    };
    let (name, gone) = (&fabric.switches[worst].name, count(losses.v, "loss"));
    let (down, up) = (tera(load.down), tera(load.up));
    let message = match load.ratio() {
        Some(ratio) if ratio <= max.v => return None,
        Some(ratio) => format!(
            "after {gone} in `{}`, `{name}` has {down} below and {up} above: {} to 1, not {} to 1",
            tier.v,
            ratio.exact(),
            max.v.exact()
        ),
        None if load.down == 0 => return None,
        None => format!("after {gone} in `{}`, `{name}` has no link above", tier.v),
    };
    let help = "more switches in the tier, or more links to each below";
    Some(RULE.at(max.at, message).label(losses.at, "losses, of the worst kind").help(help))
}

/// What is left of a switch's load when the `losses` of `meant` that it is joined to most are gone; none where it was
/// joined to none of them.
fn left(evidence: &Evidence, switch: usize, meant: &BTreeSet<usize>, losses: usize) -> Option<Load> {
    let Evidence { fabric, lost, loads, .. } = evidence;
    let mut joined: BTreeMap<usize, u64> = BTreeMap::new();
    for wire in fabric.switch_wires(switch) {
        let link = &fabric.links[wire.link as usize];
        let upper = link.b as usize;
        if upper != switch && meant.contains(&upper) && !fabric.switches[upper].absent {
            let up = lost.is_up(fabric, wire.link, link);
            *joined.entry(upper).or_default() +=
                if up { u64::from(fabric.line_of(link).speed.v.0) } else { 0 };
        }
    }
    let mut speeds: Vec<u64> = joined.into_values().collect();
    speeds.sort_unstable_by(|a, b| b.cmp(a));
    let gone: u64 = speeds.iter().take(losses).sum();
    let load = loads[switch];
    (!speeds.is_empty()).then_some(Load { up: load.up - gone, ..load })
}
