use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::intent::Claim;
use fabc_lang::source::Spanned;
use fabc_lang::units::{Ratio, Speed};

use crate::checks::evidence::Evidence;
use crate::checks::load::tera;
use crate::checks::select::select;
use crate::checks::{Ctx, count};

check! {
    /// Bandwidth below over bandwidth above, on every switch of the tier, as an exact fraction; the worst
    /// switch counts. Links of absent devices are no bandwidth. Above 1.0 an all-to-all between leaves is
    /// slower than the NICs, by just that factor.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=8 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// expect { oversubscription "leaf" max=1.5; }
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
    /// expect { oversubscription "leaf" max=1.5; }
    /// ```
    Error "expect/oversubscription" "more oversubscription than expected" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    for expect in &ctx.fabric.intent.expect {
        if let Claim::Oversubscription(tier, max) = &expect.claim
            && let Some(found) = judge(&ctx.evidence, tier, max)
        {
            findings.push(found);
        }
    }
}

pub(in crate::checks) fn judge(
    evidence: &Evidence,
    tier: &Spanned<String>,
    max: &Spanned<Ratio>,
) -> Option<Diagnostic> {
    let Evidence { fabric, lost, loads, .. } = evidence;
    let present = select(fabric, &tier.v).switches.into_iter().filter(|&s| lost.spares(fabric, s));
    let worst = present.max_by(|&a, &b| loads[a].worse(&loads[b]).then(b.cmp(&a)))?;
    let (switch, load) = (&fabric.switches[worst], &loads[worst]);
    let (down, up) = (tera(load.down), tera(load.up));
    let Some(ratio) = load.ratio() else {
        let message = format!("`{}` has {down} below and no link above", switch.name);
        return (load.down > 0)
            .then(|| RULE.at(tier.at, message).label(fabric.tier_of(switch).node.at, "here"));
    };
    if ratio <= max.v {
        return None;
    }
    let message = format!(
        "`{}` has {down} below and {up} above: {} to 1, not {} to 1",
        switch.name,
        ratio.exact(),
        max.v.exact()
    );
    let mut found = RULE.at(max.at, message);
    if let Some(line) = fabric.tier_of(switch).up.first().map(|&l| &fabric.lines[l]) {
        found = found.label(line.at, format!("{} up on each switch", count(load.upper_present, "link")));
        if let Some(needed) = links(load.down, max.v, line.speed.v) {
            // A number that can be typed, and that passes.
            let max = Ratio::new(ratio.num.saturating_mul(1000).div_ceil(ratio.den), 1000);
            found = found.help(format!(
                "at least {} of {} up, as many as share out evenly, or `max={max}`",
                count(needed, "link"),
                line.speed.v
            ));
        }
    }
    Some(found)
}

/// Links of `speed` that carry `down` at the ratio `max`.
fn links(down: u64, max: Ratio, speed: Speed) -> Option<u64> {
    let per_link = u128::from(max.num) * u128::from(speed.0);
    let wanted = u128::from(down) * u128::from(max.den);
    (per_link > 0).then(|| u64::try_from(wanted.div_ceil(per_link)).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_that_would_do_are_counted_exactly() {
        assert_eq!(links(25_600_000, Ratio::new(1, 1), Speed(800_000)), Some(32));
        assert_eq!(links(26_000_000, Ratio::new(6, 5), Speed(800_000)), Some(28)); // 27.08
        assert_eq!(links(26_000_000, Ratio::new(0, 1), Speed(800_000)), None);
    }
}
