use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::site::{Device, members};

check! {
    /// Two `place` lines name the same device, maybe one by the tier's name and one by its pod. Cable lengths
    /// and the cabling plan need one place.
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
    /// hall "h" {
    ///     row "A" racks=9
    /// }
    /// place "gpu" row="A"
    /// place "gpu" row="A" from-rack=5
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
    /// hall "h" {
    ///     row "A" racks=9
    /// }
    /// place "gpu" row="A"
    /// place "leaf" row="A" from-rack=5
    /// ```
    Error "places/placed-twice" "a device in two places" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut placed: BTreeMap<Device, usize> = BTreeMap::new();
    let mut said: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (index, place) in fabric.intent.places.iter().enumerate() {
        for device in members(fabric, place) {
            let Some(first) = placed.insert(device, index).filter(|first| *first != index) else { continue };
            if said.insert((first, index)) {
                let found = RULE.at(place.at, format!("`{}` has a place already", device.name(fabric)));
                let found = found.label(fabric.intent.places[first].at, "here");
                findings.push(found.help("keep one of the two lines"));
            }
        }
    }
}
