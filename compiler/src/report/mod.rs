//! Findings to bytes.
//!
//! - [`human`]: with the source lines, by miette; the only file that knows it
//! - [`short`]: one line each
//! - [`json`]: one document, `targets/schemas/diagnostics.schema.json`
//! - [`sarif`], [`github`], [`gitlab`], [`junit`]: reports that services take; [`service`] is what they share
//! - [`explained`]: what a rule's text says
//! - [`levels`]: `--deny`, `--warn`, `--allow`

pub mod explained;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
pub mod levels;
pub mod sarif;
pub mod service;
pub mod short;

use std::borrow::Cow;

use fabc_lang::diagnostic::{Diagnostic, Severity};
use fabc_lang::source::Sources;

use crate::tame::is_wild;
use service::Subject;

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
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// JUnit's XML, a case for each family of rules
    Junit,
}

impl Format {
    /// The formats that are for people and programs, rather than a service's report.
    pub const PLAIN: [&str; 3] = ["human", "short", "json"];

    /// Whether it is a report that a service takes: it goes to stdout, whole and alone.
    pub fn is_report(self) -> bool {
        matches!(self, Format::Sarif | Format::Github | Format::Gitlab | Format::Junit)
    }
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
    report(format, &Subject::default(), sources, findings, paper)
}

/// The same with what a service is told of the files.
pub fn report(
    format: Format,
    subject: &Subject,
    sources: &Sources,
    findings: &[Diagnostic],
    paper: Paper,
) -> String {
    match format {
        Format::Human => human::render(sources, findings, paper),
        Format::Short => short::render(sources, findings),
        Format::Json => json::render(sources, findings),
        Format::Sarif => sarif::render(subject, sources, findings),
        Format::Github => github::render(subject, sources, findings),
        Format::Gitlab => gitlab::render(subject, sources, findings),
        Format::Junit => junit::render(subject, sources, findings),
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

/// The text with `?` for what could drive a terminal or turn a line around; byte for byte as long as before.
fn tame(text: &str) -> Cow<'_, str> {
    let wild = |c: char| is_wild(c) && !matches!(c, '\n' | '\r' | '\t');
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
