//! SARIF 2.1.0, for code scanning and editors: the standard is the promise.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Diagnostic, Label, Rule, Severity};
use fabc_lang::source::{Source, Sources, Span};
use serde_json::{Value, json};

use super::service::{Place, Subject, fingerprints, line, region, told, written};
use super::{explained, tame};
use crate::files::VERSION;

/// Where paths count from: the top of the repository.
const ROOT: &str = "%SRCROOT%";
/// Where those of files count from that are part of fabc.
const OWN: &str = "FABC";

/// The log, in one line.
pub fn render(subject: &Subject, sources: &Sources, findings: &[Diagnostic]) -> String {
    let mut rules: BTreeMap<&str, &Rule> = BTreeMap::new();
    findings.iter().for_each(|finding| {
        rules.insert(finding.code(), finding.rule);
    });
    let index = |code: &str| rules.keys().position(|known| *known == code);
    let prints = fingerprints(subject, sources, findings);
    let pen = Pen { subject, sources };
    let results: Vec<Value> = findings
        .iter()
        .zip(&prints)
        .map(|(finding, print)| pen.result(finding, index(finding.code()), print))
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "fabc",
                "version": VERSION,
                "semanticVersion": VERSION,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.values().map(|rule| about(rule)).collect::<Vec<Value>>(),
            } },
            "columnKind": "utf16CodeUnits",
            "newlineSequences": ["\r\n", "\n", "\r", "\u{85}", "\u{b}", "\u{c}", "\u{2028}", "\u{2029}"],
            "originalUriBaseIds": {
                ROOT: { "description": { "text": "the top of the repository" } },
                OWN: { "description": { "text": "what is built into fabc" } },
            },
            "results": results,
        }],
    });
    line(&log)
}

/// What `fabc explain` tells of a rule.
fn about(rule: &Rule) -> Value {
    let (family, _) = rule.code.split_once('/').unwrap_or((rule.code, ""));
    json!({
        "id": rule.code,
        "shortDescription": { "text": text(rule.title) },
        "fullDescription": { "text": text(&explained::summary(rule)) },
        "help": {
            "text": text(&explained::plain(rule, str::to_owned)),
            "markdown": explained::markdown(rule),
        },
        "defaultConfiguration": { "level": rule.severity.name() },
        "properties": { "tags": [family], "problem.severity": weight(rule.severity) },
    })
}

/// GitHub's word for a severity.
fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

struct Pen<'a> {
    subject: &'a Subject,
    sources: &'a Sources,
}

impl Pen<'_> {
    fn result(&self, finding: &Diagnostic, rule: Option<usize>, print: &str) -> Value {
        let place = self.subject.place(self.sources, finding);
        let others = finding.labels.iter().enumerate().filter(|(index, _)| *index != place.index);
        let others = others.filter_map(|(_, label)| self.label(label));
        let others = others.enumerate().map(|(id, mut location)| {
            location["id"] = (id + 1).into();
            location
        });
        json!({
            "ruleId": finding.code(),
            "ruleIndex": rule,
            "level": finding.severity.name(),
            "message": { "text": text(&told(finding)) },
            "locations": [self.location(&place)],
            "relatedLocations": others.collect::<Vec<Value>>(),
            "partialFingerprints": { "fabcFinding/v1": print },
            "fixes": self.fix(finding).into_iter().collect::<Vec<Value>>(),
        })
    }

    fn location(&self, place: &Place) -> Value {
        match place.at.and_then(|(_, label)| self.label(label)) {
            Some(location) => location,
            None => json!({ "physicalLocation": {
                "artifactLocation": at_root(place.path),
                "region": { "startLine": 1 },
            } }),
        }
    }

    fn label(&self, label: &Label) -> Option<Value> {
        let source = self.sources.get(label.span.file)?;
        let mut location = json!({ "physicalLocation": {
            "artifactLocation": self.artifact(source),
            "region": area(source, label.span),
        } });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": text(&tame(&label.text)) });
        }
        Some(location)
    }

    fn artifact(&self, source: &Source) -> Value {
        match self.subject.path(source) {
            Some(path) => at_root(path),
            None => json!({ "uri": uri(source.name()), "uriBaseId": OWN }),
        }
    }

    /// The edit, where it is one of the text.
    fn fix(&self, finding: &Diagnostic) -> Option<Value> {
        let edit = finding.edit.as_ref()?;
        let source = self.sources.get(edit.span.file)?;
        self.subject.path(source)?;
        let help = finding.help.as_deref().unwrap_or(&edit.word);
        Some(json!({
            "description": { "text": text(&tame(help)) },
            "artifactChanges": [{
                "artifactLocation": self.artifact(source),
                "replacements": [{
                    "deletedRegion": area(source, edit.span),
                    "insertedContent": { "text": written(self.sources, edit) },
                }],
            }],
        }))
    }
}

fn area(source: &Source, span: Span) -> Value {
    let ((start_line, start_column), (end_line, end_column)) = region(source, span);
    json!({
        "startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column,
    })
}

/// Text of a message: `[…](…)` would be a link, and `{0}` a placeholder.
fn text(text: &str) -> String {
    let links = if text.contains("](") { text.replace('[', "\\[") } else { text.to_owned() };
    let mut out = String::with_capacity(links.len());
    let mut rest = links.as_str();
    while let Some(at) = rest.find('{') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        out += before;
        if digits > 0 && after[digits..].starts_with('}') {
            out += &format!("{{{{{}}}}}", &after[..digits]);
            rest = &after[digits + 1..];
        } else {
            out.push('{');
            rest = after;
        }
    }
    out + rest
}

/// A file of the user's; one that lies in no repository may have the whole of its path.
fn at_root(path: &str) -> Value {
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{}", uri(path)) }),
        false => json!({ "uri": uri(path), "uriBaseId": ROOT }),
    }
}

/// A path as a relative reference: what has a meaning in a URI, or none, is escaped.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'/'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'+'
            | b'@'
            | b'=' => {
                out.push(byte as char);
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}
