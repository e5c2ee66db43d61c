use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::facts::is_of_no_device;

check! {
    /// The address is on eth0 with the length of the management net's prefix: outside of the net the switch
    /// is not reached from it.
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
    /// management {
    ///     subnet "10.200.0.0/24" gateway="10.200.0.1"
    ///     ntp "10.200.0.2"
    /// }
    /// switch "leaf-01" { mgmt "10.201.0.7"; }
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
    /// management {
    ///     subnet "10.200.0.0/24" gateway="10.200.0.1"
    ///     ntp "10.200.0.2"
    /// }
    /// switch "leaf-01" { mgmt "10.200.0.7"; }
    /// ```
    Warning "addressing/pin-outside" "a pinned management address outside of the net" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let Some(management) = &intent.management else { return };
    let subnet = management.subnet;
    for switch in &intent.switches {
        let Some(pin) = switch.mgmt.filter(|pin| !subnet.v.contains(&pin.v) && !is_of_no_device(pin.v))
        else {
            continue;
        };
        let message = format!("`{}` is pinned to {}, outside of {}", switch.name.v, pin.v, subnet.v);
        let found = RULE.at(pin.at, message).label(subnet.at, "the net");
        findings.push(found.help("an address of the management net"));
    }
}
