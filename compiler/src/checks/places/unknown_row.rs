use fabc_lang::diagnostic::{Findings, nearest};

use crate::checks::Ctx;
use crate::checks::site::rows;

check! {
    /// The row must be one of a `hall`; where several halls have a row of this name, `hall=` says which.
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
    /// place "gpu" row="B"
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
    /// place "gpu" row="A"
    /// ```
    Error "places/unknown-row" "a place in a row that is not there" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let halls = &ctx.fabric.intent.halls;
    if ctx.fabric.intent.unread.row() {
        return; // it may be the one that is meant
    }
    for place in &ctx.fabric.intent.places {
        let row = &place.row.v;
        if let Some(hall) = place.hall.as_ref().filter(|h| halls.iter().all(|o| o.name.v != h.v)) {
            let near = nearest(&hall.v, halls.iter().map(|h| h.name.v.as_str()));
            let help = near.map(|word| format!("did you mean \"{word}\"?"));
            findings.push(
                RULE.at(hall.at, format!("there is no hall `{}`", hall.v)).instead_opt(near).help_opt(help),
            );
            continue;
        }
        match rows(halls, place).as_slice() {
            [_] => {}
            [] => {
                let all = || halls.iter().flat_map(|h| &h.rows).map(|r| r.name.v.as_str());
                let names = all().collect::<Vec<_>>().join(", ");
                let known = Some(format!("rows are {names}")).filter(|_| !names.is_empty());
                let near = nearest(row, all());
                let help = near.map(|word| format!("did you mean \"{word}\"?")).or(known);
                let found = RULE.at(place.row.at, format!("there is no row `{row}`"));
                findings.push(found.instead_opt(near).help_opt(help));
            }
            [(first, _), .., (last, _)] => {
                let (a, b) = (&first.name.v, &last.name.v);
                let found = RULE.at(place.row.at, format!("halls `{a}` and `{b}` both have a row `{row}`"));
                findings.push(found.help(format!("say which: `hall=\"{a}\"`")));
            }
        }
    }
}
