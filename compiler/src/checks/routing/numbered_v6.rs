use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// Numbered links carry IPv4 sessions, and no IPv6 routes go over them: IPv6 loopbacks are on the switches and
    /// nobody reaches them. Unnumbered links carry both.
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
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    ///     numbered "172.16.0.0/12"
    /// }
    /// ```
    Warning "routing/numbered-v6" "IPv6 loopbacks over numbered links" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(routing) = &ctx.fabric.intent.routing else { return };
    if let (Some(v6), Some(numbered)) = (routing.loopbacks6, routing.numbered) {
        let found = RULE.at(v6.at, "IPv6 loopbacks are not reachable over numbered links");
        let found = found.label(numbered.at, "these carry IPv4 only");
        findings.push(found.help("leave the IPv6 pool out, or remove `numbered`"));
    }
}
