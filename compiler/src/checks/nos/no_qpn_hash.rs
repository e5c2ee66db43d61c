use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;

use crate::checks::Ctx;

check! {
    /// Hashing on the destination queue pair spreads RDMA flows that look alike to ECMP. Enterprise SONiC has
    /// it on chips that can; community SONiC has no field for it. Where it isn't known that a chip can, that
    /// is said.
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
    /// load-balancing { hash qpn=#true; }
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
    /// load-balancing { hash qpn=#true; }
    /// ```
    Warning "nos/no-qpn-hash" "a hash that this switch may not have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let hash = fabric.intent.load_balancing.as_ref().and_then(|l| l.hash.as_ref());
    let Some(qpn) = hash.and_then(|h| h.qpn).filter(|q| q.v) else { return };
    let nos = fabric.intent.fabric.nos;
    if nos.v == Nos::Sonic {
        let found =
            RULE.at(qpn.at, "community SONiC has no hash on the queue pair").label(nos.at, "chosen here");
        findings.push(found.help("remove it; let NICs vary the UDP source port instead"));
        return;
    }
    for platform in &fabric.platforms {
        let message = match &platform.asic.v.roce_hash {
            Some(can) if can.v => continue,
            Some(_) => format!("`{}` can't hash on the queue pair", platform.name),
            None => format!("whether `{}` can hash on the queue pair is not known", platform.name),
        };
        findings.push(RULE.at(qpn.at, message).help("ask a box: `show ip load-share`"));
    }
}
