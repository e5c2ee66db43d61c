//! The examples of rules, as tests: the bad one raises its code and nothing else, the good one raises nothing.

use fabc_lang::diagnostic::{Diagnostic, Rule, Severity};
use fabc_lang::source::Sources;

use crate::report::{Format, Paper, render};

/// What is said of an example.
pub(crate) type Found = (Sources, Vec<Diagnostic>);

const PAPER: Paper = Paper { color: false, width: 100 };

/// Findings in a line each.
pub(crate) fn short((sources, found): &Found) -> String {
    render(Format::Short, sources, found, PAPER)
}

/// Bad examples that don't raise their code, or raise another that is worth more than a note.
pub(crate) fn wrong_bad(
    rules: impl Iterator<Item = &'static Rule>,
    of: impl Fn(&Rule, &str) -> Found,
) -> String {
    let wrong = |rule: &'static Rule| {
        let found = of(rule, "bad");
        let own = found.1.iter().any(|f| f.code() == rule.code && f.severity == rule.severity);
        let other = found.1.iter().any(|f| f.code() != rule.code && f.severity > Severity::Note);
        (!own || other).then(|| format!("{}:\n{}\n", rule.code, short(&found)))
    };
    rules.filter_map(wrong).collect()
}

/// Good examples that raise their code, or another from a severity on.
pub(crate) fn wrong_good(
    rules: impl Iterator<Item = &'static Rule>,
    least: Severity,
    of: impl Fn(&Rule, &str) -> Found,
) -> String {
    let wrong = |rule: &'static Rule| {
        let found = of(rule, "good");
        let said = found.1.iter().any(|f| f.severity >= least || f.code() == rule.code);
        said.then(|| format!("{}:\n{}\n", rule.code, short(&found)))
    };
    rules.filter_map(wrong).collect()
}

/// Bad examples as they are drawn, each with the name of its snapshot. Notes that others get too are not their point.
pub(crate) fn drawn(
    rules: impl Iterator<Item = &'static Rule>,
    of: impl Fn(&Rule, &str) -> Found,
) -> impl Iterator<Item = (String, String)> {
    rules.map(move |rule| {
        let (sources, mut found) = of(rule, "bad");
        found.retain(|f| f.code() == rule.code || f.severity > Severity::Note);
        (rule.code.replace('/', "__"), render(Format::Human, &sources, &found, PAPER))
    })
}
