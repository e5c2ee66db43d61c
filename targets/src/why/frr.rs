//! Lines of frr.conf: told by the words in them.

use super::{Reason, origin};
use crate::device::Device;
use crate::frr::{Config, Templates};
use crate::sonic::Origin;

/// A word of a line, and where it comes from.
struct Clue {
    word: String,
    origin: Origin,
}

pub(super) fn why(device: &Device<'_>, what: &str) -> Vec<Reason> {
    let mut out = Vec::new();
    // The built-in template always renders; what a user's own one makes of the same words isn't told here.
    if Templates::new(std::collections::BTreeMap::new()).frr(&Config::new(device), &mut out).is_err() {
        return Vec::new();
    }
    let clues = clues(device);
    let text = String::from_utf8_lossy(&out);
    let lines = text.lines().enumerate().filter(|(_, line)| holds(line, what));
    lines.map(|(n, line)| reason(n + 1, line.trim(), &clues)).collect()
}

/// Whether the words of `what` stand in the line, one after another and whole.
pub(super) fn holds(line: &str, what: &str) -> bool {
    let words: Vec<&str> = what.split_whitespace().collect();
    let line: Vec<&str> = line.split_whitespace().collect();
    !words.is_empty() && line.windows(words.len()).any(|window| window == words.as_slice())
}

fn reason(number: usize, line: &str, clues: &[Clue]) -> Reason {
    let mut found = clues.iter().filter(|clue| holds(line, &clue.word));
    let place = format!("line {number}");
    match found.next() {
        Some(clue) => Reason::new(place, line, clue.origin),
        None => Reason::new(place, line, Origin::rule("the same on every switch of this level and release")),
    }
}

/// What the lines are told by, the most telling first.
fn clues(device: &Device<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    let mut add = |word: String, origin: Origin| clues.push(Clue { word, origin });
    let (intent, switch) = (&device.fabric.intent, device.switch);
    let routing = intent.routing.as_ref();
    for (port, wired) in device.sessions() {
        let at = device.fabric.line_of(wired.link).at;
        let link = Origin::rule("a session on each link to another switch").at(at);
        add(port.name().to_owned(), link);
        if let Some((_, far)) = wired.addresses {
            add(far.to_string(), link.and(routing.and_then(|r| r.numbered).map_or(at, |pool| pool.at)));
        }
    }
    if let Some(asn) = switch.asn {
        let pinned = device.own.and_then(|own| own.asn.as_ref());
        let plan = "the tier's base; + plane x 10^7 + pod x 10^4 + index on the bottom, + plane x 10^3 + pod in the \
                    middle, + plane on top";
        let rule = if pinned.is_some() { "pinned for this switch" } else { plan };
        add(
            format!("bgp {asn}"),
            origin(rule, pinned.or(device.tier.asn_base.as_ref()), None::<&super::Spanned<u32>>),
        );
    }
    let numbered6 = routing.and_then(|r| r.numbered6);
    for (_, wired) in device.sessions() {
        let Some((_, far)) = device.addresses6(wired) else { continue };
        let at = device.fabric.line_of(wired.link).at;
        let session = Origin::rule("an IPv6 session on each numbered link that has IPv6 addresses").at(at);
        add(far.to_string(), session.and(numbered6.map_or(at, |pool| pool.at)));
    }
    let pools = routing.map(|r| (r.loopbacks, r.loopbacks6, r.host_subnets)).unwrap_or_default();
    let own = "the tier's share of the pool + the switch's number";
    if let Some(address) = switch.loopback {
        let pinned = device.own.and_then(|own| own.loopback.as_ref());
        let from = match pinned {
            Some(pin) => Origin::rule("pinned for this switch").at(pin.at),
            None => Origin::rule(own).of(pools.0.as_ref()),
        };
        add(address.to_string(), from);
        add(format!("{address}/32"), from);
    }
    if let Some(address) = switch.loopback6 {
        add(address.to_string(), Origin::rule(own).of(pools.1.as_ref()));
        add(format!("{address}/128"), Origin::rule(own).of(pools.1.as_ref()));
    }
    if let Some(block) = switch.host_block {
        let rule = Origin::rule("the switch's block of servers' addresses, announced as one");
        add(block.to_string(), rule.of(pools.2.as_ref()));
    }
    let inside = "a route comes in only if it lies in the fabric's pools";
    for pool in pools.0.iter().chain(&pools.2) {
        add(pool.v.trunc().to_string(), Origin::rule(inside).at(pool.at));
    }
    if let Some(pool) = &pools.1 {
        add(pool.v.trunc().to_string(), Origin::rule(inside).at(pool.at));
    }
    if let Some(bfd) = routing.and_then(|r| r.bfd.as_ref()) {
        for word in ["bfd", "profile", "transmit-interval", "receive-interval", "detect-multiplier"] {
            add(word.to_owned(), Origin::rule("BFD on every session between switches").at(bfd.at));
        }
    }
    let drain = device.own.and_then(|own| own.maintenance.as_ref());
    add(
        "graceful-shutdown".to_owned(),
        Origin::rule("drained: neighbours are asked to prefer other ways").of(drain),
    );
    let weighted = Origin::rule("equal paths are weighted by the links that are left behind them");
    let asked = intent.load_balancing.as_ref().and_then(|balancing| balancing.wcmp);
    add("extcommunity bandwidth".to_owned(), asked.map_or(weighted, |at| weighted.at(at)));
    let width = Origin::rule(
        "the narrower of what the release's FRR is built for and what the platform's ECMP groups hold",
    );
    let width = device.platform.ecmp().map_or(width, |fact| width.at(fact.at)).and(intent.fabric.release.at);
    add("maximum-paths".to_owned(), width);
    let limit = Origin::rule("a power of two above all that the pools can ever hold");
    add("maximum-prefix".to_owned(), limit.of(pools.0.as_ref()));
    add(
        format!("hostname {}", switch.name),
        Origin::rule("the tier's name template").at(device.tier.node.at),
    );
    for line in device.release.zebra {
        let rule = Origin::rule("the bgp container appends this line at every start where it is missing");
        add((*line).to_owned(), rule.at(intent.fabric.release.at));
    }
    clues
}
