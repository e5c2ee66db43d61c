use fabc_lang::diagnostic::Findings;

use crate::checks::{Ctx, count};
use crate::scale;

check! {
    /// Each link to another switch is a session, two where it is numbered in both families. No public source states how many
    /// a box takes, so this holds only where a platform of one's own has a `scale`; `fabc show routing` shows the figures.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" { scale max-sessions=3; }
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
    /// platform "lab" like="dell-z9864f" { scale max-sessions=4; }
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
    Error "routing/too-many-sessions" "more sessions than the box takes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for (tier, found, limit) in scale::limited(ctx.fabric) {
        let Some(most) = limit.v.sessions.filter(|&most| found.sessions > most) else { continue };
        let message =
            format!("a `{}` has {}, its box takes {most}", tier.path, count(found.sessions, "session"));
        let found = RULE.at(tier.node.at, message).label(limit.at, "the limit");
        findings
            .push(found.help("fewer, faster links; one address family on numbered links; or another box"));
    }
}
