use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// Without `routing` switches get no frr.conf, no loopbacks and no addresses towards servers: the fabric
    /// is cabled and configured, and forwards nothing.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "routing/missing" "no routing" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let intent = &ctx.fabric.intent;
    if intent.routing.is_none() && !ctx.fabric.lines.is_empty() {
        let found =
            RULE.at(intent.fabric.at, "there is no `routing`: no addresses, and nothing is forwarded");
        findings.push(found.help("add `routing { asn …; loopbacks …; host-subnets …; }`"));
    }
}
