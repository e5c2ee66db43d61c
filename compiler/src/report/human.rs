//! Findings with the lines that they speak of, drawn by miette.
//!
//! miette's own sources look for a line from the first byte on, for every label. `File` answers from the line index:
//! a thousand findings take milliseconds, whatever the size of the file.

use std::borrow::Cow;
use std::fmt::{self, Write};

use fabc_lang::diagnostic::{Diagnostic, Label, Severity};
use fabc_lang::source::{Source, Sources, Span, is_newline};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use super::{Paper, summary, tame};

/// A label over this many lines is cut to its first.
const MOST_LINES: usize = 3;
/// Bytes of a label, and on either side of it, that are shown of an overlong line.
const CONTEXT: usize = 300;

/// All findings, and a last line that counts them.
pub fn render(sources: &Sources, findings: &[Diagnostic], paper: Paper) -> String {
    let files: Vec<File> =
        sources.iter().map(|(_, source)| File { source, text: drawable(source.text()) }).collect();
    let theme = if paper.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let help = theme.styles.help;
    let handler = GraphicalReportHandler::new_themed(theme).with_width(paper.width.max(40)).with_links(false);
    let mut out = String::new();
    for finding in findings {
        let mut groups = groups(&files, &finding.labels).into_iter();
        let own = groups.next().unwrap_or_default();
        let _ = handler.render_report(&mut out, &Shown::new(&files, finding, &own));
        for elsewhere in groups {
            let mut drawing = String::new();
            let _ = handler.render_report(&mut drawing, &Shown::drawing(&files, &elsewhere));
            // The first line is for a message; this drawing belongs to the one above.
            out.push_str(drawing.split_once('\n').map_or("", |(_, rest)| rest));
        }
        for (word, text) in
            finding.help.iter().map(|t| ("help", t)).chain(finding.notes.iter().map(|t| ("note", t)))
        {
            footer(&mut out, &help.style(format!("{word}:")).to_string(), &tame(text), paper.width);
        }
        out.push('\n');
    }
    if !findings.is_empty() {
        let _ = writeln!(out, "{}", summary(findings));
    }
    out
}

fn footer(out: &mut String, word: &str, text: &str, width: usize) {
    let first = format!("  {word} ");
    let options = textwrap::Options::new(width.max(40)).initial_indent(&first).subsequent_indent("        ");
    let _ = writeln!(out, "{}", textwrap::fill(text, options));
}

/// The text with all its newlines as miette knows them, and nothing that could drive a terminal; byte for byte as long as
/// before.
fn drawable(text: &str) -> Cow<'_, str> {
    let odd = |text: &str, i: usize, c: char| is_newline(c) && c != '\n' && !text[i..].starts_with("\r\n");
    if !text.char_indices().any(|(i, c)| odd(text, i, c)) {
        return tame(text);
    }
    let mut drawn = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        if odd(text, i, c) {
            drawn.extend(std::iter::repeat_n(' ', c.len_utf8() - 1));
            drawn.push('\n');
        } else {
            drawn.push(c);
        }
    }
    Cow::Owned(tame(&drawn).into_owned())
}

/// A source that finds its lines by index.
#[derive(Debug)]
struct File<'a> {
    source: &'a Source,
    text: Cow<'a, str>,
}

impl File<'_> {
    /// The part of a label that is drawn: inside the text, and not over half a screen.
    fn clip(&self, span: Span) -> (usize, usize) {
        let last = self.text.trim_end().len();
        let start = self.text.floor_char_boundary((span.start as usize).min(last));
        let end = self.text.ceil_char_boundary((span.end as usize).min(self.text.len())).max(start);
        let first_line = self.line(start);
        if self.line(end) - first_line < MOST_LINES && end - start <= CONTEXT {
            return (start, end - start);
        }
        let line = &self.text[start..self.source.line_start(first_line + 1).min(end)];
        (start, line.floor_char_boundary(CONTEXT).min(line.trim_end().len()))
    }

    /// The line, from 1, of a byte.
    fn line(&self, offset: usize) -> usize {
        self.source.line_column(u32::try_from(offset).unwrap_or(u32::MAX)).0
    }
}

impl SourceCode for File<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (offset, end) = (span.offset(), span.offset() + span.len());
        if end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (own, last) = (self.line(offset), self.line(end.saturating_sub(1).max(offset)));
        let (mut start, mut stop) = (offset, end);
        if before + after > 0 {
            start = self.source.line_start(own.saturating_sub(before).max(1));
            if offset - start > CONTEXT {
                start = self.source.line_start(own).max(self.text.floor_char_boundary(offset - CONTEXT));
            }
            stop = self.source.line_start(last + after + 1);
            stop = stop.min(self.text.ceil_char_boundary(end + CONTEXT));
        }
        let (line, column) = self.source.line_column(u32::try_from(start).unwrap_or(u32::MAX));
        let data = &self.text.as_bytes()[start..stop];
        Ok(Box::new(MietteSpanContents::new_named(
            self.source.name().to_owned(),
            data,
            (start, stop - start).into(),
            line - 1,
            column - 1,
            last + after - line + 1,
        )))
    }
}

/// A finding as miette sees it: a message, and labels in one file.
#[derive(Debug)]
struct Shown<'a> {
    code: Option<String>,
    severity: Severity,
    message: Cow<'a, str>,
    file: Option<&'a File<'a>>,
    labels: Vec<LabeledSpan>,
}

impl<'a> Shown<'a> {
    /// A finding with those of its labels that are drawn first.
    fn new(files: &'a [File<'a>], finding: &'a Diagnostic, labels: &[&Label]) -> Self {
        Shown {
            code: Some(format!("{}[{}]", finding.severity.name(), finding.code())),
            severity: finding.severity,
            message: tame(&finding.message),
            ..Shown::drawing(files, labels)
        }
    }

    /// Labels of one file.
    fn drawing(files: &'a [File<'a>], labels: &[&Label]) -> Self {
        let file = labels.first().and_then(|l| files.get(l.span.file.0 as usize));
        Shown {
            code: None,
            severity: Severity::Note,
            message: Cow::Borrowed("-"),
            file,
            labels: file.map_or_else(Vec::new, |f| labels.iter().map(|l| mark(f, l)).collect()),
        }
    }
}

/// Labels by what can be drawn in one picture, in the order of the first of each.
fn groups<'a>(files: &[File], labels: &'a [Label]) -> Vec<Vec<&'a Label>> {
    let mut groups: Vec<Vec<&Label>> = Vec::new();
    for label in labels {
        match groups.iter_mut().find(|g| near(files, g[0].span, label.span)) {
            Some(group) => group.push(label),
            None => groups.push(vec![label]),
        }
    }
    groups
}

/// Whether two labels can be drawn in one picture: one file, and not far apart in one line.
fn near(files: &[File], a: Span, b: Span) -> bool {
    let far = a.start.abs_diff(b.start) as usize > 2 * CONTEXT;
    let lines = |f: &File| f.line(a.start as usize).abs_diff(f.line(b.start as usize));
    a.file == b.file && !(far && files.get(a.file.0 as usize).is_some_and(|f| lines(f) < MOST_LINES))
}

fn mark(file: &File, label: &Label) -> LabeledSpan {
    let (start, length) = file.clip(label.span);
    let text = (!label.text.is_empty()).then(|| tame(&label.text).into_owned());
    LabeledSpan::new(text, start, length)
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.code.as_ref().map(|c| Box::new(c) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.map(|f| f as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}
