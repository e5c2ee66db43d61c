use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::facts::{asn_at, reserved};

check! {
    /// Private ASNs are 64512 to 65534 and 4200000000 to 4294967294 (RFC 6996). Others belong to somebody:
    /// where the fabric meets another network, routes with them are filtered, or believed. The 16-bit range
    /// holds 1,023 only; a plan by pod and index soon runs out of its end.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=100
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
    Warning "routing/asn-public" "an ASN that is not private" => run
}

const PRIVATE: [std::ops::RangeInclusive<u32>; 2] = [64_512..=65_534, 4_200_000_000..=4_294_967_294];

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut said: BTreeSet<usize> = BTreeSet::new();
    for switch in &fabric.switches {
        let (Some(asn), Some((at, pinned))) = (switch.asn, asn_at(fabric, switch)) else { continue };
        if PRIVATE.iter().any(|r| r.contains(&asn)) || reserved(asn) {
            continue;
        }
        if pinned || said.insert(switch.tier) {
            let found = RULE.at(at, format!("`{}` gets ASN {asn}, which is not private", switch.name));
            let help = if pinned {
                "one from 4200000000 on, or leave the pin out"
            } else {
                "a base from 4200000000 on"
            };
            findings.push(found.help(help));
        }
    }
}
