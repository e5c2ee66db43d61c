//! One line for each finding: `fabric.kdl:3:5: error[ports/short]: message (help: …)`.

use std::fmt::Write;

use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::source::Sources;

use super::tame;

/// One line for each finding.
pub fn render(sources: &Sources, findings: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding in findings {
        if let Some(span) = finding.span() {
            let _ = write!(out, "{}: ", sources.place(span));
        }
        let _ =
            write!(out, "{}[{}]: {}", finding.severity.name(), finding.code(), one_line(&finding.message));
        if let Some(help) = &finding.help {
            let _ = write!(out, " (help: {})", one_line(help));
        }
        out.push('\n');
    }
    out
}

fn one_line(text: &str) -> String {
    tame(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
