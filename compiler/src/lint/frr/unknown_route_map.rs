use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Kind};

lint! {
    /// A line names a route map that the file doesn't define. FRR takes it: a neighbour's missing map lets no route through,
    /// nor does that of `redistribute`, `network` or `ip protocol`; a `call` of a missing map is passed over, so that what the
    /// called map would have denied goes through.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as 65002
    ///  address-family ipv4 unicast
    ///   neighbor 10.1.0.1 route-map FROM-SPINE in
    ///   neighbor 10.1.0.1 route-map FROM-SPINE out
    /// ```
    /// ```frr good
    /// route-map FROM-SPINE permit 10
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as 65002
    ///  address-family ipv4 unicast
    ///   neighbor 10.1.0.1 route-map FROM-SPINE in
    ///   neighbor 10.1.0.1 route-map FROM-SPINE out
    /// ```
    Error "frr/unknown-route-map" "a route map that is not there" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let so = |used: &super::view::Use<'_>| match ctx.lines[used.line].text().first() {
        Some(&"call") => "FRR takes the line, and goes on as if the map had let all through",
        _ => "FRR takes the line, and no route passes it",
    };
    super::missing::tell(ctx, &RULE, &[Kind::RouteMap], so, findings);
}
