//! Statements of two frr.conf that are added or removed, and what that does to the sessions that there are.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::source::FileId;
use fabc_targets::sonic::effects::{Effect, Level};

use super::running::{Build, Statement, settle};
use crate::lint::frr::read::{Block, Line, UNICAST, lines};

/// A statement that comes or goes. One that changes does both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementChange {
    /// The block that it stands in: `router bgp`, `router bgp, ipv6 unicast`, `route-map X permit 10`; empty outside of all.
    pub block: String,
    /// As FRR reads it: words with one blank between them.
    pub text: String,
    /// Whether it comes.
    pub added: bool,
}

/// What a change of frr.conf does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementEffect {
    /// What it is: a statement, or the neighbours that it is about.
    pub what: String,
    /// What it does, where the file is loaded by `frr-reload.py`.
    pub effect: Effect,
    /// The sessions that are reset: neighbours as the former file has them.
    pub sessions: Vec<String>,
    /// The statements themselves.
    pub changes: Vec<StatementChange>,
}

/// Order of the blocks and words is kept: first what goes, in the order of the former file, then what comes.
pub fn statements(old: &str, new: &str) -> Vec<StatementChange> {
    let (old, new) = (Conf::read(old), Conf::read(new));
    changes(&old, &new)
}

/// What it does to a switch that runs to go from one frr.conf to the other.
pub fn effects(old: &str, new: &str) -> Vec<StatementEffect> {
    judge(&Conf::read(old), &Conf::read(new))
}

/// The same where the first one is FRR's running configuration, which says the same otherwise; and how many lines can't be
/// compared, as they are masked.
pub fn running(old: &str, new: &str, build: Build) -> (Vec<StatementEffect>, usize) {
    let (mut old, mut new) = (Conf::read(old), Conf::read(new));
    let masked = settle(&mut old.statements, &mut new.statements, build);
    (judge(&old, &new), masked)
}

fn judge(old: &Conf, new: &Conf) -> Vec<StatementEffect> {
    let changes = changes(old, new);
    let all = || old.members.keys().map(|id| (*id).to_owned()).collect::<Vec<String>>();
    let mut found = Vec::new();
    // Neighbours that change, by what is said of them in a file of two.
    let mut touched: BTreeMap<String, Vec<&StatementChange>> = BTreeMap::new();
    for change in &changes {
        let words: Vec<&str> = change.text.split(' ').collect();
        let of_bgp = change.block.starts_with("router bgp");
        let (effect, sessions) = match words.as_slice() {
            ["router", "bgp", ..] if change.block.is_empty() => match change.added {
                true if old.members.is_empty() && !old.bgp => (ADDED, Vec::new()),
                _ => (RESET, all()),
            },
            ["bgp", "router-id", ..] | ["timers", "bgp", ..] if of_bgp => (RESET, all()),
            ["neighbor", id, ..] if of_bgp && old.said.contains(*id) => {
                touched.entry((*id).to_owned()).or_default().push(change);
                continue;
            }
            ["neighbor", ..] if of_bgp => (ADDED, Vec::new()),
            ["network", ..] if of_bgp && !change.added => (WITHDRAWN, Vec::new()),
            // What is permitted no more, or matched otherwise, is no longer passed on.
            ["ip" | "ipv6", "prefix-list", ..] | ["match" | "call", ..] if !change.added => {
                (FILTERED, Vec::new())
            }
            ["route-map", _, "deny", ..]
                if change.added && old.blocks.iter().any(|b| b.starts_with("route-map")) =>
            {
                (FILTERED, Vec::new())
            }
            _ if change.added && !old.blocks.contains(&change.block) => (ADDED, Vec::new()),
            ["network", ..] if of_bgp => (ADDED, Vec::new()),
            _ => (OTHER, Vec::new()),
        };
        let block = if change.block.is_empty() { String::new() } else { format!("{}: ", change.block) };
        let sign = if change.added { "+" } else { "-" };
        let what = format!("{block}{sign} {}", change.text);
        found.push(StatementEffect { what, effect, sessions, changes: vec![change.clone()] });
    }
    for (id, changes) in touched {
        let prefix = format!("neighbor {id} description");
        let gone = !new.said.contains(&id);
        let effect = match changes.iter().all(|c| c.text.starts_with(&prefix)) {
            true if !gone => OTHER,
            _ if gone => RESET,
            _ => CHANGED,
        };
        // Of a group all members are reset; of a neighbour, itself.
        let members = old.members.iter().filter(|(_, group)| group.as_deref() == Some(id.as_str()));
        let mut sessions: Vec<String> = members.map(|(member, _)| member.clone()).collect();
        if old.members.contains_key(&id) {
            sessions.push(id.clone());
        }
        let sessions = if effect.level == Level::SessionReset { sessions } else { Vec::new() };
        let verb = if gone { "removed" } else { "changed" };
        let changes = changes.into_iter().cloned().collect();
        found.push(StatementEffect { what: format!("neighbor {id} {verb}"), effect, sessions, changes });
    }
    // Where there is no session none is reset.
    for found in found
        .iter_mut()
        .filter(|f| f.effect.level == RESET.level && f.effect != WITHDRAWN && f.effect != FILTERED)
    {
        if found.sessions.is_empty() {
            found.effect = OTHER;
        }
    }
    found
}

