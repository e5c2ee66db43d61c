use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::site::{Device, members};

check! {
    /// Two `place` lines put a device into the same height unit of the same rack. Switches are taken to be
    /// one unit high: what is higher isn't seen.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// hall "h" {
    ///     row "A" racks=4
    /// }
    /// place "leaf" row="A" unit=46
    /// place "spine" row="A" unit=46
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// hall "h" {
    ///     row "A" racks=4
    /// }
    /// place "leaf" row="A" unit=46
    /// place "spine" row="A" unit=45
    /// ```
    Error "places/same-unit" "two devices in one rack unit" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let places = &fabric.intent.places;
    let mut taken: BTreeMap<(usize, usize, u32, u32), (Device, usize)> = BTreeMap::new();
    let mut said: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (index, place) in places.iter().enumerate() {
        for device in members(fabric, place) {
            let Some(seat) = device.seat(fabric) else { continue };
            let Some(unit) = seat.unit else { continue };
            let at = (seat.hall, seat.row, seat.rack, unit);
            let (other, first) = *taken.entry(at).or_insert((device, index));
            if other != device && said.insert((first, index)) {
                let (a, b) = (other.name(fabric), device.name(fabric));
                let (row, rack) = (&place.row.v, seat.rack);
                let message = format!("`{a}` and `{b}` are both in row {row} rack {rack} unit {unit}");
                let found = RULE.at(place.at, message).label(places[first].at, "the other one");
                findings.push(found.help("another `unit=` or `from-rack=`"));
            }
        }
    }
}
