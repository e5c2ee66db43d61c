//! A config_db.json as it lies in a file: every refusal at its place.

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::source::{FileId, Sources};
use fabc_yang::{Kind, Models, Verdict, Violation};

use super::rules;
use crate::config_db::Document;

/// Judges the file with this number; none where it is no config_db.json at all.
pub fn validate(
    models: &Models,
    sources: &Sources,
    file: FileId,
    findings: &mut Findings,
) -> Option<Verdict> {
    let document = Document::read(sources.get(file)?, file, findings)?;
    let verdict = models.judge(&document.db);
    for violation in &verdict.violations {
        findings.push(finding(violation, &document));
    }
    for (table, rows) in &verdict.unmodelled {
        let s = if *rows == 1 { "" } else { "s" };
        let message = format!("`{table}` has no YANG model: its {rows} row{s} may hold anything");
        findings.push(rules::NO_MODEL.at(document.place(table, None, None), message));
    }
    Some(verdict)
}

fn finding(violation: &Violation, document: &Document<'_>) -> Diagnostic {
    let Violation { table, key, field, .. } = violation;
    let value = document.place(table, key.as_deref(), field.as_deref());
    let name = match (violation.kind, key, field) {
        (Kind::Field, Some(key), Some(field)) => document.name_of_field(table, key, field),
        _ => None,
    };
    let message = format!("`{}`: {}", place(violation), violation.reason);
    rule(violation.kind).at(name.unwrap_or(value), message).help_opt(violation.instead.clone())
}

/// `TABLE|key field`
pub(super) fn place(violation: &Violation) -> String {
    let key = violation.key.as_ref().map_or_else(String::new, |key| format!("|{key}"));
    let field = violation.field.as_ref().map_or_else(String::new, |field| format!(" {field}"));
    format!("{}{key}{field}", violation.table)
}

pub(super) fn rule(kind: Kind) -> &'static fabc_lang::diagnostic::Rule {
    match kind {
        Kind::Key => &rules::KEY,
        Kind::Field => &rules::FIELD,
        Kind::Form => &rules::FORM,
        Kind::Value => &rules::VALUE,
        Kind::Reference => &rules::REFERENCE,
        Kind::Missing => &rules::MISSING,
        Kind::Condition => &rules::CONDITION,
    }
}
