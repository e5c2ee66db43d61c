//! From the lines of frr.conf to what it defines and names.

use std::collections::BTreeMap;

use super::{Ctx, Entry, Instance, Kind, Peer, Use, is_before};
use crate::lint::frr::read::{Block, Line, Word};

impl<'a> Ctx<'a> {
    /// Reads all of it.
    pub(super) fn read(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // Of `router bgp`: by the number of its line.
        let mut instances = BTreeMap::new();
        for (number, line) in lines.iter().enumerate() {
            match line.text().as_slice() {
                ["router", "bgp", rest @ ..] if !line.no => {
                    instances.insert(number, self.instance(line, rest));
                }
                // FRR's own table of defaults: BGP_EBGP_REQUIRES_POLICY of bgp_vty.c.
                ["frr", "defaults", "datacenter"] => self.lenient = true,
                ["frr", "version", version] => self.lenient |= is_before(version, "7.4"),
                _ => {}
            }
            self.entry(number, line);
            if line.words.iter().any(|word| word.v == "description") || line.no {
                if let Block::Bgp(at) = line.block {
                    self.undo(instances.get(&at).copied().unwrap_or_default(), line);
                }
                continue;
            }
            self.used(number, line);
            if let Block::Bgp(at) = line.block
                && let Some(&instance) = instances.get(&at)
            {
                self.bgp(instance, line);
            }
        }
        for entry in &self.entries {
            self.defined.entry((entry.kind, entry.name.v)).or_insert(lines[entry.line].at);
        }
        for (at, peer) in self.peers.iter().enumerate() {
            if let Some(group) = peer.group {
                self.members.entry((peer.instance, group.v)).or_default().push(at);
            }
        }
        self.lines = lines;
    }

