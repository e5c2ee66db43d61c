//! What a switch passes on, read from its frr.conf: the other way round from what this module else does.
//!
//! Only what decides whether a route goes from one session to another is read: sessions and their groups, route maps, prefix
//! and AS-path lists. What can't be weighed ([`Answer::Maybe`]) is never taken for a no.

use ipnet::IpNet;

/// Whether something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Answer {
    /// Never.
    #[default]
    No,
    /// That depends on what isn't read here.
    Maybe,
    /// For some route at least.
    Yes,
}

/// What a switch tells of bandwidth with a route that it announces, for others to weight equal paths by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Told {
    /// Nothing: what the route came with stays on it.
    #[default]
    Nothing,
    /// How many paths it has itself.
    Paths,
    /// Something that isn't followed, or not the same each time.
    Other,
}

impl Told {
    /// What there is to say of both.
    pub fn join(self, other: Self) -> Self {
        if self == other { self } else { Told::Other }
    }
}

/// Where a switch has a route from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// It is its own.
    Own,
    /// It came over this session.
    Peer(&'a str),
}

/// What frr.conf says of routes.
#[derive(Debug, Default)]
pub struct Routes {
    lists: Vec<List>,
    paths: Vec<PathList>,
    maps: Vec<Map>,
    peers: Vec<Peer>,
    lenient: bool,
    /// Whether the whole switch is drained: `bgp graceful-shutdown`.
    drained: bool,
    /// Whether links of its own are announced too.
    pub redistributes: bool,
    /// Lines that bring in routes past all of this, as they stand.
    pub unseen: Vec<String>,
    /// Lines that make BGP choose by something else than GRACEFUL_SHUTDOWN and the length of AS paths, as they stand.
    pub unweighed: Vec<String>,
    /// Whether paths of the same length are equal though other ASes are on them.
    pub relaxed: bool,
    /// Whether equal paths are weighted by something else than by the bandwidth that all of them came with.
    pub reweighted: bool,
    /// The most next hops of one route, where it says so; the least of all families.
    pub width: Option<u32>,
}

#[derive(Debug)]
struct List {
    name: String,
    v6: bool,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    seq: u32,
    permit: bool,
    /// None for `any`.
    net: Option<IpNet>,
    low: u8,
    high: u8,
}

/// An AS-path list: its name, and whether all it permits is the empty path, a switch's own routes.
#[derive(Debug)]
struct PathList {
    name: String,
    own: bool,
}

#[derive(Debug)]
struct Map {
    name: String,
    clauses: Vec<Clause>,
}

#[derive(Debug, Clone, Default)]
struct Clause {
    seq: u32,
    permit: bool,
    matches: Vec<Match>,
    tag: Option<u32>,
    call: Option<String>,
    /// What it says of bandwidth, where it does.
    told: Option<Told>,
    /// Asks others to use a route only where there is no other (RFC 8326).
    drains: bool,
    /// Goes on behind itself when it matched, at this number or later.
    on: Option<u32>,
}

#[derive(Debug, Clone)]
enum Match {
    Prefixes { v6: bool, list: String },
    Path(String),
    Tag(u32),
    Other,
}

#[derive(Debug, Clone, Default)]
struct Peer {
    id: String,
    group: Option<String>,
    /// IPv4, IPv6.
    families: [Family; 2],
}

#[derive(Debug, Clone, Default)]
struct Family {
    import: Filter,
    export: Filter,
    /// Takes routes that have passed its own AS.
    heedless: bool,
}

#[derive(Debug, Clone, Default)]
struct Filter {
    map: Option<String>,
    list: Option<String>,
    path: Option<String>,
    other: bool,
}

/// A route on its way through a switch.
#[derive(Debug, Clone, Copy)]
struct Route {
    net: IpNet,
    own: bool,
    tag: u32,
    told: Told,
}

impl Route {
    fn new(net: IpNet, own: bool) -> Self {
        Route { net, own, tag: 0, told: Told::Nothing }
    }
}

