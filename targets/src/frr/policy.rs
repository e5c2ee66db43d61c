//! What is let in and out: prefix lists and route maps.

use fabc_lang::fabric::Level;
use serde::Serialize;

use super::Sides;
use crate::device::Device;

/// A prefix list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrefixList {
    /// `ip` or `ipv6`.
    pub family: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Permitted: prefix, and `ge`/`le` where it has them.
    pub permits: Vec<String>,
}

/// A route map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteMap {
    /// Its name.
    pub name: &'static str,
    /// Its clauses, tried in order.
    pub clauses: Vec<Clause>,
}

/// A clause of a route map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// `permit` or `deny`.
    pub action: &'static str,
    /// Its number.
    pub seq: u32,
    /// `match`, `set` and `call` lines.
    pub lines: Vec<&'static str>,
}

/// By what a middle switch knows a route from above. A tag never leaves the switch.
const MARK: &str = "set tag 1";
const MARKED: &str = "match tag 1";

/// Tells how many paths the switch has to what it announces: the bandwidth of them together, where each counts as one
/// (`bgp bestpath bandwidth` is on by default). Neighbours weight their equal paths by it. SONiC's own `wcmp_enabled` adds the
/// same line, but where frr.conf is one's own nothing reads it.
const WEIGHT: &str = "set extcommunity bandwidth num-multipaths";

/// What every route goes through on its way out.
const DRAIN: &str = "call GRACEFUL_SHUTDOWN";

/// Takes the global one of a neighbour's two IPv6 addresses.
const GLOBAL: &str = "set ipv6 next-hop prefer-global";

pub(super) struct Policy {
    pub prefix_lists: Vec<PrefixList>,
    pub route_maps: Vec<RouteMap>,
}

impl Policy {
    pub fn new(device: &Device<'_>, sides: Sides) -> Self {
        if !sides.upper && !sides.lower {
            return Policy { prefix_lists: Vec::new(), route_maps: Vec::new() };
        }
        let (fabric, fabric6) = (pools(device), pools6(device));
        let (own, own6) = own(device);
        let (v4, v6) = (!fabric.is_empty(), !fabric6.is_empty());
        let mut prefix_lists = Vec::new();
        let mut list = |family, name, permits: Vec<String>| {
            if !permits.is_empty() {
                prefix_lists.push(PrefixList { family, name, permits });
            }
        };
        list("ip", "FABRIC", fabric);
        list("ipv6", "FABRIC6", fabric6);
        let (has_own, has_own6) = (!own.is_empty(), !own6.is_empty());
        list("ip", "OWN", own);
        list("ipv6", "OWN6", own6);

        let mut route_maps = Vec::new();
        let numbered = device.fabric.intent.routing.as_ref().is_some_and(|r| r.numbered.is_some());
        let global: &[_] = if numbered { &[GLOBAL] } else { &[] };
        let drained = device.switch.maintenance;
        let drain = if drained { vec!["set community graceful-shutdown additive"] } else { Vec::new() };
        route_maps.push(RouteMap {
            name: "GRACEFUL_SHUTDOWN",
            clauses: vec![Clause { action: "permit", seq: 10, lines: drain }],
        });
        let level = device.tier.level;
        let weighted = device.fabric.intent.load_balancing.as_ref().is_some_and(|l| l.wcmp.is_some());
        let passed_on: &[_] = if weighted { &[WEIGHT, DRAIN] } else { &[DRAIN] };
        let transit = Clauses {
            v4,
            v6,
            lists: ["match ip address prefix-list FABRIC", "match ipv6 address prefix-list FABRIC6"],
        };
        let mine = Clauses {
            v4: has_own,
            v6: has_own6,
            lists: ["match ip address prefix-list OWN", "match ipv6 address prefix-list OWN6"],
        };
        if sides.upper {
            let mark: &[_] = if level == Level::Middle { &[MARK] } else { &[] };
            route_maps.push(RouteMap { name: "FROM_UPPER", clauses: transit.inwards(mark, global) });
            let mut out = Vec::new();
            if level == Level::Middle {
                out.push(Clause { action: "deny", seq: 5, lines: vec![MARKED] });
            }
            // There is one way to what is a switch's own.
            out.extend(if level == Level::Middle { transit.with(passed_on) } else { mine.with(&[DRAIN]) });
            route_maps.push(RouteMap { name: "TO_UPPER", clauses: out });
        }
        if sides.lower {
            route_maps.push(RouteMap { name: "FROM_LOWER", clauses: transit.inwards(&[], global) });
            route_maps.push(RouteMap { name: "TO_LOWER", clauses: transit.with(passed_on) });
        }
        Policy { prefix_lists, route_maps }
    }
}

