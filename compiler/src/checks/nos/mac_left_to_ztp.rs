use fabc_lang::diagnostic::Findings;

use crate::checks::{Ctx, count};

check! {
    /// SONiC wants the system MAC in DEVICE_METADATA: where it is missing, a reload first writes the factory's ports.
    /// It may be given for a switch; ZTP fills it in where it isn't, and whoever loads a file in another way has to.
    ///
    /// ```kdl bad
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
    /// switch "leaf-01" { mac "02:00:00:00:00:01"; }
    /// ```
    Note "nos/mac-left-to-ztp" "switches whose MAC is left to ZTP" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let fabric = ctx.fabric;
    let given = |own: usize| fabric.intent.switches.get(own).is_some_and(|own| own.mac.is_some());
    let mut without = fabric.switches.iter().filter(|s| !s.absent && !s.own.is_some_and(given));
    if let Some(first) = without.next() {
        let all = count(1 + without.count() as u64, "switch");
        findings.push(RULE.anywhere(format!("{all} without `mac`, first `{}`: left to ZTP", first.name)));
    }
}
