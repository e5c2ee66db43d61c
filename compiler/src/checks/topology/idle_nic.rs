use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// Servers of a group have NIC ports that no line wires, while others are wired: bandwidth that was bought and is not
    /// there, or a line that was forgotten.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 ports=2 speed="200G"; }
    /// hosts "store" count=4 gpus=0 { nic count=2 ports=2 speed="200G"; }
    /// plane "a" "b" {
    ///     tier "leaf" count=2 switch="dell-z9864f"
    /// }
    /// link "gpu" "a/leaf" by="rail"
    /// link "store" "b/leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 ports=2 speed="200G"; }
    /// plane "a" "b" {
    ///     tier "leaf" count=2 switch="dell-z9864f"
    /// }
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "topology/idle-nic" "NIC ports that no line wires" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    let fabric = ctx.fabric;
    for (index, group) in fabric.groups.iter().enumerate() {
        let ports: u32 = group.node.nics.iter().map(|n| n.count.v * n.ports.v).sum();
        let mut wired = (0..fabric.hosts.len())
            .filter(|&h| fabric.hosts[h].group == index)
            .map(|h| (h, fabric.host_wires(h).len()));
        let Some((host, count)) = wired.find(|(_, count)| *count < ports as usize) else { continue };
        if count == 0 {
            continue; // a group without any line has a finding of its own
        }
        let text = format!("`{}` has {ports} NIC ports, {count} of them are wired", fabric.hosts[host].name);
        findings.push(RULE.at(group.node.at, text).help("link the rest, or declare fewer"));
    }
}
