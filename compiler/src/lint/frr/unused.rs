use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use super::read::Block;
use super::view::{Ctx, Kind};

lint! {
    /// A route map, a list or a BFD profile that no line names: left over, or the line that should name it has another name.
    ///
    /// ```frr bad
    /// route-map FROM-SPINE permit 10
    ///  set tag 1
    /// ```
    /// ```frr good
    /// route-map RM_SET_SRC permit 10
    ///  set src 10.0.0.1
    /// ip protocol bgp route-map RM_SET_SRC
    /// ```
    Warning "frr/unused" "something that no line names" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let defines: BTreeSet<usize> = ctx.entries.iter().map(|entry| entry.line).collect();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    // A line that isn't known may name anything.
    for (number, line) in ctx.lines.iter().enumerate() {
        let undoes = line.no && line.block == Block::Top;
        if !undoes && !defines.contains(&number) {
            named.extend(line.words.iter().skip(1).map(|word| word.v));
        }
    }
    let mut told = BTreeSet::new();
    for entry in &ctx.entries {
        let name = entry.name.v;
        if named.contains(name) || !told.insert((entry.kind, name)) {
            continue;
        }
        let found = RULE.at(entry.name.at, format!("no line names {} `{name}`", entry.kind.words()));
        findings.push(match entry.kind {
            Kind::RouteMap => found.help(format!("`neighbor NAME route-map {name} in`, or remove it")),
            _ => found.help("name it where it was meant, or remove it"),
        });
    }
}