impl Routes {
    /// Reads frr.conf. What it doesn't know it passes over.
    pub fn read(text: &str) -> Self {
        let mut routes = Routes::default();
        let (mut block, mut family) = (Block::Top, 0);
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let indented = line.starts_with(' ');
            match words.as_slice() {
                [] | ["!" | "exit" | "end", ..] => {}
                ["exit-address-family"] => family = 0,
                ["address-family", name, rest @ ..] => {
                    let known = matches!(rest, [] | ["unicast"]);
                    family = match *name {
                        "ipv4" if known => 0,
                        "ipv6" if known => 1,
                        _ => 2,
                    };
                }
                [..] if !indented => {
                    family = 0;
                    block = routes.top(&words, line);
                }
                [..] => match block {
                    Block::Map => routes.clause(&words),
                    Block::Bgp => routes.bgp(&words, family, line),
                    Block::Top => {}
                },
            }
        }
        for lines in [&mut routes.unseen, &mut routes.unweighed] {
            let mut seen = std::collections::BTreeSet::new();
            lines.retain(|line| seen.insert(line.clone()));
        }
        routes.lists.iter_mut().for_each(|l| l.entries.sort_by_key(|e| e.seq));
        routes.maps.iter_mut().for_each(|m| m.clauses.sort_by_key(|c| c.seq));
        routes
    }

    fn top(&mut self, words: &[&str], line: &str) -> Block {
        match words {
            ["frr", "defaults", "datacenter"] => (self.lenient, self.relaxed) = (true, true),
            [family @ ("ip" | "ipv6"), "prefix-list", name, rest @ ..] => {
                self.entry(name, *family == "ipv6", rest);
            }
            ["bgp", "as-path", "access-list", name, rest @ ..] => self.path(name, rest),
            ["route-map", name, action @ ("permit" | "deny"), seq] => {
                let seq = seq.parse().unwrap_or_default();
                // The one that is being read is always the last.
                let at = self.maps.iter().position(|m| m.name == *name);
                let fresh = || Map { name: (*name).to_owned(), clauses: Vec::new() };
                let mut map = at.map_or_else(fresh, |at| self.maps.remove(at));
                // What is said of a number again is added to what it says.
                let known = map.clauses.iter().position(|c| c.seq == seq);
                let mut clause = known.map_or_else(Clause::default, |known| map.clauses.remove(known));
                (clause.seq, clause.permit) = (seq, *action == "permit");
                map.clauses.push(clause);
                self.maps.push(map);
                return Block::Map;
            }
            ["router", "bgp", ..] => return Block::Bgp,
            ["router", ..] => self.unseen.push(line.trim().to_owned()),
            ["ip" | "ipv6", "route", _, to, ..]
                if !["Null0", "blackhole", "reject"].iter().any(|n| n.eq_ignore_ascii_case(to)) =>
            {
                self.unseen.push(line.trim().to_owned());
            }
            _ => {}
        }
        Block::Top
    }

    fn entry(&mut self, name: &str, v6: bool, words: &[&str]) {
        let (seq, words) = match words {
            ["seq", seq, rest @ ..] => (seq.parse().unwrap_or_default(), rest),
            rest => (u32::MAX, rest),
        };
        let [action @ ("permit" | "deny"), net, rest @ ..] = words else { return };
        let net: Option<IpNet> = net.parse().ok();
        let of = |word: &str| {
            let at = rest.iter().position(|w| *w == word)?;
            rest.get(at + 1)?.parse::<u8>().ok()
        };
        let (ge, le, whole) = (of("ge"), of("le"), if v6 { 128 } else { 32 });
        let length = net.map_or(0, |n| n.prefix_len());
        let high = le.unwrap_or(if ge.is_some() || net.is_none() { whole } else { length });
        let entry = Entry { seq, permit: *action == "permit", net, low: ge.unwrap_or(length), high };
        let at = self.lists.iter().position(|l| l.name == name && l.v6 == v6);
        match at.and_then(|at| self.lists.get_mut(at)) {
            Some(list) => list.entries.push(entry),
            None => self.lists.push(List { name: name.to_owned(), v6, entries: vec![entry] }),
        }
    }

    fn path(&mut self, name: &str, words: &[&str]) {
        let words = if let ["seq", _, rest @ ..] = words { rest } else { words };
        let own = words == ["permit", "^$"];
        match self.paths.iter_mut().find(|p| p.name == name) {
            Some(list) => list.own &= own,
            None => self.paths.push(PathList { name: name.to_owned(), own }),
        }
    }

    fn clause(&mut self, words: &[&str]) {
        let Some(clause) = self.maps.last_mut().and_then(|m| m.clauses.last_mut()) else { return };
        match words {
            ["match", family @ ("ip" | "ipv6"), "address", "prefix-list", list] => {
                clause.matches.push(Match::Prefixes { v6: *family == "ipv6", list: (*list).to_owned() });
            }
            ["match", "as-path", list] => clause.matches.push(Match::Path((*list).to_owned())),
            ["match", "tag", tag] => {
                clause.matches.push(tag.parse().map_or(Match::Other, Match::Tag));
            }
            ["match", ..] => clause.matches.push(Match::Other),
            ["set", "tag", tag] => clause.tag = tag.parse().ok(),
            ["set", "as-path", "exclude" | "replace", ..] => self.unseen.push(words.join(" ")),
            ["set", "local-preference" | "metric" | "weight" | "origin", ..] | ["set", "as-path", ..] => {
                self.unweighed.push(words.join(" "));
            }
            ["set", "extcommunity", "bandwidth", "num-multipaths", ..] => clause.told = Some(Told::Paths),
            ["set", "extcommunity", "bandwidth" | "none", ..] => clause.told = Some(Told::Other),
            ["set", "community", rest @ ..] if rest.contains(&"graceful-shutdown") => clause.drains = true,
            ["call", map] => clause.call = Some((*map).to_owned()),
            ["on-match", "next"] => clause.on = Some(clause.seq.saturating_add(1)),
            ["on-match", "goto", seq] | ["continue", seq] => clause.on = seq.parse().ok(),
            ["continue"] => clause.on = Some(clause.seq.saturating_add(1)),
            _ => {}
        }
    }

    fn bgp(&mut self, words: &[&str], family: usize, line: &str) {
        match words {
            ["no", "bgp", "ebgp-requires-policy"] => self.lenient = true,
            ["bgp", "ebgp-requires-policy"] => self.lenient = false,
            ["bgp", "graceful-shutdown"] => self.drained = true,
            ["bgp", "bestpath", "as-path", "multipath-relax", ..] => self.relaxed = true,
            ["bgp", "bestpath", "as-path", ..]
            | ["bgp", "default", "local-preference", ..]
            | ["neighbor", _, "weight" | "shutdown", ..] => self.unweighed.push(line.trim().to_owned()),
            ["bgp", "bestpath", "bandwidth", ..] => {
                self.reweighted = true;
                self.unweighed.push(line.trim().to_owned());
            }
            ["maximum-paths", most] => {
                self.width = most.parse().ok().map(|most| self.width.map_or(most, |known| known.min(most)));
            }
            ["redistribute", "connected" | "static", ..] => self.redistributes = true,
            ["redistribute", ..]
            | ["neighbor", _, "as-override" | "remove-private-AS" | "default-originate" | "local-as", ..] => {
                self.unseen.push(line.trim().to_owned());
            }
            ["neighbor", id, rest @ ..] => {
                let peer = self.peer(id);
                match rest {
                    ["peer-group", group] | ["interface", "peer-group", group] => {
                        peer.group = Some((*group).to_owned());
                    }
                    ["interface", "v6only", "peer-group", group] => peer.group = Some((*group).to_owned()),
                    _ => {
                        if let Some(family) = peer.families.get_mut(family) {
                            family.line(rest);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn peer(&mut self, id: &str) -> &mut Peer {
        let at = self.peers.iter().position(|p| p.id == id).unwrap_or_else(|| {
            self.peers.push(Peer { id: id.to_owned(), ..Peer::default() });
            self.peers.len() - 1
        });
        &mut self.peers[at]
    }

    /// What holds for a session in a family, its group's part included; none where there is no such session.
    fn family(&self, id: &str, v6: bool) -> Option<Family> {
        let find = |id: &str| self.peers.iter().find(|p| p.id == id);
        let own = find(id)?;
        let of = |peer: &Peer| peer.families.get(usize::from(v6)).cloned().unwrap_or_default();
        let mut family = of(own);
        if let Some(group) = own.group.as_deref().and_then(find) {
            family.inherit(of(group));
        }
        Some(family)
    }

    /// Whether the session takes routes that have passed the switch's own AS.
    pub fn is_heedless(&self, id: &str) -> bool {
        [false, true].into_iter().any(|v6| self.family(id, v6).is_some_and(|f| f.heedless))
    }

    /// Whether what goes out over the session carries GRACEFUL_SHUTDOWN, in some clause at least.
    pub fn drains(&self, id: &str) -> bool {
        let maps = [false, true].into_iter().filter_map(|v6| self.family(id, v6)?.export.map);
        let mut open: Vec<String> = maps.collect();
        let mut seen = Vec::new();
        while let Some(name) = open.pop() {
            if seen.contains(&name) {
                continue;
            }
            let clauses = || self.maps.iter().filter(|m| m.name == name).flat_map(|m| &m.clauses);
            if clauses().any(|c| c.permit && c.drains) {
                return true;
            }
            open.extend(clauses().filter_map(|c| c.call.clone()));
            seen.push(name);
        }
        self.drained
    }

    /// Whether a route to `net` that comes from `from` goes out over the session `to`.
    pub fn passes(&self, net: IpNet, from: Source<'_>, to: &str) -> Answer {
        best(&self.sent(net, from, to))
    }

    /// What goes out with such a route of bandwidth; none where it doesn't go out.
    pub fn tells(&self, net: IpNet, from: Source<'_>, to: &str) -> Option<Told> {
        told(&self.sent(net, from, to))
    }

    /// Whether a route to `net` comes in over the session.
    pub fn accepts(&self, net: IpNet, from: &str) -> Answer {
        best(&self.taken(net, from))
    }

    /// What is said of bandwidth when such a route comes in, whatever it came with; none where it doesn't come in.
    pub fn retells(&self, net: IpNet, from: &str) -> Option<Told> {
        told(&self.taken(net, from))
    }

    /// What becomes of a route that comes from `from` on its way out over the session `to`.
    fn sent(&self, net: IpNet, from: Source<'_>, to: &str) -> Vec<(Route, Answer)> {
        let v6 = matches!(net, IpNet::V6(_));
        let Some(out) = self.family(to, v6) else { return Vec::new() };
        let mut inside = vec![(Route::new(net, from == Source::Own), Answer::Yes)];
        if let Source::Peer(peer) = from {
            inside = self.taken(net, peer);
        }
        self.filter(&out.export, inside)
    }

    /// What becomes of a route that comes in over the session.
    fn taken(&self, net: IpNet, from: &str) -> Vec<(Route, Answer)> {
        let Some(family) = self.family(from, matches!(net, IpNet::V6(_))) else { return Vec::new() };
        let mut taken = self.filter(&family.import, vec![(Route::new(net, false), Answer::Yes)]);
        // What is counted here is not what the sender counts.
        let said = taken.iter_mut().filter(|(route, _)| route.told != Told::Nothing);
        said.for_each(|(route, _)| route.told = Told::Other);
        taken
    }

    /// Routes that all prefix lists treat alike have the same mark; none where there are too many lists to tell.
    pub fn mark(&self, net: IpNet) -> Option<u64> {
        let v6 = matches!(net, IpNet::V6(_));
        let route = Route::new(net, false);
        let bits = self.lists.iter().enumerate().map(|(i, list)| {
            let hit = list.v6 == v6 && self.in_list(&list.name, v6, route) == Answer::Yes;
            u64::from(hit) << i
        });
        // The last bit is the family's.
        (self.lists.len() < 63).then(|| bits.sum::<u64>() | u64::from(v6) << 63)
    }

    /// What is the same for sessions that are treated alike.
    pub fn policy_of(&self, id: &str) -> String {
        format!("{:?}", [false, true].map(|v6| self.family(id, v6)))
    }

    fn filter(&self, filter: &Filter, routes: Vec<(Route, Answer)>) -> Vec<(Route, Answer)> {
        if filter.map.is_none() && filter.list.is_none() && filter.path.is_none() && !filter.other {
            return if self.lenient { routes } else { Vec::new() };
        }
        let mut left = Vec::new();
        for (route, answer) in routes {
            let mut answer = answer;
            if let Some(list) = &filter.list {
                answer = answer.min(self.in_list(list, matches!(route.net, IpNet::V6(_)), route));
            }
            if let Some(path) = &filter.path {
                answer = answer.min(self.on_path(path, route));
            }
            if filter.other {
                answer = answer.min(Answer::Maybe);
            }
            match &filter.map {
                _ if answer == Answer::No => {}
                Some(map) => self.run(map, route, answer, 0, &mut left, 0),
                None => left.push((route, answer)),
            }
        }
        left
    }

    fn in_list(&self, name: &str, v6: bool, route: Route) -> Answer {
        if matches!(route.net, IpNet::V6(_)) != v6 {
            return Answer::No;
        }
        let Some(list) = self.lists.iter().find(|l| l.name == name && l.v6 == v6) else { return Answer::No };
        let hit = list.entries.iter().find(|e| {
            e.net.is_none_or(|net| net.contains(&route.net))
                && (e.low..=e.high).contains(&route.net.prefix_len())
        });
        if hit.is_some_and(|e| e.permit) { Answer::Yes } else { Answer::No }
    }

    fn on_path(&self, name: &str, route: Route) -> Answer {
        match self.paths.iter().find(|p| p.name == name) {
            None => Answer::No,
            Some(list) if list.own => {
                if route.own {
                    Answer::Yes
                } else {
                    Answer::No
                }
            }
            Some(_) => Answer::Maybe,
        }
    }

    /// Runs a route through a map from the clause of number `seq` on; what comes out of it goes to `left`.
    fn run(
        &self,
        map: &str,
        route: Route,
        sure: Answer,
        seq: u32,
        left: &mut Vec<(Route, Answer)>,
        depth: u8,
    ) {
        // A map that isn't there denies; maps that call each other in a circle are no maps.
        let Some(known) = self.maps.iter().find(|m| m.name == map).filter(|_| depth < DEPTH) else { return };
        let mut sure = sure;
        for clause in known.clauses.iter().filter(|c| c.seq >= seq) {
            let matched = clause.matches.iter().map(|m| self.matches(m, route)).min();
            let answer = matched.unwrap_or(Answer::Yes);
            if answer == Answer::No {
                continue;
            }
            self.apply(map, clause, route, sure.min(answer), left, depth);
            if answer == Answer::Yes {
                return;
            }
            sure = sure.min(Answer::Maybe);
        }
    }

    /// What a clause makes of a route that it matches.
    fn apply(
        &self,
        map: &str,
        clause: &Clause,
        mut route: Route,
        mut sure: Answer,
        left: &mut Vec<(Route, Answer)>,
        depth: u8,
    ) {
        if !clause.permit {
            return;
        }
        route.tag = clause.tag.unwrap_or(route.tag);
        route.told = clause.told.unwrap_or(route.told);
        // FRR goes past a call of a map that isn't there.
        if let Some(called) =
            clause.call.as_ref().filter(|called| self.maps.iter().any(|m| m.name == **called))
        {
            let mut inside = Vec::new();
            self.run(called, route, sure, 0, &mut inside, depth + 1);
            let Some((called, answer)) = inside.into_iter().max_by_key(|(_, answer)| *answer) else { return };
            (route.tag, route.told, sure) = (called.tag, called.told, answer);
        }
        match clause.on {
            Some(seq) => self.run(map, route, sure, seq.max(clause.seq + 1), left, depth),
            None => left.push((route, sure)),
        }
    }

    fn matches(&self, what: &Match, route: Route) -> Answer {
        match what {
            Match::Prefixes { v6, list } => self.in_list(list, *v6, route),
            Match::Path(list) => self.on_path(list, route),
            Match::Tag(tag) if *tag == route.tag => Answer::Yes,
            Match::Tag(_) => Answer::No,
            Match::Other => Answer::Maybe,
        }
    }
}

fn best(routes: &[(Route, Answer)]) -> Answer {
    routes.iter().map(|(_, answer)| *answer).max().unwrap_or_default()
}

fn told(routes: &[(Route, Answer)]) -> Option<Told> {
    routes.iter().filter(|(_, answer)| *answer > Answer::No).map(|(route, _)| route.told).reduce(Told::join)
}

/// How deep route maps may call each other.
const DEPTH: u8 = 16;

/// What an indented line belongs to.
#[derive(Debug, Clone, Copy)]
enum Block {
    Top,
    Map,
    Bgp,
}

impl Family {
    fn line(&mut self, words: &[&str]) {
        let side = match words.last() {
            Some(&"in") => &mut self.import,
            _ => &mut self.export,
        };
        match words {
            ["route-map", map, "in" | "out"] => side.map = Some((*map).to_owned()),
            ["prefix-list", list, "in" | "out"] => side.list = Some((*list).to_owned()),
            ["filter-list", list, "in" | "out"] => side.path = Some((*list).to_owned()),
            ["distribute-list", _, "in" | "out"] => side.other = true,
            ["allowas-in", ..] => self.heedless = true,
            _ => {}
        }
    }

    fn inherit(&mut self, group: Family) {
        for (own, of) in [(&mut self.import, group.import), (&mut self.export, group.export)] {
            own.map = own.map.take().or(of.map);
            own.list = own.list.take().or(of.list);
            own.path = own.path.take().or(of.path);
            own.other |= of.other;
        }
        self.heedless |= group.heedless;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// frr.conf with sessions to `up` and `down`, and what stands before `router bgp`.
    fn routes(before: &str, family: &str) -> Routes {
        Routes::read(&format!(
            "frr defaults traditional\n{before}\nrouter bgp 65001\n neighbor UPPER peer-group\n neighbor up interface \
             peer-group UPPER\n neighbor down interface remote-as external\n !\n address-family ipv4 unicast\n{family}\n \
             exit-address-family\nexit\n"
        ))
    }

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    fn passes(routes: &Routes, from: Source<'_>, to: &str) -> Answer {
        routes.passes(net("10.0.0.7/32"), from, to)
    }

    const ALL: &str = "  neighbor UPPER route-map ALL in\n  neighbor UPPER route-map UP out\n  neighbor down route-map ALL in\n  neighbor down route-map ALL out";
    const ANY: &str = "route-map ALL permit 10\nexit\n";

    #[test]
    fn without_a_policy_nothing_passes_unless_that_is_waived() {
        let strict = routes("", "");
        assert_eq!(passes(&strict, Source::Peer("down"), "up"), Answer::No);
        for waived in ["frr defaults datacenter", "router bgp 65001\n no bgp ebgp-requires-policy\nexit"] {
            let routes = routes(waived, "");
            assert_eq!(passes(&routes, Source::Peer("down"), "up"), Answer::Yes, "{waived}");
            assert_eq!(passes(&routes, Source::Own, "down"), Answer::Yes);
        }
        // A session that isn't there.
        assert_eq!(passes(&routes("frr defaults datacenter", ""), Source::Own, "else"), Answer::No);
    }

    #[test]
    fn maps_that_are_not_there_deny_and_groups_hand_theirs_down() {
        let routes = routes(ANY, ALL);
        assert_eq!(passes(&routes, Source::Peer("down"), "up"), Answer::No);
        assert_eq!(passes(&routes, Source::Peer("up"), "down"), Answer::Yes);
        assert_eq!(routes.accepts(net("10.0.0.7/32"), "up"), Answer::Yes);
        // Nothing is said of IPv6, so nothing passes.
        assert_eq!(routes.passes(net("fd00::1/128"), Source::Peer("up"), "down"), Answer::No);
    }

    #[test]
    fn tags_are_carried_from_one_map_to_the_next() {
        let marked = "route-map ALL permit 10\n set tag 1\nexit\nroute-map UP deny 5\n match tag 1\nexit\nroute-map UP permit 10\n call DRAIN\nexit\nroute-map DRAIN permit 10\nexit\n";
        let routes = routes(marked, ALL);
        assert_eq!(passes(&routes, Source::Peer("down"), "up"), Answer::No);
        assert_eq!(passes(&routes, Source::Own, "up"), Answer::Yes);
        let plain = routes_with("set tag 1", "set tag 2", marked);
        assert_eq!(passes(&plain, Source::Peer("down"), "up"), Answer::Yes);
        // One that isn't there is passed by.
        let gone = routes_with("route-map DRAIN permit", "route-map ELSE permit", marked);
        assert_eq!(passes(&gone, Source::Own, "up"), Answer::Yes);
        // A map that is called denies for the one that calls.
        let drained = routes_with("route-map DRAIN permit", "route-map DRAIN deny", marked);
        assert_eq!(passes(&drained, Source::Own, "up"), Answer::No);
    }

    fn routes_with(from: &str, to: &str, text: &str) -> Routes {
        assert!(text.contains(from));
        routes(&text.replace(from, to), ALL)
    }

    #[test]
    fn prefix_lists_go_by_length_and_by_order() {
        let list = |entries: &str| {
            let map = "route-map UP permit 10\n match ip address prefix-list L\nexit\n";
            passes(&routes(&format!("{ANY}{entries}{map}"), ALL), Source::Own, "up")
        };
        assert_eq!(list("ip prefix-list L seq 5 permit 10.0.0.0/20 ge 32 le 32\n"), Answer::Yes);
        assert_eq!(list("ip prefix-list L seq 5 permit 10.0.0.0/20 le 30\n"), Answer::No);
        assert_eq!(list("ip prefix-list L seq 5 permit 10.0.0.0/20\n"), Answer::No);
        assert_eq!(list("ip prefix-list L permit any\n"), Answer::Yes);
        assert_eq!(
            list("ip prefix-list L seq 9 permit any\nip prefix-list L seq 5 deny 10.0.0.7/32\n"),
            Answer::No
        );
        assert_eq!(list(""), Answer::No);
    }

    #[test]
    fn clauses_go_on_and_what_is_not_known_may_be() {
        let up = |clauses: &str| passes(&routes(&format!("{ANY}{clauses}"), ALL), Source::Peer("down"), "up");
        assert_eq!(up("route-map UP permit 10\n match community C\nexit\n"), Answer::Maybe);
        assert_eq!(
            up("route-map UP deny 10\n match community C\nexit\nroute-map UP permit 20\nexit\n"),
            Answer::Maybe
        );
        let on = "route-map UP permit 10\n set tag 7\n on-match next\nexit\nroute-map UP deny 20\n match tag 7\nexit\nroute-map UP permit 30\nexit\n";
        assert_eq!(up(on), Answer::No);
        assert_eq!(up(&on.replace("on-match next", "on-match goto 30")), Answer::Yes);
        let own =
            "bgp as-path access-list OWN seq 5 permit ^$\nroute-map UP permit 10\n match as-path OWN\nexit\n";
        assert_eq!(up(own), Answer::No);
        assert_eq!(passes(&routes(&format!("{ANY}{own}"), ALL), Source::Own, "up"), Answer::Yes);
        assert_eq!(up(&own.replace("^$", "^65")), Answer::Maybe);
        // A clause may be written in two parts.
        let parts = "route-map UP permit 10\n match tag 7\nexit\nroute-map UP permit 10\n set tag 8\nexit\n";
        assert_eq!(up(parts), Answer::No);
        // Maps that call each other end.
        assert_eq!(up("route-map UP permit 10\n call UP\nexit\n"), Answer::No);
    }

    #[test]
    fn what_goes_past_bgp_is_kept() {
        let text = "ip route 10.0.0.0/8 Null0\nip route 10.1.0.0/16 10.0.0.9\nrouter ospf\nexit\n";
        let family = "  neighbor UPPER as-override\n  neighbor down allowas-in 2\n  redistribute connected";
        let routes = routes(text, family);
        assert_eq!(
            routes.unseen,
            ["ip route 10.1.0.0/16 10.0.0.9", "router ospf", "neighbor UPPER as-override"]
        );
        assert!(routes.redistributes && routes.is_heedless("down") && !routes.is_heedless("up"));
    }

    #[test]
    fn bandwidth_is_what_the_last_map_says_of_it() {
        let net = net("10.0.0.7/32");
        let paths = " set extcommunity bandwidth num-multipaths\n";
        let map = |name: &str, set: &str| format!("route-map {name} permit 10\n{set}exit\n");
        let told = |all: &str, up: &str| {
            let routes = routes(&format!("{}{}", map("ALL", all), map("UP", up)), ALL);
            (routes.tells(net, Source::Peer("down"), "up"), routes.retells(net, "down"))
        };
        assert_eq!(told("", paths), (Some(Told::Paths), Some(Told::Nothing)));
        assert_eq!(told("", ""), (Some(Told::Nothing), Some(Told::Nothing)));
        assert_eq!(told("", " set extcommunity bandwidth 400\n"), (Some(Told::Other), Some(Told::Nothing)));
        // On the way in it is another switch's number; on the way out it is said anew.
        assert_eq!(told(paths, ""), (Some(Told::Other), Some(Told::Other)));
        assert_eq!(told(paths, paths), (Some(Told::Paths), Some(Told::Other)));
        let denied = routes(&format!("{ANY}route-map UP deny 10\nexit\n"), ALL);
        assert_eq!(denied.tells(net, Source::Own, "up"), None);
        // One clause says it and another doesn't.
        let some = format!("{ANY}route-map UP permit 10\n match community C\n{paths}exit\n{}", map("UP", ""))
            .replace("UP permit 10\nexit", "UP permit 20\nexit");
        assert_eq!(routes(&some, ALL).tells(net, Source::Own, "up"), Some(Told::Other));
    }
}
