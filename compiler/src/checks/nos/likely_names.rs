use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;

use crate::checks::Ctx;

check! {
    /// For this platform the public files hold no break-outs for community SONiC, and what Enterprise SONiC
    /// calls its ports is not published: names and modes are worked out, and likely. Take them from a box
    /// before you trust them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9664f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "nos/likely-names" "port names that are only likely" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    if fabric.intent.fabric.nos.v != Nos::EnterpriseSonic {
        return;
    }
    for (index, platform) in fabric.platforms.iter().enumerate() {
        let Some(tier) = fabric.tiers.iter().find(|t| t.platform == index) else { continue };
        let Some(mode) = platform.unlisted() else { continue };
        let message = format!("names and break-outs of ports of `{}` are likely, not certain", platform.name);
        let found = RULE.at(tier.node.switch.at, message).label(mode.at, "not in platform.json");
        findings.push(found.help("compare them with `show interface status` of a box"));
    }
}
