//! GitHub's workflow commands: a line for each finding, which Actions shows beside the line of the source.

use std::fmt::Write;

use fabc_lang::diagnostic::{Diagnostic, Severity};
use fabc_lang::source::Sources;

use super::service::{Subject, told};
use super::tame;

/// One line for each finding.
pub fn render(subject: &Subject, sources: &Sources, findings: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding in findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let place = subject.place(sources, finding);
        let (first, last) = place.lines();
        let _ = write!(out, "::{word} file={},line={first},endLine={last}", property(place.path));
        // GitHub takes columns of one line only.
        if let Some((source, label)) = place.at.filter(|_| first == last) {
            let (_, from) = source.line_column(label.span.start);
            let (end_line, to) = source.line_column(label.span.end);
            let to = if end_line == last { to } else { from };
            let _ = write!(out, ",col={from},endColumn={}", to.max(from));
        }
        let _ = writeln!(out, ",title={}::{}", property(finding.code()), data(&told(finding)));
    }
    out
}

/// The text of a message: what would end the line or be read as an escape is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which also ends at a comma or a colon.
fn property(text: &str) -> String {
    data(&tame(text)).replace(':', "%3A").replace(',', "%2C")
}
