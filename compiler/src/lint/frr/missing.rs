//! Names that lines need and nothing defines: each told once, at its first line.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Findings, Rule};

use super::view::{Ctx, Kind, Use};
use crate::lint::view::Guesses;

/// Reports the names of these kinds that nothing defines; `so` says what comes of it.
pub(super) fn tell(
    ctx: &Ctx<'_>,
    rule: &'static Rule,
    kinds: &[Kind],
    so: impl Fn(&Use<'_>) -> &'static str,
    findings: &mut Findings,
) {
    let mut guesses = Guesses::new();
    // The first line that needs a name, and how many there are.
    let mut missing: BTreeMap<(Kind, &str), (usize, usize)> = BTreeMap::new();
    for (at, used) in ctx.uses.iter().enumerate() {
        if kinds.contains(&used.kind) && ctx.defined(used.kind, used.name.v).is_none() {
            missing.entry((used.kind, used.name.v)).or_insert((at, 0)).1 += 1;
        }
    }
    for ((kind, name), (first, count)) in missing {
        let used = &ctx.uses[first];
        let found = rule.at(used.name.at, format!("no {} is called `{name}`: {}", kind.words(), so(used)));
        let found = match other(kind).and_then(|other| Some((other, ctx.defined(other, name)?))) {
            Some((other, at)) => found.label(at, format!("this is an {}", other.words())),
            None => found,
        };
        let near = guesses.near(name, ctx.names(kind));
        let found = found.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`{}`", kind.define(name)),
        });
        findings.push(match count - 1 {
            0 => found,
            1 => found.note("one more line names it"),
            more => found.note(format!("{more} more lines name it")),
        });
    }
}

/// The kind of the other address family.
fn other(kind: Kind) -> Option<Kind> {
    Some(match kind {
        Kind::PrefixList => Kind::PrefixList6,
        Kind::PrefixList6 => Kind::PrefixList,
        Kind::Access => Kind::Access6,
        Kind::Access6 => Kind::Access,
        _ => return None,
    })
}
