use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Kind};

lint! {
    /// A route map or a neighbour names a prefix list that the file doesn't define. FRR takes the line without a word: a
    /// `match` on it never holds, and a neighbour's list lets nothing through. `ip` and `ipv6` lists have names of their own.
    ///
    /// ```frr bad
    /// ip prefix-list FABRIC seq 5 permit 10.0.0.0/8 le 32
    /// route-map IN permit 10
    ///  match ip address prefix-list FABRICS
    /// route-map IN permit 20
    ///  match ip address prefix-list FABRIC
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 route-map IN in
    ///  neighbor 10.1.0.1 route-map IN out
    /// ```
    /// ```frr good
    /// ip prefix-list FABRIC seq 5 permit 10.0.0.0/8 le 32
    /// route-map IN permit 10
    ///  match ip address prefix-list FABRIC
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 route-map IN in
    ///  neighbor 10.1.0.1 route-map IN out
    /// ```
    Error "frr/unknown-prefix-list" "a prefix list that is not there" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let so = |used: &super::view::Use<'_>| {
        if ctx.lines[used.line].text().first() == Some(&"match") {
            "FRR takes the line, and it never matches"
        } else {
            "FRR takes the line, and nothing passes it"
        }
    };
    super::missing::tell(ctx, &RULE, &[Kind::PrefixList, Kind::PrefixList6], so, findings);
}