const FRR: &str = "FRR tools/frr-reload.py: it deletes and adds what differs";

const ADDED: Effect = Effect { level: Level::Live, likely: false, note: "only added", source: FRR };
const RESET: Effect = Effect {
    level: Level::SessionReset,
    likely: false,
    note: "",
    source: "FRR bgpd: the session is made anew",
};
const CHANGED: Effect = Effect { likely: true, ..RESET };
const WITHDRAWN: Effect =
    Effect { level: Level::SessionReset, likely: true, note: "its route is withdrawn", source: "FRR bgpd" };
const FILTERED: Effect = Effect {
    level: Level::SessionReset,
    likely: true,
    note: "routes that it let through are withdrawn",
    source: "FRR bgpd",
};
const OTHER: Effect = Effect { level: Level::Live, likely: true, note: "", source: FRR };

/// A file as its statements.
#[derive(Default)]
struct Conf {
    /// Block and text, in order.
    statements: Vec<Statement>,
    blocks: BTreeSet<String>,
    /// Whether there is a `router bgp`.
    bgp: bool,
    /// What `neighbor` says something of: neighbours and groups.
    said: BTreeSet<String>,
    /// Neighbours with their groups.
    members: BTreeMap<String, Option<String>>,
}

impl Conf {
    fn read(text: &str) -> Conf {
        let mut conf = Conf::default();
        let lines = lines(text, FileId::default());
        let whole = |line: &Line<'_>| {
            let no = if line.no { "no " } else { "" };
            format!("{no}{}", line.text().join(" "))
        };
        let mut groups = BTreeSet::new();
        let (mut profile, mut opener) = (String::new(), String::new());
        for line in &lines {
            let block = match line.block {
                Block::Top => String::new(),
                Block::Bgp(_) if line.family == UNICAST => "router bgp".to_owned(),
                Block::Bgp(_) => format!("router bgp, {} {}", line.family.0, line.family.1),
                Block::RouteMap(at) => lines.get(at).map(whole).unwrap_or_default(),
                Block::Bfd => "bfd".to_owned(),
                Block::BfdPeer | Block::BfdProfile => format!("bfd, {profile}"),
                Block::Interface | Block::Other => opener.clone(),
            };
            let words = line.text();
            if line.block == Block::Top {
                opener = whole(line);
            }
            match words.as_slice() {
                ["profile" | "peer", ..] if line.block == Block::Bfd => profile = words.join(" "),
                // A family is no statement; its lines name it.
                ["address-family", ..] => continue,
                ["router", "bgp", ..] => conf.bgp = true,
                ["neighbor", id, "peer-group"] => {
                    groups.insert((*id).to_owned());
                    conf.said.insert((*id).to_owned());
                }
                ["neighbor", id, rest @ ..] => {
                    conf.said.insert((*id).to_owned());
                    let group = rest.iter().position(|w| *w == "peer-group").and_then(|at| rest.get(at + 1));
                    let known = conf.members.entry((*id).to_owned()).or_default();
                    if let Some(group) = group {
                        *known = Some((*group).to_owned());
                    }
                }
                _ => {}
            }
            conf.blocks.insert(block.clone());
            conf.statements.push((block, whole(line)));
        }
        conf.members.retain(|id, _| !groups.contains(id));
        conf
    }
}

