use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// A cable has one length; `cable` at either end says it for both. Two that differ: headroom would rest on one of
    /// them, and nobody knows on the wrong or the right one.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// link "leaf" "spine" speed="800G" per-pair=1 { length "30m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { cable 64 length="10m"; }
    /// switch "spine-01" { cable 1 length="20m"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// link "leaf" "spine" speed="800G" per-pair=1 { length "30m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { cable 64 length="10m"; }
    /// ```
    Error "overrides/cable-lengths-differ" "one cable, two lengths" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut seen = BTreeSet::new();
    // A cable between two switches is a wire of both: the lower end is enough.
    let own = fabric.switches.iter().enumerate().filter(|(_, switch)| switch.own.is_some());
    for wire in own.flat_map(|(index, _)| fabric.switch_wires(index)) {
        let link = &fabric.links[wire.link as usize];
        let (Some(lower), Some(upper)) = fabric.own_lengths(link) else { continue };
        if lower.v == upper.v || !seen.insert((lower.at, upper.at)) {
            continue;
        }
        let (a, b) = (&fabric.switches[link.a as usize].name, &fabric.switches[link.b as usize].name);
        let message = format!("the cable from `{a}` to `{b}` is {} here, {} there", upper.v, lower.v);
        let found = RULE.at(upper.at, message).label(lower.at, "the other end");
        findings.push(found.help("remove one of the two"));
    }
}
