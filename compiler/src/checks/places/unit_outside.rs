use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::site::{members, rows};

check! {
    /// `unit=` is the height unit of the first member in a rack, counted from the floor; further members
    /// stand below it, one unit each. Racks have 48 units unless the hall says otherwise.
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
    ///     row "A" racks=4
    /// }
    /// place "leaf" row="A" unit=52
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
    ///     row "A" racks=4
    /// }
    /// place "leaf" row="A" unit=46
    /// ```
    Error "places/unit-outside" "a height unit outside of the rack" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for place in &fabric.intent.places {
        let rows = rows(&fabric.intent.halls, place);
        let (Some(unit), [(hall, _)]) = (place.unit, rows.as_slice()) else { continue };
        let units = hall.rack.units;
        let each = members(fabric, place).len().min(place.per_rack as usize);
        if unit.v > units {
            let found = RULE.at(unit.at, format!("unit {} of a rack with {units}", unit.v));
            findings
                .push(found.label(hall.at, format!("{units} units")).help(format!("`unit={units}` or less")));
        } else if (unit.v as usize) < each {
            let message = format!("{each} members from unit {} down end below unit 1", unit.v);
            findings.push(RULE.at(unit.at, message).help(format!("`unit={each}` or more")));
        }
    }
}