fn changes(old: &Conf, new: &Conf) -> Vec<StatementChange> {
    let mut count: BTreeMap<&Statement, i64> = BTreeMap::new();
    for statement in &old.statements {
        *count.entry(statement).or_default() -= 1;
    }
    for statement in &new.statements {
        *count.entry(statement).or_default() += 1;
    }
    let mut changes = Vec::new();
    for (statements, added) in [(&old.statements, false), (&new.statements, true)] {
        for statement in statements {
            let Some(left) = count.get_mut(statement).filter(|left| (**left > 0) == added && **left != 0)
            else {
                continue;
            };
            *left -= if added { 1 } else { -1 };
            let (block, text) = statement.clone();
            changes.push(StatementChange { block, text, added });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "hostname leaf-01\nroute-map A permit 10\n set tag 1\nexit\nbfd\n profile F\n  transmit-interval 300\n exit\nexit\n\
        router bgp 65001\n bgp router-id 10.0.0.1\n timers bgp 3 9\n neighbor UP peer-group\n neighbor UP remote-as external\n \
        neighbor Ethernet0 interface peer-group UP\n neighbor Ethernet0 description s1:etp1\n neighbor Ethernet8 interface peer-group UP\n \
        address-family ipv4 unicast\n  network 10.0.0.1/32\n  neighbor UP activate\n exit-address-family\nexit\n";

    fn said(from: &str, to: &str) -> String {
        assert!(OLD.contains(from), "{from}");
        let all = effects(OLD, &OLD.replacen(from, to, 1));
        let told = all.iter().map(|e| {
            let likely = if e.effect.likely { " likely" } else { "" };
            format!("{} = {}{likely} {}", e.what, e.effect.level.name(), e.sessions.join(","))
        });
        told.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_is_only_added_is_live() {
        assert!(effects(OLD, OLD).is_empty());
        assert_eq!(
            said("  network 10.0.0.1/32", "  network 10.0.0.1/32\n  network 10.1.0.0/24"),
            "router bgp: + network 10.1.0.0/24 = live "
        );
        assert_eq!(
            said(" neighbor Ethernet8", " neighbor Ethernet16 interface peer-group UP\n neighbor Ethernet8"),
            "router bgp: + neighbor Ethernet16 interface peer-group UP = live "
        );
    }

    #[test]
    fn neighbours_that_change_or_go_are_reset() {
        assert_eq!(
            said(" neighbor Ethernet8 interface peer-group UP\n", ""),
            "neighbor Ethernet8 removed = session reset Ethernet8"
        );
        assert_eq!(
            said("remote-as external", "remote-as external\n neighbor UP bfd"),
            "neighbor UP changed = session reset likely Ethernet0,Ethernet8"
        );
        assert_eq!(said("s1:etp1", "s1:etp2"), "neighbor Ethernet0 changed = live likely ");
    }

    #[test]
    fn numbers_of_the_router_reset_all() {
        for (from, to) in
            [("65001", "65002"), ("router-id 10.0.0.1", "router-id 10.0.0.2"), ("bgp 3 9", "bgp 1 3")]
        {
            let said = said(from, to);
            assert!(said.matches("= session reset Ethernet0,Ethernet8").count() == 2, "{said}");
        }
        assert_eq!(
            said("  network 10.0.0.1/32\n", ""),
            "router bgp: - network 10.0.0.1/32 = session reset likely "
        );
    }

    #[test]
    fn other_lines_are_live_and_likely() {
        assert_eq!(
            said("set tag 1", "set tag 2"),
            "route-map A permit 10: - set tag 1 = live likely ; route-map A permit 10: + set tag 2 = live likely "
        );
        assert!(
            said("interval 300", "interval 100")
                .contains("bfd, profile F: - transmit-interval 300 = live likely")
        );
        assert_eq!(
            said("bfd\n", "route-map B permit 10\n set tag 3\nexit\nbfd\n"),
            "+ route-map B permit 10 = live likely ; route-map B permit 10: + set tag 3 = live "
        );
    }
}
