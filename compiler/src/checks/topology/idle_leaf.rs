use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Lower;

use crate::checks::Ctx;

check! {
    /// The tier has lines from hosts, yet no server is joined to this leaf: it costs power and uplinks for
    /// nothing. Most often the tier's count is larger than the servers need, or `leaves=` leaves it out.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="spread" leaves=1
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
    /// link "gpu" "leaf" by="spread" leaves=1
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "topology/idle-leaf" "a leaf that serves nobody" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let fabric = ctx.fabric;
    let mut idle: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (switch, load) in fabric.switches.iter().zip(&ctx.evidence.loads) {
        if !switch.absent && load.servers == 0 {
            idle.entry(switch.tier).or_default().push(&switch.name);
        }
    }
    for (tier, names) in idle {
        let tier = &fabric.tiers[tier];
        let from_hosts = |line: &&usize| matches!(fabric.lines[**line].lower, Lower::Hosts { .. });
        let Some(&line) = tier.down.iter().find(from_hosts) else { continue };
        let message = match names.as_slice() {
            [one] => format!("`{one}` serves nobody"),
            [first, ..] => format!("{} leaves of `{}` serve nobody, `{first}` first", names.len(), tier.path),
            [] => continue,
        };
        let found =
            RULE.at(tier.node.count.at, message).label(fabric.lines[line].at, "reaches no server there");
        findings.push(found.help("lower `count=`; to keep room for growth, state it as `max=`"));
    }
}
