//! GitLab's Code Quality report. Its shape is promised in `targets/schemas/gitlab.schema.json`.

use fabc_lang::diagnostic::{Diagnostic, Severity};
use fabc_lang::source::Sources;
use serde::Serialize;

use super::service::{Subject, fingerprints, line, told};

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// The report, in one line.
pub fn render(subject: &Subject, sources: &Sources, findings: &[Diagnostic]) -> String {
    let prints = fingerprints(subject, sources, findings);
    let entry = |(finding, fingerprint)| {
        let finding: &Diagnostic = finding;
        let place = subject.place(sources, finding);
        let (begin, end) = place.lines();
        Entry {
            description: told(finding),
            check_name: finding.code(),
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            location: Location { path: place.path, lines: Lines { begin, end } },
        }
    };
    let entries: Vec<Entry> = findings.iter().zip(prints).map(entry).collect();
    line(&entries)
}
