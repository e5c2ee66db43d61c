use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Kind};

lint! {
    /// A line names an AS-path list, a community list or an access list that the file doesn't define. FRR takes it: a `match`
    /// never holds, a neighbour's filter lets nothing through, and `set comm-list NAME delete` deletes nothing.
    ///
    /// ```frr bad
    /// route-map OUT permit 10
    ///  match as-path OWN
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 route-map OUT in
    ///  neighbor 10.1.0.1 route-map OUT out
    /// ```
    /// ```frr good
    /// bgp as-path access-list OWN seq 5 permit ^$
    /// route-map OUT permit 10
    ///  match as-path OWN
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 route-map OUT in
    ///  neighbor 10.1.0.1 route-map OUT out
    /// ```
    Error "frr/unknown-list" "an AS-path, community or access list that is not there" => run
}

const KINDS: &[Kind] =
    &[Kind::AsPath, Kind::Community, Kind::LargeCommunity, Kind::ExtCommunity, Kind::Access, Kind::Access6];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let so = |used: &super::view::Use<'_>| match ctx.lines[used.line].text().first() {
        Some(&"match") => "FRR takes the line, and it never matches",
        Some(&"set") => "FRR takes the line, and it does nothing",
        _ => "FRR takes the line, and nothing passes it",
    };
    super::missing::tell(ctx, &RULE, KINDS, so, findings);
}
