use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Level;

use crate::checks::Ctx;

check! {
    /// Servers hang on several switches that share one ASN: those above the bottom do. A route from one of them carries
    /// its ASN, and the others drop it as a loop: their servers never reach each other.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// hosts "store" count=2 gpus=0 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "store" "spine" by="spread"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// hosts "store" count=2 gpus=0 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "store" "leaf" by="spread"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "routing/asn-shared-by-hosts" "servers on switches that share an ASN" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for (index, tier) in
        fabric.tiers.iter().enumerate().filter(|(_, t)| t.host_facing && t.level != Level::Bottom)
    {
        let mut of_tier: Vec<_> = fabric.switches.iter().filter(|s| s.tier == index && !s.absent).collect();
        of_tier.sort_by_key(|s| s.asn); // stable: names stay in order
        let shared = of_tier.windows(2).find(|w| w[0].asn.is_some() && w[0].asn == w[1].asn);
        let (Some([a, b]), Some(asn)) = (shared, shared.and_then(|w| w[0].asn)) else { continue };
        let text = format!(
            "servers hang on `{}` and `{}`, which share ASN {asn}: they can't reach each other",
            a.name, b.name
        );
        let host_line = tier.down.iter().find(|&&l| fabric.lines[l].by.is_some());
        let at = host_line.map_or(tier.node.at, |&l| fabric.lines[l].at);
        let found = RULE.at(at, text).label(tier.node.at, "above the bottom, so one ASN for many");
        findings.push(found.help(
            "hang servers on the lowest tier; the first name of a link between tiers is the lower one",
        ));
    }
}
