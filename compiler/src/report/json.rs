//! One JSON document for all findings. Its shape is promised in `targets/schemas/diagnostics.schema.json`.

use fabc_lang::diagnostic::{self, Severity};
use fabc_lang::source::Sources;
use serde::Serialize;

/// Version of the document's shape.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    diagnostics: Vec<Diagnostic<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    labels: Vec<Label<'a>>,
    help: Option<&'a str>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    offset: u32,
    length: u32,
    text: &'a str,
    primary: bool,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// The document, in one line.
pub fn render(sources: &Sources, findings: &[diagnostic::Diagnostic]) -> String {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        diagnostics: findings.iter().map(|d| diagnostic(sources, d)).collect(),
        summary: Summary {
            errors: super::count(findings, Severity::Error),
            warnings: super::count(findings, Severity::Warning),
            notes: super::count(findings, Severity::Note),
        },
    };
    serde_json::to_string(&document).unwrap_or_default() + "\n"
}

fn diagnostic<'a>(sources: &'a Sources, finding: &'a diagnostic::Diagnostic) -> Diagnostic<'a> {
    let labels = finding.labels.iter().enumerate();
    Diagnostic {
        code: finding.code(),
        severity: finding.severity.name(),
        message: &finding.message,
        labels: labels.filter_map(|(i, l)| label(sources, l, i == 0)).collect(),
        help: finding.help.as_deref(),
        notes: &finding.notes,
    }
}

fn label<'a>(sources: &'a Sources, label: &'a diagnostic::Label, primary: bool) -> Option<Label<'a>> {
    let source = sources.get(label.span.file)?;
    let (line, column) = source.line_column(label.span.start);
    let (end_line, end_column) = source.line_column(label.span.end);
    Some(Label {
        file: source.name(),
        line,
        column,
        end_line,
        end_column,
        offset: label.span.start,
        length: label.span.end - label.span.start,
        text: &label.text,
        primary,
    })
}
