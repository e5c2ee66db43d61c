use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use super::view::{Ctx, Entry, Kind};

lint! {
    /// Two entries of a list, or two clauses of a route map, with one number. Of a list the later entry takes the place of the
    /// first. A route map's second block goes on with the first one's clause: its action wins, and a `match` of a kind that
    /// is there already takes that one's place.
    ///
    /// ```frr bad
    /// ip prefix-list OWN seq 5 permit 10.0.0.0/24
    /// ip prefix-list OWN seq 5 permit 10.0.1.0/24
    /// route-map OUT permit 10
    ///  match ip address prefix-list OWN
    /// ip protocol bgp route-map OUT
    /// ```
    /// ```frr good
    /// ip prefix-list OWN seq 5 permit 10.0.0.0/24
    /// ip prefix-list OWN seq 10 permit 10.0.1.0/24
    /// route-map OUT permit 10
    ///  match ip address prefix-list OWN
    /// ip protocol bgp route-map OUT
    /// ```
    Error "frr/duplicate-seq" "two entries with one number" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<(Kind, &str, u64), &Entry<'_>> = BTreeMap::new();
    let mut last: BTreeMap<(Kind, &str), u64> = BTreeMap::new();
    for entry in &ctx.entries {
        let Some(seq) = entry.seq.and_then(|seq| seq.v.parse::<u64>().ok()) else { continue };
        let last = last.entry((entry.kind, entry.name.v)).or_default();
        *last = seq.max(*last);
    }
    for entry in &ctx.entries {
        let Some((seq, number)) = entry.seq.and_then(|seq| Some((seq, seq.v.parse::<u64>().ok()?))) else {
            continue;
        };
        let first = match seen.insert((entry.kind, entry.name.v, number), entry) {
            Some(first) => first,
            None => continue,
        };
        let text = |entry: &Entry<'_>| ctx.lines[entry.line].text();
        let action = |entry: &Entry<'_>| text(entry).get(entry.action).copied().unwrap_or_default();
        let (name, kind) = (entry.name.v, entry.kind.words());
        let message = if entry.kind == Kind::RouteMap {
            // To write one clause in two blocks is clumsy, and no more.
            if action(first) == action(entry) {
                continue;
            }
            format!("clause {number} of `{name}` is `{}` now, not `{}`", action(entry), action(first))
        } else if text(first) == text(entry) {
            continue;
        } else {
            format!("{kind} `{name}` has an entry {number} already: this one takes its place")
        };
        let next = last.get(&(entry.kind, name)).copied().unwrap_or(number) + 5;
        let word = if entry.kind == Kind::RouteMap { "" } else { "seq " };
        let first = ctx.lines[first.line].at;
        findings
            .push(RULE.at(seq.at, message).label(first, "lost").help(format!("{word}{next}, which is free")));
    }
}
