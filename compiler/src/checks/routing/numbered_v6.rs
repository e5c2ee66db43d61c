use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// A numbered session carries the family of its addresses. Where links have no IPv6 pool, IPv6 loopbacks are on the
    /// switches and nobody reaches them; where there are no IPv6 loopbacks, IPv6 sessions would have nothing to announce,
    /// and none are made. Unnumbered links carry both families over one session.
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
    ///     loopbacks "10.0.0.0/20" "fd00::/112"
    ///     host-subnets "10.64.0.0/12"
    ///     numbered "172.16.0.0/12"
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
    ///     loopbacks "10.0.0.0/20" "fd00::/112"
    ///     host-subnets "10.64.0.0/12"
    ///     numbered "172.16.0.0/12" "fd00:1::/64"
    /// }
    /// ```
    Warning "routing/numbered-v6" "IPv6 on loopbacks or on numbered links alone" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(routing) = &ctx.fabric.intent.routing else { return };
    let Some(numbered) = routing.numbered else { return };
    let found = match (routing.loopbacks6, routing.numbered6) {
        (Some(v6), None) => RULE
            .at(v6.at, "IPv6 loopbacks are not reachable over numbered links")
            .label(numbered.at, "these carry IPv4 only")
            .help("add an IPv6 pool to `numbered`, leave this one out, or remove `numbered`"),
        (None, Some(v6)) => RULE
            .at(v6.at, "numbered links have IPv6 addresses, and there are no IPv6 loopbacks to announce")
            .help("add an IPv6 pool to `loopbacks`, or leave this one out"),
        _ => return,
    };
    findings.push(found);
}
