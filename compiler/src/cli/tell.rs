//! What was written, in words and as JSON.

use std::fmt::Write;
use std::path::Path;

use fabc_lang::diagnostic::Findings;
use serde_json::json;

use crate::output::{DIFFERS, Differences, EDITED, KEPT, Written};
use crate::report::Format;

/// What differs: a line for each file, or one JSON document.
pub(crate) fn differences(differences: &Differences, format: Format) -> String {
    let Differences { missing, changed, stale } = differences;
    if format == Format::Json {
        return json!({ "schema_version": 1, "missing": missing, "changed": changed, "stale": stale })
            .to_string()
            + "\n";
    }
    let mut out = String::new();
    if format.is_report() {
        return out; // it is among the findings
    }
    for (word, paths) in [("missing", missing), ("changed", changed), ("stale", stale)] {
        for path in paths {
            let _ = writeln!(out, "{word:8} {path}");
        }
    }
    out
}

/// What differs, as a finding: a report has nothing else to say it with.
pub(crate) fn differing(differences: &Differences) -> Findings {
    let Differences { missing, changed, stale } = differences;
    let mut findings = Findings::default();
    let all: Vec<String> = [("missing", missing), ("changed", changed), ("stale", stale)]
        .into_iter()
        .filter(|(_, paths)| !paths.is_empty())
        .map(|(word, paths)| format!("{} {word}: {}", paths.len(), some(paths)))
        .collect();
    if !all.is_empty() {
        let found =
            DIFFERS.anywhere(format!("the files on disk are not what the source gives: {}", all.join("; ")));
        findings.push(found.help("run `fabc build`, and commit what it writes"));
    }
    findings
}

/// What was done: a line, or one JSON document.
pub(crate) fn written(out: &Path, written: &Written, format: Format, quiet: bool) -> String {
    let Written { created, changed, removed, kept, edited, unchanged } = written;
    if format == Format::Json {
        let document = json!({
            "schema_version": 1, "created": created, "changed": changed, "removed": removed,
            "kept": kept, "edited": edited, "unchanged": unchanged,
        });
        return document.to_string() + "\n";
    }
    if quiet || format.is_report() {
        return String::new();
    }
    let files = created.len() + changed.len() + unchanged;
    let counts = [
        (created.len(), "created"),
        (changed.len(), "changed"),
        (removed.len(), "removed"),
        (*unchanged, "unchanged"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let (out, s) = (out.display(), if files == 1 { "" } else { "s" });
    format!("{out}: {files} file{s}{}{}\n", if counts.is_empty() { "" } else { ": " }, counts.join(", "))
}

/// What is to be said about files that were changed by hand.
pub(crate) fn findings(written: &Written, findings: &mut Findings) {
    if !written.edited.is_empty() {
        let message =
            format!("changed by hand since the last build, and replaced: {}", some(&written.edited));
        findings.push(
            EDITED.anywhere(message).help("say it in the source: what fabc makes is made anew each time"),
        );
    }
    if !written.kept.is_empty() {
        let message = format!("no longer made, but changed by hand, and kept: {}", some(&written.kept));
        findings.push(KEPT.anywhere(message).help("delete what is not needed; it is no longer fabc's"));
    }
}

/// The first few of a list.
fn some(paths: &[String]) -> String {
    let few = paths.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(8) {
        0 => few,
        more => format!("{few} and {more} more"),
    }
}
