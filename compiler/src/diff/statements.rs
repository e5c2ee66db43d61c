//! Statements of two frr.conf that are added or removed, and what that does to the sessions that there are.

mod known;

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
        let words: Vec<&str> = known::bare(&change.text).split(' ').collect();
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
            _ => (known::effect(change, old, new), Vec::new()),
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
    /// Clauses of route maps: `route-map X permit 10`.
    clauses: BTreeSet<String>,
    /// Route maps that something goes by.
    maps: BTreeSet<String>,
    /// Prefix lists that something goes by.
    lists: BTreeSet<String>,
    /// Of these, lists by which a clause denies.
    denied: BTreeSet<String>,
    /// Networks that `network` names.
    announced: BTreeSet<String>,
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
            conf.names(&block, &words);
            conf.statements.push((block, whole(line)));
        }
        conf.members.retain(|id, _| !groups.contains(id));
        conf
    }

    /// Notes which maps, lists and networks a statement names.
    fn names(&mut self, block: &str, words: &[&str]) {
        let after = |word: &str| {
            let at = words.iter().position(|said| *said == word)?;
            words.get(at + 1).map(|name| (*name).to_owned())
        };
        match words {
            ["route-map", ..] if block.is_empty() => {
                self.clauses.insert(words.join(" "));
            }
            ["ip" | "ipv6", "prefix-list", ..] => {}
            ["network", network, ..] => {
                self.announced.insert((*network).to_owned());
                self.maps.extend(after("route-map"));
            }
            _ => {
                self.maps.extend(after("route-map"));
                self.maps.extend(after("call").filter(|_| words.first() == Some(&"call")));
                let list = after("prefix-list");
                if block.split(' ').nth(2) == Some("deny") {
                    self.denied.extend(list.clone());
                }
                self.lists.extend(list);
            }
        }
    }

    /// Whether a route map has a clause.
    fn has_map(&self, name: &str) -> bool {
        let begin = format!("route-map {name} ");
        self.clauses.range(begin.clone()..).next().is_some_and(|clause| clause.starts_with(&begin))
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
    fn what_is_known_to_be_live_is_live() {
        assert!(
            said("interval 300", "interval 100")
                .contains("bfd, profile F: - transmit-interval 300 = live likely")
        );
        assert!(said("hostname leaf-01", "hostname leaf-02").ends_with("+ hostname leaf-02 = live likely "));
        // Nothing goes by these maps.
        assert_eq!(
            said("bfd\n", "route-map B permit 10\n set tag 3\nexit\nbfd\n"),
            "+ route-map B permit 10 = live ; route-map B permit 10: + set tag 3 = live "
        );
        assert_eq!(
            said("set tag 1", "set tag 2"),
            "route-map A permit 10: - set tag 1 = live ; route-map A permit 10: + set tag 2 = live "
        );
    }

    #[test]
    fn what_nobody_knows_interrupts() {
        for (line, level) in [
            ("ip route 0.0.0.0/0 10.1.1.1", "unknown likely"),
            ("ip route 10.0.0.1/32 Null0", "live likely"),
            ("ip route 10.0.0.0/24 Null0", "unknown likely"),
            ("router ospf\n network 10.0.0.0/8 area 0\nexit", "unknown"),
            ("interface Ethernet0\n shutdown\nexit", "unknown"),
            ("never heard of", "unknown"),
        ] {
            let said = said("bfd\n", &format!("{line}\nbfd\n"));
            assert!(
                said.split("; ").all(|one| one.trim().ends_with(&format!("= {level}"))),
                "{line}: {said}"
            );
        }
        assert_eq!(
            said(" neighbor UP peer-group\n", " neighbor UP peer-group\n redistribute connected\n"),
            "router bgp: + redistribute connected = unknown "
        );
    }

    /// Statements that go and come, with their levels, where routes are filtered.
    fn filtered(from: &str, to: &str) -> Vec<String> {
        const MAPS: &str = "ip prefix-list P seq 5 permit 10.0.0.0/8\nip prefix-list D seq 5 permit 10.1.0.0/16\nroute-map IN deny 5\n \
            match ip address prefix-list D\nexit\nroute-map IN permit 10\nexit\nroute-map GS permit 10\nexit\nrouter bgp 1\n \
            neighbor UP route-map IN in\n neighbor UP route-map GS out\nexit\n";
        assert!(MAPS.contains(from), "{from}");
        let all = effects(MAPS, &MAPS.replacen(from, to, 1));
        all.iter().map(|e| format!("{} = {}", e.what, e.effect.level.name())).collect()
    }

    #[test]
    fn what_is_permitted_no_more_interrupts() {
        let map = "route-map IN permit 10\n";
        assert_eq!(
            filtered(map, "route-map IN permit 10\n match ip address prefix-list P\n"),
            ["route-map IN permit 10: + match ip address prefix-list P = session reset"]
        );
        assert_eq!(
            filtered(map, "route-map IN permit 10\n call X\n"),
            ["route-map IN permit 10: + call X = session reset"]
        );
        assert_eq!(
            filtered("route-map IN permit 10\nexit\n", ""),
            ["- route-map IN permit 10 = session reset"]
        );
        assert_eq!(
            filtered(
                map,
                "route-map IN permit 7\n match ip address prefix-list P\nexit\nroute-map IN permit 10\n"
            ),
            [
                "+ route-map IN permit 7 = live",
                "route-map IN permit 7: + match ip address prefix-list P = live"
            ]
        );
        let more = |list: &str| {
            let first = "ip prefix-list P seq 5";
            filtered(first, &format!("ip prefix-list {list} seq 9 permit 10.9.0.0/16\n{first}"))
        };
        assert!(more("D")[0].ends_with("= session reset"), "{:?}", more("D"));
        assert!(more("P")[0].ends_with("= live"), "{:?}", more("P"));
        // What leads traffic away takes no route.
        assert_eq!(
            filtered(
                "route-map GS permit 10\n",
                "route-map GS permit 10\n set community graceful-shutdown additive\n"
            ),
            ["route-map GS permit 10: + set community graceful-shutdown additive = live"]
        );
        assert_eq!(
            filtered("route-map GS permit 10\n", "route-map GS permit 10\n set community no-export\n"),
            ["route-map GS permit 10: + set community no-export = unknown"]
        );
    }
}
