use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Peer};
use crate::lint::view::list;

lint! {
    /// A neighbour whose AS nobody says: neither its own `remote-as` nor its group's. FRR refuses all lines on an address that
    /// has neither (`Specify remote-as or peer-group commands first`), and a session over an interface never starts.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 timers connect 10
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 timers connect 10
    /// ```
    Error "frr/no-remote-as" "a neighbour whose AS nobody says" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let lonely = |peer: &&Peer<'_>| peer.is_group.is_none() && peer.remote_as.is_none();
    for peer in ctx.peers.iter().filter(lonely) {
        // One in a group has its finding there, and one of an unknown group its own.
        if peer.group.is_some() {
            continue;
        }
        let name = peer.name.v;
        let interface = peer.interface || !name.contains(['.', ':']);
        let so =
            if interface { "no session starts" } else { "FRR refuses its lines, and makes no neighbour" };
        let line = if interface { "interface remote-as" } else { "remote-as" };
        let found = RULE.at(peer.name.at, format!("`{name}` has no remote-as, and no peer group: {so}"));
        findings.push(found.help(format!("`neighbor {name} {line} external` before its other lines")));
    }
    for group in ctx.peers.iter().filter(|peer| peer.is_group.is_some() && peer.remote_as.is_none()) {
        let name = group.name.v;
        let members: Vec<&str> = ctx.members(group).filter(lonely).map(|peer| peer.name.v).collect();
        let [first, ..] = members.as_slice() else { continue };
        let message =
            format!("neither group `{name}` nor `{first}` in it has a remote-as: no session starts");
        let found = RULE.at(group.is_group.unwrap_or(group.name.at), message);
        let found = found.help(format!("`neighbor {name} remote-as external`"));
        findings.push(match members.len() {
            1 => found,
            _ => found.note(format!("its members without one: {}", list(&members))),
        });
    }
}