    fn instance(&mut self, line: &Line<'a>, rest: &[&'a str]) -> usize {
        let (asn, rest) = match rest {
            ["vrf" | "view", ..] | [] => (None, rest),
            [_, rest @ ..] => (line.words.get(2).copied(), rest),
        };
        let vrf = if let ["vrf" | "view", name, ..] = rest { name } else { "" };
        let lenient = self.lenient;
        match self.instances.iter().position(|known| known.vrf == vrf) {
            Some(at) => at,
            None => {
                self.instances.push(Instance { vrf, asn, no_default: None, lenient, other_defaults: false });
                self.instances.len() - 1
            }
        }
    }

    fn entry(&mut self, number: usize, line: &Line<'a>) {
        if line.no {
            return;
        }
        let words = line.text();
        let (kind, name) = match (line.block, words.as_slice()) {
            (_, ["ip", "prefix-list", _, _, ..]) => (Kind::PrefixList, 2),
            (_, ["ipv6", "prefix-list", _, _, ..]) => (Kind::PrefixList6, 2),
            (_, ["bgp" | "ip", "as-path", "access-list", _, ..]) => (Kind::AsPath, 3),
            (_, ["bgp" | "ip", list, "standard" | "expanded", _, ..]) => match community(list) {
                Some(kind) => (kind, 3),
                None => return,
            },
            (_, ["bgp" | "ip", list, _, _, ..]) => match community(list) {
                Some(kind) => (kind, 2),
                None => return,
            },
            (_, ["access-list", _, ..]) => (Kind::Access, 1),
            (_, ["ipv6", "access-list", _, ..]) => (Kind::Access6, 2),
            (Block::Top, ["route-map", _, "permit" | "deny", _]) => {
                let entry = |name: Word<'a>| Entry {
                    kind: Kind::RouteMap,
                    name,
                    seq: line.words.get(3).copied(),
                    line: number,
                    action: 2,
                };
                self.entries.extend(line.words.get(1).copied().map(entry));
                return;
            }
            (Block::Bfd | Block::BfdProfile, ["profile", _]) => (Kind::BfdProfile, 1),
            _ => return,
        };
        let seq = (words.get(name + 1) == Some(&"seq")).then(|| line.words.get(name + 2).copied()).flatten();
        let action = if seq.is_some() { name + 3 } else { name + 1 };
        self.entries.extend(line.words.get(name).map(|&name| Entry {
            kind,
            name,
            seq,
            line: number,
            action,
        }));
    }

    fn used(&mut self, number: usize, line: &Line<'a>) {
        let words = line.text();
        let mut found: Vec<(Kind, Option<Word<'a>>)> = Vec::new();
        let word = |at: usize| line.words.get(at).copied();
        let v6 = match line.family.0 {
            "ipv4" => Some(false),
            "ipv6" => Some(true),
            _ => None,
        };
        match (line.block, words.as_slice()) {
            (
                Block::RouteMap(_),
                ["match", family @ ("ip" | "ipv6"), "address" | "next-hop" | "route-source", what, ..],
            ) => {
                let six = *family == "ipv6";
                match *what {
                    "prefix-list" => {
                        found.push((if six { Kind::PrefixList6 } else { Kind::PrefixList }, word(4)))
                    }
                    "prefix-len" | "type" | "address" => {}
                    // IPv6 next hops may be addresses.
                    _ if what.contains([':', '.']) => {}
                    _ => found.push((if six { Kind::Access6 } else { Kind::Access }, word(3))),
                }
            }
            (Block::RouteMap(_), ["match", "as-path", _]) => found.push((Kind::AsPath, word(2))),
            (Block::RouteMap(_), ["match", "community", _, ..]) => found.push((Kind::Community, word(2))),
            (Block::RouteMap(_), ["match", "large-community", _, ..]) => {
                found.push((Kind::LargeCommunity, word(2)));
            }
            (Block::RouteMap(_), ["match", "extcommunity", _, ..]) => {
                found.push((Kind::ExtCommunity, word(2)))
            }
            (Block::RouteMap(_), ["set", "comm-list", _, "delete"]) => found.push((Kind::Community, word(2))),
            (Block::RouteMap(_), ["set", "large-comm-list", _, "delete"]) => {
                found.push((Kind::LargeCommunity, word(2)));
            }
            (Block::RouteMap(_), ["set", "extended-comm-list", _, "delete"]) => {
                found.push((Kind::ExtCommunity, word(2)));
            }
            (Block::RouteMap(_), ["set", "as-path", "exclude", "as-path-access-list", _]) => {
                found.push((Kind::AsPath, word(4)));
            }
            (Block::RouteMap(_), ["call", _]) => found.push((Kind::RouteMap, word(1))),
            (Block::Bgp(_), ["neighbor", _, "prefix-list", _, "in" | "out"]) => {
                if let Some(six) = v6 {
                    found.push((if six { Kind::PrefixList6 } else { Kind::PrefixList }, word(3)));
                }
            }
            (Block::Bgp(_), ["neighbor", _, "filter-list", _, "in" | "out"]) => {
                found.push((Kind::AsPath, word(3)))
            }
            (Block::Bgp(_), ["neighbor", _, "distribute-list", _, "in" | "out"]) => {
                if let Some(six) = v6 {
                    found.push((if six { Kind::Access6 } else { Kind::Access }, word(3)));
                }
            }
            (Block::Bgp(_), ["neighbor", _, "unsuppress-map", _] | ["table-map", _]) => {
                found.push((Kind::RouteMap, line.words.last().copied()));
            }
            (Block::Bgp(_), ["neighbor", _, "advertise-map", _, "exist-map" | "non-exist-map", _]) => {
                found.extend([(Kind::RouteMap, word(3)), (Kind::RouteMap, word(5))]);
            }
            (Block::BfdPeer, ["profile", _]) => found.push((Kind::BfdProfile, word(1))),
            (Block::Bgp(_), ["route-map", "vpn", "import" | "export", _]) => {
                found.push((Kind::RouteMap, word(3)))
            }
            (Block::Bgp(_), _) => found.push((Kind::RouteMap, line.after(&["route-map"]))),
            (Block::Top | Block::Other, ["ip" | "ipv6", "protocol", _, "route-map", _]) => {
                found.push((Kind::RouteMap, word(4)));
            }
            (Block::Other, ["redistribute", ..]) => found.push((Kind::RouteMap, line.after(&["route-map"]))),
            _ => {}
        }
        if !matches!(line.block, Block::Bfd | Block::BfdPeer | Block::BfdProfile) {
            found.push((Kind::BfdProfile, line.after(&["bfd", "profile"])));
        }
        let found =
            found.into_iter().filter_map(|(kind, name)| Some(Use { kind, name: name?, line: number }));
        self.uses.extend(found);
    }

    /// Lines of `router bgp` with `no` before them, and descriptions.
    fn undo(&mut self, instance: usize, line: &Line<'a>) {
        match line.text().as_slice() {
            ["bgp", "default", "ipv4-unicast"] if line.no => {
                self.instances[instance].no_default.get_or_insert(line.at);
            }
            ["bgp", "ebgp-requires-policy"] if line.no => self.instances[instance].lenient = true,
            ["neighbor", _, "activate"] if line.no => {
                if let Some(&name) = line.words.get(1) {
                    let family = line.family;
                    self.peer_mut(instance, name).families.entry(family).or_default().active = Some(false);
                }
            }
            ["neighbor", _, "description", ..] if !line.no => {
                line.words.get(1).map(|&name| self.peer_mut(instance, name));
            }
            _ => {}
        }
    }

    fn bgp(&mut self, instance: usize, line: &Line<'a>) {
        let words = line.text();
        match words.as_slice() {
            ["bgp", "default", "ipv4-unicast"] => self.instances[instance].no_default = None,
            ["bgp", "default", family] if family.contains('-') && family.starts_with(['i', 'l']) => {
                self.instances[instance].other_defaults = true;
            }
            _ => {}
        }
        let (Some(&name), ["neighbor", _, rest @ ..]) = (line.words.get(1), words.as_slice()) else { return };
        let word = |at: usize| line.words.get(at).copied();
        let family = line.family;
        let peer = self.peer_mut(instance, name);
        match rest {
            ["peer-group"] => peer.is_group = peer.is_group.or(Some(line.at)),
            ["peer-group", _] => peer.group = word(3),
            ["remote-as", _] => peer.remote_as = word(3),
            ["shutdown", ..] => peer.shut = true,
            ["interface", rest @ ..] => {
                peer.interface = true;
                let from = if rest.first() == Some(&"v6only") { 4 } else { 3 };
                match words.get(from) {
                    Some(&"peer-group") => peer.group = word(from + 1),
                    Some(&"remote-as") => peer.remote_as = word(from + 1),
                    _ => {}
                }
            }
            ["activate"] => peer.families.entry(family).or_default().active = Some(true),
            _ => {
                let activity = peer.families.entry(family).or_default();
                match rest {
                    [
                        "route-map" | "prefix-list" | "filter-list" | "distribute-list",
                        _,
                        way @ ("in" | "out"),
                    ] => {
                        activity.filtered[usize::from(*way == "out")] = true;
                        activity.first.get_or_insert(line.at);
                    }
                    [word, ..] if OF_FAMILY.contains(word) => {
                        activity.first.get_or_insert(line.at);
                    }
                    _ => {}
                }
            }
        }
    }

    fn peer_mut(&mut self, instance: usize, name: Word<'a>) -> &mut Peer<'a> {
        let at = *self.known.entry((instance, name.v)).or_insert_with(|| {
            self.peers.push(Peer {
                name,
                instance,
                is_group: None,
                group: None,
                remote_as: None,
                shut: false,
                interface: false,
                families: BTreeMap::new(),
            });
            self.peers.len() - 1
        });
        &mut self.peers[at]
    }
}

/// Lines on a neighbour that are of one family.
const OF_FAMILY: &[&str] = &[
    "addpath-tx-all-paths",
    "addpath-tx-bestpath-per-AS",
    "allowas-in",
    "as-override",
    "attribute-unchanged",
    "default-originate",
    "maximum-prefix",
    "maximum-prefix-out",
    "next-hop-self",
    "remove-private-AS",
    "route-reflector-client",
    "route-server-client",
    "send-community",
    "soft-reconfiguration",
    "unsuppress-map",
    "weight",
];

/// What a list of communities is called after `bgp` or `ip`.
fn community(list: &str) -> Option<Kind> {
    match list {
        "community-list" => Some(Kind::Community),
        "large-community-list" => Some(Kind::LargeCommunity),
        "extcommunity-list" => Some(Kind::ExtCommunity),
        _ => None,
    }
}
