use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use super::read::Family;
use super::view::{Ctx, Peer};
use crate::lint::view::list;

lint! {
    /// Lines on a neighbour in an address family that it isn't activated in: they wait for `neighbor … activate`, and the session
    /// carries nothing of that family. Only `ipv4 unicast` is active by itself, and not with `no bgp default ipv4-unicast`.
    ///
    /// ```frr bad
    /// route-map ALL permit 10
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 route-map ALL in
    ///  neighbor 10.1.0.1 route-map ALL out
    ///  address-family ipv6 unicast
    ///   neighbor 10.1.0.1 route-map ALL in
    /// ```
    /// ```frr good
    /// route-map ALL permit 10
    /// router bgp 65001
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 route-map ALL in
    ///  neighbor 10.1.0.1 route-map ALL out
    ///  address-family ipv6 unicast
    ///   neighbor 10.1.0.1 activate
    ///   neighbor 10.1.0.1 route-map ALL in
    ///   neighbor 10.1.0.1 route-map ALL out
    /// ```
    Warning "frr/not-activated" "lines in a family that isn't carried" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut idle: BTreeMap<(usize, Family<'_>), Vec<&Peer<'_>>> = BTreeMap::new();
    for peer in ctx.peers.iter().filter(|peer| !ctx.instances[peer.instance].other_defaults) {
        for (&family, activity) in &peer.families {
            if activity.first.is_some() && activity.active.is_none() && !is_carried(ctx, peer, family) {
                idle.entry((peer.instance, family)).or_default().push(peer);
            }
        }
    }
    for ((_, family), peers) in idle {
        let Some((first, rest)) = peers.split_first() else { continue };
        let Some(at) = first.families.get(&family).and_then(|activity| activity.first) else { continue };
        let name = first.name.v;
        let message =
            format!("`{name}` isn't activated in {} {}: this line does nothing", family.0, family.1);
        let help = format!("`neighbor {name} activate` in `address-family {} {}`", family.0, family.1);
        let found = RULE.at(at, message).help(help);
        let names: Vec<&str> = rest.iter().map(|peer| peer.name.v).collect();
        findings.push(if names.is_empty() {
            found
        } else {
            found.note(format!("the same: {}", list(&names)))
        });
    }
}

/// Whether a neighbour carries the family, or one of a group's neighbours does.
fn is_carried<'a>(ctx: &Ctx<'a>, peer: &Peer<'a>, family: Family<'a>) -> bool {
    let member = || ctx.members(peer).any(|member| ctx.carries(member, family));
    // A neighbour of a group that isn't there has its own finding.
    let lost = peer.group.is_some() && ctx.group_of(peer).is_none();
    lost || ctx.carries(peer, family) || (peer.is_group.is_some() && member())
}
