//! JUnit's XML: a case for each family of rules, so that a clean run is seen to have passed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use fabc_lang::diagnostic::{Diagnostic, Severity};
use fabc_lang::source::Sources;
use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::levels::is_firm;
use super::service::{Subject, told};

/// The document.
pub fn render(subject: &Subject, sources: &Sources, findings: &[Diagnostic]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let written = write(&mut writer, &cases(subject, sources, findings));
    let body = written.map_or_else(|_| Vec::new(), |()| writer.into_inner());
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", String::from_utf8_lossy(&body))
}

/// What there is to say of a family.
#[derive(Default)]
struct Case {
    /// The first error's code and place, and all errors.
    failure: Option<(&'static str, String, Vec<String>)>,
    /// Warnings and notes.
    remarks: Vec<String>,
    /// Nothing was looked for.
    skipped: bool,
}

fn cases(subject: &Subject, sources: &Sources, findings: &[Diagnostic]) -> BTreeMap<&'static str, Case> {
    let family = |code: &'static str| code.split('/').next().unwrap_or(code);
    let of_findings: BTreeSet<&str> = findings.iter().map(|finding| family(finding.code())).collect();
    let families = subject.families.union(&of_findings);
    let mut cases: BTreeMap<&str, Case> = families.map(|family| (*family, Case::default())).collect();
    for finding in findings {
        let Some(case) = cases.get_mut(family(finding.code())) else { continue };
        let place = subject.place(sources, finding);
        let at = place.at.map_or_else(String::new, |(source, label)| {
            let (line, column) = source.line_column(label.span.start);
            format!("{}:{line}:{column}: ", place.path)
        });
        let line = format!("{at}{}[{}]: {}", finding.severity.name(), finding.code(), told(finding));
        if finding.severity < Severity::Error {
            case.remarks.push(line);
            continue;
        }
        let first = || (finding.code(), format!("{at}{}", finding.message), Vec::new());
        case.failure.get_or_insert_with(first).2.push(line);
    }
    // Where the source can't be taken as it stands, what comes after was not looked for.
    if cases.iter().any(|(family, case)| case.failure.is_some() && is_firm(family)) {
        for (family, case) in &mut cases {
            case.skipped = case.failure.is_none() && !is_firm(family);
        }
    }
    cases
}

fn write(writer: &mut Writer<Vec<u8>>, cases: &BTreeMap<&str, Case>) -> io::Result<()> {
    let count = |of: fn(&Case) -> bool| cases.values().filter(|case| of(case)).count().to_string();
    let (tests, failures) = (cases.len().to_string(), count(|case| case.failure.is_some()));
    let skipped = count(|case| case.skipped);
    let counts = [("tests", tests.as_str()), ("failures", failures.as_str()), ("errors", "0")];
    let suites = writer.create_element("testsuites").with_attribute(("name", "fabc")).with_attributes(counts);
    suites.write_inner_content(|writer| {
        let suite = writer.create_element("testsuite").with_attribute(("name", "fabc"));
        let suite = suite.with_attributes(counts).with_attribute(("skipped", skipped.as_str()));
        suite.write_inner_content(|writer| {
            cases.iter().try_for_each(|(family, case)| one(writer, family, case))
        })?;
        Ok(())
    })?;
    Ok(())
}

fn one(writer: &mut Writer<Vec<u8>>, family: &str, case: &Case) -> io::Result<()> {
    let element = writer.create_element("testcase");
    let element = element.with_attributes([("name", family), ("classname", "fabc")]);
    if case.failure.is_none() && case.remarks.is_empty() && !case.skipped {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|writer| {
        if case.skipped {
            let why = "the source has errors that come first";
            writer.create_element("skipped").with_attribute(("message", why)).write_empty()?;
        }
        if let Some((code, message, lines)) = &case.failure {
            let (message, lines) = (sound(message), sound(&lines.join("\n")));
            let failure = writer.create_element("failure");
            let failure = failure.with_attributes([("message", message.as_str()), ("type", code)]);
            failure.write_text_content(BytesText::new(&lines))?;
        }
        if !case.remarks.is_empty() {
            let remarks = sound(&case.remarks.join("\n"));
            writer.create_element("system-out").write_text_content(BytesText::new(&remarks))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The text with `?` for what XML has no way to write.
fn sound(text: &str) -> String {
    let odd = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if odd(c) { '?' } else { c }).collect()
}
