use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Claim;
use fabc_lang::units::grouped;

use crate::checks::{Ctx, count};

check! {
    /// `expect { gpus N; }` says how many GPUs the fabric is for. Servers that are `absent` don't count; a
    /// group's GPUs per server are `gpus=`, or one for each NIC.
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
    /// expect { gpus 8; }
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
    /// expect { gpus 4; }
    /// ```
    Error "expect/gpus" "another number of GPUs than expected" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    let fabric = ctx.fabric;
    if fabric.groups.iter().any(|group| group.node.nics.is_empty() || group.node.unread_nics) {
        return; // reported; without all NICs nobody knows the GPUs
    }
    for expect in &fabric.intent.expect {
        let Claim::Gpus(wanted) = &expect.claim else { continue };
        let gpus = |absent: bool| -> u64 {
            let hosts = fabric.hosts.iter().filter(|h| h.absent == absent);
            hosts.map(|h| u64::from(fabric.groups[h.group].gpus)).sum()
        };
        let (here, missing) = (gpus(false), gpus(true));
        if here == wanted.v {
            continue;
        }
        let message = format!("{} expected, the fabric has {}", count(wanted.v, "GPU"), grouped(here));
        let mut found = RULE.at(wanted.at, message);
        for group in fabric.groups.iter().filter(|g| g.gpus > 0) {
            found = found.label(group.node.count.at, format!("{} a server", count(group.gpus, "GPU")));
        }
        if missing > 0 {
            found = found.note(format!("{} more are in servers that are absent", grouped(missing)));
        }
        findings.push(found.help(format!("`gpus {here}`, or more servers")));
    }
}
