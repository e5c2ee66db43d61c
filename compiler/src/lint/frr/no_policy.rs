use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Peer};
use crate::lint::view::list;

lint! {
    /// RFC 8212: with FRR's traditional defaults a session with another AS takes no routes without a filter inwards, and sends
    /// none without one outwards; the session is up, and nothing comes. A route map of one line, `route-map ALL permit 10`,
    /// is a filter; `no bgp ebgp-requires-policy` takes the rule away.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    /// ```
    /// ```frr good
    /// route-map ALL permit 10
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    ///  address-family ipv4 unicast
    ///   neighbor 10.1.0.1 route-map ALL in
    ///   neighbor 10.1.0.1 route-map ALL out
    /// ```
    Warning "frr/no-policy" "a session with another AS that passes no routes" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for (index, instance) in ctx.instances.iter().enumerate().filter(|(_, instance)| !instance.lenient) {
        // By what it lacks: inwards, outwards, both.
        let mut lacking: [Vec<(&Peer<'_>, super::read::Family<'_>)>; 3] = Default::default();
        for peer in
            ctx.peers.iter().filter(|peer| peer.instance == index && is_external(ctx, peer, instance.asn))
        {
            let group = ctx.group_of(peer);
            let families = [super::read::UNICAST, ("ipv6", "unicast")];
            for family in families.into_iter().filter(|&family| ctx.carries(peer, family)) {
                let of = |peer: &Peer<'_>| peer.families.get(&family).map_or([false; 2], |a| a.filtered);
                let (own, shared) = (of(peer), group.map_or([false; 2], of));
                match [0, 1].map(|way| own[way] || shared[way]) {
                    [true, true] => {}
                    [false, true] => lacking[0].push((peer, family)),
                    [true, false] => lacking[1].push((peer, family)),
                    [false, false] => lacking[2].push((peer, family)),
                }
            }
        }
        let ways =
            [("takes no routes", "in"), ("sends no routes", "out"), ("takes and sends no routes", "in")];
        for (who, (does, way)) in lacking.iter().zip(ways) {
            let [(peer, family), rest @ ..] = who.as_slice() else { continue };
            let name = peer.name.v;
            let message = format!("`{name}` {does} in {} {}: no filter, and another AS", family.0, family.1);
            let whom = peer.group.map_or(name, |group| group.v);
            let found = RULE.at(peer.name.at, message).help(format!(
                "`neighbor {whom} route-map ALL {way}` with `route-map ALL permit 10`; or `no bgp ebgp-requires-policy`"
            ));
            let names: Vec<&str> = rest.iter().map(|(peer, _)| peer.name.v).collect();
            findings.push(if names.is_empty() {
                found
            } else {
                found.note(format!("the same: {}", list(&names)))
            });
        }
    }
}

/// Whether a neighbour is surely of another AS, and meant to run.
fn is_external(ctx: &Ctx<'_>, peer: &Peer<'_>, asn: Option<super::read::Word<'_>>) -> bool {
    let group = ctx.group_of(peer);
    if peer.is_group.is_some() || peer.shut || group.is_some_and(|group| group.shut) {
        return false;
    }
    match peer.remote_as.or(group.and_then(|group| group.remote_as)).map(|word| word.v) {
        Some("external") => true,
        Some("internal" | "auto") | None => false,
        Some(number) => asn.is_some_and(|asn| asn.v != number),
    }
}