/// Permit clauses, one for each address family that has a prefix list.
struct Clauses {
    v4: bool,
    v6: bool,
    lists: [&'static str; 2],
}

impl Clauses {
    fn with(&self, more: &[&'static str]) -> Vec<Clause> {
        self.inwards(more, &[])
    }

    /// The same with more lines in the clause of IPv6.
    fn inwards(&self, more: &[&'static str], v6: &[&'static str]) -> Vec<Clause> {
        let families = [(self.v4, 10, self.lists[0], &[][..]), (self.v6, 20, self.lists[1], v6)];
        let clause = |&(_, seq, list, own): &(bool, u32, &'static str, &[&'static str])| {
            let lines =
                std::iter::once(list).chain(own.iter().copied()).chain(more.iter().copied()).collect();
            Clause { action: "permit", seq, lines }
        };
        let clauses: Vec<_> = families.iter().filter(|(there, ..)| *there).map(clause).collect();
        // A route map without clauses doesn't exist for FRR; without pools there is nothing to permit.
        if clauses.is_empty() { vec![Clause { action: "deny", seq: 10, lines: Vec::new() }] } else { clauses }
    }
}

/// What may come in, IPv4: any loopback, any server block, but no single server link.
fn pools(device: &Device<'_>) -> Vec<String> {
    let Some(routing) = &device.fabric.intent.routing else { return Vec::new() };
    let loopbacks =
        routing.loopbacks.map(|pool| within(&pool.v.trunc().to_string(), pool.v.prefix_len(), 32, true));
    let hosts =
        routing.host_subnets.map(|pool| within(&pool.v.trunc().to_string(), pool.v.prefix_len(), 30, false));
    loopbacks.into_iter().chain(hosts).collect()
}

/// What may come in, IPv6.
fn pools6(device: &Device<'_>) -> Vec<String> {
    let routing = device.fabric.intent.routing.as_ref().filter(|routing| super::carries6(routing));
    let pool = routing.and_then(|routing| routing.loopbacks6);
    pool.map(|pool| within(&pool.v.trunc().to_string(), pool.v.prefix_len(), 128, true)).into_iter().collect()
}

/// `pool` with the lengths that are allowed in it: up to `longest`, or `longest` alone. FRR rejects a `ge` or `le` that
/// isn't longer than the prefix.
fn within(pool: &str, length: u8, longest: u8, only: bool) -> String {
    match (length < longest, only) {
        (false, _) => pool.to_owned(),
        (true, true) => format!("{pool} ge {longest} le {longest}"),
        (true, false) => format!("{pool} le {longest}"),
    }
}

/// What is the switch's own: IPv4 and IPv6.
fn own(device: &Device<'_>) -> (Vec<String>, Vec<String>) {
    if device.tier.level != Level::Bottom {
        return (Vec::new(), Vec::new());
    }
    let loopback = device.switch.loopback.map(|address| format!("{address}/32"));
    let block = device.switch.host_block.map(|block| block.to_string());
    let loopback6 = super::loopback6(device).map(|address| format!("{address}/128"));
    (loopback.into_iter().chain(block).collect(), loopback6.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn lengths_are_such_that_frr_takes_them() {
        assert_eq!(within("10.0.0.0/20", 20, 32, true), "10.0.0.0/20 ge 32 le 32");
        assert_eq!(within("10.0.0.1/32", 32, 32, true), "10.0.0.1/32");
        assert_eq!(within("10.64.0.0/12", 12, 30, false), "10.64.0.0/12 le 30");
        assert_eq!(within("10.64.0.0/30", 30, 30, false), "10.64.0.0/30");
    }
}
