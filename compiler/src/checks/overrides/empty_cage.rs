use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::selector::{Meets, for_each_selector, meets};

check! {
    /// Nothing is wired to this port, so it is down already and has no cable: the number is wrong, or the
    /// cable has moved since the node was written.
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
    /// switch "leaf-01" { port 64 { admin "down"; }; }
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
    /// switch "leaf-01" { port 1 { admin "down"; }; }
    /// ```
    Error "overrides/empty-cage" "an override for a port that no cable reaches" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for_each_selector(fabric, |index, selector| {
        if meets(fabric, index, &selector.v) == Meets::Empty {
            let name = &fabric.switches[index].name;
            let message = format!("nothing is wired to port `{}` of `{name}`", selector.v);
            let mut cages: Vec<u16> = fabric.switch_wires(index).iter().map(|w| w.port.cage).collect();
            cages.dedup();
            let help = match (cages.first(), cages.last()) {
                (Some(first), Some(last)) => {
                    format!("{} cages from {first} to {last} are wired", cages.len())
                }
                _ => "none of its cages is wired".to_owned(),
            };
            findings.push(RULE.at(selector.at, message).help(help));
        }
    });
}
