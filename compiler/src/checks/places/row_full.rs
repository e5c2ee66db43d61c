use fabc_lang::diagnostic::Findings;

use crate::checks::site::{members, rows};
use crate::checks::{Ctx, count};

check! {
    /// Members are put into the racks of the row in order, `per-rack` to each, from `from-rack` on. They run
    /// out of its end.
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
    ///     row "A" racks=2
    /// }
    /// place "gpu" row="A"
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
    ///     row "A" racks=2
    /// }
    /// place "gpu" row="A" per-rack=2
    /// ```
    Error "places/row-full" "more racks than the row has" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for place in &fabric.intent.places {
        let (rows, members) = (rows(&fabric.intent.halls, place), members(fabric, place));
        let [(_, row)] = rows.as_slice() else { continue };
        let mut left = members.iter().filter(|m| m.seat(fabric).is_none());
        let Some(first) = left.next() else { continue };
        let (racks, name, without) = (row.racks.v, first.name(fabric), 1 + left.count() as u64);
        let message = format!(
            "{} of `{}` find no rack in row `{}`, `{name}` first",
            count(without, "member"),
            place.node.v,
            row.name.v
        );
        let found = RULE.at(place.at, message).label(row.racks.at, count(racks, "rack"));
        let room = (racks + 1).saturating_sub(place.from_rack.v);
        findings.push(found.help(
            match u32::try_from(members.len()).unwrap_or(u32::MAX).div_ceil(room.max(1)) {
                _ if room == 0 => format!("`from-rack={racks}` or less"),
                each => format!("`per-rack={each}`, or a longer row"),
            },
        ));
    }
}
