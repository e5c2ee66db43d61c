use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;

use crate::checks::Ctx;
use crate::scale;

check! {
    /// A switch has at most a loopback of every switch that it reaches, a block of servers of every bottom switch, and what is
    /// connected. No public source states how many routes a box takes, so this holds only where a platform of one's own has a
    /// `scale`; `fabc show routing` shows the figures.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" { scale max-routes=9; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="lab"
    /// tier "spine" count=4 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" { scale max-routes=12; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="lab"
    /// tier "spine" count=4 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "routing/too-many-routes" "more routes than the box may take" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for (tier, found, limit) in scale::limited(ctx.fabric) {
        let families = [("IPv4", found.routes, limit.v.routes), ("IPv6", found.routes6, limit.v.routes6)];
        for (family, routes, most) in families {
            let Some(most) = most.filter(|&most| routes > u64::from(most)) else { continue };
            let message = format!(
                "a `{}` has up to {} {family} routes, its box takes {}",
                tier.path,
                grouped(routes),
                grouped(most.into())
            );
            let found = RULE.at(tier.node.at, message).label(limit.at, "the limit");
            findings.push(found.help("a box that takes more, or parts that don't reach each other"));
        }
    }
}
