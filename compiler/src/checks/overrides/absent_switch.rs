use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// A switch that is `absent` has no files, so what its node says changes nothing, until it is there.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f" { absent 2; }
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "spine-02" { maintenance; }
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
    /// switch "spine-02" { maintenance; }
    /// ```
    Warning "overrides/absent-switch" "an override for an absent switch" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for switch in fabric.switches.iter().filter(|s| s.absent) {
        let Some(own) = switch.own.map(|own| &fabric.intent.switches[own]) else { continue };
        let mut found = RULE.at(own.name.at, format!("`{}` is absent: this changes nothing", switch.name));
        let absent = fabric.tier_of(switch).node.absent.iter().find(|a| a.v == switch.index);
        if let Some(absent) = absent {
            found = found.label(absent.at, "absent");
        }
        findings.push(found.help("remove the node, or the switch from `absent`"));
    }
}
