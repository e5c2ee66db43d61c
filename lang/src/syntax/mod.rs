//! Text to tree. Every place in the tree is a byte range of the file; a broken line hides no other.
//!
//! kdl reads values and strings, but it gives no tree where there is one error, and it can be brought to overflow its
//! stack. So the text is first cut into tokens (`lex`) whose braces pair (`braces`), and into heads and blocks
//! (`outline`), each head is checked (`head`, `word`), and kdl is given a `copy` that holds what is sound; it reads it once.
//!
//! What is commented out with `/-` is not read: only its quotes and braces count.

mod braces;
mod copy;
mod cursor;
mod head;
mod lex;
mod outline;
mod rules;
#[cfg(test)]
mod tests;
mod tree;
mod unclosed;
mod word;

pub use rules::RULES;
pub use tree::{Entry, Node, Value};

use crate::diagnostic::{Diagnostic, Findings, Rule};
use crate::source::{FileId, Span, line_starts};

/// Longest file that is read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;

/// Deepest nesting of blocks.
pub const MAX_DEPTH: usize = 64;

/// Findings per file; more are counted, not listed, and the file gives no tree.
const MAX_FINDINGS: usize = 5_000;

/// The text of a file, without a byte order mark; or why it can't be read. Places count from the text's beginning.
pub fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    if bytes.len() > MAX_BYTES {
        return Err(Box::new(too_large(name)));
    }
    utf8(name, bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

/// Bytes of a file of any kind as text; or the first that isn't UTF-8.
pub fn utf8<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let valid = std::str::from_utf8(valid).unwrap_or_default();
        let starts = line_starts(valid);
        let line = starts.len();
        let column =
            valid.get(starts.last().map_or(0, |&n| n as usize)..).map_or(0, |s| s.chars().count()) + 1;
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let message = format!("{name}:{line}:{column}: the byte 0x{byte:02X} is not UTF-8");
        Box::new(rules::NOT_UTF8.anywhere(message).help("save the file as UTF-8"))
    })
}

fn too_large(name: &str) -> Diagnostic {
    let message = format!("{name} has more than {MAX_BYTES} bytes (4 MiB), the limit");
    rules::TOO_LARGE.anywhere(message).help("split it, and `include` the parts")
}

/// Reads one file. Findings tell what is wrong; the tree holds what could be read.
pub fn parse(file: FileId, text: &str, findings: &mut Findings) -> Vec<Node> {
    if text.len() > MAX_BYTES {
        findings.push(too_large("the file"));
        return Vec::new();
    }
    let mut report = Report { file, list: Findings::default(), unlisted: 0 };
    let tokens = lex::lex(text);
    unclosed::check(text, &tokens, &mut report);
    let tokens = braces::pair(text, tokens, &mut report);
    let mut outline = outline::outline(text, &tokens, &mut report);
    let mut nodes = Vec::new();
    if report.unlisted == 0 {
        nodes = read(text, &mut outline, &mut report);
    }
    report.finish(findings);
    nodes
}

/// Has kdl read the copy.
fn read(text: &str, outline: &mut outline::Outline, report: &mut Report) -> Vec<Node> {
    let document = kdl::KdlDocument::parse_v2(outline.copy.text()).or_else(|_| {
        blank_unread(outline, report);
        kdl::KdlDocument::parse_v2(outline.copy.text())
    });
    match document {
        Ok(document) => tree::Reader { file: report.file, text, outline }.nodes(&document),
        Err(error) => {
            if report.list.is_empty() {
                report.kdl(outline, 0, &error);
            }
            Vec::new()
        }
    }
}

/// Finds the heads that kdl alone would not read, reports them and takes them out.
fn blank_unread(outline: &mut outline::Outline, report: &mut Report) {
    let mut broken = Vec::new();
    for &(start, end) in &outline.heads {
        let head = outline.copy.text().get(start..end).unwrap_or_default();
        if let Err(error) = kdl::KdlDocument::parse_v2(head) {
            report.kdl(outline, start, &error);
            broken.push((start, end));
        }
    }
    for (start, end) in broken {
        outline.copy.blank(start, end);
        outline.broken.push(outline.copy.span(report.file, start, end).start as usize);
    }
    outline.broken.sort_unstable();
}

/// The findings of one file in the making.
struct Report {
    file: FileId,
    list: Findings,
    unlisted: usize,
}

impl Report {
    /// Another one, whose findings nobody hears of.
    fn quiet(&self) -> Self {
        Report { file: self.file, list: Findings::default(), unlisted: 0 }
    }

    /// A finding at `start..end`, not yet pushed.
    fn rule(&self, rule: &'static Rule, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        rule.at(Span::new(self.file, start, end), message)
    }

    fn push(&mut self, finding: Diagnostic) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push(finding);
        } else {
            self.unlisted += 1;
        }
    }

    /// What kdl says of the copy from byte `start` on; its first error, the others follow from it.
    fn kdl(&mut self, outline: &outline::Outline, start: usize, error: &kdl::KdlError) {
        let Some(first) = error.diagnostics.first() else { return };
        let from = start + first.span.offset();
        let at = outline.copy.span(self.file, from, from + first.span.len());
        let words = first.message.as_deref().unwrap_or("this can't be read");
        let help = "rewrite this part; https://kdl.dev/spec says what may stand here";
        self.push(rules::INVALID.at(at, words).help(help).help_opt(first.help.clone()));
    }

    fn finish(self, findings: &mut Findings) {
        let more = (self.unlisted > 0).then(|| {
            let message = format!("{} more mistakes in this file are not listed", self.unlisted);
            self.rule(&rules::INVALID, 0, 0, message).help("mend the ones that are")
        });
        findings.extend(self.list);
        more.into_iter().for_each(|m| findings.push(m));
    }
}

/// Text from the file on one line, short enough for a message.
fn cut(text: &str) -> String {
    let short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() { short + "…" } else { short }
}
