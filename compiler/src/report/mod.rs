//! Findings to bytes.
//!
//! - [`human`]: with the source lines, by miette; the only file that knows it
//! - [`short`]: one line each
//! - [`json`]: one document, `targets/schemas/diagnostics.schema.json`
//! - [`levels`]: `--deny`, `--warn`, `--allow`

pub mod human;
pub mod json;
pub mod levels;
pub mod short;

use std::borrow::Cow;

use fabc_lang::diagnostic::{Diagnostic, Severity};
use fabc_lang::source::Sources;

/// In which form findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// With the lines that they speak of
    #[default]
    Human,
    /// One line each, as file:3:5: error, code, message and help
    Short,
    /// One JSON document
    Json,
}

/// How the paper looks.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// Whether colours may be used.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

/// Writes all findings, which stand in the order of the report, and their number.
pub fn render(format: Format, sources: &Sources, findings: &[Diagnostic], paper: Paper) -> String {
    match format {
        Format::Human => human::render(sources, findings, paper),
        Format::Short => short::render(sources, findings),
        Format::Json => json::render(sources, findings),
    }
}

/// How many findings there are of a severity.
fn count(findings: &[Diagnostic], severity: Severity) -> usize {
    findings.iter().filter(|d| d.severity == severity).count()
}

/// "3 errors, 1 warning"; empty where there is nothing to count.
pub fn summary(findings: &[Diagnostic]) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|s| (count(findings, s), s.name()))
        .filter(|&(n, _)| n > 0)
        .map(|(n, name)| format!("{n} {name}{}", if n == 1 { "" } else { "s" }))
        .collect();
    parts.join(", ")
}

/// The text with `?` for control characters, which could drive a terminal; byte for byte as long as before.
fn tame(text: &str) -> Cow<'_, str> {
    let wild = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if !text.contains(wild) {
        return Cow::Borrowed(text);
    }
    let mut tamed = String::with_capacity(text.len());
    for c in text.chars() {
        if wild(c) {
            tamed.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            tamed.push(c);
        }
    }
    Cow::Owned(tamed)
}

#[cfg(test)]
mod tests;
