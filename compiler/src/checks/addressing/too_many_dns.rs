use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

/// DNS_NAMESERVER_LIST of sonic-dns.yang: max-elements 3, as many as the resolver of the C library asks.
const LIMIT: usize = 3;

check! {
    /// SONiC takes three DNS servers; its YANG refuses a configuration with more.
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
    ///     dns "10.200.0.2" "10.200.0.3" "10.200.0.4" "10.200.0.5"
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
    ///     dns "10.200.0.2" "10.200.0.3" "10.200.0.4"
    /// }
    /// ```
    Error "addressing/too-many-dns" "more DNS servers than SONiC takes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(management) = &ctx.fabric.intent.management else { return };
    if let Some(surplus) = management.dns.get(LIMIT) {
        let text = format!("{} DNS servers; SONiC takes {LIMIT}", management.dns.len());
        findings.push(RULE.at(surplus.at, text).here("one too many").help("remove it"));
    }
}
