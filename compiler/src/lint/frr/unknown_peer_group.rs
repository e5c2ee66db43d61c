use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use super::view::Ctx;
use crate::lint::view::Guesses;

lint! {
    /// A neighbour is put into a peer group that isn't there, or that is made only further down: FRR reads from top to bottom,
    /// refuses the line, and an address that has no `remote-as` of its own is no neighbour then.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor SPINE peer-group
    ///  neighbor SPINE remote-as external
    ///  neighbor 10.1.0.1 peer-group SPINES
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor SPINE peer-group
    ///  neighbor SPINE remote-as external
    ///  neighbor 10.1.0.1 peer-group SPINE
    /// ```
    Error "frr/unknown-peer-group" "a peer group that is not there" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut missing: BTreeMap<(usize, &str), Vec<&super::view::Peer<'_>>> = BTreeMap::new();
    for peer in &ctx.peers {
        let Some(name) = peer.group else { continue };
        let made = ctx.peer(peer.instance, name.v).and_then(|group| group.is_group);
        if made.is_none_or(|made| made.start > name.at.start) {
            missing.entry((peer.instance, name.v)).or_default().push(peer);
        }
    }
    let mut guesses = Guesses::new();
    for ((instance, name), peers) in missing {
        let Some(at) = peers.iter().filter_map(|peer| peer.group).map(|group| group.at).min() else {
            continue;
        };
        let made = ctx.peer(instance, name).and_then(|group| group.is_group);
        let found = match made {
            Some(made) => RULE
                .at(at, format!("peer group `{name}` is made only further down: FRR refuses this line"))
                .label(made, "too late")
                .help(format!("move `neighbor {name} peer-group` above it")),
            None => {
                let groups =
                    ctx.peers.iter().filter(|peer| peer.instance == instance && peer.is_group.is_some());
                let near = guesses.near(name, groups.map(|group| group.name.v));
                RULE.at(at, format!("no peer group is called `{name}`: FRR refuses this line")).help(
                    match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("`neighbor {name} peer-group` above it"),
                    },
                )
            }
        };
        let more = peers.len() - 1;
        findings.push(if more > 0 { found.note(format!("and for {more} more neighbours")) } else { found });
    }
}
