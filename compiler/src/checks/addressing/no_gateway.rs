use std::net::Ipv4Addr;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// Without a gateway eth0 gets no default route: switches are reached from their own management net only,
    /// and reach no time server, syslog or TACACS+ elsewhere. SONiC's YANG refuses an eth0 address without one, and
    /// `config reload` with it.
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
    ///     subnet "10.200.0.0/24"
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
    Error "addressing/no-gateway" "no gateway" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let Some(management) = &ctx.fabric.intent.management else { return };
    if management.gateway.is_none() {
        let first = Ipv4Addr::from(u32::from(management.subnet.v.network()).saturating_add(1));
        let found = RULE.at(management.subnet.at, "the management net has no gateway");
        findings.push(found.help(format!("add `gateway=\"{first}\"`")));
    }
}
