use std::net::{IpAddr, Ipv4Addr};

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// The gateway is the next hop of eth0's default route: it must be a host address of the management net,
    /// or the switch can't reach it.
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
    ///     subnet "10.200.0.0/24" gateway="10.201.0.1"
    ///     ntp "10.200.0.2"
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
    /// management {
    ///     subnet "10.200.0.0/24" gateway="10.200.0.1"
    ///     ntp "10.200.0.2"
    /// }
    /// ```
    Error "addressing/gateway-outside" "a gateway outside of its subnet" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(management) = &ctx.fabric.intent.management else { return };
    let (Some(gateway), subnet) = (management.gateway, management.subnet) else { return };
    let (network, broadcast) = (subnet.v.network(), subnet.v.broadcast());
    let is = match gateway.v {
        IpAddr::V4(v4) if !subnet.v.contains(&v4) => "is outside of",
        IpAddr::V4(v4) if v4 == network || v4 == broadcast => "is no host address of",
        IpAddr::V4(_) => return,
        IpAddr::V6(_) => "is IPv6, unlike",
    };
    let found = RULE.at(gateway.at, format!("gateway {} {is} {}", gateway.v, subnet.v));
    let first = Ipv4Addr::from(u32::from(network).saturating_add(1));
    findings.push(found.label(subnet.at, "the subnet").help(format!("an address of it, as {first}")));
}
