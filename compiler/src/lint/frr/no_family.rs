use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Peer};
use crate::lint::view::list;

lint! {
    /// `no bgp default ipv4-unicast`, and a neighbour that is activated in no address family, nor is its group: its session
    /// never comes up, for there is nothing that it could carry.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp default ipv4-unicast
    ///  neighbor 10.1.0.1 remote-as external
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  no bgp default ipv4-unicast
    ///  neighbor 10.1.0.1 remote-as external
    ///  address-family ipv4 unicast
    ///   neighbor 10.1.0.1 activate
    /// ```
    Error "frr/no-family" "a neighbour that carries no family" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for (index, instance) in ctx.instances.iter().enumerate() {
        let Some(no) = instance.no_default.filter(|_| !instance.other_defaults) else { continue };
        let idle: Vec<&Peer<'_>> =
            ctx.peers.iter().filter(|peer| peer.instance == index && is_idle(ctx, peer)).collect();
        let [first, ..] = idle.as_slice() else { continue };
        let name = first.name.v;
        let who = first.group.map_or(name, |group| group.v);
        let message = format!("`{name}` is activated in no address family: its session never comes up");
        let found = RULE.at(first.name.at, message).label(no, "and IPv4 isn't carried by itself");
        let found = found.help(format!("`neighbor {who} activate` in `address-family ipv4 unicast`"));
        let names: Vec<&str> = idle.iter().skip(1).map(|peer| peer.name.v).collect();
        findings.push(if names.is_empty() {
            found
        } else {
            found.note(format!("and so are {}", list(&names)))
        });
    }
}

/// Whether a neighbour has an AS and carries nothing.
fn is_idle(ctx: &Ctx<'_>, peer: &Peer<'_>) -> bool {
    let group = ctx.group_of(peer);
    if peer.is_group.is_some() || (peer.group.is_some() && group.is_none()) {
        return false;
    }
    let has_as = peer.remote_as.or(group.and_then(|group| group.remote_as)).is_some();
    let families = peer.families.keys().chain(group.into_iter().flat_map(|group| group.families.keys()));
    let carries = families.chain([&super::read::UNICAST]).any(|&family| ctx.carries(peer, family));
    let shut = peer.shut || group.is_some_and(|group| group.shut);
    // One that was switched off on purpose.
    let off = peer.families.values().any(|activity| activity.active == Some(false));
    has_as && !carries && !shut && !off
}
