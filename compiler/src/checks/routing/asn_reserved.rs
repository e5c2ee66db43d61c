use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::facts::{asn_at, reserved};

check! {
    /// 23456 stands for ASNs that don't fit 16 bits (RFC 6793), 65535 and 4294967295 are reserved (RFC 7300),
    /// 65552 to 131071 are held back by IANA. Routers refuse or mangle them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=65534
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
    /// ```
    Error "routing/asn-reserved" "an ASN that BGP keeps for itself" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut said: BTreeSet<usize> = BTreeSet::new();
    for switch in &fabric.switches {
        let (Some(asn), Some((at, pinned))) = (switch.asn, asn_at(fabric, switch)) else { continue };
        if reserved(asn) && (pinned || said.insert(switch.tier)) {
            let found = RULE.at(at, format!("`{}` gets ASN {asn}, which is reserved", switch.name));
            let help = if pinned {
                "one from 4200000000 on, or leave the pin out"
            } else {
                "a base from 4200000000 on"
            };
            findings.push(found.help(help));
        }
    }
}
