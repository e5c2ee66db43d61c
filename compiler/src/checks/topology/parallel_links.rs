use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Lower;
use fabc_lang::units::Ratio;

use crate::checks::Ctx;

check! {
    /// With p parallel links between a leaf and a spine, the loss of one leaves the pair (p-1)/p of its
    /// capacity. The routes stay, though, so remote leaves still send the spine its full share: the links
    /// that remain carry p/(p-1) of their load, twice as much with p=2. One slow link slows every collective
    /// that crosses it.
    ///
    /// Better one link to each of more spines: then the route goes with the link. Or have paths weighted by the links that
    /// are left behind them, `load-balancing { wcmp; }`; or move flows by load, `load-balancing { adaptive; }`, where switch and
    /// release have it.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=2
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
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
    Warning "topology/parallel-links" "parallel links under plain ECMP" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    if fabric.intent.load_balancing.as_ref().is_some_and(|l| l.adaptive.is_some() || l.wcmp.is_some()) {
        return;
    }
    for line in fabric.lines.iter().filter(|l| matches!(l.lower, Lower::Tier(_)) && l.parallel > 1) {
        let (upper, p) = (&fabric.tiers[line.upper], u64::from(line.parallel));
        if upper.node.count.v < 2 {
            continue;
        }
        let overload = overload(p);
        let at = line.striping.map_or(line.at, |s| s.at);
        let message =
            format!("{p} parallel links to each switch of `{}` under plain ECMP", upper.node.name.v);
        let found = RULE.at(at, message).help(
            "`load-balancing { wcmp; }`, or `load-balancing { adaptive; }` where switch and release have it, or one link to each of more switches",
        );
        findings.push(found.note(format!(
            "after the loss of one, remote switches still send as much: what is left of the pair carries {overload} times its load"
        )));
    }
}

/// Load of each link that is left when one of `p` is lost, in terms of what it was.
fn overload(p: u64) -> Ratio {
    Ratio::new(p, p.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::overload;

    #[test]
    fn overload_after_one_loss() {
        let shown: Vec<String> = [2, 4, 8, 16].map(|p| overload(p).to_string()).into();
        assert_eq!(shown, ["2", "~1.333", "~1.143", "~1.067"]);
    }
}
