//! The edit that would have prevented a move.

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::intent::By;
use fabc_lang::source::Span;

use super::census::Census;
use super::compare::{Kind, Move};

/// An edit, and the line that it concerns.
pub(super) struct Remedy {
    pub(super) text: String,
    pub(super) at: Option<Span>,
}

/// The edit that fits the first of the moves: addresses by `share=`, ASNs by `first=`, cables by `order=`, `leaves=`,
/// `servers-per-leaf=` or `max=`.
pub(super) fn remedy(old: &Census, new: &Census, fabric: &Fabric, moves: &[Move]) -> Remedy {
    let first_cable = moves.iter().find(|m| matches!(m.kind, Kind::Cable | Kind::Port));
    if let Some(found) = first_cable.and_then(|m| cable(old, new, fabric, m)) {
        return found;
    }
    if let Some(found) = moves.iter().find(|m| m.kind == Kind::Address).and_then(|m| share(old, fabric, m)) {
        return found;
    }
    let first = moves.first();
    let switch = first.and_then(|m| {
        fabric.switches.iter().find(|s| m.who == s.name || m.who.starts_with(&format!("{} ", s.name)))
    });
    let at = switch.map(|s| fabric.tier_of(s).node.at);
    let text = match first.map(|m| m.kind) {
        Some(Kind::Asn) => {
            "keep the base, and let new pod nodes count behind the old ones with first=N, or pin `asn` on the switch"
        }
        Some(Kind::Name) => "keep the name and its template",
        Some(Kind::Address) => {
            "keep the pools and every `max=` as they were built, or pin the address on the switch"
        }
        _ => "keep every `max=`, `per-pair=`, break-out and reserve as they were built",
    };
    Remedy { text: text.into(), at }
}

/// A new tier took a share: the old one keeps its own by `share=`.
fn share(old: &Census, fabric: &Fabric, moved: &Move) -> Option<Remedy> {
    let name = moved.who.split(' ').next()?;
    let was = old.switches.iter().find(|s| s.name == name)?;
    let tier = fabric.tiers.iter().find(|t| t.label == was.tier)?;
    let known = |path: &str| old.switches.iter().any(|s| s.tier == path);
    if fabric.tiers.iter().all(|t| known(&t.label)) {
        return None;
    }
    let pool = fabric.intent.routing.as_ref()?.loopbacks?.v;
    let size = 1u32.checked_shl(32 - u32::from(pool.prefix_len()))? / tier.shares;
    let share = u32::from(was.loopback?).checked_sub(u32::from(pool.network()))? / size.max(1);
    let text =
        format!("a new tier takes a share of the pools: `{}` keeps its own with share={share}", tier.label);
    Some(Remedy { text, at: Some(tier.node.at) })
}

/// A line was laid before the one that moves, or its own shape changed.
fn cable(old: &Census, new: &Census, fabric: &Fabric, moved: &Move) -> Option<Remedy> {
    let path_of = |l: &fabc_lang::fabric::Line| {
        let low = match l.lower {
            Lower::Hosts { group, .. } => &fabric.groups[group].label,
            Lower::Tier(tier) => &fabric.tiers[tier].label,
        };
        [low.clone(), fabric.tiers[l.upper].label.clone()]
    };
    let line = fabric.lines.iter().find(|l| path_of(l)[..] == moved.line[..])?;
    let was_there = |path: &[String]| old.links.iter().any(|l| l.line == path);
    let fresh = fabric.lines.iter().find(|l| {
        let path = path_of(l);
        !was_there(&path)
            && (path[1] == moved.line[1] || path[0] == moved.line[1] || path[1] == moved.line[0])
    });
    if let Some(fresh) = fresh {
        return Some(Remedy {
            text: "a new line takes its cages first: put it behind the old ones with order=1".into(),
            at: Some(fresh.at),
        });
    }
    let (a, b) = (moved.who.split(' ').next()?, moved.from.split(' ').next()?);
    let between = |c: &Census| c.links.iter().filter(|l| l.a == a && l.b == b).count();
    let (was, is) = (between(old), between(new));
    if line.by.is_none() && is > 0 && was != is {
        let text =
            format!("two switches had {was} links between them and would have {is}: keep per-pair={was}");
        return Some(Remedy { text, at: Some(line.at) });
    }
    let count = |c: &Census, path: &str| c.switches.iter().filter(|s| s.tier == path).count();
    let (was, is) = (count(old, &moved.line[1]), count(new, &moved.line[1]));
    let text = match line.by {
        Some(By::Spread) if is != was => {
            format!("servers are spread over more leaves: leaves={was} keeps the old ones as they are")
        }
        Some(By::Rail) if line.shared_rails && is != was => {
            format!("rails share more leaves: leaves={was} keeps them as they are")
        }
        Some(By::Rail | By::Rack) if is != was => {
            "the number of servers to a leaf changes: state it with servers-per-leaf=".into()
        }
        Some(By::Rail | By::Rack) => {
            "servers-per-leaf= fixes who goes to which leaf; max= on `hosts` leaves room for more servers"
                .into()
        }
        _ => "strides follow max=: it is declared when the fabric is first built, and kept".into(),
    };
    Some(Remedy { text, at: Some(line.at) })
}
